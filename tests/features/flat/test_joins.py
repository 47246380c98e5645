import numpy as np
import pytest

from features.errors import ContractError
from features.flat.cells import Cells
from features.flat.joins import join_file
from features.reading import Place, stage_file
from features.sql import open_database
from features.usecase import Join, ReadOptions

MAIN, MORE = Place("table", "table"), Place("table.join[0]", "table.join[0]")


@pytest.fixture
def join(tmp_path):
    """Join two tables given as texts and return the cells and the number of rows without a partner."""
    with open_database() as connection:

        def run(left, right, on="id", **options):
            (tmp_path / "left.csv").write_text(left)
            (tmp_path / "right.csv").write_text(right)
            main = stage_file(connection, MAIN, tmp_path / "left.csv", ReadOptions())
            cells = {name: Cells(main, name) for name in main.columns}
            rule = Join(file="right.csv", on=on, **options)
            _, unmatched = join_file(connection, cells, rule, MORE, tmp_path, {"left_out"})
            return cells, unmatched

        yield run


def test_numbers_keep_their_kind_where_no_partner_is(join):
    cells, unmatched = join("id,a\n1,x\n2,y\n3,z\n", "id,size\n3,30\n1,10\n")
    found = cells["size"].values(is_category=False)
    assert found.dtype == np.float64
    assert np.array_equal(found, [10, np.nan, 30], equal_nan=True)
    assert unmatched == 1


def test_rows_without_a_key_have_no_partner(join):
    cells, unmatched = join("id,a\n1,x\n,y\n", "id,size\n1,10\n,20\n,30\n")
    assert np.array_equal(cells["size"].numbers(), [10, np.nan], equal_nan=True)
    assert unmatched == 1


def test_one_row_may_serve_many(join):
    cells, _ = join("id,zip\n1,a\n2,b\n3,a\n", "zip,people\nb,5\na,7\n", on="zip")
    assert cells["people"].numbers().tolist() == [7, 5, 7]


def test_of_several_rows_the_first_one_in_the_file_is_taken_if_asked(join):
    right = "id,size\n2,20\n1,10\n1,11\n"
    cells, unmatched = join("id,a\n1,x\n2,y\n3,z\n", right, several="first")
    assert np.array_equal(cells["size"].numbers(), [10, 20, np.nan], equal_nan=True)
    assert unmatched == 1
    with pytest.raises(ContractError, match=r"the key '1' stands more than once; .*several: first"):
        join("id,a\n1,x\n2,y\n3,z\n", right)


def test_equal_column_of_both_sides_is_that_of_the_left(join):
    cells, _ = join("id,town\n1,Ulm\n2,Bonn\n", "id,town\n2,Bonn\n")
    assert cells["town"].texts().tolist() == ["Ulm", "Bonn"]


def test_missing_on_one_side_is_a_difference(join):
    with pytest.raises(ContractError, match=r"table\.join\[0\]\.town: .*row 3: 'Bonn' and 'None'"):
        join("id,town\n1,Ulm\n2,Bonn\n", "id,town\n1,Ulm\n2,\n")


def test_column_that_is_left_out_anyway_may_differ(join):
    cells, _ = join("id,left_out\n1,Ulm\n", "id,left_out\n1,Bonn\n")
    assert cells["left_out"].texts().tolist() == ["Ulm"]


def test_declared_categories_of_a_joined_file_are_texts(join):
    cells, _ = join("id,a\n1,x\n2,y\n", "id,code\n1,007\n")
    assert cells["code"].values(is_category=True).tolist() == ["007", None]
