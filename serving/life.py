"""The life of a worker: open the books, load champions and keys, follow them, close everything in order."""

import gc
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import anyio
import anyio.to_thread
from starlette.applications import Starlette

from serving.access.guard import Guard
from serving.access.ring import KeyRing
from serving.access.sessions import Sessions
from serving.books import Books
from serving.champions import Champions
from serving.desk import Desk
from serving.limits import Gate, drain_on_signal
from serving.settings import Settings
from serving.shadow import casting_shadow

LOG = logging.getLogger("xm_predict.champions")
_KEYS_SECONDS = 1.0
_BOOKS_SECONDS = 1.0
_CALLS_SECONDS = 60.0


def make_lifespan(
    read_settings: Callable[[], Settings],
    guard: Guard,
    gate: Gate,
    books: Books,
    open_desk: Callable[[Settings, Champions], Desk],
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Return what happens around the life of the application: load, watch cache and keys, stop watching.

    Parameters
    ----------
    read_settings
        Called at the start.
    guard, gate, books
        Get the keys, and the settings.
    open_desk
        Makes what the routes find in ``app.state.desk``.
    """

    @asynccontextmanager
    async def live(app: Starlette) -> AsyncIterator[None]:
        settings = read_settings()
        gate.begin(settings)
        drain_on_signal(gate, settings.limits.drain_seconds)
        champions = Champions(
            settings.cache,
            settings.latest,
            stale_seconds=3 * settings.refresh_seconds + 60,
            objections=settings.objections,
        )
        books.begin(settings)
        app.state.desk = desk = open_desk(settings, champions)
        ring = KeyRing(settings.keys)
        ring.look()
        guard.begin(ring, settings.own_names, Sessions(settings.sessions))
        try:
            await _take_news(champions, books)
            async with casting_shadow(settings) as app.state.shadow, anyio.create_task_group() as tasks:
                tasks.start_soon(_watch, champions, books, settings.poll_seconds)
                # Apart from the champions, whose trial may take long while a key has to be shut out.
                tasks.start_soon(_repeat, ring.look, min(settings.poll_seconds, _KEYS_SECONDS))
                tasks.start_soon(_repeat, books.leave, _BOOKS_SECONDS)
                tasks.start_soon(
                    _repeat, desk.calls.tidy, min(settings.calls.idle_seconds / 4, _CALLS_SECONDS)
                )
                yield
                tasks.cancel_scope.cancel()
        finally:
            await anyio.to_thread.run_sync(books.end)

    return live


async def _watch(champions: Champions, books: Books, seconds: float) -> None:
    """Take new champions as they come; nothing that goes wrong here ends the service.

    A worker whose supervisor is gone ends itself: nobody could stop it any more, and it would keep the port.
    """
    parent = os.getppid()
    while True:
        await anyio.sleep(seconds)
        if os.getppid() != parent:
            LOG.error("the supervisor is gone; this worker ends")
            os.kill(os.getpid(), signal.SIGTERM)
            return
        try:
            await _take_news(champions, books)
        except Exception as error:  # noqa: BLE001 - the old champions go on answering whatever a new one does
            LOG.error("look at the cache failed: %s", type(error).__name__)  # noqa: TRY400 - messages may quote data


async def _repeat(work: Callable[[], object], seconds: float) -> None:
    """Do some work again and again, in a thread."""
    while True:
        await anyio.sleep(seconds)
        await anyio.to_thread.run_sync(work)


async def _take_news(champions: Champions, books: Books) -> None:
    """Look at the cache in a thread; keep what was loaded out of later garbage collections."""
    if await anyio.to_thread.run_sync(champions.look):
        books.take_champions(champions)
        gc.collect()
        gc.freeze()
