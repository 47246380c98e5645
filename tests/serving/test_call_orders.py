"""The order of calls is found once, in parts between which others get their turn, and holds nothing alive."""

import asyncio
import gc
import weakref
from typing import Any

import numpy as np
import pytest

from features.errors import ContractError
from serving import call_orders
from serving.call_orders import MOST_HELD, ROWS_AT_ONCE, CallOrders
from serving.champions import Champion
from serving.latest import LatestRows
from tests.serving.company import write_latest
from tests.serving.pages.visitors import make_customers
from training.bundle import load
from training.scoring import Scorer

N_ROWS = 2 * ROWS_AT_ONCE + 500


@pytest.fixture(scope="module")
def champion(bundles) -> Champion:
    return Champion(Scorer(load(bundles.churn)))


@pytest.fixture(scope="module")
def newer(bundles) -> Champion:
    return Champion(Scorer(load(bundles.newer_churn)))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    base = make_customers(120)
    random = np.random.default_rng(3)
    picked = random.integers(0, 120, N_ROWS)
    columns: dict[str, Any] = {name: [cells[row] for row in picked] for name, cells in base.items()}
    columns["entity_id"] = [f"c-{row:06d}" for row in random.permutation(N_ROWS)]
    return write_latest(tmp_path_factory.mktemp("orders"), **columns)


@pytest.fixture
def latest(table) -> LatestRows:
    return LatestRows.read(table)


class Threads:
    """Do work in threads, and count it."""

    def __init__(self) -> None:
        self.n_done = 0

    async def __call__(self, work, /):
        self.n_done += 1
        return await asyncio.to_thread(work)


def test_it_is_the_order_of_expected_losses(champion, latest):
    order = asyncio.run(CallOrders().find(champion, latest, Threads()))
    whole = latest.read_features(champion.feature_names)
    losses = champion.scorer.probabilities(whole)[:, 1] * latest.read_revenue()
    found = losses[order.places]
    known = found[np.isfinite(found)]
    assert order.is_by_loss
    assert (np.diff(known) <= 0).all()
    assert np.isnan(found[len(known) :]).all()
    assert len(known) < N_ROWS
    assert sorted(order.places.tolist()) == list(range(N_ROWS))
    assert order.places.dtype == np.int32


def test_who_asks_together_or_later_shares_the_work(champion, latest):
    threads = Threads()

    async def ask():
        orders = CallOrders()
        found = await asyncio.gather(*(orders.find(champion, latest, threads) for _ in range(5)))
        return [*found, await orders.find(champion, latest, threads)]

    found = asyncio.run(ask())
    assert all(order is found[0] for order in found)
    # Three parts, and the sorting.
    assert threads.n_done == 4


def test_others_get_their_turn_between_the_parts(champion, latest):
    async def ask():
        work = asyncio.ensure_future(CallOrders().find(champion, latest, Threads()))
        n_turns = 0
        while not work.done():
            await asyncio.sleep(0)
            n_turns += 1
        return n_turns

    assert asyncio.run(ask()) > 4


def test_another_champion_and_other_rows_make_another_order(champion, newer, latest, table):
    threads = Threads()

    async def ask():
        orders = CallOrders()
        first = await orders.find(champion, latest, threads)
        second = await orders.find(newer, latest, threads)
        third = await orders.find(newer, LatestRows.read(table), threads)
        return first, second, third

    first, second, third = asyncio.run(ask())
    assert first.places.tolist() != second.places.tolist()
    assert second.places.tolist() == third.places.tolist()
    assert threads.n_done == 12


def test_rows_that_were_replaced_are_not_kept_alive(champion, table):
    async def ask():
        orders, rows = CallOrders(), LatestRows.read(table)
        await orders.find(champion, rows, Threads())
        await asyncio.sleep(0)
        watched = weakref.ref(rows)
        del rows
        gc.collect()
        return orders, watched

    _, watched = asyncio.run(ask())
    assert watched() is None


def test_what_went_wrong_is_told_and_tried_again(champion, tmp_path):
    columns = make_customers(120)
    unfit = LatestRows.read(write_latest(tmp_path, **{**columns, "o_customers.plan": None}))
    threads = Threads()

    async def ask():
        orders = CallOrders()
        for _ in range(2):
            with pytest.raises(ContractError, match="lacks 1 features"):
                await orders.find(champion, unfit, threads)
            await asyncio.sleep(0)

    asyncio.run(ask())
    assert threads.n_done == 2


def test_who_goes_away_does_not_take_the_work_along(champion, latest):
    threads = Threads()

    async def ask():
        orders = CallOrders()
        impatient = asyncio.ensure_future(orders.find(champion, latest, threads))
        await asyncio.sleep(0)
        patient = asyncio.ensure_future(orders.find(champion, latest, threads))
        impatient.cancel()
        found = await patient
        assert impatient.cancelled()
        return found

    assert len(asyncio.run(ask()).places) == N_ROWS
    assert threads.n_done == 4


def test_no_more_than_a_few_use_cases_are_kept(champion, latest, monkeypatch):
    async def ask():
        orders = CallOrders()
        for number in range(MOST_HELD + 3):
            renamed = _Renamed(champion, f"usecase-{number}")
            await orders.find(renamed, latest, Threads())
        return orders

    monkeypatch.setattr(call_orders, "ROWS_AT_ONCE", N_ROWS)
    held = asyncio.run(ask())._held
    assert list(held) == [f"usecase-{number}" for number in range(3, MOST_HELD + 3)]


class _Renamed(Champion):
    """A champion of another use case, with the same model."""

    def __init__(self, champion: Champion, name: str) -> None:
        super().__init__(champion.scorer)
        object.__setattr__(self, "_name", name)

    @property
    def bundle(self):
        """Return something that has the name and the version of a bundle."""
        bundle = self.scorer.bundle
        usecase = bundle.usecase.model_copy(update={"name": self._name})
        return type(
            "Named",
            (),
            {"usecase": usecase, "model_version": bundle.model_version, "catalogue": bundle.catalogue},
        )
