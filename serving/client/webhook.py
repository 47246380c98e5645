"""The receiver's side of a webhook: that a part is from whom it says, whole, and of now.

Standard library alone. The sender signs ``<seconds since 1970>.<body>`` with a secret that both sides know.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Sequence

from serving.client.errors import SignatureError

_TIME = re.compile(r"t=([0-9]{1,12})")
_SIGNATURE = re.compile(r"v1=([0-9a-f]{64})")
MAX_AGE_SECONDS = 300.0


def verify_signature(
    body: bytes,
    header: str | None,
    secrets: bytes | Sequence[bytes],
    *,
    max_age_seconds: float = MAX_AGE_SECONDS,
    now: float | None = None,
) -> int:
    """Demand that a body was signed with the secret, and not long ago.

    Comparison takes the same time whatever is wrong. Keep the ``Idempotency-Key`` of every part besides, and
    pass over a part whose key is there: the sender sends again what it got no answer to.

    Parameters
    ----------
    body
        The bytes as they came, before anything reads them.
    header
        Value of ``XM-Signature``; None where it did not come.
    secrets
        The secret; several while one is being replaced. Bytes of the file without the line end.
    max_age_seconds
        How far the time of the signature may be from now.
    now
        Seconds since 1970; the clock of this machine if absent.

    Returns
    -------
    int
        When it was signed.

    Raises
    ------
    SignatureError
        If the header is missing or no signature, the secret or the body is another one, or the time too far.

    Examples
    --------
    >>> secret, body = b"a secret of sixteen", b"{}"
    >>> signed = hmac.new(secret, b"1750000000." + body, hashlib.sha256).hexdigest()
    >>> verify_signature(body, f"t=1750000000,v1={signed}", secret, now=1_750_000_010)
    1750000000
    """
    pieces = [piece.strip() for piece in (header or "").split(",")]
    times = [int(found[1]) for piece in pieces if (found := _TIME.fullmatch(piece))]
    signatures = [found[1] for piece in pieces if (found := _SIGNATURE.fullmatch(piece))]
    if len(times) != 1 or not signatures:
        message = "there is no signature t=...,v1=... in XM-Signature"
        raise SignatureError(message)
    known = [secrets] if isinstance(secrets, bytes) else list(secrets)
    if not known or not all(known):
        message = "there is no secret to check with"
        raise SignatureError(message)
    signed = f"{times[0]}.".encode() + body
    wanted = [hmac.new(secret, signed, hashlib.sha256).hexdigest() for secret in known]
    matches = [hmac.compare_digest(one, other) for one in wanted for other in signatures]
    if not any(matches):
        message = "the signature is not of this body and this secret"
        raise SignatureError(message)
    age = (time.time() if now is None else now) - times[0]
    if abs(age) > max_age_seconds:
        message = f"it was signed {age:.0f} seconds ago, and {max_age_seconds:.0f} are the most"
        raise SignatureError(message)
    return times[0]
