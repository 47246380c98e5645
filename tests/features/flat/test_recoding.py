import numpy as np
import pytest

from features.errors import ContractError
from features.flat import read_flat
from features.usecase import parse

TEXT = "id,pay,size,left\na,COD,1,Yes\nb,Cash on Delivery,2,No\nc,CC,3,n\nd,,4,No\n"


@pytest.fixture
def read(tmp_path):
    """Read four rows with the given settings of the table."""

    def run(text=TEXT, **settings):
        (tmp_path / "rows.csv").write_text(text)
        table = {"file": "rows.csv", "label": "left", "positive": "Yes", "id": "id", **settings}
        usecase = parse({"version": 1, "name": "rows", "table": table}, "rows.yaml")
        return read_flat(usecase.located(tmp_path))

    return run


def test_spellings_of_one_category_become_one(read):
    rows = read(recode={"pay": {"COD": "Cash on Delivery"}}, exclude=["left"])
    assert rows.columns["pay"].tolist() == ["Cash on Delivery", "Cash on Delivery", "CC", None]


def test_the_label_is_recoded_too(read):
    rows = read(recode={"left": {"n": "No"}})
    assert rows.target.tolist() == [1, 0, 0, 0]


def test_words_become_a_rating(read):
    text = "id,size,mood\na,1,good\nb,2,5\nc,3,bad\nd,4,\n"
    rows = read(text, label="mood", positive=None, kind="ordinal", recode={"mood": {"good": "4", "bad": "1"}})
    assert rows.target.tolist() == [4, 5, 1]


def test_a_word_that_stands_for_no_number_is_named(read):
    text = "id,size,mood\na,1,good\nb,2,5\nc,3,bad\nd,4,\n"
    with pytest.raises(ContractError, match="row 4: 'bad' is not a number") as caught:
        read(text, label="mood", positive=None, kind="ordinal", recode={"mood": {"good": "4"}})
    assert caught.value.where == "table.mood"
    assert caught.value.hint == "write under table.recode which number it stands for"


def test_codes_of_numbers_become_categories(read):
    rows = read(recode={"size": {"1": "small", "2": "small"}})
    assert rows.columns["size"].tolist() == ["small", "small", "3", "4"]


def test_copies_are_those_of_the_file(read):
    text = "id,pay,left\na,COD,Yes\nb,Cash on Delivery,Yes\nc,CC,No\nd,CC,No\n"
    rows = read(text, recode={"pay": {"COD": "Cash on Delivery"}}, duplicates="remove")
    assert rows.entity_id.tolist() == ["a", "b", "c"]
    assert len(np.unique(rows.likeness[1])) == 3  # the audit counts no copies that nobody can remove


def test_a_value_that_does_not_occur_is_a_slip_of_the_pen(read):
    with pytest.raises(ContractError, match="no row has the value 'cod', which is to be recoded") as caught:
        read(recode={"pay": {"cod": "Cash on Delivery"}})
    assert caught.value.where == "table.pay"
    assert "the nearest values are " in caught.value.hint
    assert "COD" in caught.value.hint


def test_a_column_that_is_not_there_is_named(read):
    with pytest.raises(ContractError, match="payment"):
        read(recode={"payment": {"COD": "Cash on Delivery"}})
