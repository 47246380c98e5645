import numpy as np
import pyarrow as pa
import pytest

from training.fairness.grouping import MOST_GROUPS, name_groups


def groups_of(values):
    return name_groups(pa.chunked_array([values])).tolist()


def test_texts_are_groups_as_they_stand():
    assert groups_of(["f", "m", None, "f"]) == ["f", "m", None, "f"]


def test_few_numbers_are_groups_of_their_own():
    assert groups_of([1.0, 0.0, None, 1.0, 2.5]) == ["1", "0", None, "1", "2.5"]


def test_years_become_decades():
    years = [1958.0, 1960.0, 1969.0, 1970.0, 1985.0, 1999.0, 2000.0, None]
    assert groups_of(years) == [
        "1950–1959",
        "1960–1969",
        "1960–1969",
        "1970–1979",
        "1980–1989",
        "1990–1999",
        "2000–2009",
        None,
    ]


def test_other_numbers_become_open_bands_with_round_ends():
    ages = np.linspace(18.37, 66.91, 400)
    names = groups_of(ages.tolist())
    assert sorted(set(names)) == ["30 – < 43", "43 – < 55", "< 30", "≥ 55"] or len(set(names)) == 4
    assert not any("18.37" in name or "66.91" in name for name in names)
    assert min(names.count(name) for name in set(names)) > 60


def test_a_band_holds_the_numbers_it_names():
    names = dict(zip(range(100), groups_of([float(number) for number in range(100)]), strict=True))
    assert names[0] == "< 25"
    assert names[25] == "25 – < 50"
    assert names[49] == names[25]
    assert names[99] == names[75]
    assert names[75].startswith("≥ ")


def test_rare_texts_beyond_the_most_frequent_are_in_no_group():
    values = [f"country {number:02d}" for number in range(20) for _ in range(20 - number)]
    named = [name for name in groups_of(values) if name is not None]
    assert len(set(named)) == MOST_GROUPS
    assert "country 00" in named
    assert "country 19" not in named


@pytest.mark.parametrize("kind", [pa.float64(), pa.string()], ids=["number", "text"])
def test_nothing_known_is_no_group(kind):
    column = pa.chunked_array([pa.nulls(5, kind)])
    assert name_groups(column).tolist() == [None] * 5
