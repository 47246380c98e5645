"""Tickets of a support desk with what earlier customers rated and wrote about the same people and matters."""

import gzip
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import Catalogue
from features.progress import Report, silent
from features.text.fitting import Lesson, fit_text_model
from features.text.model import Plan, TextModel
from features.text.redaction import Redactor
from tests.bench.text_help_parts import HAPPENED, RATED
from training.assessment import Split
from training.rows import LabelOutcome, TrainingRows
from training.statistics import Floats
from training.tables import describe_features, read_column
from training.themes.figures import NEGATIVE_TO

FILE = Path("support-csat-deepcsat") / "train" / "support_csat.csv.gz"
KEYS: Mapping[str, str] = {
    "agent": "Agent_name",
    "supervisor": "Supervisor",
    "matter": "Sub-category",
}
N_TOPICS = 5
BLOCK_DAYS = 7
_WORST = 2
_CATEGORIES: Mapping[str, str] = {
    "channel": "channel_name",
    "category": "category",
    "matter": "Sub-category",
    "product": "Product_category",
    "tenure": "Tenure Bucket",
    "shift": "Agent Shift",
    "supervisor": "Supervisor",
    "manager": "Manager",
}

Days = npt.NDArray[np.datetime64]
Columns = dict[str, Floats]


@dataclass(frozen=True, eq=False)
class Tickets:
    """Hold the tickets in order of their file.

    Attributes
    ----------
    table
        The columns of the file.
    opened, answered
        Day on which the issue was reported, and on which the survey was answered.
    rating
        1 to 5.
    remarks
        What was written beside the rating, without personal data; empty where nothing was.
    """

    table: pd.DataFrame
    opened: Days
    answered: Days
    rating: Floats
    remarks: tuple[str, ...]

    @property
    def fit_until(self) -> date:
        """Return the first day after the first third of all days with answers."""
        days = np.unique(self.answered)
        found: date = days[len(days) // 3].item()
        return found


def read_tickets(folder: Path) -> Tickets:
    """Read the tickets of the public data set."""
    with gzip.open(folder / FILE, "rt", encoding="utf-8") as file:
        table = pd.read_csv(file)
    redactor = Redactor([])
    remarks = table["Customer Remarks"].fillna("").astype(str)
    return Tickets(
        table=table,
        opened=_to_days(_read_moments(table["Issue_reported at"])),
        answered=_to_days(pd.to_datetime(table["Survey_response_Date"], format="%d-%b-%y")),
        rating=table["CSAT Score"].to_numpy(dtype=np.float64),
        remarks=tuple(redactor.clean(remark) for remark in remarks),
    )


def learn_words(tickets: Tickets, report: Report = silent) -> TextModel:
    """Fit the text model of the remarks that were known after the first third of the days."""
    until = tickets.fit_until
    early = np.flatnonzero(tickets.answered < np.datetime64(until))
    lesson = Lesson(
        Plan(("en",), "CSAT Score", 12),
        until,
        [tickets.remarks[place] for place in early],
        tickets.rating[early],
        (1.0, 5.0),
    )
    return fit_text_model(lesson, report=report)


def describe_tickets(tickets: Tickets) -> pd.DataFrame:
    """Return what is known of each ticket when its survey goes out, a row each; nobody's name of an agent."""
    table = tickets.table
    reported, responded = (_read_moments(table[name]) for name in ("Issue_reported at", "issue_responded"))
    hours = (responded - reported).dt.total_seconds() / 3600
    found = pd.DataFrame({name: table[column] for name, column in _CATEGORIES.items()})
    found["price"] = table["Item_price"]
    found["hours_to_response"] = hours.where(hours >= 0)
    found["hour"] = reported.dt.hour.astype(float)
    found["weekday"] = reported.dt.day_of_week.astype(float)
    return found


def look_back_at_ratings(tickets: Tickets) -> pd.DataFrame:
    """Return number, mean and share of bad ones of the earlier ratings of the same, a row per ticket."""
    is_bad = (tickets.rating <= _WORST).astype(np.float64)
    return _look_back(tickets, "ratings", np.ones(len(is_bad)), {"mean": tickets.rating, "bad": is_bad})


def look_back_at_words(tickets: Tickets, model: TextModel) -> pd.DataFrame:
    """Return number, mean tone, share of bad ones and of main topics of the earlier remarks of the same.

    The main topics are those that most remarks have from which the model learnt.
    """
    readings = model.read(tickets.remarks)
    is_read = np.isfinite(readings.sentiment)
    tone = np.where(is_read, readings.sentiment, 0.0)
    early = tickets.answered < np.datetime64(model.fitted_until)
    topics = np.array(readings.topic, dtype=object)
    main = Counter(topic for topic in topics[early] if topic is not None).most_common(N_TOPICS)
    measures = {"tone": tone, "bad_tone": (is_read & (tone <= NEGATIVE_TO)).astype(np.float64)}
    measures |= {f"about_{topic}": (topics == topic).astype(np.float64) for topic, _ in main}
    return _look_back(tickets, "remarks", is_read.astype(np.float64), measures)


def make_rows(tickets: Tickets, model: TextModel) -> tuple[TrainingRows, dict[str, tuple[str, ...]]]:
    """Return all tickets as rows to learn from and to judge, and the features of each part.

    The entity is the agent: rows of one agent share features, so intervals resample agents.
    """
    happened = describe_tickets(tickets)
    rated, words = look_back_at_ratings(tickets), look_back_at_words(tickets, model)
    table = pd.concat([happened, rated, words], axis=1)
    catalogue = Catalogue(describe_features(table, [*rated.columns, *words.columns]))
    agents = tickets.table["Agent_name"].astype(str).to_numpy(dtype=object)
    rows = TrainingRows(
        catalogue=catalogue,
        columns={feature.name: read_column(table[feature.name], feature) for feature in catalogue},
        entity=agents,
        group=agents,
        outcome=LabelOutcome((tickets.rating <= _WORST).astype(np.float64)),
        weight=None,
        value=None,
    )
    first, ratings, remarks = (tuple(part.columns) for part in (happened, rated, words))
    return rows, {
        HAPPENED: first,
        "o_words": (*first, *remarks),
        RATED: (*first, *ratings),
        "ox_words": (*first, *ratings, *remarks),
    }


def split_in_time(tickets: Tickets, since: date) -> Callable[[TrainingRows], Sequence[Split]]:
    """Return what splits the rows: each week is forecast from all answers that were known before it.

    Parameters
    ----------
    since
        First day that is forecast.
    """
    last = tickets.opened.max().item()

    def split(rows: TrainingRows) -> list[Split]:
        found, start = [], since
        while start <= last:
            end = start + timedelta(days=BLOCK_DAYS)
            is_judged = (tickets.opened >= np.datetime64(start)) & (tickets.opened < np.datetime64(end))
            learned = np.flatnonzero(tickets.answered < np.datetime64(start))
            name = f"what was answered before {start} to forecast a week"
            nothing = np.empty(0, dtype=np.intp)
            found.append(Split(rows.take(learned), np.flatnonzero(is_judged), None, name, nothing))
            start = end
        return [one for one in found if len(one.positions)]

    return split


def _look_back(tickets: Tickets, what: str, counts: Floats, measures: Columns) -> pd.DataFrame:
    """Return number and means of what was answered before the day of each ticket, for each key."""
    first = min(tickets.opened.min(), tickets.answered.min())
    opened, answered = ((days - first).astype(np.int64) for days in (tickets.opened, tickets.answered))
    n_days = int(max(opened.max(), answered.max())) + 1
    found: Columns = {}
    for key, column in KEYS.items():
        codes = np.unique(tickets.table[column].astype(str), return_inverse=True)[1]

        def add_up(values: Floats, codes: npt.NDArray[np.intp] = codes) -> Floats:
            sums = np.zeros((int(codes.max()) + 1, n_days + 1))
            np.add.at(sums, (codes, answered + 1), values)  # known on the day after the answer
            totals: Floats = sums.cumsum(axis=1)[codes, opened]
            return totals

        n_known = add_up(counts)
        found[f"{key}.{what}"] = n_known
        for name, values in measures.items():
            mean = np.full(len(n_known), np.nan)
            np.divide(add_up(values * counts), n_known, out=mean, where=n_known > 0)
            found[f"{key}.{what}_{name}"] = mean
    return pd.DataFrame(found)


def _read_moments(texts: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Return the moments of a column, day first."""
    return pd.to_datetime(texts, format="%d/%m/%Y %H:%M")


def _to_days(moments: "pd.Series[pd.Timestamp]") -> Days:
    """Return the day of each moment."""
    return moments.to_numpy().astype("datetime64[D]")
