import numpy as np
import pytest

from features.errors import ContractError, SourceError, SpecError
from features.flat import read_flat
from features.usecase import parse

HEADER = "id,asked,answered,sent,left"
ROWS = [
    "a,01/08/2025 10:00,01/08/2025 12:30,02/08/2025 00:00,Yes",
    "b,01/08/2025 10:00,01/08/2025 09:00,02/08/2025 00:00,No",
    "c,01/08/2025 10:00,05/08/2025 10:00,02/08/2025 00:00,No",
    "d,01/08/2025 10:00,,02/08/2025 00:00,Yes",
    "e,30/08/2025 10:00,31/08/2025 10:00,,Yes",
]
SPAN = {"from": "asked", "to": "answered"}
READ = {"dates": "%d/%m/%Y %H:%M", "timezone": "UTC"}


@pytest.fixture
def read(tmp_path):
    """Read the tickets above with the given keys under ``table``."""

    def run(rows=ROWS, **table):
        (tmp_path / "tickets.csv").write_text("\n".join([HEADER, *rows]) + "\n")
        content = {
            "file": "tickets.csv",
            "label": "left",
            "positive": "Yes",
            "id": "id",
            "read": READ,
            **table,
        }
        usecase = parse({"version": 1, "name": "tickets", "table": content}, "tickets.yaml")
        return read_flat(usecase.located(tmp_path))

    return run


def equal(found, wanted):
    return np.array_equal(found, wanted, equal_nan=True)


def test_hours_between_two_moments_are_a_feature_and_the_moments_are_none(read):
    rows = read(durations={"hours": SPAN}, exclude=["sent"])
    assert equal(rows.columns["hours"], [2.5, np.nan, 96, np.nan, 24])
    assert [(feature.name, feature.unit) for feature in rows.features] == [("hours", "h")]


def test_impossible_orders_are_counted_and_missing(read):
    assert read(durations={"hours": SPAN}, exclude=["sent"]).facts.impossible == {"hours": 1}


def test_a_signed_duration_may_be_below_zero(read):
    rows = read(durations={"hours": {**SPAN, "is_signed": True}}, exclude=["sent"])
    assert rows.columns["hours"][1] == -1
    assert rows.facts.impossible == {"hours": 0}


def test_moments_after_that_of_the_forecast_are_not_known_yet(read):
    rows = read(durations={"hours": SPAN}, as_of="sent")
    assert np.isnan(rows.columns["hours"][2])
    assert rows.columns["hours"][0] == 2.5
    assert rows.facts.not_known_yet == {"asked": 1, "answered": 2}
    later = [row.replace("05/08/2025", "20/09/2025") for row in ROWS]
    assert equal(read(later, durations={"hours": SPAN}, as_of="sent").columns["hours"], rows.columns["hours"])


def test_a_planned_moment_is_known_although_it_lies_ahead(read):
    rows = read(durations={"hours": SPAN}, as_of="sent", planned=["answered"])
    assert rows.columns["hours"][2] == 96
    assert rows.facts.not_known_yet == {"asked": 1}


def test_planned_moments_have_to_be_moments(read):
    with pytest.raises(SpecError, match="planned names 'left'"):
        read(durations={"hours": SPAN}, as_of="sent", planned=["left"])


def test_without_a_moment_of_the_forecast_nothing_is_known(read):
    assert np.isnan(read(durations={"hours": SPAN}, as_of="sent").columns["hours"][4])


def test_local_times_follow_the_clock_of_the_zone(read):
    night = ["a,29/03/2025 12:00,30/03/2025 12:00,,Yes", "b,28/03/2025 12:00,29/03/2025 12:00,,No"]
    found = read(
        night, durations={"hours": SPAN}, exclude=["sent"], read={**READ, "timezone": "Europe/Berlin"}
    )
    assert found.columns["hours"].tolist() == [23, 24]


def test_times_without_a_zone_are_refused(read):
    with pytest.raises(SourceError, match=r"table\.asked: .*no zone"):
        read(durations={"hours": SPAN}, read={"dates": READ["dates"]})


def test_a_missing_column_is_named(read):
    with pytest.raises(ContractError, match=r"table\.replied: the column is not there"):
        read(durations={"hours": {"from": "asked", "to": "replied"}})


def test_a_duration_does_not_hide_a_column(read):
    with pytest.raises(ContractError, match=r"table\.durations\.sent: is the name of a column already"):
        read(durations={"sent": SPAN})


def test_as_of_without_durations_would_do_nothing(read):
    with pytest.raises(SpecError, match="as_of"):
        read(as_of="sent")
