"""What the sender signs, the receiver believes: both sides are written apart."""

from hypothesis import given
from hypothesis import strategies as st

from serving.client import verify_signature
from training.delivery.signature import HEADER, sign


@given(st.binary(max_size=50), st.binary(min_size=1, max_size=70), st.integers(0, 2**33))
def test_any_body_and_secret(body, secret, at):
    assert verify_signature(body, sign(body, secret, at), secret, now=at) == at


def test_the_header_has_the_name_of_the_interface():
    assert HEADER == "XM-Signature"
