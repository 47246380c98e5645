import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.access.tokens import Token, draw_token, find_key_id, parse_bearer

KEY_ID, SECRET = "0123456789ab", "A" * 42 + "_"
KEY = f"xmp_{KEY_ID}_{SECRET}"


def test_a_drawn_key_has_thirty_two_random_bytes_and_comes_back():
    tokens = [draw_token() for _ in range(50)]
    assert len({token.key_id for token in tokens}) == len({token.secret for token in tokens}) == 50
    for token in tokens:
        assert len(base64.urlsafe_b64decode(token.secret + b"=")) == 32
        assert parse_bearer(f"Bearer {token.text}".encode()) == token


def test_what_is_kept_is_the_hash_of_the_secret_as_it_is_written():
    token = Token(KEY_ID, SECRET.encode())
    assert token.sha256 == hashlib.sha256(SECRET.encode()).digest()
    assert token.text == KEY


@pytest.mark.parametrize("scheme", [b"Bearer ", b"bearer ", b"BEARER ", b"bEARER        "])
def test_the_scheme_may_be_written_in_any_case(scheme):
    assert parse_bearer(scheme + KEY.encode()) == Token(KEY_ID, SECRET.encode())


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        KEY.encode(),
        b"Basic " + base64.b64encode(KEY.encode()),
        b"Basic " + KEY.encode(),
        b"Bearer" + KEY.encode(),
        b"Bearer\t" + KEY.encode(),
        b"Bearer " + b" " * 8 + KEY.encode(),
        b" Bearer " + KEY.encode(),
        b"Bearer " + KEY.encode() + b" ",
        b"Bearer " + KEY.encode() + b"\n",
        b"Bearer " + KEY.encode() + b"A",
        b"Bearer " + KEY.encode()[:-1],
        b"Bearer " + KEY.upper().encode(),
        b"Bearer " + KEY.replace("xmp", "xmq").encode(),
        b"Bearer " + KEY.replace("ab_", "AB_").encode(),
        b"Bearer " + KEY.replace("_A", "_=", 1).encode(),
        b"Bearer " + KEY.encode() + b", Bearer " + KEY.encode(),
        b"Bearer " + KEY.replace("A", "\u0410").encode(),
        b"Bearer xmp_" + KEY_ID.encode() + b"_" + bytes(range(128, 171)),
        b"Bearer " + KEY.encode() + b"\x00",
        b"Bearer " + b"x" * 1_000_000,
        b"Bearer xmp_" + b"0" * 1_000_000,
    ],
    ids=range(24),
)
def test_anything_else_is_no_key(header):
    assert parse_bearer(header) is None


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_without_a_failure(content):
    assert parse_bearer(content) is None
    assert parse_bearer(b"Bearer " + content) is None


@given(st.from_regex(rb"xmp_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", fullmatch=True))
def test_every_well_formed_key_is_read_and_spelt_again(key):
    token = parse_bearer(b"Bearer " + key)
    assert token is not None
    assert token.text.encode() == key


@given(st.integers(0, len(KEY) - 1), st.characters(max_codepoint=255))
def test_a_changed_character_gives_another_key_or_none(place, character):
    changed = KEY[:place] + character + KEY[place + 1 :]
    token = parse_bearer(f"Bearer {changed}".encode("latin-1"))
    assert token is None or token.text == changed
    if token is not None and changed != KEY:
        original = Token(KEY_ID, SECRET.encode())
        assert (token.key_id, token.sha256) != (original.key_id, original.sha256)


@pytest.mark.parametrize("text", [KEY_ID, f"xmp_{KEY_ID}", KEY, f" {KEY_ID}\n"])
def test_people_may_name_a_key_by_its_id_or_as_a_whole(text):
    assert find_key_id(text) == KEY_ID


@pytest.mark.parametrize(
    "text", ["", "anna", "xmp_", KEY_ID.upper(), KEY_ID + "0", f"xmp_{KEY_ID}_", KEY + "A"]
)
def test_other_words_name_no_key(text):
    assert find_key_id(text) is None
