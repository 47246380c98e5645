"""The code knows no data set: no distinctive column name of the public data occurs in the three packages."""

import csv
import gzip
import re
from pathlib import Path

import pytest

from tests.contracts.repository import name_of, source_files

LONG = 8
# Words of the trade that the example company uses for itself as well.
OWN_WORDS = {"customer_id", "ticket_id", "review_id"}


def read_header(path: Path) -> list[str]:
    """Return the column names of a packed table; nothing for texts without a header."""
    with gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as content:
        first = next(csv.reader(content, delimiter=" " if ".txt" in path.name else ","), [])
    names = [name.strip() for name in first]
    return [name for name in names if name] if len(names) > 1 else []


def is_distinctive(name: str) -> bool:
    """Tell names that no code would hold by chance: long ones, and those of several words."""
    several_words = re.search(r"[ _]", name) is not None or re.search(r"[a-z][A-Z]", name) is not None
    return several_words or len(name) > LONG


def find_names(text: str, names: set[str]) -> set[str]:
    """Return the names that stand in a text as a whole word."""
    any_name = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return set(re.findall(rf"(?<!\w)(?:{any_name})(?!\w)", text))


def names_of_data(folder: Path) -> set[str]:
    """Return the distinctive column names of all data sets."""
    headers = [read_header(path) for path in sorted(folder.rglob("*.csv.gz"))]
    headers += [read_header(path) for path in sorted(folder.rglob("*_master.txt.gz"))]
    return {name for header in headers for name in header if is_distinctive(name)} - OWN_WORDS


def test_no_column_of_a_data_set_occurs_in_the_code(shared_data):
    names = names_of_data(shared_data)
    assert len(names) > 150
    found = {name_of(path): find_names(path.read_text(encoding="utf-8"), names) for path in source_files()}
    assert {path: sorted(known) for path, known in found.items() if known} == {}


@pytest.mark.parametrize("name", ["PreferedOrderCat", "Unique id", "refund_amount_usd", "Satisfaction"])
def test_names_that_no_code_holds_by_chance(name):
    assert is_distinctive(name)


@pytest.mark.parametrize("name", ["Age", "date", "Churn", "id"])
def test_plain_words_are_no_sign(name):
    assert not is_distinctive(name)


def test_a_name_is_found_as_a_whole_word_alone():
    names = {"plan_tier"}
    assert find_names("read plan_tier.last_90d", names) == names
    assert find_names("old_plan_tiers", names) == set()


def test_headers_are_read_out_of_packed_tables(tmp_path):
    with gzip.open(tmp_path / "orders.csv.gz", "wt", encoding="utf-8-sig") as content:
        content.write('id,"Amount, net",Order date\n1,2,3\n')
    assert read_header(tmp_path / "orders.csv.gz") == ["id", "Amount, net", "Order date"]
