"""Parts of a batch to somebody else's address: signed, each with a key of its own, tried where that helps."""

import contextlib
import email.utils
import hashlib
import http.client
import ipaddress
import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from features.errors import InputError, XmError
from features.failpoints import reach
from training.delivery.kept import KeptBatch
from training.delivery.payload import count_posts, list_posts
from training.delivery.signature import HEADER, sign

_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_SHORTEST_SECRET = 16


class WebhookError(XmError):
    """Report a receiver that did not take a part."""


@dataclass(frozen=True)
class Persistence:
    """Say how long a part is tried.

    Attributes
    ----------
    timeout_seconds
        For each step of one try.
    first_wait_seconds
        Before the second try; each further wait is twice as long, half of it left to chance.
    longest_wait_seconds
        Of a wait that the receiver did not ask for.
    deadline_seconds
        From the first try of a part; a wait that would end later is not begun.
    """

    timeout_seconds: float = 30.0
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 60.0
    deadline_seconds: float = 300.0

    def choose_wait(self, attempt: int, asked_seconds: float | None, chance: float) -> float:
        """Return how many seconds to wait after so many tries.

        Examples
        --------
        >>> Persistence().choose_wait(3, None, 1.0), Persistence().choose_wait(1, 20.0, 0.0)
        (2.0, 20.0)
        """
        own = min(self.first_wait_seconds * 2.0 ** (attempt - 1), self.longest_wait_seconds)
        return own * (0.5 + chance / 2) if asked_seconds is None else asked_seconds + own * chance / 2


@dataclass(frozen=True)
class _Answer:
    """Hold what one try gave: a status, 0 where the receiver was not reached, and what was wrong."""

    status: int
    problem: str = ""
    asked_seconds: float | None = None

    @property
    def is_taken(self) -> bool:
        """Tell whether the receiver has the part."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def may_pass(self) -> bool:
        """Tell whether another try makes sense."""
        return self.status == 0 or self.status in _AGAIN or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


class Webhook:
    """Send batches to one address.

    Parameters
    ----------
    url
        ``https://``, or ``http://`` on this machine.
    secret
        Known to the receiver as well; it signs each part.
    persistence
        How long a part is tried.

    Raises
    ------
    InputError
        If the address cannot be used.
    """

    def __init__(self, url: str, secret: bytes, persistence: Persistence | None = None) -> None:
        parts = _split(url)
        self._host, self._port = str(parts.hostname), parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._secret = secret
        self._persistence = persistence or Persistence()
        port = "" if self._port is None else f":{self._port}"
        # A path may be a secret of the receiver: the hash tells addresses apart without it.
        self.shown = f"{parts.scheme}://{self._host}{port} ({hashlib.sha256(url.encode()).hexdigest()[:12]})"

    def serve(self, batch: KeptBatch, report: Callable[[str], None]) -> int:
        """Send the parts that were not delivered yet; return how many.

        Raises
        ------
        WebhookError
            If a part is not taken; what was delivered before is written down.
        """
        name = f"webhook {self.shown}"
        delivered = set(batch.find_target(name).get("delivered", []))
        total, n_sent = count_posts(batch), 0
        if len(delivered) == total:
            return 0
        for number, body in list_posts(batch):
            if number in delivered:
                continue
            self._deliver(f"{batch.batch_id}-{number}", body, number)
            reach("webhook.sent")
            delivered.add(number)
            n_sent += 1
            batch.note_target(name, delivered=sorted(delivered), parts=total)
            report(f"{self.shown}: part {number + 1} of {total} taken")
        return n_sent

    def _deliver(self, key: str, body: bytes, number: int) -> None:
        """Send one part until it is taken, refused, or out of time."""
        deadline = time.monotonic() + self._persistence.deadline_seconds
        attempt = 0
        while True:
            attempt += 1
            answer = self._try_once(key, body)
            if answer.is_taken:
                return
            wait = self._persistence.choose_wait(attempt, answer.asked_seconds, random.random())
            if not answer.may_pass or time.monotonic() + wait > deadline:
                hint = "parts before it are delivered; a rerun goes on with this one"
                tries = f"{attempt} {'try' if attempt == 1 else 'tries'}"
                problem = f"part {number} was not taken after {tries}: {answer.problem}"
                raise WebhookError(self.shown, problem, hint)
            time.sleep(wait)

    def _try_once(self, key: str, body: bytes) -> _Answer:
        """Send one part once; signed anew, since a signature grows old. Redirects are not followed."""
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "xm-predict",
            "Idempotency-Key": key,
            HEADER: sign(body, self._secret, int(time.time())),
        }
        try:
            with contextlib.closing(self._connect()) as connection:
                connection.request("POST", self._path, body, headers)
                found = connection.getresponse()
                return _Answer(found.status, _problem_of(found.status), _asked_seconds(found))
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, ssl.SSLCertVerificationError):
                return _Answer(HTTPStatus.BAD_REQUEST, "its certificate is not to be trusted")
            return _Answer(0, f"it was not reached ({type(error).__name__})")

    def _connect(self) -> http.client.HTTPConnection:
        """Return a new connection."""
        seconds = self._persistence.timeout_seconds
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=seconds)
        return http.client.HTTPSConnection(self._host, self._port, timeout=seconds, context=self._tls)


def read_secret(file: str) -> bytes:
    """Return the secret of a file, without the line end behind it.

    Raises
    ------
    InputError
        If there is none, or it is short enough to be guessed. No message holds it.
    """
    where = "--webhook-secret-file"
    if not file:
        raise InputError(where, "is not given", "name a file that holds the secret of the webhook alone")
    try:
        secret = Path(file).read_bytes().strip()
    except OSError as error:
        raise InputError(where, f"'{file}' cannot be read ({error.strerror})", "check the path") from error
    if len(secret) < _SHORTEST_SECRET:
        problem = f"'{file}' holds {len(secret)} bytes, fewer than {_SHORTEST_SECRET}"
        raise InputError(where, problem, "make one: openssl rand -hex 32")
    return secret


def _split(url: str) -> SplitResult:
    """Return the parts of an address that scores may go to; no message holds its path or a password."""
    hint = "write https://host/path, or http://127.0.0.1:8000/path on this machine"
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise InputError("--webhook", "is not the address of a receiver", hint) from None
    if not is_whole or parts.fragment or any(letter.isspace() for letter in url):
        raise InputError("--webhook", "is not the address of a receiver", hint)
    if parts.username is not None or parts.password is not None:
        raise InputError("--webhook", "holds a name or password", "leave it out: parts are signed instead")
    if parts.scheme == "http" and not _is_local(str(parts.hostname)):
        problem = f"would send scores to {parts.hostname} in the clear"
        raise InputError("--webhook", problem, "write https://")
    return parts


def _is_local(host: str) -> bool:
    """Tell whether a name stands for this machine alone."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _problem_of(status: int) -> str:
    """Say what a status means here."""
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"it answered {status}, and redirects are not followed; name the new address"
    return f"it answered {status}"


def _asked_seconds(answer: http.client.HTTPResponse) -> float | None:
    """Return how long the receiver asks to wait, in seconds or by a date."""
    text = (answer.getheader("retry-after") or "").strip()
    if text.isdecimal():
        return float(text)
    with contextlib.suppress(ValueError, TypeError):
        return max(email.utils.parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    return None
