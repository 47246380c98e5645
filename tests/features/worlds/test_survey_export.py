"""The survey export looks as a German Windows tool writes it."""

import csv
import re
from datetime import datetime

import pytest


@pytest.fixture(scope="module")
def export(company):
    return (company.folder / "surveys.csv").read_bytes()


@pytest.fixture(scope="module")
def lines(export):
    return list(csv.reader(export.decode("utf-8-sig").splitlines(), delimiter=";"))


def test_it_begins_with_a_byte_order_mark_and_ends_lines_the_windows_way(export):
    assert export.startswith(b"\xef\xbb\xbf")
    assert export.count(b"\r\n") == export.count(b"\n")


def test_it_has_three_header_rows(lines):
    assert lines[0][:3] == ["response_id", "invite_id", "contact_id"]
    assert lines[1][5].startswith("Wie wahrscheinlich")
    assert lines[2][5] == '{"ImportId":"QID1"}'
    assert lines[3][0] == "A-0000001"
    assert {len(line) for line in lines} == {11}


def test_missing_answers_are_coded_and_decimals_have_a_comma(lines):
    body = lines[3:]
    assert sum(line[5] == "-99" for line in body) > 1000
    assert all(line[5] == "-99" or 0 <= int(line[5]) <= 10 for line in body)
    assert all(re.fullmatch(r"\d+,\d", line[9]) for line in body)


def test_times_are_local_and_in_order(lines):
    times = [datetime.strptime(line[4], "%d.%m.%Y %H:%M") for line in lines[3:]]  # noqa: DTZ007 - local on purpose
    assert times == sorted(times)
    assert not any(2 <= time.hour < 6 for time in times), "no local time is ambiguous when clocks change"


def test_summer_time_is_an_hour_ahead(company, lines):
    """The first mails of a wave go out at 8:00 UTC and are answered at 8:05 at the earliest."""
    sent = company.ask("SELECT invite_id, sent_at FROM invites").set_index("invite_id")["sent_at"]
    answered = {line[1]: datetime.strptime(line[4], "%d.%m.%Y %H:%M") for line in lines[3:]}  # noqa: DTZ007
    summer = [
        (answered[invite] - sent[invite].tz_localize(None)).total_seconds() / 3600
        for invite in answered
        if invite in sent.index and sent[invite].month in {5, 8}
    ]
    winter = [
        (answered[invite] - sent[invite].tz_localize(None)).total_seconds() / 3600
        for invite in answered
        if invite in sent.index and sent[invite].month in {2, 11}
    ]
    assert 2.0 < min(summer) < 2.2
    assert 1.0 < min(winter) < 1.2
