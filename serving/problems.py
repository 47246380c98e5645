"""Errors of the API as problem+json (RFC 9457): what is wrong and where, never the value that was sent."""

from collections.abc import Iterable

import msgspec
from starlette.responses import Response

_TITLES = {
    400: "Malformed request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Request took too long",
    409: "Not usable as it stands",
    413: "Request too large",
    415: "Unsupported media type",
    421: "Misdirected request",
    422: "Value not accepted",
    500: "Internal error",
    503: "Not available now",
}


class Finding(msgspec.Struct, frozen=True):
    """Say what is wrong with one part of a request.

    Attributes
    ----------
    path
        Where: ``rows.3.features.o_tickets.count_90d``; empty for the request as a whole.
    message
        What was expected there.
    """

    path: str
    message: str


class ProblemDocument(msgspec.Struct, frozen=True):
    """Hold the body of every answer that is not a success.

    Attributes
    ----------
    code
        Stable name of the kind of error, for programs.
    request_id
        Stands in the log line of the request as well.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Finding]
    request_id: str


class ProblemError(Exception):
    """End a request with a problem document.

    Parameters
    ----------
    status
        HTTP status.
    code
        Stable name of the kind of error.
    detail
        One sentence for people; never holds a value that was sent.
    errors
        Places in the request.
    is_closing
        Whether the connection ends, since the rest of the request was not read.
    headers
        Further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: tuple[Finding, ...] = (),
        *,
        is_closing: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = {**(headers or {}), **({"connection": "close"} if is_closing else {})}
        super().__init__(status, code, detail)

    def to_response(self, request_id: str) -> Response:
        """Return the answer."""
        document = ProblemDocument(
            type=f"urn:xm-predict:problem:{self.code}",
            title=_TITLES[self.status],
            status=self.status,
            code=self.code,
            detail=self.detail,
            errors=list(self.errors),
            request_id=request_id,
        )
        return Response(
            msgspec.json.encode(document), self.status, self.headers, media_type="application/problem+json"
        )


def refuse_single() -> ProblemError:
    """Return the error for scores of single people at work."""
    detail = "This use case is about people at work: it answers for groups, never for single persons; "
    return ProblemError(403, "groups_only", f"{detail}ask /v1/score-groups.")


def refuse_absent(document: str) -> ProblemError:
    """Return the error for a report, or a model card, that nobody has made yet."""
    detail = f"There is no {document} of this use case yet; `xm-predict report` makes it."
    return ProblemError(404, "report_absent", detail, (Finding("usecase", f"has no {document} yet"),))


def refuse_unusable(doubts: Iterable[str], use: str) -> ProblemError:
    """Return the error for a model whose figures do not support a use of it: scores, or drivers."""
    detail = f"The model is not reliable enough for {use}: {'; '.join(doubts)}."
    return ProblemError(409, "model_not_usable", detail)
