"""Verbatims of a frame on their way to a report: waves, topics, quotes, and what went out before."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from features.errors import InputError
from features.frame.content import VERBATIMS
from features.usecase import NamedRounds, TextReading
from tests.training.examples import believed
from training.bundle import Bundle
from training.disclosure import ReleaseRefusedError
from training.runs.releases import Releases
from training.runs.report import Beside, gather, list_released, write
from training.runs.themes import list_quotes, list_themes, name_topics
from training.runs.workspace import Workspace
from training.themes import Span, TopicName

TODAY = date(2026, 1, 15)
TOPICS = [
    {
        "id": "waiting",
        "label": {"en": "Waiting", "de": "Warten"},
        "words": {"en": ["wait"], "de": ["warten"]},
    },
    {"id": "price", "label": {}, "words": {"de": ["preis"]}, "stability": None, "pinned": False},
]
FACTS = {
    "version": "0123456789ab",
    "tone": {"en": {"from": "csat", "rows": 100, "macro_f1": None, "reason": None}},
    "topics": TOPICS,
    "emerging": [
        {
            "words": ["parking"],
            "share": {"estimate": 0.1, "low": 0.07, "high": 0.14},
            "people": {"estimate": 50, "low": 35, "high": 70},
            "first_wave": "2025 Q4",
            "p_value": 0.001,
        }
    ],
}
QUOTE = """
- source: surveys
  topic: waiting
  text: {en: "I waited."}
  approved_by: M
  approved_on: 2026-01-02
