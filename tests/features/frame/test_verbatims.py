"""Verbatims joined into the feature table: right values, honest in time, no words left behind."""

import json
import shutil
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.cohort import EPOCH, count_days
from features.errors import ContractError
from features.frame import Frame, Tombstones, build, erase, fit_texts, list_known, review_texts
from features.frame.content import VERBATIMS
from features.frame.verbatims import find_fit_day, read_verbatims
from features.progress import silent
from features.sources import open_sources
from features.text.redaction import Redactor
from features.text.shelf import Shelf
from features.timeline import list_judged
from features.usecase import TEXT_COLUMNS
from tests.features.event_tables import day
from tests.features.frame.company import load_company
from tests.features.frame.spoken_company import (
    CALLS,
    CANARY,
    FEATURES,
    FRENCH,
    NAME,
    PERSON,
    REDACTED,
    SURVEYS,
    load_spoken,
    make_spoken,
)
from tests.features.frame.staff import SOURCES, load_staff, make_staff

OBSERVED = count_days(date(2024, 7, 1))
READ = list(TEXT_COLUMNS)
SLOW = "Ich warte seit Wochen auf den Rückruf, das ist eine Katastrophe."


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Build the company once; return its folder: the sources, the table, and the shelf."""
    folder = tmp_path_factory.mktemp("spoken")
    build(load_spoken(folder / "data"), folder / "out" / "frame", texts=folder / "out" / "texts")
    return folder


@pytest.fixture(scope="module")
def frame(made):
    return Frame.read(made / "out" / "frame")


@pytest.fixture
def texts(made, tmp_path):
    """Return a copy of the shelf, to change."""
    return shutil.copytree(made / "out" / "texts", tmp_path / "texts")


def read_in(usecase, shelves=None, *, observed_day=OBSERVED):
    """Return what was read, and the tables of surveys and calls as lists of rows."""
    with open_sources(usecase) as sources:
        found = read_verbatims(sources, usecase, observed_day, shelves, silent)
        tables = {
            name: sources.connection.sql(f"SELECT * FROM {sources.table(name)}").to_arrow_table().to_pylist()
            for name in found.facts
        }
    return found, tables


def files_below(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def trace(folder, *words):
    """Return the names of files that hold one of the words, as bytes or as a decoded value."""
    found = set()
    for name, content in files_below(folder).items():
        said = content
        if name.endswith(".parquet"):
            said += json.dumps(pq.read_table(pa.BufferReader(content)).to_pylist(), default=str).encode()
        if any(word.lower().encode() in said.lower() for word in words):
            found.add(name)
    return found


def remark(customer="k01", at="2024-01-10", known=None, **columns):
    """Return a row of the surveys."""
    answered = day(at)
    row = {"customer": customer, "answered_at": answered, "nps": 2, "comment": SLOW}
    return {**row, "loaded_at": answered + timedelta(hours=1) if known is None else known, **columns}


def load_with(folder, *rows, **changes):
    tables = make_spoken()
    tables["surveys"] += rows
    return load_spoken(folder, tables, **changes)


def until(table, last):
    """Return the rows of snapshots up to a day."""
    return [row for row in table.to_pylist() if row["snapshot_date"] <= last]


@pytest.fixture(scope="module")
def read(made):
    return read_in(load_spoken(made / "again"), made / "out" / "texts")


@pytest.fixture(scope="module")
def reviewed(made, tmp_path_factory):
    """Return all that is written, with the lists of texts to look at."""
    out = shutil.copytree(made / "out", tmp_path_factory.mktemp("reviewed") / "out")
    review_texts(load_spoken(made / "again"), out / "texts")
    return out


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    found, _ = read_in(load_spoken(tmp_path_factory.mktemp("learnt")))
    return found.files


@pytest.fixture(scope="module")
def fit_day(frame):
    return day(frame.facts.texts["surveys"]["fitted_until"])


@pytest.fixture(scope="module")
def pulse(tmp_path_factory):
    tables = make_staff()
    for place, row in enumerate(tables["pulse"]):
        row["remark"] = ("Mein Chef hört zu, danke.", "Nobody listens, workload is far too high.")[place % 2]
    source = SOURCES["pulse"] | {"verbatim": "remark", "language": ["de", "en"], "text": {"topics": 4}}
    usecase = load_staff(tmp_path_factory.mktemp("staff"), tables, sources=SOURCES | {"pulse": source})
    return build(usecase)


class TestColumns:
    def test_every_row_has_what_the_model_reads_in_its_text_alone(self, read, made):
        found, tables = read
        reader, _ = found.readings["surveys"]
        clean = Redactor({row["contact"] for row in make_spoken()["customers"]}).clean
        written = {
            (row["customer"], row["answered_at"]): clean(row["comment"]) for row in make_spoken()["surveys"]
        }
        assert len(tables["surveys"]) == len(written) > 200
        for row in tables["surveys"]:
            text = written[row["entity_id"], row["event_time"]]
            (expected,) = reader.model.read([text]).to_table().to_pylist()
            assert {name: row[name] for name in READ} == {name: expected[name] for name in READ}
            assert row["comment"] == (text or None)

    def test_other_columns_and_the_order_of_rows_stay(self, read, made):
        _, tables = read
        with open_sources(load_spoken(made / "again")) as sources:
            before = sources.connection.sql('SELECT * FROM "surveys"').to_arrow_table().to_pylist()
        kept = [name for name in before[0] if name != "comment"]
        assert [[row[name] for name in kept] for row in tables["surveys"]] == [
            [row[name] for name in kept] for row in before
        ]
        assert list(tables["surveys"][0]) == [*before[0], *READ]

    def test_personal_data_is_taken_out_of_the_table(self, read):
        _, tables = read
        (text,) = [row["comment"] for row in tables["surveys"] if CANARY in (row["comment"] or "")]
        assert text == REDACTED.replace("Quillebrandt", "[name]").replace("0171 2345678", "[phone]")

    def test_another_language_is_passed_through(self, read):
        found, tables = read
        (row,) = [row for row in tables["surveys"] if row["comment"] == FRENCH]
        assert [row[name] for name in READ] == ["fr", None, None, None, None]
        assert found.facts["surveys"]["languages"]["fr"] == found.facts["surveys"]["passed_through"] == 1

    def test_columns_of_the_file_with_the_names_of_computed_ones_do_not_matter(self, tmp_path, texts, read):
        tables = make_spoken()
        for row in tables["surveys"]:
            row |= {"topic": "own", "sentiment": 99, "row_number": 1, "xm_row": 2, "language": "xx"}
        usecase = load_spoken(tmp_path / "data", tables)
        assert read_in(usecase, texts)[1]["surveys"] == read[1]["surveys"]

    def test_a_use_case_without_words_reads_nothing(self, tmp_path):
        found, _ = read_in(load_company(tmp_path), tmp_path / "texts")
        assert (found.facts, found.files, found.fingerprints) == ({}, {}, {})
        assert found.verbatims.equals(VERBATIMS.empty_table())
        assert not (tmp_path / "texts").exists()


class TestVerbatims:
    def test_there_is_a_line_for_every_text_and_call_with_words(self, frame):
        lines = frame.verbatims
        assert lines.schema == VERBATIMS
        written = [row for row in make_spoken()["surveys"] if row["comment"]]
        of_surveys = [row for row in lines.to_pylist() if row["source"] == "surveys"]
        assert len(of_surveys) == len(written)
        days = {(row["customer"], row["answered_at"].date()) for row in written}
        assert {(row["entity_id"], row["written_on"]) for row in of_surveys} == days
        called = [row for row in lines.to_pylist() if row["source"] == "calls"]
        assert 0 < len(called) <= len(make_spoken()["calls"])

    def test_they_are_ordered_and_counted_in_the_facts(self, frame):
        lines = frame.verbatims.to_pylist()
        keys = [(row["source"], row["written_on"], row["entity_id"]) for row in lines]
        assert keys == sorted(keys)
        for name in ("surveys", "calls"):
            mine = [row["language"] or "" for row in lines if row["source"] == name]
            facts = frame.facts.texts[name]
            assert facts["languages"] == {code: mine.count(code) for code in sorted(set(mine))}
            assert facts["read"] == mine.count("de") + mine.count("en")

    def test_a_text_too_short_to_tell_its_language_is_kept_and_counted(self, tmp_path, texts):
        found, _ = read_in(load_with(tmp_path, remark(comment=":-)")), texts)
        short = [row for row in found.verbatims.to_pylist() if row["language"] is None]
        mine = [row for row in short if (row["entity_id"], row["written_on"]) == ("k01", date(2024, 1, 10))]
        assert [row["source"] for row in mine] == ["surveys"]
        n_short = sum(row["source"] == "surveys" for row in short)
        assert found.facts["surveys"]["languages"][""] == n_short > 1

    @pytest.mark.parametrize(
        "late", [{"known": day("2024-07-01") + timedelta(seconds=1)}, {"at": "2024-07-01"}]
    )
    def test_what_was_not_known_by_the_end_of_observation_is_not_told(self, tmp_path, texts, late):
        before, _ = read_in(load_spoken(tmp_path / "before"), texts)
        after, _ = read_in(load_with(tmp_path / "after", remark(**late)), texts)
        assert after.verbatims.equals(before.verbatims)
        assert after.facts == before.facts
        assert SLOW not in after.readings["surveys"][1].texts

    def test_known_at_the_last_midnight_is_known(self, tmp_path, texts):
        found, _ = read_in(load_with(tmp_path, remark(known=day("2024-07-01"))), texts)
        assert SLOW in found.readings["surveys"][1].texts


class TestWords:
    def test_names_and_numbers_are_in_no_file(self, reviewed):
        assert trace(reviewed, *NAME.split(), "0171 2345678", "01712345678") == set()
        assert trace(reviewed, "[name]") == {"texts/surveys/review.csv"}

    def test_words_of_a_verbatim_are_in_no_file_but_the_list_to_look_at(self, reviewed):
        assert trace(reviewed, CANARY, "Je ne comprends pas") <= {"texts/surveys/review.csv"}
        content = (reviewed / "texts" / "surveys" / "review.csv").read_text(encoding="utf-8-sig")
        long = [row["comment"] for row in make_spoken()["surveys"] if len(row["comment"]) > 40]
        listed = [text for text in long if text in content]
        assert listed
        assert trace(reviewed, *listed) == {"texts/surveys/review.csv"}

    def test_what_is_said_on_the_phone_is_in_no_file_but_that_list(self, reviewed):
        assert trace(reviewed, "speak to your supervisor", "warte seit drei Wochen") <= {
            "texts/calls/review.csv"
        }
        assert trace(reviewed, "I am so sorry", "was kann ich für Sie tun") == set()

    def test_without_a_list_names_after_a_salutation_go(self, tmp_path, texts):
        _, tables = read_in(load_spoken(tmp_path, privacy={}), texts)
        (text,) = [row["comment"] for row in tables["surveys"] if CANARY in (row["comment"] or "")]
        assert text.startswith("Herr [name] rief")


class TestLearning:
    def test_the_day_is_the_first_on_which_a_forecast_is_judged(self, frame, made):
        usecase = load_spoken(made / "again")
        _, snapshots, _, target = usecase.settled()
        judged = list_judged(snapshots.grid.dates(), target.primary, EPOCH + timedelta(days=OBSERVED))
        assert find_fit_day(usecase, OBSERVED) == judged[0]
        told = {facts["fitted_until"] for facts in frame.facts.texts.values()}
        assert told == {judged[0].isoformat()}

    def test_where_none_is_judged_it_is_the_last_snapshot(self, made):
        usecase = load_spoken(made / "again")
        assert find_fit_day(usecase, count_days(date(2024, 1, 5))) == date(2024, 5, 31)

    @pytest.mark.parametrize(("late", "changes"), [(timedelta(0), False), (timedelta(seconds=-1), True)])
    def test_a_text_teaches_if_it_was_known_before_the_day(self, tmp_path, learnt, fit_day, late, changes):
        row = remark(at="2024-01-10", known=fit_day + late)
        found, _ = read_in(load_with(tmp_path, row))
        assert (found.files != learnt) is changes

    def test_many_texts_of_later_days_teach_nothing(self, tmp_path, learnt, fit_day):
        rows = [
            remark(
                f"k{place:02d}",
                "2024-01-10",
                fit_day + timedelta(days=1),
                comment=f"Die Drohne {place} brummt.",
            )
            for place in range(60)
        ]
        assert read_in(load_with(tmp_path, *rows))[0].files == learnt

    def test_a_declared_day_is_kept(self, tmp_path, learnt):
        found, _ = read_in(
            load_spoken(tmp_path, surveys={"text": SURVEYS["text"] | {"fit_until": "2024-01-05"}})
        )
        assert found.facts["surveys"]["fitted_until"] == "2024-01-05"
        assert found.facts["calls"]["fitted_until"] == "2024-02-29"
        assert found.files["surveys/model.json"] != learnt["surveys/model.json"]

    def test_the_target_teaches_nothing(self, tmp_path, learnt):
        tables = make_spoken()
        tables["cancellations"] = tables["cancellations"][:5]
        assert read_in(load_spoken(tmp_path, tables))[0].files == learnt


class TestTime:
    @pytest.mark.parametrize("seed", range(4))
    def test_later_verbatims_never_change_features_at_earlier_snapshots(self, tmp_path, frame, texts, seed):
        dice = np.random.default_rng(seed)
        last = frame.facts.snapshot_dates[int(dice.integers(1, 5))]
        midnight = day(last.isoformat())
        rows = []
        for _ in range(25):
            happened = midnight + timedelta(hours=int(dice.integers(0, 900)))
            early = midnight - timedelta(hours=int(dice.integers(1, 2000)))
            at, known = (
                (happened, happened) if dice.random() < 0.5 else (early, happened + timedelta(seconds=1))
            )
            text = str(dice.choice([SLOW, FRENCH, "Great support, thank you!", CANARY, ""]))
            row = remark(f"k{dice.integers(60):02d}", known=known, comment=text, nps=int(dice.integers(11)))
            rows.append({**row, "answered_at": at})
        after = build(load_with(tmp_path, *rows), texts=texts)
        words = [name for name in frame.table.column_names if name.startswith(("x_surveys", "o_calls"))]
        assert [name for name in after.table.column_names if name in words] == words
        kept = ["entity_id", "snapshot_date", *words]
        assert until(after.table.select(kept), last) == until(frame.table.select(kept), last)
        assert after.facts.texts["surveys"]["version"] == frame.facts.texts["surveys"]["version"]
        assert not after.table.select(kept).equals(frame.table.select(kept))

    def test_a_second_build_with_the_kept_shelf_gives_the_same_bytes(self, made, tmp_path):
        out = shutil.copytree(made / "out", tmp_path / "out")
        build(load_spoken(tmp_path / "data"), out / "frame", texts=out / "texts")
        assert files_below(out) == files_below(made / "out")

    def test_a_build_without_a_shelf_is_one_with_a_fresh_shelf(self, made, frame, tmp_path):
        other = build(load_spoken(tmp_path / "data"), tmp_path / "frame")
        assert files_below(tmp_path / "frame") == files_below(made / "out" / "frame")
        assert other.texts == frame.texts

    def test_the_version_of_the_model_is_one_of_the_fingerprints(self, frame):
        assert frame.facts.fingerprints["surveys.text"] == frame.facts.texts["surveys"]["version"]
        assert {name.partition("/")[0] for name in frame.texts} == {"surveys", "calls"}


class TestVersions:
    """Sources whose rows are corrected or withdrawn."""

    IDS = {"id": "answer", "corrections": True, "withdrawn": "gone"}

    def load(self, folder, *rows):
        tables = make_spoken()
        for place, row in enumerate(tables["surveys"]):
            row |= {"answer": f"a{place}", "gone": 0}
        tables["surveys"] += [{"answer": "new", "gone": 0} | row for row in rows]
        return load_spoken(folder, tables, surveys=self.IDS)

    def test_a_corrected_text_counts_until_its_correction_is_known(self, tmp_path, frame, texts):
        stays = until(frame.table, date(2024, 5, 31))[-1]["entity_id"]
        first = remark(stays, at="2024-03-05", comment="Alles bestens, vielen Dank!")
        second = {**first, "comment": SLOW, "loaded_at": day("2024-04-10")}
        frames = [
            build(self.load(tmp_path / str(place), *rows), texts=texts)
            for place, rows in enumerate([[first], [first, second]])
        ]
        name = "x_surveys.sentiment.mean_90d"
        before, after = (
            {row["snapshot_date"]: row[name] for row in one.table.to_pylist() if row["entity_id"] == stays}
            for one in frames
        )
        changed = {snapshot for snapshot, value in before.items() if after[snapshot] != value}
        assert changed == {date(2024, 4, 30), date(2024, 5, 31)}
        lines = [
            row
            for row in frames[1].verbatims.to_pylist()
            if (row["entity_id"], row["written_on"]) == (stays, date(2024, 3, 5))
        ]
        assert [row["sentiment"] < 0 for row in lines] == [True]
        told = [one.facts.texts["surveys"]["languages"] for one in frames]
        assert told[0] == told[1]

    def test_what_was_withdrawn_before_the_day_teaches_nothing(self, tmp_path):
        row = remark(known=day("2024-01-11"))
        away = {**row, "gone": 1, "loaded_at": day("2024-02-20")}
        later = {**away, "loaded_at": day("2024-03-20")}
        plain, taught, withdrawn, kept = (
            read_in(self.load(tmp_path / str(n), *rows))[0]
            for n, rows in enumerate([[], [row], [row, away], [row, later]])
        )
        assert withdrawn.files == plain.files
        assert kept.files == taught.files != plain.files
        assert SLOW not in kept.readings["surveys"][1].texts
        mine = [row for row in taught.verbatims.to_pylist() if row not in kept.verbatims.to_pylist()]
        assert [(row["entity_id"], row["written_on"]) for row in mine] == [("k01", date(2024, 1, 10))]
        assert kept.verbatims.num_rows == plain.verbatims.num_rows == taught.verbatims.num_rows - 1
        assert kept.facts["surveys"]["languages"] == plain.facts["surveys"]["languages"]


class TestTopics:
    def test_an_unknown_topic_is_named_with_those_that_there_are(self, tmp_path, texts):
        rule = FEATURES["surveys"] | {"share": {"topic": {"bills": "=invoces"}}}
        with pytest.raises(ContractError) as caught:
            read_in(load_spoken(tmp_path, rules={"surveys": rule}), texts)
        told = str(caught.value)
        assert "features.surveys.share.topic.bills: 'invoces' is no topic of 'surveys'" in told
        assert "invoice" in told.partition("topics are")[2]

    def test_a_theme_that_was_not_found_yet_is_a_share_of_nothing(self, frame):
        shares = frame.table.column("x_surveys.topic.share_leadership_90d").drop_null().to_pylist()
        assert set(shares) == {0.0}
        assert "leadership" not in {topic["id"] for topic in frame.facts.texts["surveys"]["topics"]}

    def test_the_share_of_a_found_topic_is_counted(self, tmp_path, texts):
        rule = FEATURES["surveys"] | {"share": {"topic": {"invoice": "=invoice"}}}
        found = build(load_spoken(tmp_path, rules={"surveys": rule}), texts=texts)
        shares = found.table.column("x_surveys.topic.share_invoice_90d").drop_null().to_pylist()
        assert 0 < np.mean(shares) < 1

    def test_without_topics_a_rule_is_told_that_there_is_none(self, tmp_path):
        text = SURVEYS["text"] | {"topics": 0}
        rule = FEATURES["surveys"] | {"share": {"topic": {"bills": "=bills"}}}
        with pytest.raises(ContractError, match="no topic was found yet"):
            read_in(load_spoken(tmp_path, surveys={"text": text}, rules={"surveys": rule}))


class TestAnonymous:
    def test_a_source_joined_by_unit_is_read_without_names(self, pulse):
        lines = pulse.verbatims.to_pylist()
        assert len(lines) > 20
        assert {row["entity_id"] for row in lines} == {None}
        assert {row["language"] for row in lines} == {"de", "en"}
        assert {row["sentiment"] is None for row in lines} == {False}

    def test_units_are_not_told_either(self, pulse, tmp_path):
        pulse.write(tmp_path / "frame")
        path = tmp_path / "frame" / "verbatims.parquet"
        assert all(team.encode() not in path.read_bytes() for team in ("green", "tiny"))


class TestErasing:
    def test_the_erased_leave_the_lines_and_the_counts(self, made, texts, tmp_path):
        folder = shutil.copytree(made / "out" / "frame", tmp_path / "frame")
        assert list_known(folder, tmp_path, [PERSON]) == {PERSON}
        erase(folder, tmp_path, [PERSON])
        left = Frame.read(folder)
        tombstones = Tombstones.read(tmp_path / "none.json").add([PERSON])
        rebuilt = build(load_spoken(tmp_path / "data"), texts=texts, tombstones=tombstones)
        assert left.verbatims.equals(rebuilt.verbatims)
        assert PERSON not in left.verbatims.column("entity_id").to_pylist()
        for name, facts in rebuilt.facts.texts.items():
            kept = left.facts.texts[name]
            counted = ("languages", "read", "passed_through")
            assert [kept[key] for key in counted] == [facts[key] for key in counted]
        before = Frame.read(made / "out" / "frame")
        assert left.facts.texts["surveys"]["read"] < before.facts.texts["surveys"]["read"]
        assert left.texts == before.texts

    def test_nobody_erased_changes_nothing(self, made, tmp_path):
        folder = shutil.copytree(made / "out" / "frame", tmp_path / "frame")
        erase(folder, tmp_path, ["nobody"])
        assert files_below(folder) == files_below(made / "out" / "frame")


class TestCorrecting:
    def test_a_correction_changes_its_rows_and_what_follows_from_them(self, frame, texts, tmp_path):
        chosen = next(
            row
            for row in make_spoken()["surveys"]
            if len(row["comment"]) > 25
            and date(2024, 1, 1) < row["answered_at"].date() < date(2024, 2, 1)
            and '"' not in row["comment"]
        )
        same = {
            (row["customer"], row["answered_at"].date())
            for row in make_spoken()["surveys"]
            if row["comment"].lower() == chosen["comment"].lower()
        }
        path = texts / "surveys" / "corrections.csv"
        path.write_text(f'text,field,value\n"{chosen["comment"]}",effort,2\n', encoding="utf-8")
        after = build(load_spoken(tmp_path), texts=texts)
        assert after.facts.texts["surveys"]["corrections"] == 1
        assert after.facts.fingerprints["surveys.text"] != frame.facts.fingerprints["surveys.text"]
        assert after.facts.fingerprints["calls.text"] == frame.facts.fingerprints["calls.text"]
        for old, new in zip(frame.verbatims.to_pylist(), after.verbatims.to_pylist(), strict=True):
            is_its = old["source"] == "surveys" and (old["entity_id"], old["written_on"]) in same
            assert new == (old | {"effort": 2.0} if is_its else old)
        changed = {
            name
            for name in frame.table.column_names
            if not frame.table.column(name).equals(after.table.column(name))
        }
        assert changed == {"x_surveys.effort.mean_90d"}
        for old, new in zip(frame.table.to_pylist(), after.table.to_pylist(), strict=True):
            if old != new:
                assert old["entity_id"] in {customer for customer, _ in same}
        assert after.texts == frame.texts


class TestModels:
    def test_fitting_anew_is_said_and_keeps_the_version_of_equal_texts(self, made, texts):
        before = Shelf(texts / "surveys").find().version
        said = []
        found = fit_texts(load_spoken(made / "again"), texts, report=said.append)
        assert sum("fitting the text model (as asked)" in line for line in said) == 2
        assert set(found) == {"surveys", "calls"}
        assert Shelf(texts / "surveys").find().version == found["surveys"]["version"] == before

    def test_calls_and_texts_have_a_model_each(self, frame):
        assert {name: facts["key"] for name, facts in frame.facts.texts.items()} == {
            "surveys": "text",
            "calls": "turns",
        }
        assert CALLS["turns"]["topics"] == 0
        assert frame.facts.texts["calls"]["topics"] == []
        assert isinstance(datetime.fromisoformat(frame.facts.texts["calls"]["fitted_until"]), datetime)
