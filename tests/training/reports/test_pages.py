"""What holds for every page of every kind of report, in both languages."""

import base64
import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from features.usecase import Language, Privacy
from tests.training.reports import samples
from tests.training.reports.kinds import KINDS, LANGUAGES
from tests.training.reports.test_render import HOSTILE, Page
from training.disclosure import ShownCuts
from training.pages.formats import Formats
from training.reports import ReportInputs, build_report, render_csv, render_html, write_report
from training.reports.sections import Report

ROOT = Path(__file__).parents[3]
LARGEST_PAGE_BYTES = 150_000
# What the sentences of a headline name as limits and as chance, and "the next 90 days" of a use case.
LIMITS = {"0.50", "0.60", "0.15", "0", "5", "90", "100"}


@cache
def built(kind: str) -> Report:
    """Return the report of a kind, which nobody changes."""
    return build_report(KINDS[kind]())


@cache
def drawn(kind: str, language: Language) -> str:
    """Return the page of a kind of report in one language."""
    return render_html(built(kind), language)


@pytest.fixture(params=list(product(KINDS, LANGUAGES)), ids="-".join)
def page(request) -> tuple[dict[str, Any], Language, str]:
    """Return the JSON of a report, the language and the page."""
    kind, language = request.param
    return built(kind).to_json(), language, drawn(kind, language)


class TestInert:
    def test_the_page_is_small_and_names_no_place_elsewhere(self, page):
        _, _, text = page
        assert len(text.encode()) < LARGEST_PAGE_BYTES
        assert "://" not in text
        assert "@import" not in text
        assert "url(" not in text
        for tag, attributes in Page(text).tags:
            assert tag not in {"link", "img", "iframe", "object", "embed", "form", "base", "image", "use"}
            assert not {"src", "srcset", "style", "action", "data"} & attributes.keys()
            assert not [name for name in attributes if name.startswith("on")]
            address = attributes.get("href", "#main")
            assert address in {"#main", "report_en.html", "report_de.html"}

    def test_the_policy_allows_what_is_in_the_page_and_nothing_else(self, page):
        _, _, text = page
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
        scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        assert text.count("<script") == len(scripts) <= 1
        expected = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
        expected["style-src"] = f"'{_hash(style)}'"
        if scripts:
            expected["script-src"] = f"'{_hash(scripts[0])}'"
        assert allowed == expected

    def test_every_drawing_is_xml_and_says_what_it_shows(self, page):
        content, _, text = page
        drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
        assert len(drawings) == text.count("<svg")
        assert len(drawings) >= 1 + 2 * (content["associations"] is not None)
        for drawing in drawings:
            root = ET.fromstring(drawing)
            is_hidden = root.attrib.get("aria-hidden") == "true"
            assert is_hidden or root.attrib.get("aria-label") or root.findtext("title"), drawing[:200]


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class TestHeadline:
    def test_every_number_is_one_of_the_json(self, page):
        content, language, text = page
        told = _numbers(_headline(text))
        assert told
        assert not told - _written(content, language)

    def test_the_leading_value_of_the_json_is_told_with_its_range(self, page):
        content, language, text = page
        formats, headline = Formats(language), content["headline"]
        told = _headline(text)
        if not headline["is_usable"]:
            trust = content["trust"]
            figure = trust["rank_correlation"] if "rank_correlation" in trust else trust["auc"]
            shown = [formats.number(figure[end], 2) for end in ("value", "low", "high")]
        elif headline["answer"] is None:
            shown = [formats.percent(headline["expected_share"]["value"])]
            shown += [formats.number(headline["expected_count"][end]) for end in ("value", "low", "high")]
            shown.append(formats.number(headline["people"]))
        else:
            answer = headline["answer"]
            write = {"share": formats.percent, "points": formats.number, "rating": formats.rating}
            shown = [write[answer["unit"]](answer["expected"][end]) for end in ("value", "low", "high")]
        assert not [number for number in shown if number not in told]

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("kind", ["churn", "attrition", "satisfaction"])
    def test_the_first_lever_and_its_gain_are_those_of_the_json(self, kind, language):
        step = built(kind).to_json()["first_steps"]["steps"][0]
        told, formats = _headline(drawn(kind, language)), Formats(language)
        assert told.count(step["label"][language]) == 2
        for end in ("value", "low", "high"):
            gain = step["gain"][end]
            assert (formats.signed(gain, 2) if kind == "satisfaction" else formats.number(gain)) in told


