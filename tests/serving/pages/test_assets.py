"""Style sheet and script: the published file, named by its hash, kept for a year or not at all."""

import base64
import hashlib
import re

import pytest

from serving.pages.assets import SCRIPT, SCRIPT_FILE, SCRIPT_SHA256, STYLE
from tests.serving.pages.signed_in import signed_in, stranger

ASSETS = [STYLE, SCRIPT]


def test_the_script_is_the_one_that_was_published():
    assert hashlib.sha256(SCRIPT_FILE.read_bytes()).hexdigest() == SCRIPT_SHA256
    assert SCRIPT.content == SCRIPT_FILE.read_bytes()
    assert b'version:"2.0.11"' in SCRIPT.content.replace(b" ", b"")


def test_neither_asks_anybody_else():
    assert not re.search(rb"@import|url\(|https?://", STYLE.content)
    assert not re.search(rb"[\"'](https?:)?//[a-z]", SCRIPT.content)


@pytest.mark.parametrize("asset", ASSETS, ids=["style", "script"])
class TestAssets:
    def test_what_a_page_names_may_be_kept(self, door, asset):
        answer = stranger(door).get(asset.address)
        assert (answer.status_code, answer.content) == (200, asset.content)
        assert answer.headers["content-type"].split(";")[0] == asset.media_type
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789abcdef"])
    def test_what_another_version_asks_for_is_sent_but_not_kept(self, door, asset, query):
        answer = stranger(door).get(asset.path + query)
        assert (answer.status_code, answer.content) == (200, asset.content)
        assert answer.headers["cache-control"] == "no-store"

    def test_it_has_no_other_parameter(self, door, asset):
        assert stranger(door).get(f"{asset.path}?w=1").status_code == 422

    def test_head_tells_the_same_without_it(self, door, asset):
        answer = stranger(door).head(asset.address)
        assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(asset.content)))

    def test_another_content_has_another_address(self, asset):
        digest = hashlib.sha256(asset.content).hexdigest()
        assert asset.address == f"{asset.path}?v={digest[:16]}"
        assert asset.hash == f"sha256-{base64.b64encode(bytes.fromhex(digest)).decode()}"


def test_pages_name_both_and_take_no_other_script(door):
    for page in (stranger(door).get("/reports/sign-in").text, signed_in(door).get("/reports").text):
        assert f'<link rel="stylesheet" href="{STYLE.address}">' in page
        assert f'<script src="{SCRIPT.address}" integrity="{SCRIPT.hash}" defer></script>' in page
        assert page.count("<script") == 1
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
