import gzip
import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from features.catalogue import Catalogue, Feature
from features.worlds import build_company
from features.worlds.phrases import TOPICS
from tests.bench import text_help, text_help_tickets
from tests.bench.text_help_company import add_words, list_parts
from tests.bench.text_help_parts import Compared, check_days, compare_parts
from tests.bench.text_help_tickets import (
    FILE,
    Tickets,
    describe_tickets,
    learn_words,
    look_back_at_ratings,
    look_back_at_words,
    make_rows,
    read_tickets,
    split_in_time,
)
from tests.features.text.rated import write_rated
from tests.training.examples import LIGHT
from training.rows import LabelOutcome, TrainingRows

FIRST = date(2023, 8, 1)
LEAST_SHARE_OF_DAYS = 1 / 3


def to_rows(columns, target, entity=None):
    """Return rows of a flat table of numbers."""
    names = np.arange(len(target)).astype(str).astype(object) if entity is None else entity
    catalogue = Catalogue(tuple(Feature(name, "number", "table") for name in columns))
    return TrainingRows(catalogue, columns, names, names, LabelOutcome(target), None, None)


def draw_rows(n_rows=600, seed=3):
    """Return rows in which a word tells much of the label, and noise nothing."""
    random = np.random.default_rng(seed)
    columns = {name: random.normal(size=n_rows) for name in ("wait", "rating", "word", "noise")}
    pull = columns["wait"] + 0.5 * columns["rating"] + 2.0 * columns["word"]
    return to_rows(columns, (random.random(n_rows) < 1 / (1 + np.exp(-pull))).astype(np.float64))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Return a data folder with tickets: each agent is good or bad, and customers write accordingly."""
    random = np.random.default_rng(11)
    texts, tones = write_rated(1800, seed=5, language="en")
    n_tickets = 1200
    agent = random.integers(0, 72, n_tickets)
    is_bad = random.random(n_tickets) < np.where(agent % 3 == 0, 0.7, 0.1)
    written = {
        tone: [text for text, found in zip(texts, tones, strict=True) if found == tone] for tone in (-1, 1)
    }
    opened = np.array(
        [FIRST + timedelta(days=int(day)) for day in np.sort(random.integers(0, 24, n_tickets))]
    )
    remarks = [
        str(random.choice(written[-1 if bad else 1])) if random.random() < 0.6 else None for bad in is_bad
    ]
    moments = [
        f"{day:%d/%m/%Y} 10:{minute:02d}"
        for day, minute in zip(opened, random.integers(0, 30, n_tickets), strict=True)
    ]
    answered = [
        day + timedelta(days=int(later))
        for day, later in zip(opened, random.integers(0, 2, n_tickets), strict=True)
    ]
    table = pd.DataFrame(
        {
            "channel_name": "Inbound",
            "category": "Returns",
            "Sub-category": random.choice(["late", "broken"], n_tickets),
            "Customer Remarks": remarks,
            "Issue_reported at": moments,
            "issue_responded": [moment.replace("10:", "11:") for moment in moments],
            "Survey_response_Date": [f"{day:%d-%b-%y}" for day in answered],
            "Product_category": random.choice(["Home", "Mobile"], n_tickets),
            "Item_price": random.integers(1, 900, n_tickets).astype(float),
            "Agent_name": [f"agent {number}" for number in agent],
            "Supervisor": [f"supervisor {number % 4}" for number in agent],
            "Manager": "one",
            "Tenure Bucket": ">90",
            "Agent Shift": "Morning",
            "CSAT Score": np.where(is_bad, 1, 5),
        }
    )
    folder = tmp_path_factory.mktemp("public")
    (folder / FILE).parent.mkdir(parents=True)
    with gzip.open(folder / FILE, "wt", encoding="utf-8") as file:
        table.to_csv(file, index=False)
    return folder


@pytest.fixture(scope="module")
def tickets(desk):
    return read_tickets(desk)


@pytest.fixture(scope="module")
def model(tickets):
    return learn_words(tickets)


def few_tickets():
    """Return four tickets of one agent and one of another, answered on the day or the day after."""
    table = pd.DataFrame(
        {
            "Agent_name": ["a", "a", "b", "a", "a"],
            "Supervisor": ["s", "s", "s", "s", "t"],
            "Sub-category": ["m", "m", "m", "m", "m"],
        }
    )
    opened = np.array(["2023-08-01", "2023-08-01", "2023-08-02", "2023-08-02", "2023-08-04"], "datetime64[D]")
    answered = opened + np.array([0, 1, 0, 0, 0])
    rating = np.array([1.0, 5.0, 2.0, 4.0, 5.0])
    return Tickets(table, opened, answered, rating, ("",) * 5)


def test_an_earlier_rating_is_known_on_the_day_after_its_answer():
    found = look_back_at_ratings(few_tickets())
    assert found["agent.ratings"].tolist() == [0, 0, 0, 1, 3]
    assert found["supervisor.ratings"].tolist() == [0, 0, 1, 1, 0]
    assert found["matter.ratings"].tolist() == [0, 0, 1, 1, 4]
    np.testing.assert_allclose(found["agent.ratings_mean"], [np.nan, np.nan, np.nan, 1, 10 / 3])
    np.testing.assert_allclose(found["matter.ratings_bad"], [np.nan, np.nan, 1, 1, 0.5])


def test_words_of_the_same_day_and_later_change_nothing(tickets, model):
    day = np.datetime64("2023-08-15")
    rewritten = [
        "awful, nobody helped me" if answered >= day else remark
        for remark, answered in zip(tickets.remarks, tickets.answered, strict=True)
    ]
    changed = replace(
        tickets, remarks=tuple(rewritten), rating=np.where(tickets.answered >= day, 3.0, tickets.rating)
    )
    is_before = tickets.opened <= day
    for look in (look_back_at_ratings, lambda some: look_back_at_words(some, model)):
        old, new = look(tickets), look(changed)
        pd.testing.assert_frame_equal(old[is_before], new[is_before])
        assert not old[~is_before].equals(new[~is_before])


def test_the_text_model_learns_from_the_first_third_of_the_days_alone(tickets, model):
    assert model.fitted_until == tickets.fit_until == FIRST + timedelta(days=8)
    is_late = tickets.answered >= np.datetime64(model.fitted_until)
    assert (
        np.unique(tickets.answered[~is_late]).size / np.unique(tickets.answered).size <= LEAST_SHARE_OF_DAYS
    )
    rewritten = tuple("other" if late else text for text, late in zip(tickets.remarks, is_late, strict=True))
    again = learn_words(replace(tickets, remarks=rewritten, rating=np.where(is_late, 3.0, tickets.rating)))
    assert again.version == model.version


def test_bad_agents_are_known_by_what_was_written_about_them(tickets, model):
    found = look_back_at_words(tickets, model)
    is_late = tickets.opened > np.datetime64("2023-08-20")
    is_bad = tickets.table["Agent_name"].isin([f"agent {number}" for number in range(0, 72, 3)]).to_numpy()
    tone = found["agent.remarks_tone"]
    assert tone[is_late & is_bad].mean() < tone[is_late & ~is_bad].mean() - 0.5
    assert found["agent.remarks_bad_tone"].dropna().between(0, 1).all()
    assert (found["agent.remarks"] <= look_back_at_ratings(tickets)["agent.ratings"]).all()


def test_what_happened_holds_neither_remark_nor_agent_nor_rating(tickets):
    found = describe_tickets(tickets)
    assert set(found.columns) == {
        *("channel", "category", "matter", "product", "tenure", "shift", "supervisor", "manager"),
        *("price", "hours_to_response", "hour", "weekday"),
    }
    assert (found["hours_to_response"] == 1).all()


def test_a_response_before_the_report_is_no_duration(tickets):
    table = tickets.table.assign(issue_responded="01/07/2023 10:00")
    assert describe_tickets(replace(tickets, table=table))["hours_to_response"].isna().all()


def test_a_week_is_forecast_from_answers_known_before_it(tickets, model):
    rows, parts = make_rows(tickets, model)
    splits = split_in_time(tickets, model.fitted_until)(rows)
    judged = np.concatenate([split.positions for split in splits])
    assert np.array_equal(judged, np.flatnonzero(tickets.opened >= np.datetime64(model.fitted_until)))
    for split in splits:
        start = tickets.opened[split.positions].min()
        assert len(split.learned) == (tickets.answered < start).sum()
        assert (
            tickets.opened[split.positions] < start + np.timedelta64(text_help_tickets.BLOCK_DAYS, "D")
        ).all()
    assert set(parts["ox_words"]) == set(rows.catalogue.names) == set(parts["ox"]) | set(parts["o_words"])
    assert set(parts["ox"]) & set(parts["o_words"]) == set(parts["o"])
    assert {rows.catalogue.by_name[name].data for name in parts["o"]} == {"O"}


def test_words_that_tell_something_help_and_noise_does_not():
    parts = {
        "o": ["wait"],
        "ox": ["wait", "rating"],
        "same": ["wait", "rating"],
        "noise": ["wait", "rating", "noise"],
        "words": ["wait", "rating", "word"],
    }
    found = compare_parts(draw_rows(1200), parts, seeds=(1, 2), recipe=LIGHT, split=halve)
    assert found.counts["rows"] == found.counts["entities"] == 600
    beside = {name: figures["minus"].get("ox") for name, figures in found.figures.items()}
    assert beside["ox"] is None
    for figure in ("log_loss", "auc"):
        assert [beside["same"][figure][end] for end in ("low", "value", "high")] == [0, 0, 0]
    assert beside["words"]["log_loss"]["high"] < -0.05
    assert beside["words"]["auc"]["low"] > 0.05
    assert beside["noise"]["log_loss"]["high"] > 0
    differences = found.figures["words"]["log_loss"]["value"] - found.figures["ox"]["log_loss"]["value"]
    assert beside["words"]["log_loss"]["value"] == pytest.approx(differences)


def test_figures_are_means_over_fits():
    parts = {"o": ["wait", "noise", "word"]}
    each = [
        compare_parts(draw_rows(), parts, seeds=seeds, recipe=LIGHT, split=halve).figures["o"]["log_loss"][
            "value"
        ]
        for seeds in ((1,), (2,), (1, 2))
    ]
    assert each[0] != each[1]
    assert each[2] == pytest.approx((each[0] + each[1]) / 2)


def halve(rows):
    """Return the split that forecasts the second half from the first."""
    places = np.arange(len(rows))
    half = len(rows) // 2
    return [text_help_tickets.Split(rows.take(places[:half]), places[half:], None, "half", places[:0])]


def test_parts_judged_on_other_rows_are_refused():
    def by_width(rows):
        return [replace(halve(rows)[0], positions=np.arange(400 + len(rows.catalogue), 600))]

    with pytest.raises(ValueError, match="'ox' was judged on other rows"):
        compare_parts(draw_rows(), {"o": ["wait"], "ox": ["wait", "word"]}, recipe=LIGHT, split=by_width)


def test_nothing_to_compare_is_refused():
    with pytest.raises(ValueError, match="no part"):
        compare_parts(draw_rows(60), {}, recipe=LIGHT)


def test_texts_learnt_from_judged_days_are_refused():
    days = np.array(["2023-08-01", "2023-08-09", "2023-08-10"], "datetime64[D]")
    compared = Compared(np.array([1, 2]), {}, {})
    told = check_days({"surveys": date(2023, 8, 9)}, days, compared)
    assert told == {"fitted_until": {"surveys": "2023-08-09"}, "judged_from": "2023-08-09"}
    with pytest.raises(ValueError, match=r"judged from 2023-08-09 on, .* until {'calls': '2023-08-10'}"):
        check_days({"surveys": date(2023, 8, 1), "calls": date(2023, 8, 10)}, days, compared)


@pytest.mark.parametrize("name", ["churn", "satisfaction"])
def test_words_are_added_to_a_use_case_of_the_demo(name, tmp_path):
    usecase = add_words(name, tmp_path)
    surveys, calls = usecase.features["surveys"], usecase.features["calls"]
    assert usecase.sources["surveys"].words.learn_from == "csat"
    assert usecase.sources["calls"].turns.file == "call_turns.parquet"
    assert set(surveys.share["topic"]) == set(calls.share["topic"]) == set(TOPICS)
    assert {"nps", "csat", "sentiment", "effort"} <= set(surveys.mean)


def test_parts_of_the_company_are_what_they_say():
    happened = ["o_tickets.count_90d", "o_calls.count_180d", "o_calls.days_since_last"]
    rated = ["x_surveys.csat.mean_180d", "x_surveys.response_rate_180d", "x_surveys.response_rate.streak"]
    words = ["x_surveys.sentiment.last", "x_surveys.topic.share_price_180d"]
    calls = ["o_calls.sentiment.mean_180d", "o_calls.topic.share_price_180d", "o_calls.talk_share.mean_180d"]
    features = [
        Feature(name, "number", name[2:].partition(".")[0], "X" if name.startswith("x_") else "O")
        for name in (*happened, *rated, *words, *calls)
    ]
    parts = {name: list(found) for name, found in list_parts(features).items()}
    assert parts == {
        "o": happened,
        "o_words": happened + words,
        "ox": happened + rated,
        "ox_words": happened + rated + words,
        "ox_words_calls": happened + rated + words + calls,
    }


def test_the_last_line_is_json(desk, monkeypatch, capsys):
    monkeypatch.setenv("XM_SHARED_DATA", str(desk))
    assert text_help.main(["support", "--fits", "1"], LIGHT) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    figures = json.loads(last)["support"]
    assert figures["fitted_until"] == {"remarks": figures["judged_from"]}
    assert list(figures["parts"]) == ["o", "o_words", "ox", "ox_words"]
    assert figures["parts"]["o_words"]["minus"]["o"]["auc"]["low"] > 0  # agents differ, and it was written
    assert len(lines) == 1 + len(figures["parts"])
    assert "ox_words" in lines[-1]


def test_what_is_not_there_is_skipped(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XM_SHARED_DATA", str(tmp_path))
    assert text_help.main(["support"]) == 0
    found = capsys.readouterr()
    assert json.loads(found.out) == {}
    assert "set XM_SHARED_DATA" in found.err


def test_an_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit):
        text_help.main(["attrition"])
    assert "'attrition' is not known; write some of: churn, satisfaction, support" in capsys.readouterr().err


def test_public_tickets_are_read(shared_data):
    if not (shared_data / FILE).exists():
        pytest.skip(f"{shared_data / FILE} is not there")
    found = read_tickets(shared_data)
    assert (len(found.rating), sum(map(bool, found.remarks))) == (13_745, 4_674)
    assert found.fit_until == date(2023, 8, 11)
    assert (found.answered >= found.opened).all()


@pytest.mark.long
def test_a_small_company_is_measured(tmp_path):
    build_company(tmp_path / "company", seed=7, n_customers=600, n_employees=60)
    found = text_help.measure_company(
        "satisfaction", tmp_path / "company", text_help.Asked(n_fits=1, recipe=LIGHT)
    )
    assert set(found["fitted_until"]) == {"surveys", "calls"}
    assert max(found["fitted_until"].values()) <= found["judged_from"]
    sizes = {name: part["features"] for name, part in found["parts"].items()}
    assert sizes["o"] < sizes["ox"] < sizes["ox_words"] < sizes["ox_words_calls"]
