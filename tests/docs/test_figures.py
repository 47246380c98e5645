"""What README and docs quote of the benches is what the benches have left."""

import json
import re

import pytest

from tests.bench.keep import FOLDER
from tests.docs.code_blocks import PAGES, ROOT
from tests.docs.figures import quoted_in

QUOTED = [
    one
    for path in PAGES
    for one in quoted_in(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
]
WORDS = set(re.findall(r"^(bench-[a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_quoted_figures_are_those_that_were_measured():
    wrong = {
        f"{one.page}: {one.bench} {one.key}": (one.text, one.stored(FOLDER))
        for one in QUOTED
        if one.stored(FOLDER) not in {None, one.text}
    }
    assert wrong == {}


def test_every_quoted_bench_is_one_that_can_be_run():
    assert {one.bench for one in QUOTED} <= WORDS
    assert len(QUOTED) >= 10


def test_kept_figures_are_of_benches_that_there_are():
    assert {path.stem for path in FOLDER.glob("*.json")} <= WORDS


def test_a_figure_is_found_in_its_form(tmp_path):
    (tmp_path / "bench-x.json").write_text(json.dumps({"a": {"b": 0.12345}, "n": 2_500_000}))
    page = "It is **0.12** <!-- figure: bench-x a.b .2f -->, 12 % <!-- figure: bench-x a.b .0f 100 -->"
    first, second = quoted_in("page", page)
    assert (first.text, first.stored(tmp_path)) == ("0.12", "0.12")
    assert (second.text, second.stored(tmp_path)) == ("12", "12")
    (third,) = quoted_in("page", "2.6 million <!-- figure: bench-x n .1f 1e-6 -->")
    assert third.stored(tmp_path) == "2.5"
    (missing,) = quoted_in("page", "3 <!-- figure: bench-y n d -->")
    assert missing.stored(tmp_path) is None


def test_a_marker_without_a_number_is_told():
    with pytest.raises(ValueError, match="no number"):
        list(quoted_in("page", "many <!-- figure: bench-x n d -->"))
