import numpy as np
import pytest

from features.errors import InputError
from tests.training.explore.tables import number, survey, table_of, words, yes_no
from training.explore.exploration import Exploration, Sheet
from training.explore.table import group_rows, large_groups, write_number

KNOWN = np.ones(600, np.bool_)


def test_a_column_that_is_not_there_is_named_with_its_neighbours():
    with pytest.raises(InputError) as caught:
        survey().column("waits")
    assert str(caught.value) == "survey.csv: column 'waits': is not there; the nearest columns are 'wait'"
    with pytest.raises(
        InputError, match="the nearest columns are 'wait', 'rating', 'ease', 'noise', 'region'"
    ):
        survey().column("???")


def test_an_empty_column_is_refused():
    table = table_of(number("empty", [np.nan] * 3))
    with pytest.raises(InputError, match="is empty in all 3 rows; leave it out"):
        table.column("empty")


def test_columns_that_tell_nothing_are_left_out_aloud():
    table = table_of(
        number("wait", [1, 2, 3]),
        number("constant", [5, 5, np.nan]),
        number("empty", [np.nan] * 3),
        words("plan", ["a", "a", "a"]),
        words("comment", ["it was", "so", "so"], "text"),
        words("key", ["k1", "k2", "k3"], "id"),
    )
    kept, left = table.usable()
    assert [column.name for column in kept] == ["wait"]
    assert left == [
        "'constant' is left out: all 2 values are '5'.",
        "'empty' is left out: it is empty.",
        "'plan' is left out: all 3 values are 'a'.",
        "'comment' is left out: it holds free text.",
        "'key' is left out: nearly every row has a value of its own.",
    ]


def test_groups_are_the_largest_first_and_numbers_in_their_order():
    table = table_of(words("plan", ["b", "a", "b", None]), number("tier", [3, 1, 2, np.nan]))
    plans = group_rows(table, table.column("plan"))
    assert (plans.names, plans.codes.tolist(), plans.sizes.tolist()) == (("b", "a"), [0, 1, 0, -1], [2, 1])
    assert group_rows(table, table.column("tier")).names == ("1", "2", "3")


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        (number("wait", range(50)), "has 50 different values, too many for groups"),
        (words("key", [f"k{at}" for at in range(50)], "id"), "has 50 different values, too many for groups"),
        (number("one", [4.0] * 50), "has the one group '4'"),
    ],
)
def test_what_makes_no_groups_is_refused(column, problem):
    table = table_of(column)
    with pytest.raises(InputError, match=problem):
        group_rows(table, table.column(column.name))


def test_large_groups_hide_more_where_the_rest_could_be_counted():
    plan = words("plan", ["a"] * 40 + ["b"] * 12 + ["c"] * 3)
    known = np.ones(55, np.bool_)
    open_table, hidden = table_of(plan), table_of(plan, minimum_group=5)
    groups = group_rows(open_table, plan)
    assert large_groups(open_table, groups, 5, known).names == ("a", "b")
    assert large_groups(hidden, groups, 5, known).names == ("a",)


def test_only_keeps_rows_of_every_column():
    table = table_of(number("wait", [1, 2, 3]), yes_no("left", [True, False, True]))
    kept = table.only(np.array([True, False, True]))
    assert kept.n_rows == 2
    assert kept.column("wait").amounts().tolist() == [1, 3]
    assert kept.column("left").as_share().tolist() == [1, 1]


def test_values_are_written_as_people_do():
    assert number("wait", [1], unit="min").show(12.0) == "12 min"
    assert number("day", [1], "date").show(19723.0) == "2024-01-01"
    assert [write_number(value) for value in (0.5, 12345.6, float("nan"))] == ["0.5", "12,346", "none"]


def test_words_and_numbers_do_not_mix():
    with pytest.raises(ValueError, match="holds words"):
        words("plan", ["a"]).amounts()
    with pytest.raises(ValueError, match="holds numbers"):
        number("wait", [1]).words()


def test_an_answer_is_laid_out():
    sheet = Sheet("Waiting", ("group", "mean"), (("north", "12"),))
    answer = Exploration("compare", (sheet,), ("North waits.",), ("A remark.",), {"n": 1})
    assert answer.text().splitlines() == [
        "Waiting",
        "  group  mean",
        "  north    12",
        "",
        "Findings",
        "  North waits.",
        "",
        "Remarks",
        "  A remark.",
    ]
    assert answer.to_json() == {
        "ask": "compare",
        "n": 1,
        "findings": ["North waits."],
        "remarks": ["A remark."],
    }
    assert "Nothing to tell." in Exploration("compare", (), ()).text()
