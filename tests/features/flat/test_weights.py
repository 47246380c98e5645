import numpy as np
import pytest

from features.errors import ContractError
from features.flat import read_flat
from features.usecase import parse

TEXT = "id,status,share,size,left\na,sent,2,1,Yes\nb,kept,0,2,No\nc,,1.5,3,No\nd,sent,1,4,\n"


@pytest.fixture
def read(tmp_path):
    """Read four rows, the last without a label, with the given weight."""

    def run(weight, text=TEXT):
        (tmp_path / "rows.csv").write_text(text)
        table = {"file": "rows.csv", "label": "left", "positive": "Yes", "id": "id", "weight": weight}
        usecase = parse({"version": 1, "name": "rows", "table": table}, "rows.yaml")
        return read_flat(usecase.located(tmp_path))

    return run


def test_a_column_of_weights_is_no_feature(read):
    rows = read("share")
    assert rows.weight.tolist() == [2, 0, 1.5]
    assert "share" not in rows.columns


def test_weights_by_value_leave_all_others_at_one(read):
    rows = read({"column": "status", "values": {"sent": 18.65}})
    assert np.allclose(rows.weight, [18.65, 1, 1])
    assert "status" not in rows.columns


def test_others_may_have_a_weight_of_their_own(read):
    rows = read({"column": "status", "values": {"sent": 2, "kept": 0}, "otherwise": 0.5})
    assert rows.weight.tolist() == [2, 0, 0.5]


def test_a_value_that_does_not_occur_is_a_slip_of_the_pen(read):
    with pytest.raises(ContractError, match=r"table\.status: no row has the value 'send'.*'sent'"):
        read({"column": "status", "values": {"send": 2}})


def test_a_weight_below_zero_is_named_with_its_row(read):
    with pytest.raises(ContractError, match=r"table\.share: row 3: '-1' is not a weight"):
        read("share", TEXT.replace("kept,0", "kept,-1"))


@pytest.mark.parametrize(("row", "number"), [("kept,0", 3), ("sent,1", 5)], ids=["labelled", "waiting"])
def test_a_weight_below_zero_is_refused_also_where_the_label_is_waited_for(read, row, number):
    with pytest.raises(ContractError, match=rf"table\.share: row {number}: '-3' is not a weight"):
        read("share", TEXT.replace(row, f"{row[:5]}-3"))


def test_rows_that_wait_for_a_label_carry_their_weight(read):
    assert read("share").waiting.weight.tolist() == [1]
    assert read({"column": "status", "values": {"sent": 2}}).waiting.weight.tolist() == [2]
