"""A receiver believes what was signed with the secret, a moment ago, and nothing else."""

import hashlib
import hmac
import subprocess
import sys

import pytest

from serving.client import SignatureError, verify_signature

SECRET, BODY, NOW = b"a secret of sixteen", b'{"part": 1}', 1_750_000_000


def signed(body=BODY, secret=SECRET, at=NOW):
    return f"t={at},v1={hmac.new(secret, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def check(header, body=BODY, secrets=SECRET, **settings):
    return verify_signature(body, header, secrets, **{"now": NOW, **settings})


def test_what_was_signed_is_believed():
    assert check(signed()) == NOW
    assert check(signed(b"", at=NOW), b"") == NOW


@pytest.mark.parametrize("age", [-299, 0, 299, 300])
def test_a_little_age_does_not_matter(age):
    assert check(signed(), now=NOW + age) == NOW


@pytest.mark.parametrize("age", [301, -301, 1e9])
def test_old_and_future_ones_are_refused(age):
    with pytest.raises(SignatureError, match="seconds ago"):
        check(signed(), now=NOW + age)
    assert check(signed(), now=NOW + age, max_age_seconds=2e9) == NOW


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "v1=" + "0" * 64,
        f"t={NOW}",
        f"t={NOW},v1=",
        f"t={NOW},v1=zz",
        f"t=x,v1={'0' * 64}",
        f"t={NOW},t={NOW + 1},v1={'0' * 64}",
        f"t={NOW},v2={'0' * 64}",
        f"t=-5,v1={'0' * 64}",
        f"t={'9' * 400},v1={'0' * 64}",
        f"t={NOW},v1={'é' * 64}",
    ],
)
def test_what_is_no_signature_is_refused(header):
    with pytest.raises(SignatureError, match="no signature"):
        check(header)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (signed(), BODY + b" "),
        (signed(), b""),
        (signed(secret=b"another secret of mine"), BODY),
        (signed().replace(f"t={NOW}", f"t={NOW + 1}"), BODY),
        (f"t={NOW},v1={'0' * 64}", BODY),
    ],
    ids=["longer", "empty", "secret", "time", "made-up"],
)
def test_what_does_not_belong_together_is_refused(header, body):
    with pytest.raises(SignatureError, match="not of this body and this secret"):
        check(header, body)


def test_two_secrets_count_while_one_is_replaced():
    new = b"the secret that comes next"
    assert check(signed(secret=new), secrets=[SECRET, new]) == NOW
    assert check(f"{signed(secret=b'x')},{signed().partition(',')[2]}", secrets=[new, SECRET]) == NOW


@pytest.mark.parametrize("secrets", [b"", [], [SECRET, b""]])
def test_no_secret_believes_nothing(secrets):
    header = signed(secret=b"")
    with pytest.raises(SignatureError, match="no secret"):
        check(header, secrets=secrets)


def test_it_needs_the_standard_library_alone():
    program = "import sys, serving.client.webhook; print({name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"numpy", "pyarrow", "pydantic", "sqlalchemy"} & set(eval(done.stdout))
