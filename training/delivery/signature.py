"""What a receiver trusts: a time and an HMAC-SHA256 over time and body; ``serving.client`` checks it."""

import hashlib
import hmac

HEADER = "XM-Signature"


def sign(body: bytes, secret: bytes, at: int) -> str:
    """Return the value of the header ``XM-Signature``.

    Parameters
    ----------
    body
        The bytes that are sent.
    secret
        Known to sender and receiver alone.
    at
        Seconds since 1970: a receiver refuses what is old, so that nobody can send it again later.

    Examples
    --------
    >>> sign(b"{}", b"a secret of sixteen", 1_750_000_000)[:24]
    't=1750000000,v1=856c8b31'
    """
    signed = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"
