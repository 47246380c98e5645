"""The order in which customers are to be called, kept while champion and newest rows stay the same.

To know it, everybody is scored. That happens in parts, each in a thread of its own turn, so other requests
come between; who asks for the same order meanwhile waits for the same work.
"""

import asyncio
import weakref
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from serving.champions import Champion
from serving.latest import LatestRows
from training.urgency import expected_losses, order_calls

ROWS_AT_ONCE = 2000
MOST_HELD = 16
# Does work in a thread.
RunApart = Callable[[Callable[[], Any]], Awaitable[Any]]


@dataclass(frozen=True)
class CallOrder:
    """Hold an order: four bytes for each customer.

    Attributes
    ----------
    places
        Rows of the newest table, first to call first; shape (customers,).
    is_by_loss
        Whether expected loss decides; else it is risk, for nobody's revenue is known.
    """

    places: NDArray[np.int32]
    is_by_loss: bool


@dataclass(frozen=True)
class _Held:
    """Hold the work on an order, and what it is about; rows that were replaced are not kept alive by it."""

    model_version: str
    latest: weakref.ref[LatestRows]
    work: asyncio.Task[CallOrder]


class CallOrders:
    """Find orders; one for each use case is kept, of the use cases that were asked for last."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, _Held] = OrderedDict()

    async def find(self, champion: Champion, latest: LatestRows, run_apart: RunApart) -> CallOrder:
        """Return the order of all customers of the newest rows.

        Raises
        ------
        InputError
            If the rows do not fit the champion.
        ModelNotUsableError
            If the figures of the model do not support scores.
        """
        usecase, version = champion.bundle.usecase.name, champion.bundle.model_version
        held = self._held.get(usecase)
        if held is None or held.model_version != version or held.latest() is not latest:
            work = asyncio.create_task(_find_order(champion, latest, run_apart))
            held = self._held[usecase] = _Held(version, weakref.ref(latest), work)
            work.add_done_callback(partial(self._drop_failed, usecase))
            while len(self._held) > MOST_HELD:
                self._held.popitem(last=False)
        self._held.move_to_end(usecase)
        # Whoever goes away does not take the work from those who wait.
        return await asyncio.shield(held.work)

    def _drop_failed(self, usecase: str, work: asyncio.Task[CallOrder]) -> None:
        """Forget work that went wrong: the next who asks tries again."""
        is_failed = work.cancelled() or work.exception() is not None
        if is_failed and usecase in self._held and self._held[usecase].work is work:
            del self._held[usecase]


async def _find_order(champion: Champion, latest: LatestRows, run_apart: RunApart) -> CallOrder:
    """Score everybody, part by part, and sort."""
    risks = [
        await run_apart(partial(_find_risks, champion, latest, start))
        for start in range(0, len(latest), ROWS_AT_ONCE)
    ]
    order: CallOrder = await run_apart(partial(_sort, risks, latest))
    return order


def _find_risks(champion: Champion, latest: LatestRows, start: int) -> NDArray[np.float64]:
    """Return the risks of one part at the primary horizon."""
    columns = latest.read_features(champion.feature_names, start, ROWS_AT_ONCE)
    scorer = champion.scorer
    return scorer.probabilities(columns)[:, scorer.horizons.index(scorer.primary_horizon)]


def _sort(risks: list[NDArray[np.float64]], latest: LatestRows) -> CallOrder:
    """Put everybody in order."""
    together = np.concatenate(risks) if risks else np.zeros(0)
    revenue = latest.read_revenue()
    places = order_calls(together, revenue).astype(np.int32)
    return CallOrder(places, is_by_loss=expected_losses(together, revenue) is not None)
