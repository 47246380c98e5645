"""Journeys of public orders, against figures counted by hand from the raw files."""

import csv
import gzip
from collections import Counter
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from features.usecase import load
from training.journey import JourneyRecord, render_journeys
from training.runs.journey_map import journey_of

USECASE = Path(__file__).parent / "journeys" / "olist-orders-journey.yaml"
CLOCKS = {
    "placed": "order_purchase_timestamp",
    "approved": "order_approved_at",
    "shipped": "order_delivered_carrier_date",
    "delivered": "order_delivered_customer_date",
}
NAMES = (*CLOCKS, "review")


@pytest.fixture(scope="module")
def folder(shared_data) -> Path:
    found = shared_data / "olist-orders-sample"
    if not found.is_dir():
        pytest.skip(f"the public orders are not here: no folder {found}")
    return found


@pytest.fixture(scope="module")
def record(folder) -> JourneyRecord:
    return journey_of(load(USECASE, folder.parent))


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(folder / f"olist_{name}_dataset.csv.gz", "rt", encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


@pytest.fixture(scope="module")
def orders(folder) -> dict[str, list[tuple[str, int, int | None]]]:
    """Return (moment, touchpoint, score) of every order, as the files hold them, in order of time."""
    touched: dict[str, list[tuple[str, int, int | None]]] = {}
    for row in rows_of(folder, "orders"):
        touched[row["order_id"]] = [
            (row[clock], number, None) for number, clock in enumerate(CLOCKS.values()) if row[clock]
        ]
    for row in rows_of(folder, "order_reviews"):
        touched[row["order_id"]].append((row["review_answer_timestamp"], 4, int(row["review_score"])))
    return {order: sorted(found) for order, found in touched.items()}


def first_of(touches, number):
    return next((moment for moment, point, _ in touches if point == number), None)


def test_journeys_and_touches_are_counted_as_in_the_files(record, orders):
    assert record.coverage.n_entities == len(orders) == 8_135
    assert record.coverage.n_touches == sum(map(len, orders.values()))
    counts = Counter(number for touches in orders.values() for number in {point for _, point, _ in touches})
    assert record.coverage.journeys == tuple(counts[number] for number in range(5))


def test_the_stages_are_those_of_an_order(record):
    assert record.stages == ((0,), (1,), (2,), (3,), (4,))
    assert [point.name for point in record.points] == list(NAMES)


def test_the_share_of_good_reviews_is_that_of_the_first_review_of_each_order(record, orders):
    scores = [next(score for _, _, score in touches if score) for touches in orders.values() if touches[-1:]]
    (review,) = record.experiences
    assert review.good.n == len(scores)
    assert review.good.value == pytest.approx(np.mean([score >= 4 for score in scores]))


def test_precedence_is_that_of_the_first_moments(record, orders):
    (pair,) = [each for each in record.order.precedences if (each.earlier, each.later) == (3, 4)]
    both = [
        (first_of(touches, 3), first_of(touches, 4))
        for touches in orders.values()
        if first_of(touches, 3) and first_of(touches, 4)
    ]
    assert pair.share.n == len(both)
    assert pair.share.value == pytest.approx(np.mean([(a < b) + 0.5 * (a == b) for a, b in both]))


def test_transitions_are_those_of_settled_stays(record, orders):
    departures: Counter[tuple[int, int]] = Counter()
    last_settled = "2018-06-01 00:00:00"  # 365 days before the end of observation, 2019-06-01, in UTC
    for touches in orders.values():
        stays = [
            (number, max(moment for moment, _, _ in group))
            for number, group in ((key, list(found)) for key, found in groupby(touches, lambda each: each[1]))
        ]
        for place, (number, moment) in enumerate(stays):
            if moment <= last_settled:
                departures[number, stays[place + 1][0] if place + 1 < len(stays) else -1] += 1
    for row in record.transitions:
        total = sum(count for (number, _), count in departures.items() if number == row.stage)
        assert row.shares[0].n == pytest.approx(total, abs=10)  # three hours between local time and UTC
        for target, share in zip((*range(5), -1), row.shares, strict=True):
            assert share.value == pytest.approx(departures[row.stage, target] / total, abs=2e-3)
        assert sum(share.value for share in row.shares) == pytest.approx(1)


def days_between(earlier: str, later: str) -> float:
    return float((np.datetime64(later) - np.datetime64(earlier)) / np.timedelta64(1, "D"))


def test_who_got_nothing_is_displeased(record, orders):
    """By hand: orders in strata of handed over or not and tenths of the time until the review."""
    rows = []
    for touches in orders.values():
        moment, score = next((moment, score) for moment, _, score in touches if score)
        delivered = first_of(touches, 3)
        if delivered is None or delivered < moment:
            time = days_between(first_of(touches, 0), moment)
            rows.append((delivered is not None, first_of(touches, 2) is not None, time, score >= 4))
    is_delivered, is_shipped, time, is_good = np.array(rows, dtype=np.float64).T
    stratum = 10 * is_shipped + np.searchsorted(np.quantile(time, np.linspace(0.1, 0.9, 9)), time)
    differences, weights = [], []
    for each in np.unique(stratum):
        here = stratum == each
        with_it, without = is_good[here & (is_delivered == 1)], is_good[here & (is_delivered == 0)]
        if with_it.size and without.size:
            differences.append(with_it.mean() - without.mean())
            weights.append(with_it.size * without.size / here.sum())
    found = next(each for each in record.effects if (each.point, each.later) == (3, 4))
    assert found.standing.n == len(rows)
    assert found.is_clear
    assert found.held_equal == ("event:2", "time")
    assert found.good is not None
    assert found.good.value == pytest.approx(np.average(differences, weights=weights), abs=0.04)


def test_slow_deliveries_are_liked_less(record, orders):
    window = next(each for each in record.windows if (each.after, each.point, each.later) == (0, 3, 4))
    assert window.is_clear
    assert window.band.is_early
    assert 10 < window.band.high.value < 25
    days = {"early": [], "late": []}
    for touches in orders.values():
        moment, score = next((moment, score) for moment, _, score in touches if score)
        delivered = first_of(touches, 3)
        if delivered is not None and delivered < moment:
            lag = np.datetime64(delivered) - np.datetime64(first_of(touches, 0))
            is_early = lag / np.timedelta64(1, "D") <= window.band.high.value
            days["early" if is_early else "late"].append(score >= 4)
    assert window.band.n_inside == pytest.approx(len(days["early"]), abs=5)
    assert np.mean(days["early"]) > np.mean(days["late"])


def test_the_page_on_journeys_tells_what_is_printed(record):
    page = (USECASE.parents[3] / "docs" / "journey.md").read_text(encoding="utf-8")
    block = page.rpartition("```text\n")[2].partition("```")[0]
    printed = render_journeys(record, "en")
    assert [line for line in block.splitlines() if line not in printed] == []
