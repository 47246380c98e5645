"""Stand-ins for ids: steady, apart from each other, and worth nothing without the secret."""

import hashlib
import hmac
import stat
import subprocess
import sys

import pytest

from features.errors import InputError
from features.pseudonyms import Pseudonyms
from tests.serving.company import ROOT


def test_it_is_the_hmac_that_anybody_can_work_out_with_the_secret():
    secret = bytes(range(32))
    expected = hmac.new(secret, "5:churnÜnal 🙂".encode(), hashlib.sha256).hexdigest()[:32]
    assert Pseudonyms(secret).of("churn", "Ünal 🙂") == expected


def test_people_use_cases_and_secrets_are_apart():
    one, other = Pseudonyms(bytes(32)), Pseudonyms(b"\x01" * 32)
    found = {
        one.of("churn", "c-1"),
        one.of("churn", "c-2"),
        one.of("attrition", "c-1"),
        one.of("churn", "C-1"),
        one.of("churn", " c-1"),
        one.of("churnc", "-1"),
        one.of("1:churn", "c-1"),
        other.of("churn", "c-1"),
    }
    assert len(found) == 8
    assert len({one.of("churn", str(number)) for number in range(5000)}) == 5000


def test_a_pseudonym_holds_nothing_of_the_id():
    assert "4711" not in Pseudonyms(bytes(32)).of("churn", "4711" * 30)


class TestFile:
    def test_it_is_drawn_once_for_the_owner_alone(self, tmp_path):
        path = tmp_path / "keys" / "pseudonyms.key"
        first, second = Pseudonyms.open(path), Pseudonyms.open(path)
        assert first.of("churn", "c-1") == second.of("churn", "c-1")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert [file.name for file in path.parent.iterdir()] == ["pseudonyms.key"]

    def test_processes_that_start_at_once_have_the_same(self, tmp_path):
        code = "import sys; from pathlib import Path; from features.pseudonyms import Pseudonyms; "
        code += "print(Pseudonyms.open(Path(sys.argv[1])).of('churn', 'c-1'))"
        command = [sys.executable, "-c", code, str(tmp_path / "key")]
        running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        assert len({process.communicate(timeout=60)[0] for process in running}) == 1

    def test_without_the_old_secret_nothing_can_be_found_again(self, tmp_path):
        path = tmp_path / "key"
        before = Pseudonyms.open(path).of("churn", "c-1")
        path.unlink()
        assert Pseudonyms.open(path).of("churn", "c-1") != before

    def test_one_that_others_can_read_is_refused(self, tmp_path):
        path = tmp_path / "key"
        Pseudonyms.open(path)
        path.chmod(0o440)
        Pseudonyms.open(path)
        path.chmod(0o604)
        with pytest.raises(InputError, match="can be read by others; run: chmod 600"):
            Pseudonyms.open(path)

    @pytest.mark.parametrize("content", ["", "zz", "00" * 31, "ü" * 64], ids=range(4))
    def test_one_that_holds_no_secret_is_refused_without_being_shown(self, tmp_path, content):
        path = tmp_path / "key"
        path.write_text(content)
        path.chmod(0o600)
        with pytest.raises(InputError, match="holds no secret of 64 hexadecimal digits"):
            Pseudonyms.open(path)

    def test_one_that_cannot_be_made_is_named(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(InputError, match="XM_PSEUDONYM_KEY_FILE"):
            Pseudonyms.open(tmp_path / "file" / "key")
