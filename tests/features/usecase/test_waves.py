"""The key ``waves`` of a source: what is compared as one wave."""

import pytest

from features.usecase import NamedRounds, Source

PLAIN = {
    "file": "surveys.csv",
    "event_time": "answered_at",
    "known_at": "same",
    "scales": {"nps": "0..10"},
    "metrics": {"nps": "nps"},
}


def source(**keys):
    return Source.model_validate(PLAIN | keys)


def test_a_wave_is_a_quarter_where_nothing_is_said():
    assert source().waves == "quarter"
    assert "waves" not in source().model_dump(mode="json", exclude_defaults=True)


@pytest.mark.parametrize("period", ["month", "quarter", "half_year", "year"])
def test_periods_are_taken_by_name(period):
    assert source(waves=period).waves == period


def test_a_column_may_name_the_rounds():
    found = source(waves={"column": "round"})
    assert found.waves == NamedRounds(column="round")
    assert Source.model_validate(found.model_dump(mode="json", exclude_defaults=True)) == found
    assert source(waves=NamedRounds(column="round")) == found


@pytest.mark.parametrize("odd", ["week", 3, None, [], ["month"], {"column": 7}, {"column": "a", "by": "b"}])
def test_what_is_no_wave_is_refused_with_what_is(odd):
    with pytest.raises(ValueError, match=r"write month, quarter, half_year, year, or \{column: NAME\}"):
        source(waves=odd)
