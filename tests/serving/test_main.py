"""``python -m serving``: settings that have to be mended end it in one line."""

import pytest

from serving.__main__ import main


@pytest.mark.parametrize(
    ("variable", "text", "problem"),
    [
        ("XM_PORT", "three", "XM_PORT: 'three' is not a number; write a number from 1 to 65535"),
        ("XM_PORT", "70000", "XM_PORT: '70000' is out of range; write a number from 1 to 65535"),
        ("XM_HOST", "0.0.0.0", "XM_HOST: '0.0.0.0' can be reached from other machines"),
        ("XM_POLL_SECONDS", "-1", "XM_POLL_SECONDS: '-1' is out of range"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(monkeypatch, capsys, variable, text, problem):
    monkeypatch.setenv(variable, text)
    assert main() == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith(f"xm-predict: {problem}")
    assert written.err.count("\n") == 1
