"""The review list: doubt as it is defined, one of each group, nothing decided, and a file to fill in."""

import csv

import numpy as np
import pytest
from hypothesis import strategies as st

from features.text.corrections import COLUMNS, Corrections
from features.text.review import list_doubts, write_review
from tests.properties import law

SURE, TORN, LOST = [0.0, 0.0, 1.0], [0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]
TEXTS = ["Die Lieferung kam gestern", "Naja, es geht so", "Die Rechnung stimmt"]


def test_the_most_doubtful_come_first():
    rows = list_doubts(TEXTS, [SURE, LOST, TORN], languages=["de", "de", "en"])
    assert [row.text for row in rows] == [TEXTS[1], TEXTS[2], TEXTS[0]]
    assert [row.doubt for row in rows] == pytest.approx([1, np.log(2) / np.log(3), 0])
    assert [row.probability for row in rows] == pytest.approx([1 / 3, 0.5, 1])
    assert [row.guess for row in rows] == ["-1", "-1", "1"]
    assert [row.language for row in rows] == ["de", "en", "de"]
    assert {row.field for row in rows} == {"sentiment"}


def test_five_grades_go_from_minus_two_to_two():
    probabilities = np.eye(5)
    texts = ["aa", "bb", "cc", "dd", "ee"]
    assert {row.text: row.guess for row in list_doubts(texts, probabilities)} == {
        "aa": "-2",
        "bb": "-1",
        "cc": "0",
        "dd": "1",
        "ee": "2",
    }


def test_copies_are_shown_once_with_their_number():
    texts = ["Ticket 12 wurde geschlossen", "Ticket 345 wurde geschlossen!", "Naja, es geht so"]
    rows = list_doubts(texts, [TORN, LOST, SURE])
    assert [(row.text, row.copies) for row in rows] == [(texts[1], 2), (texts[2], 1)]


def test_doubts_about_the_topic_count_as_well():
    rows = list_doubts(TEXTS, [SURE, TORN, SURE], [[0.1, 2], [3, 0], [1, 1]], topics=["Price", "Delivery"])
    assert [(row.text, row.field, row.guess) for row in rows] == [
        (TEXTS[2], "topic", "Price"),
        (TEXTS[1], "sentiment", "-1"),
        (TEXTS[0], "topic", "Delivery"),
    ]


def test_texts_without_words_or_topic_are_no_doubt():
    rows = list_doubts(["", " ", "so so"], [LOST, LOST, SURE], [[1, 1], [1, 1], [0, 0]])
    assert [(row.text, row.field, row.doubt) for row in rows] == [("so so", "sentiment", 0.0)]


def test_what_is_corrected_is_left_out():
    corrections = Corrections({"sentiment": {"naja, es geht so": 0.0}})
    rows = list_doubts(TEXTS, [SURE, LOST, TORN], corrections=corrections)
    assert [row.text for row in rows] == [TEXTS[2], TEXTS[0]]
    with_topics = list_doubts(TEXTS, [SURE, LOST, TORN], [[1, 0], [2, 1], [1, 0]], corrections=corrections)
    assert (with_topics[0].text, with_topics[0].field) == (TEXTS[1], "topic")


def test_the_seed_decides_between_equal_doubts_and_nothing_else():
    texts = [f"{letter * 9} verschieden" for letter in "abcdefghij"]
    shown = {
        tuple(row.text for row in list_doubts(texts, [TORN] * 10, most=3, seed=seed)) for seed in range(8)
    }
    assert len(shown) > 4
    assert list_doubts(texts, [TORN] * 10, seed=3) == list_doubts(texts, [TORN] * 10, seed=3)
    mixed = [list_doubts(TEXTS, [SURE, LOST, TORN], seed=seed) for seed in range(5)]
    assert all(rows == mixed[0] for rows in mixed)


@pytest.mark.parametrize("most", [0, 1, 2])
def test_the_list_is_as_long_as_asked(most):
    assert len(list_doubts(TEXTS, [SURE, LOST, TORN], most=most)) == most
    assert list_doubts([], np.empty((0, 3)), most=most) == []


@pytest.mark.parametrize(
    ("probabilities", "weights", "topics", "message"),
    [
        ([SURE, SURE], None, (), r"probabilities has the shape \(2, 3\); 3 texts need"),
        ([[1], [1], [1]], None, (), r"probabilities has the shape \(3, 1\)"),
        (np.ones((3, 4)), None, (), "probabilities has 4 columns; 5"),
        ([SURE, SURE, [0, -1, 2]], None, (), "probabilities holds -1"),
        ([SURE, SURE, [0, float("nan"), 2]], None, (), "probabilities holds nan"),
        ([SURE] * 3, np.ones((3, 2)), ("a",), "topic_weights has 2 columns for 1 topics"),
        ([SURE] * 3, np.full((3, 2), np.inf), (), "topic_weights holds inf"),
    ],
)
def test_figures_that_do_not_fit_are_refused(probabilities, weights, topics, message):
    with pytest.raises(ValueError, match=message):
        list_doubts(TEXTS, probabilities, weights, topics=topics)


def test_a_filled_in_list_is_a_file_of_corrections(tmp_path):
    texts = ['Er sagte: "gut, sehr gut"', "=SUMME(A1)", "Zwei\nZeilen; mit allem"]
    path = tmp_path / "review.csv"
    write_review(path, list_doubts(texts, [SURE, LOST, TORN]))
    assert len(Corrections.read(path, ["de"], [])) == 0
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    assert header[:4] == list(COLUMNS)
    assert not any(row[0].startswith(("=", "+", "-", "@")) for row in rows)
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, delimiter=";").writerows([header, *([*row[:2], "-1", *row[3:]] for row in rows)])
    corrections = Corrections.read(path, ["de"], [])
    assert corrections.apply(texts, {"sentiment": np.zeros(3)})["sentiment"].tolist() == [-1, -1, -1]
    assert list_doubts(texts, [SURE, LOST, TORN], corrections=corrections) == []


ROWS = st.tuples(st.sampled_from([*TEXTS, "", "gut"]), st.integers(0, 3), st.integers(0, 3))


@law(30, st.lists(ROWS, max_size=8))
def test_the_list_is_sorted_and_shows_each_text_once(drawn):
    texts = [text for text, _, _ in drawn]
    weights = np.array([[one + 1, two, 1] for _, one, two in drawn], dtype=float).reshape(-1, 3)
    rows = list_doubts(texts, weights)
    assert [row.doubt for row in rows] == sorted((row.doubt for row in rows), reverse=True)
    assert sorted(row.text for row in rows) == sorted(set(texts) - {""})
    assert all(0 <= row.doubt <= 1 + 1e-12 and row.copies == texts.count(row.text) for row in rows)
