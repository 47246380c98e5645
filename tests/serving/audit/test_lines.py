"""One line of the audit log and its bond to the line before it."""

import hashlib
import json

import pytest

from serving.audit.lines import FIRST_PREVIOUS, Entry, Head, bind, read_line

NOON = "2026-03-29T12:00:00.000Z"
ENTRY = Entry(action="score", key="0123456789ab", role="app", usecase="churn", count=3)


def test_a_line_is_json_with_all_that_was_asked_and_its_hash_last():
    line, head = bind(ENTRY, NOON, Head())
    content = json.loads(line)
    assert list(content) == [
        *("sequence", "time", "action", "key", "role", "purpose", "usecase", "model_version"),
        *("unit", "count", "decision", "code", "previous", "hash"),
    ]
    assert (content["sequence"], content["previous"], content["count"]) == (1, FIRST_PREVIOUS, 3)
    assert head == (1, content["hash"])


def test_the_hash_can_be_worked_out_without_us():
    line, head = bind(ENTRY, NOON, Head(7, "a" * 64))
    before = line.split(b',"hash":')[0]
    assert hashlib.sha256(before).hexdigest() == head.hash
    assert read_line(line) == (8, "a" * 64, head.hash)


def test_every_field_matters():
    _, head = bind(ENTRY, NOON, Head())
    others = [
        Entry(action="drivers", key="0123456789ab", role="app", usecase="churn", count=3),
        Entry(action="score", key="0123456789ac", role="app", usecase="churn", count=3),
        Entry(action="score", key="0123456789ab", role="app", usecase="churn", count=4),
        Entry(action="score", key="0123456789ab", role="app", usecase="churn", count=3, decision="denied"),
        Entry(action="score", key="0123456789ab", role="app", usecase="churn", count=3, purpose="x"),
    ]
    hashes = {bind(other, NOON, Head())[1].hash for other in others}
    hashes |= {
        bind(ENTRY, NOON, Head(0, "b" * 64))[1].hash,
        bind(ENTRY, NOON.replace("3", "4"), Head())[1].hash,
    }
    assert len(hashes | {head.hash}) == len(others) + 3


def test_no_byte_of_a_line_can_be_changed():
    line, _ = bind(ENTRY, NOON, Head())
    for place in range(len(line)):
        changed = line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :]
        with pytest.raises(ValueError, match=r"was changed|is not a whole line"):
            read_line(changed)


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"{}\n", b'{"hash":"0"}\n', b"\xff\xfe\n", b"not json\n"], ids=range(6)
)
def test_what_is_no_line_is_refused(line):
    with pytest.raises(ValueError, match="is not a whole line"):
        read_line(line)


def test_a_line_without_its_end_is_not_whole():
    line, _ = bind(ENTRY, NOON, Head())
    with pytest.raises(ValueError, match="is not a whole line"):
        read_line(line[:-1])


def test_a_hash_that_fits_does_not_make_a_line_of_other_fields_one_of_ours():
    content = b'{"sequence":1'
    line = content + b',"hash":"' + hashlib.sha256(content).hexdigest().encode() + b'"}\n'
    with pytest.raises(ValueError, match="does not have the fields"):
        read_line(line)


def test_ends_of_lines_inside_a_field_stay_inside_the_line():
    line, _ = bind(Entry(action="score", unit="a\nb\r\x1b"), NOON, Head())
    assert line.count(b"\n") == 1
    assert b"\r" not in line
    assert b"\x1b" not in line
