import asyncio
import io
import logging

import pytest

from serving.logs import BatchedHandler


class Stream(io.StringIO):
    """Count the writes."""

    writes = 0

    def write(self, text):
        self.writes += 1
        return super().write(text)


@pytest.fixture
def stream():
    return Stream()


@pytest.fixture
def log(stream):
    log = logging.Logger("test")  # noqa: LOG001 - a logger of its own, unknown to all others
    log.addHandler(BatchedHandler(stream))
    return log


def test_lines_of_one_moment_are_written_together_and_in_order(log, stream):
    async def work():
        for number in range(10):
            log.info("line %d", number)
        assert stream.writes == 0
        await asyncio.sleep(0.3)
        assert stream.writes == 1
        log.info("later")
        await asyncio.sleep(0.3)

    asyncio.run(work())
    assert stream.getvalue().splitlines() == [*(f"line {number}" for number in range(10)), "later"]
    assert stream.writes == 2


def test_an_error_is_written_at_once_after_what_came_before_it(log, stream):
    async def work():
        log.info("before")
        log.error("broken")
        assert stream.getvalue() == "before\nbroken\n"

    asyncio.run(work())


def test_many_lines_do_not_wait(log, stream):
    async def work():
        for _ in range(256):
            log.info("x")
        assert stream.getvalue().count("\n") == 256

    asyncio.run(work())


def test_without_an_event_loop_a_line_is_written_at_once(log, stream):
    log.info("alone")
    assert stream.getvalue() == "alone\n"


def test_what_waits_is_written_when_the_process_ends(log, stream):
    async def work():
        log.info("last")

    asyncio.run(work())
    log.handlers[0].flush()
    assert stream.getvalue() == "last\n"


def test_an_exception_is_shown_with_its_line(log, stream):
    try:
        int("x")
    except ValueError:
        log.exception("it failed")
    assert stream.getvalue().startswith("it failed\nTraceback")