"""


def verbatims(until: date, *, n=600, seed=0):
    """Return verbatims of the year before a day, each written on some day by somebody."""
    random = np.random.default_rng(seed)
    days = sorted(until - timedelta(days=int(back)) for back in random.integers(1, 365, n))
    topics = random.choice(["waiting", "price", ""], n, p=[0.5, 0.3, 0.2])
    columns = {
        "entity_id": [f"p{place:04d}" for place in range(n)],
        "source": ["surveys"] * n,
        "written_on": days,
        "language": ["en"] * n,
        "sentiment": random.choice((-1, 0, 1), n).astype(float),
        "effort": [None] * n,
        "is_actionable": random.integers(0, 2, n).astype(float),
        "topic": [topic or None for topic in topics],
    }
    return pa.table(columns, schema=VERBATIMS)


def reading(example, *, subject="customer", anonymous=False, **more):
    """Return use case and frame of an example whose surveys hold verbatims that are read."""
    update = {"verbatim": "comment", "language": ["de", "en"], "text": TextReading()}
    update |= {"join": "unit", "key": "team"} if anonymous else {}
    surveys = example.usecase.sources["surveys"].model_copy(update=update)
    privacy = example.usecase.privacy.model_copy(update={"subject": subject})
    others = {name: source for name, source in example.usecase.sources.items() if source.turns is None}
    sources = {**others, "surveys": surveys}
    usecase = example.usecase.model_copy(update={"sources": sources, "privacy": privacy})
    facts = replace(example.frame.facts, texts={"surveys": FACTS})
    rows = verbatims(example.frame.facts.observed_until, **more)
    return usecase, replace(example.frame, verbatims=rows, facts=facts)


def read(example, **more):
    usecase, frame = reading(example, **more)
    return list_themes(frame, usecase)[0].content


def test_the_newest_whole_quarter_is_told(company):
    usecase, frame = reading(company)
    content = list_themes(frame, usecase)[0].content
    until = frame.facts.observed_until
    quarter = (until.year - 1970) * 4 + (until.month - 1) // 3 - 1
    assert content.wave == f"{1970 + quarter // 4} Q{quarter % 4 + 1}"
    days = np.array(
        [(day.year - 1970) * 4 + (day.month - 1) // 3 for day in frame.verbatims["written_on"].to_pylist()]
    )
    assert content.verbatims == (days == quarter).sum()
    assert content.survey is None
    assert content.tone_by == {"en": "csat"}


def test_waves_are_those_of_the_source(company):
    usecase, frame = reading(company)
    surveys = usecase.sources["surveys"].model_copy(update={"waves": "half_year"})
    halves = usecase.model_copy(update={"sources": {**usecase.sources, "surveys": surveys}})
    assert " H" in list_themes(frame, halves)[0].content.wave


def test_named_rounds_have_the_verbatims_of_their_days(company):
    usecase, frame = reading(company)
    surveys = usecase.sources["surveys"].model_copy(update={"waves": NamedRounds(column="round")})
    named = usecase.model_copy(update={"sources": {**usecase.sources, "surveys": surveys}})
    until = frame.facts.observed_until
    ends = [until - timedelta(days=days) for days in (200, 100, 1)]
    waves = pa.table(
        {
            "source": ["surveys"] * 3,
            "wave": pa.array([4, 5, 6], pa.int32()),
            "wave_name": ["Spring", "Summer", "Autumn"],
            "closes_on": ends,
            "is_open": [False, False, True],
        }
    )
    content = list_themes(replace(frame, waves=waves), named)[0].content
    days = frame.verbatims["written_on"].to_pylist()
    assert (content.wave, content.open_wave, content.wave_before) == ("Summer", "Autumn", None)
    assert content.verbatims == sum(ends[0] <= day < ends[1] for day in days)


def test_topics_are_named_as_the_text_model_names_them(company):
    assert name_topics(FACTS) == {
        "waiting": TopicName({"en": "Waiting", "de": "Warten"}, {"en": ("wait",), "de": ("warten",)}),
        "price": TopicName({}, {"de": ("preis",)}),
    }
    assert name_topics({"version": "0123456789ab"}) == {}
    found = {line.topic: line.name for line in read(company).themes}
    assert found["waiting"].label["de"] == "Warten"


def test_new_topics_carry_how_many_people_they_stand_for(company):
    (new,) = read(company).emerging
    assert (new.people, new.of, new.first_wave) == (Span(50, 35, 70), 500, "2025 Q4")


def test_facts_without_anything_but_a_version_do(company):
    usecase, frame = reading(company)
    bare = replace(frame, facts=replace(frame.facts, texts={"surveys": {"version": "0123456789ab"}}))
    content = list_themes(bare, usecase)[0].content
    assert content.emerging == ()
    assert content.tone_by == {}
    assert list_themes(replace(bare, facts=replace(frame.facts, texts={})), usecase)[0].content.verbatims


def test_the_order_of_rows_changes_nothing(company):
    usecase, frame = reading(company, anonymous=True)
    backwards = frame.verbatims.take(list(range(frame.verbatims.num_rows))[::-1])
    one, other = (list_themes(found, usecase)[0] for found in (frame, replace(frame, verbatims=backwards)))
    assert one.content == other.content
    assert [wave.answers for wave in one.released["surveys-verbatims"].waves] == [
        wave.answers for wave in other.released["surveys-verbatims"].waves
    ]


def test_no_words_are_read_no_themes_are_told(company, members):
    assert list_themes(members.frame, members.usecase) == ()
    usecase, frame = reading(company, n=5)
    assert list_themes(frame, usecase) == ()


def bundle_of(example, usecase) -> Bundle:
    return replace(believed(example.bundle), usecase=usecase)


def test_the_report_has_the_section_and_releases_it(company):
    usecase, frame = reading(company)
    inputs = gather(bundle_of(company, usecase), frame, made_on=TODAY)
    assert [one.content.source for one in inputs.themes] == ["surveys"]
    assert {"surveys-verbatims", "surveys-writers"} <= set(list_released(inputs))


def test_a_report_is_written_with_its_quotes(company, tmp_path):
    usecase, frame = reading(company)
    path = Workspace(tmp_path).quotes("churn")
    assert path == tmp_path / "texts" / "churn" / "quotes.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(QUOTE, encoding="utf-8")
    files = write(
        bundle_of(company, usecase), frame, tmp_path / "report", made_on=TODAY, beside=Beside(quotes=path)
    )
    assert "I waited." in files["report_en.html"].read_text(encoding="utf-8")
    content = json.loads(files["report.json"].read_text(encoding="utf-8"))
    assert content["themes"]["quotes"][0]["approved_by"] == "M"
    path.write_text(QUOTE.replace("I waited", "K-1 waited, mail k@example.org"), encoding="utf-8")
    with pytest.raises(InputError, match="an e-mail address"):
        write(
            bundle_of(company, usecase), frame, tmp_path / "report", made_on=TODAY, beside=Beside(quotes=path)
        )


def test_ids_of_the_frame_are_not_quoted_and_work_is_not_quoted_at_all(company, tmp_path):
    usecase, frame = reading(company)
    path = tmp_path / "quotes.yaml"
    somebody = frame.latest["entity_id"][0].as_py()
    path.write_text(QUOTE.replace("I waited", f"As {somebody} I waited"), encoding="utf-8")
    with pytest.raises(InputError, match="the id of somebody in the data"):
        list_quotes(frame, usecase, path)
    assert list_quotes(frame, reading(company, subject="employee")[0], path) == ()
    assert list_quotes(frame, usecase, None) == list_quotes(frame, usecase, tmp_path / "none.yaml") == ()


def test_at_work_what_went_out_is_kept_and_an_altered_wave_is_left_out(company, tmp_path):
    usecase, frame = reading(company, subject="employee", anonymous=True)
    releases = Releases.of(usecase, tmp_path)
    first = list_themes(frame, usecase, releases=releases)
    for one in first:
        releases.publish(one.released)
    assert {path.name for path in tmp_path.iterdir() if path.suffix == ".json"} == {
        "surveys-verbatims.json", "surveys-writers.json",
    }  # fmt: skip
    again = list_themes(frame, usecase, releases=releases)
    assert again[0].content == first[0].content
    releases.publish(again[0].released)
    other = replace(frame, verbatims=reading(company, seed=1)[1].verbatims)
    told = {first[0].content.wave, first[0].content.wave_before}
    for one in list_themes(other, usecase, releases=releases):
        assert set(one.content.altered) == told
        assert one.content.wave not in told
    stale = Releases.of(usecase, tmp_path)
    with pytest.raises(ReleaseRefusedError):
        stale.publish(first[0].released)
