"""What forms send: read strictly, and where something is changed, only from a form of the same session."""

import hmac
from collections.abc import Collection
from urllib.parse import parse_qsl

from starlette.requests import Request

from serving.access.sessions import Session
from serving.problems import ProblemError

PROOF = "proof"
_MOST_FIELDS = 50


async def read_form(request: Request, names: Collection[str]) -> dict[str, str]:
    """Return the fields of a form.

    Raises
    ------
    ProblemError
        400 where it cannot be read, 422 for a field that the form does not have, or one given twice.
    """
    try:
        text = request.state.body.decode("ascii")
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=bool(text),
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise ProblemError(400, "malformed", "The form cannot be read.") from None
    given = dict(pairs)
    if len(given) < len(pairs) or not set(given) <= set(names):
        raise ProblemError(422, "value", "The form has fields that it should not have.")
    return given


def check_proof(request: Request, form: dict[str, str]) -> None:
    """Refuse a form that is not from a page of the same session.

    Raises
    ------
    ProblemError
        403.
    """
    session: Session = request.state.session
    if not hmac.compare_digest(form.get(PROOF, "").encode(), session.proof.encode()):
        raise ProblemError(403, "form", "This form is not from a page of this session; load the page again.")
