import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.panes import Roster
from tests.properties import law

IDS = st.lists(
    st.one_of(st.none(), st.text(max_size=3), st.sampled_from(["anna", "bob", "Zoë"])), max_size=30
)


class NaiveRoster:
    """Number ids in the order in which they are met, with a plain dictionary."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, ids: list[str | None]) -> list[int]:
        return [-1 if name is None else self.numbers.setdefault(name, len(self.numbers)) for name in ids]


@law(30, st.lists(IDS, max_size=6))
def test_a_growing_roster_numbers_ids_as_they_are_met(batches):
    roster, naive = Roster(grows=True), NaiveRoster()
    for batch in batches:
        assert roster.number(pa.array(batch, pa.string())).tolist() == naive.number(batch)
    assert roster.ids.to_pylist() == list(naive.numbers)
    assert len(roster) == len(naive.numbers)


@given(IDS, IDS)
def test_a_closed_roster_knows_those_of_the_start_alone(known, asked):
    present = list(dict.fromkeys(name for name in known if name is not None))
    roster = Roster(pa.array(present, pa.string()))
    expected = [present.index(name) if name in present else -1 for name in asked]
    assert roster.number(pa.array(asked, pa.string())).tolist() == expected
    assert roster.ids.to_pylist() == present


@pytest.mark.parametrize("batch_size", [1_000, 4_999])
def test_thousands_of_ids_keep_their_numbers_while_the_table_grows(batch_size):
    names = [f"customer {place}" for place in range(20_000)]
    roster = Roster(grows=True)
    for begin in range(0, len(names), batch_size):
        some = names[begin : begin + batch_size]
        assert roster.number(pa.array(some)).tolist() == list(range(begin, begin + len(some)))
    assert roster.number(pa.array(names[::-1])).tolist() == list(range(len(names)))[::-1]
    assert roster.ids.to_pylist() == names


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.int64(),
        pa.uint16(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int32(), pa.int64()),
    ],
    ids=str,
)
def test_ids_meet_whatever_type_they_have_also_in_slices(kind):
    is_number = pa.types.is_integer(kind) or (
        pa.types.is_dictionary(kind) and pa.types.is_integer(kind.value_type)
    )
    names = [11, None, 7, 11, 5] if is_number else ["11", None, "7", "11", "5"]
    roster = Roster(pa.array(["5", "7", "11"]))
    values = pa.array(names, kind)
    assert roster.number(values).tolist() == [2, -1, 1, 2, 0]
    assert roster.number(values.slice(2, 2)).tolist() == [1, 2]
    assert roster.number(values.slice(5)).tolist() == []
    assert roster.number(pa.chunked_array([values, values.slice(4)])).tolist() == [2, -1, 1, 2, 0, 0]


def test_a_dictionary_as_large_as_its_codes_allow_has_room_for_nobody():
    names = pa.array([str(place) for place in range(128)])
    ids = pa.DictionaryArray.from_arrays(pa.array([127, None, 0], pa.int8()), names)
    assert Roster(names).number(ids).tolist() == [127, -1, 0]


def test_the_ids_of_whole_numbers_are_told_as_texts():
    roster = Roster(grows=True)
    roster.number(pa.array([30, 4], pa.int32()))
    assert roster.ids.to_pylist() == ["30", "4"]
    assert Roster().ids.to_pylist() == []
