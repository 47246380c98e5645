"""What can go wrong with a request, by kind: catch the kind, read ``code`` and ``findings``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """Say what is wrong with one part of a request.

    Attributes
    ----------
    path
        Where: ``rows.3.features.o_tickets.count_90d``; empty for the request as a whole.
    """

    path: str
    message: str


class ServiceError(Exception):
    """Report a request that got no answer of its own.

    Attributes
    ----------
    status
        HTTP status; 0 where the service was not reached.
    code
        Stable name of the kind of error, for programs.
    detail
        One sentence for people.
    findings
        Places in the request.
    request_id
        Stands in the log of the service as well.
    """

    def __init__(
        self, status: int, code: str, detail: str, findings: Sequence[Finding] = (), request_id: str = ""
    ) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.findings = tuple(findings)
        self.request_id = request_id
        super().__init__(status, code, detail)

    def __str__(self) -> str:
        places = "; ".join(f"{one.path or 'request'}: {one.message}" for one in self.findings)
        return f"{self.status} {self.code}: {self.detail}{f' ({places})' if places else ''}"


class RequestRefusedError(ServiceError):
    """Report a request with something in it that is not accepted (400, 405, 413, 415, 421, 422)."""


class NotAllowedError(ServiceError):
    """Report a key that is not valid (401), or not for this (403)."""


class NotFoundError(ServiceError):
    """Report a use case, report, segment or route that is not there (404)."""


class NotUsableError(ServiceError):
    """Report a model, or a report, that must not be used as it stands (409)."""


class UnavailableError(ServiceError):
    """Report a service that was not reached, or that cannot answer at the moment (408, 429, 5xx)."""


class MalformedAnswerError(ServiceError):
    """Report an answer that is not of this service, or of a version that this client does not know."""


class SignatureError(ValueError):
    """Report a part of a webhook that is not from its sender, altered, or old."""


_KINDS: dict[int, type[ServiceError]] = {
    401: NotAllowedError,
    403: NotAllowedError,
    404: NotFoundError,
    408: UnavailableError,
    409: NotUsableError,
    429: UnavailableError,
}


def make_error(status: int, document: Any) -> ServiceError:
    """Return the error that a problem document stands for.

    Parameters
    ----------
    document
        The body, read as JSON; anything.

    Examples
    --------
    >>> make_error(404, {"code": "usecase_unknown", "detail": "There is no such use case."})
    NotFoundError(404, 'usecase_unknown', 'There is no such use case.')
    """
    kind = _KINDS.get(status, UnavailableError if status >= 500 else RequestRefusedError)
    if not isinstance(document, dict) or not isinstance(document.get("code"), str):
        return kind(
            status, "unknown", "The answer is no problem document; is this the address of the service?"
        )
    errors = document.get("errors")
    findings = [
        Finding(str(one.get("path", "")), str(one.get("message", "")))
        for one in (errors if isinstance(errors, list) else ())
        if isinstance(one, dict)
    ]
    detail, request_id = str(document.get("detail", "")), str(document.get("request_id", ""))
    return kind(status, document["code"], detail, findings, request_id)
