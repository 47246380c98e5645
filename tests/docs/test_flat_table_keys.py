"""The tutorial names every key of a flat table, and none that is not there."""

import re

from features.usecase import FlatTable
from tests.contracts.repository import ROOT


def test_the_tutorial_names_every_key_of_a_flat_table():
    text = (ROOT / "docs" / "tutorial-flat-table.md").read_text(encoding="utf-8")
    section = text.partition("## The keys of `table`")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    named = [key for cell in cells for key in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(FlatTable.model_fields)
