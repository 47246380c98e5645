"""New topics of a source: told with a share and people, and only when enough people write of them."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.cohort import count_days
from features.frame.emerging import _count_people, find_new_topics
from features.sources import open_sources
from features.text.readings import Readings
from features.text.topics import EmergingTopic, Range, TopicModel
from features.text.topics.words import find_words
from features.usecase import NamedRounds
from tests.bench.topic_worlds import draw_waves, is_mark
from tests.features.event_tables import day
from tests.features.frame.company import pick
from tests.features.frame.spoken_company import SURVEYS, load_spoken, make_spoken

MONTHS = [count_days(date(2023 + month // 12, month % 12 + 1, 1)) for month in range(9, 18)]
N_TEXTS = 600
PLANTED = "parental_leave"


@dataclass(frozen=True)
class Spoken:
    """Verbatims of a source: when they were written, by whom, what they say, and what they are about."""

    days: Any
    people: Any
    texts: list[str]
    languages: list[str]
    truth: list[str]

    def __post_init__(self) -> None:
        assert len(self.days) == len(self.people) == len(self.texts)

    @property
    def rows(self) -> pa.Table:
        return pa.table({"event_day": pa.array(self.days), "entity_id": pa.array(self.people, pa.string())})

    @property
    def readings(self) -> Readings:
        nothing = np.full(len(self.texts), np.nan)
        return Readings(self.texts, self.languages, nothing, nothing, nothing, [None] * len(self.texts))

    def where(self, is_kept: Any) -> "Spoken":
        """Return some of the verbatims."""
        kept = np.flatnonzero(is_kept)
        each = (self.people, self.texts, self.languages, self.truth)
        return Spoken(self.days[kept], *([column[place] for place in kept] for column in each))

    def by(self, *people: str | None) -> "Spoken":
        """Let only some people write about what is new."""
        is_new = np.array(self.truth) == PLANTED
        changed = np.array(self.people, dtype=object)
        changed[is_new] = [people[place % len(people)] for place in range(int(is_new.sum()))]
        return replace(self, people=changed.tolist())


def speak(seed, planted):
    waves = draw_waves(seed, len(MONTHS) - 1, N_TEXTS, planted=planted)
    dice = np.random.default_rng(seed)
    days = [month + int(day) for month in MONTHS[:-1] for day in dice.integers(0, 28, N_TEXTS)]
    people = [f"k{number:03d}" for number in dice.integers(0, 300, len(days))]
    texts = [text for wave in waves for text in wave.texts]
    return Spoken(
        np.array(days),
        people,
        texts,
        [code for wave in waves for code in wave.languages],
        [topic or "" for wave in waves for topic in wave.truth],
    )


@pytest.fixture(scope="module")
def spoken():
    """Return eight months with something new in the last two."""
    return speak(2, [(PLANTED, len(MONTHS) - 3, 0.03)])


@pytest.fixture(scope="module")
def model(spoken):
    early = [place for place, day in enumerate(spoken.days) if day < MONTHS[4]]
    texts = [spoken.texts[place] for place in early]
    return TopicModel.fit(texts, [spoken.languages[place] for place in early])


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Return the open company, for who belongs to it and its minimum groups."""
    surveys = {"waves": "month", "metrics": {"nps": "nps"}, "text": SURVEYS["text"]}
    usecase = load_spoken(tmp_path_factory.mktemp("company"), make_spoken(n_customers=60), surveys=surveys)
    with open_sources(usecase) as opened:
        yield opened


@pytest.fixture(scope="module")
def ask(sources, model):
    """Return what finds new topics."""

    def find(spoken, *, observed_day=MONTHS[-1], waves="month"):
        source = sources.usecase.sources["surveys"].model_copy(update={"waves": waves})
        return find_new_topics(sources, "surveys", source, spoken.rows, spoken.readings, model, observed_day)

    return find


@pytest.fixture(scope="module")
def found(ask, spoken):
    return ask(spoken)


def test_new_words_of_the_newest_waves_are_found(found):
    assert found
    for topic in found:
        assert any(is_mark(PLANTED, word) for word in topic["words"])
        assert topic["first_wave"] == "2024-04"
        assert topic["p_value"] <= 0.01
        assert set(topic["label"]) == {"en", "de"}


def test_the_share_is_that_of_the_newest_wave_with_its_range(found, spoken):
    newest = spoken.days >= MONTHS[-2]
    truth = np.mean(np.array(spoken.truth)[newest] == PLANTED)
    share = found[0]["share"]
    assert share["low"] < share["estimate"] < share["high"]
    assert share["low"] < 1.5 * truth
    assert share["high"] > truth / 2


