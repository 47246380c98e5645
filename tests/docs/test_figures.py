"""What README and docs quote of the benches is what the benches have left."""

import json
import re

import pytest

from tests.bench.keep import FOLDER
from tests.docs.code_blocks import PAGES, ROOT
from tests.docs.figures import UnknownFigureError, quoted_in

QUOTED = [
    one
    for path in PAGES
    for one in quoted_in(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
]
WORDS = set(re.findall(r"^(bench-[a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def faults_of(quoted, folder):
    """Return what pages say and what they would have to say, or which key the bench has not kept."""
    faults = {}
    for one in quoted:
        try:
            stored = one.stored(folder)
        except UnknownFigureError as error:
            stored = str(error)
        if stored not in {None, one.texts}:
            faults[f"{one.page}: {one.bench} {one.key}"] = (one.texts, stored)
    return faults


def test_quoted_figures_are_those_that_were_measured():
    assert faults_of(QUOTED, FOLDER) == {}


def test_every_quoted_bench_is_one_that_can_be_run():
    assert {one.bench for one in QUOTED} <= WORDS
    assert len(QUOTED) >= 10


def test_kept_figures_are_of_benches_that_there_are():
    assert {path.stem for path in FOLDER.glob("*.json")} <= WORDS


def test_a_figure_is_found_in_its_form(tmp_path):
    (tmp_path / "bench-x.json").write_text(json.dumps({"a": {"b": 0.12345}, "n": 2_500_000}))
    page = "It is **0.12** <!-- figure: bench-x a.b .2f -->, 12 % <!-- figure: bench-x a.b .0f 100 -->"
    first, second = quoted_in("page", page)
    assert (first.texts, first.stored(tmp_path)) == (("0.12",), ("0.12",))
    assert (second.texts, second.stored(tmp_path)) == (("12",), ("12",))
    (third,) = quoted_in("page", "2.6 million <!-- figure: bench-x n .1f 1e-6 -->")
    assert third.stored(tmp_path) == ("2.5",)
    (missing,) = quoted_in("page", "3 <!-- figure: bench-y n d -->")
    assert missing.stored(tmp_path) is None


@pytest.mark.parametrize(
    ("kept", "key"),
    [
        ({"loss": {"value": -0.0024, "low": -0.0046, "high": 0.0005, "n": 9}}, "loss"),
        ({"loss": -0.0024, "loss_low": -0.0046, "loss_high": 0.0005}, "loss"),
        ({"by_size": {"300": {"loss": [-0.0024, -0.0046, 0.0005]}}}, "by_size.300.loss"),
        ({"telco-11.1.3": {"loss": {"value": -0.0024, "low": -0.0046, "high": 0.0005}}}, "telco-11.1.3.loss"),
        ({"a set (flag)": {"loss": [-0.0024, -0.0046, 0.0005]}}, "'a set (flag).loss'"),
    ],
    ids=["estimate", "beside", "list", "dots", "blanks"],
)
def test_an_interval_is_checked_with_its_figure(tmp_path, kept, key):
    (tmp_path / "bench-x.json").write_text(json.dumps(kept))
    (short,) = quoted_in("page", f"**-.0024 (-.0046 to .0005)** <!-- figure: bench-x {key} .4f -->")
    assert short.stored(tmp_path) == short.texts == ("-.0024", "-.0046", ".0005")
    (alone,) = quoted_in("page", f"| -0.0024 <!-- figure: bench-x {key} .4f -->")
    assert alone.stored(tmp_path) == alone.texts == ("-0.0024",)
    (wrong,) = quoted_in("page", f"-.0024 (-.0046 to .0006) <!-- figure: bench-x {key} .4f -->")
    assert list(faults_of([short, alone, wrong], tmp_path).values()) == [(wrong.texts, short.texts)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0.12 <!-- figure: bench-x de_f .2f -->", "there is no 'de_f'; did you mean 'de_f1'?"),
        ("0.12 <!-- figure: bench-x sizes.5m.x .2f -->", "there is no 'sizes.5m.x'; there are ['y']"),
        ("0.12 <!-- figure: bench-x de_f1.value .2f -->", "leads to 0.123, which holds no 'value'"),
        ("0.12 <!-- figure: bench-x none .2f -->", "'none' is None, which has no form '.2f'"),
        ("0.12 <!-- figure: bench-x de_f1 d -->", "'de_f1' is 0.123, which has no form 'd'"),
        ("0.12 <!-- figure: bench-x sizes .2f -->", "'sizes' is {'5m': {'y': 1}}, which has no form"),
        ("0.12 (0.10-0.14) <!-- figure: bench-x de_f1 .2f -->", "there is no 'de_f1'"),
    ],
)
def test_a_key_that_a_bench_has_not_kept_is_named(tmp_path, text, words):
    """However it comes about: a slip in the key, another form, an interval that is not there."""
    kept = {"de_f1": 0.123, "none": None, "sizes": {"5m": {"y": 1}}}
    (tmp_path / "bench-x.json").write_text(json.dumps(kept))
    ((place, (_, told)),) = faults_of(quoted_in("docs/page.md", text), tmp_path).items()
    assert place.startswith("docs/page.md: bench-x ")
    assert words in told


@pytest.mark.parametrize(
    "text",
    [
        "many <!-- figure: bench-x n d -->",
        "3 (or more) of 10 thousand pages of it <!-- figure: bench-x n d -->",
    ],
)
def test_a_marker_without_a_number_is_told(text):
    with pytest.raises(ValueError, match="no number"):
        list(quoted_in("page", text))


def test_a_marker_with_too_few_words_is_told():
    with pytest.raises(ValueError, match="'bench-x n' is no marker"):
        list(quoted_in("page", "3 <!-- figure: bench-x n -->"))