def _headline(text: str) -> str:
    """Return title and lead as one line."""
    (title,) = re.findall(r"<h1>(.*?)</h1>", text, re.DOTALL)
    (lead,) = re.findall(r'<p class="lead">(.*?)</p>', text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", f"{title} {lead}").split(" "))


def _numbers(text: str) -> set[str]:
    """Return the numbers in a text, without signs and units."""
    return {found.rstrip(".,") for found in re.findall(r"\d[\d.,]*", text)}


def _written(content: dict[str, Any], language: Language) -> set[str]:
    """Return every form in which numbers of the parts behind the headline may be written."""
    formats = Formats(language)
    steps = (content["first_steps"] or {"steps": []})["steps"][:1]
    forms = set(LIMITS) if language == "en" else {limit.replace(".", ",") for limit in LIMITS}
    for value in _leaves([content["headline"], content["trust"], steps]):
        texts = [formats.number(value, digits) for digits in (0, 1, 2)]
        texts += [formats.percent(value, digits) for digits in (0, 1)]
        texts += [formats.money(value), formats.points(value), formats.rating(value)]
        forms |= _numbers(" ".join(texts))
    return forms


def _leaves(content: Any) -> Iterator[float]:
    """Go through the numbers of a JSON value."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for part in content:
            yield from _leaves(part)
    elif isinstance(content, (int, float)) and not isinstance(content, bool):
        yield float(content)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"flat", "good", "bad"}])
def test_parts_of_a_change_add_up_exactly_in_json_and_csv(kind: str) -> None:
    report = built(kind)
    changes = report.to_json()["changes"]
    assert changes
    rows = list(csv.DictReader(io.StringIO(render_csv(report))))
    for change in changes:
        first, *parts, last = change["steps"]
        assert first["value"]["value"] + sum(part["value"]["value"] for part in parts) == pytest.approx(
            last["value"]["value"], abs=1e-9
        )
        shown = [
            round(10 * step["shown"] * (100 if change["unit"] == "share" else 1)) for step in (first, *parts)
        ]
        assert sum(shown) == round(10 * last["shown"] * (100 if change["unit"] == "share" else 1))
        cells = [row for row in rows if (row["section"], row["item"]) == ("change", change["metric"])]
        assert [float(row["value"]) for row in cells] == pytest.approx(
            [step["value"]["value"] for step in change["steps"]], rel=1e-5, abs=1e-9
        )


PRINT_ALL = "from tests.training.reports.test_pages import hashes; print(*hashes(), sep=chr(10))"


def hashes() -> list[str]:
    """Return a line for each file of each kind of report, made anew from its inputs."""
    with TemporaryDirectory() as folder:
        return [
            f"{kind} {file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}"
            for kind, inputs in KINDS.items()
            for file in write_report(build_report(inputs()), Path(folder) / kind)
        ]


@pytest.mark.long
def test_two_processes_write_the_same_bytes() -> None:
    """Sets and dictionaries of texts come in another order in each process."""
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    other = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PRINT_ALL],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert other == hashes()
    assert len(other) == 4 * len(KINDS)


def spoil(content: Any, name: str) -> Any:
    """Return plain values in which every text for people is another one."""
    words = {"name", "suppressed", "other_reasons"}
    if isinstance(content, dict):
        return {
            key: _respell(value, name) if key in words else spoil(value, name)
            for key, value in content.items()
        }
    return [spoil(part, name) for part in content] if isinstance(content, list) else content


def _respell(value: Any, name: str) -> Any:
    """Put a name in place of every text."""
    if isinstance(value, (list, tuple)):
        return [_respell(part, name) for part in value]
    return name if isinstance(value, str) else value


def hostile(name: str) -> ReportInputs:
    """Return a whole report in which whatever others write is hostile: groups, levers, surveys, reasons."""
    inputs = KINDS["churn"]()
    label: dict[Language, str] = {"en": name, "de": name}
    levers = tuple(
        replace(
            lever,
            label=label,
            refusals=tuple(replace(refusal, reason=label, remedy=label) for refusal in lever.refusals),
        )
        for lever in inputs.levers
    )
    groups = np.where(np.arange(2882) % 2 == 0, name, "South")
    nps, ces = inputs.experience
    points = tuple(replace(point, wave=name) for point in nps.points)
    baseline = inputs.baseline
    assert baseline is not None
    return replace(
        inputs,
        levers=levers,
        drivers=tuple(replace(driver, label=label) for driver in inputs.drivers),
        scored=replace(inputs.scored, cuts=ShownCuts.of({"region": groups.tolist()}, Privacy())),
        tables=spoil(dict(inputs.tables), name),
        experience=(replace(nps, survey=name, points=points), ces),
        baseline=replace(baseline, id=name),
        model=replace(inputs.model, name=name, version=name, run_id=name),
    )


@cache
def spoilt(name: str) -> Report:
    """Return the hostile report of a name, which nobody changes."""
    return build_report(hostile(name))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HOSTILE, ids=["script", "template", "address", "attribute", "format"])
def test_hostile_names_of_groups_levers_and_surveys_stay_words(name: str, language: Language) -> None:
    clean = Page(drawn("churn", language))
    text = render_html(spoilt(name), language)
    page = Page(text)
    assert {tag for tag, _ in page.tags} == {tag for tag, _ in clean.tags}
    assert sum(tag == "script" for tag, _ in page.tags) == 1
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on")]
    assert {attributes["href"] for _, attributes in page.tags if "href" in attributes} <= {
        "#main",
        "report_en.html",
        "report_de.html",
    }
    assert page.text.count(" ".join(name.split())) > 30
    for drawing in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ET.fromstring(drawing)


@pytest.mark.parametrize("name", ["=1+1", "+SUM(A1)", "-2+3", "@SUM(A1)", '=HYPERLINK("x")'])
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_are_no_formulas_in_any_column_of_the_csv(name: str, language: Language) -> None:
    delimiter = ";" if language == "de" else ","
    text = render_csv(spoilt(name), language)
    cells = [cell for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]
    assert any(name in cell for cell in cells)
    assert not [cell for cell in cells if cell.lstrip().startswith(name)]


def test_hostile_names_are_plain_texts_in_the_json() -> None:
    report = spoilt(HOSTILE[0])
    content = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert content == report.to_json()
    assert content["first_steps"]["steps"][0]["label"]["en"] == HOSTILE[0]
    assert HOSTILE[0] in content["heat"]["tables"][0]["rows"]


def test_the_kinds_together_show_every_section() -> None:
    shown = {
        name for kind in KINDS for name, section in built(kind).to_json().items() if section not in (None, [])
    }
    assert shown == set(build_report(samples.inputs()).to_json())