def test_people_are_the_share_of_all_who_belonged_when_the_wave_closed(found):
    closed = day("2024-06-01")
    customers = make_spoken(n_customers=60)["customers"]
    belongs = 0
    for customer in {row["customer"] for row in customers}:
        versions = [row for row in pick(customers, customer) if max(row["since"], row["loaded_at"]) <= closed]
        newest = max(versions, key=lambda row: row["since"], default=None)
        belongs += newest is not None and (newest["end"] is None or newest["end"] > closed)
    topic = found[0]
    assert topic["people"]["of"] == belongs < 60
    assert topic["people"]["estimate"] == pytest.approx(belongs * topic["share"]["estimate"])
    assert topic["people"]["low"] < topic["people"]["estimate"] < topic["people"]["high"]


def test_where_answers_say_who_belongs_nobody_knows_how_many_people(sources, model, spoken):
    base = sources.usecase.settled()[2].base
    changed = sources.usecase.sources | {base: sources.usecase.sources[base].model_copy(update={"data": "X"})}
    answered = replace(sources, usecase=sources.usecase.model_copy(update={"sources": changed}))
    source = changed["surveys"].model_copy(update={"waves": "month"})
    told = find_new_topics(answered, "surveys", source, spoken.rows, spoken.readings, model, MONTHS[-1])
    assert {topic["people"] for topic in told} == {None}


def test_it_is_plain_values(found):
    keys = ["id", "label", "words", "share", "people", "first_wave", "p_value"]
    assert [list(topic) for topic in found] == [keys] * len(found)
    assert all(isinstance(word, str) for topic in found for word in topic["words"])


def test_a_quiet_world_has_nothing_new(ask):
    assert ask(speak(4, [])) == []


def test_nothing_is_new_before_it_begins(ask, spoken):
    before = spoken.where(spoken.days < MONTHS[-3])
    assert ask(before, observed_day=MONTHS[-3]) == []


def test_a_wave_that_is_still_open_tells_nothing(ask, spoken):
    (first, *_) = {topic["first_wave"] for topic in ask(spoken, observed_day=MONTHS[-1])}
    assert first == "2024-04"
    assert ask(spoken, observed_day=MONTHS[-3] + 5) == []


def test_fewer_than_three_finished_waves_tell_nothing(ask, spoken):
    assert ask(spoken, waves="half_year") == []
    two = spoken.where(spoken.days >= MONTHS[-3])
    assert ask(two) == []


def test_no_verbatim_at_all_tells_nothing(ask):
    assert ask(Spoken(np.zeros(0, dtype=np.int64), [], [], [], [])) == []


def test_named_rounds_are_told_by_quarter(ask, spoken):
    assert ask(spoken, waves=NamedRounds(column="round")) == ask(spoken, waves="quarter")


@pytest.mark.parametrize(("n_people", "is_told"), [(9, False), (30, True)])
def test_many_verbatims_of_few_people_are_not_told(ask, spoken, n_people, is_told):
    told = ask(spoken.by(*[f"p{place}" for place in range(n_people)]))
    assert bool(told) is is_told


def test_verbatims_of_nobody_known_are_somebodys_each(ask, spoken, found):
    assert ask(spoken.by(None)) == found


class TestPeople:
    """Who said one of the words: in any form of it, and not as a part of another."""

    def ask(self, words, texts, languages, people):
        nothing = Range(0.1, 0.0, 0.2)
        topic = EmergingTopic("new", {}, words, nothing, None, 0, 0.01, (0, 1))
        spoken = [(code, find_words(text)) for text, code in zip(texts, languages, strict=True)]
        return _count_people(topic, spoken, people)

    def test_other_forms_count_and_parts_of_other_words_do_not(self):
        texts = ["The app crashes.", "Apps are slow", "I am happy, it happened.", "APP!"]
        assert self.ask({"en": ("app",)}, texts, ["en"] * 4, ["a", "b", "c", "d"]) == 3

    def test_german_compounds_count_by_their_long_parts(self):
        texts = ["Der Ausfall nervt", "Stromausfall!", "Ausfälle", "Die Ausfallzeit", "Der Unfall", "Halle"]
        assert self.ask({"de": ("ausfall", "all")}, texts, ["de"] * 6, list("abcdef")) == 4

    def test_a_word_of_one_language_is_not_looked_for_in_another(self):
        words = {"de": ("gift",)}
        assert self.ask(words, ["a gift", "Gift"], ["en", "de"], ["a", "b"]) == 1

    def test_who_writes_twice_is_one(self):
        assert self.ask({"en": ("app",)}, ["app", "app", "app"], ["en"] * 3, ["a", "a", None]) == 2
