import asyncio

import pytest

from serving.problems import ProblemError
from serving.rooms import Bodies, Refusals, Turns


def make_turns(places: int = 1, most_waiting: int = 2, most_seconds: float = 60) -> tuple[Turns, Refusals]:
    refusals = Refusals()
    return Turns(places, most_waiting, most_seconds, refusals), refusals


class TestRefusals:
    def test_it_is_a_503_that_says_when_to_come_back(self):
        problem = Refusals().refuse("queue")
        assert (problem.status, problem.code) == (503, "busy")
        assert 1 <= int(problem.headers["retry-after"]) <= 30
        assert "connection" not in problem.headers
        assert Refusals().refuse("bodies", is_closing=True).headers["connection"] == "close"

    def test_what_was_full_is_counted(self):
        refusals = Refusals()
        for reason in ("queue", "queue", "wait"):
            refusals.refuse(reason)
        assert refusals.counts == {"bodies": 0, "bytes": 0, "queue": 2, "wait": 1}

    def test_few_come_back_soon_and_many_are_spread_over_half_a_minute(self):
        few = Refusals(lambda: 0.0)
        assert {int(few.refuse("queue").headers["retry-after"]) for _ in range(19)} <= {1, 2}
        many = Refusals(lambda: 0.0)
        delays = [int(many.refuse("queue").headers["retry-after"]) for _ in range(3000)]
        assert set(delays) == set(range(1, 31))
        assert max(delays[:19]) <= 2

    def test_a_quiet_second_makes_delays_short_again(self):
        now = [0.0]
        refusals = Refusals(lambda: now[0])
        for _ in range(2000):
            refusals.refuse("queue")
        now[0] = 1.5
        assert {int(refusals.refuse("queue").headers["retry-after"]) for _ in range(19)} <= {1, 2}


class TestTurns:
    def test_so_many_work_at_once_and_the_next_has_to_wait(self):
        turns, _ = make_turns(places=2)
        assert [turns.take(), turns.take(), turns.take()] == [True, True, False]
        assert (turns.working, turns.waiting, turns.is_full) == (2, 0, False)

    def test_a_place_is_given_on_in_the_next_round_of_the_loop_not_before(self):
        async def run() -> list[bool]:
            turns, _ = make_turns()
            seen = [turns.take()]
            turns.leave()
            seen.append(turns.take())
            await asyncio.sleep(0)
            seen.append(turns.take())
            return seen

        assert asyncio.run(run()) == [True, False, True]

    def test_those_who_wait_are_served_in_order_and_nobody_passes_them(self):
        served: list[str] = []

        async def serve(turns: Turns, name: str) -> None:
            if not turns.take():
                await turns.wait()
            served.append(name)
            await asyncio.sleep(0)
            turns.leave()

        async def run() -> Turns:
            turns, _ = make_turns(most_waiting=5)
            first = [asyncio.create_task(serve(turns, name)) for name in "abc"]
            await asyncio.sleep(0)
            assert (turns.working, turns.waiting) == (1, 2)
            assert not turns.take()
            later = [asyncio.create_task(serve(turns, name)) for name in "de"]
            await asyncio.gather(*first, *later)
            await asyncio.sleep(0)
            return turns

        turns = asyncio.run(run())
        assert "".join(served) == "abcde"
        assert (turns.working, turns.waiting) == (0, 0)

    def test_a_full_line_refuses_at_once(self):
        async def run() -> dict[str, int]:
            turns, refusals = make_turns()
            assert turns.take()
            tasks = [asyncio.create_task(turns.wait()) for _ in range(2)]
            await asyncio.sleep(0)
            assert turns.is_full
            with pytest.raises(ProblemError) as caught:
                await turns.wait()
            assert caught.value.status == 503
            turns.leave()
            await tasks[0]
            turns.leave()
            await tasks[1]
            return refusals.counts

        assert asyncio.run(run())["queue"] == 1

    def test_who_waits_too_long_is_refused_and_leaves_the_line(self):
        async def run() -> tuple[int, int, dict[str, int]]:
            turns, refusals = make_turns(most_seconds=0.01)
            assert turns.take()
            with pytest.raises(ProblemError) as caught:
                await turns.wait()
            assert caught.value.code == "busy"
            turns.leave()
            await asyncio.sleep(0)
            return turns.working, turns.waiting, refusals.counts

        assert asyncio.run(run()) == (0, 0, {"bodies": 0, "bytes": 0, "queue": 0, "wait": 1})

    @pytest.mark.parametrize("is_given", [False, True], ids=["in line", "in the moment of one's turn"])
    def test_a_request_that_is_given_up_costs_no_place(self, is_given):
        async def run() -> tuple[int, int, bool]:
            turns, _ = make_turns()
            assert turns.take()
            task = asyncio.create_task(turns.wait())
            await asyncio.sleep(0)
            if is_given:
                turns.leave()
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            if not is_given:
                turns.leave()
            await asyncio.sleep(0)
            return turns.working, turns.waiting, turns.take()

        assert asyncio.run(run()) == (0, 0, True)

    def test_without_a_line_the_next_one_is_refused(self):
        async def run() -> None:
            turns, _ = make_turns(most_waiting=0)
            assert turns.take()
            with pytest.raises(ProblemError):
                await turns.wait()

        asyncio.run(run())

    def test_after_any_course_of_events_all_places_are_free(self):
        async def visit(turns: Turns, n_rounds: int) -> None:
            try:
                if not turns.take():
                    await turns.wait()
            except ProblemError:
                return
            for _ in range(n_rounds):
                await asyncio.sleep(0)
            turns.leave()

        async def run() -> tuple[int, int]:
            turns, _ = make_turns(places=3, most_waiting=10, most_seconds=0.05)
            tasks = [asyncio.create_task(visit(turns, number % 7)) for number in range(200)]
            for number, task in enumerate(tasks):
                if number % 3 == 0:
                    await asyncio.sleep(0)
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0)
            assert [turns.take() for _ in range(4)] == [True, True, True, False]
            return turns.working, turns.waiting

        assert asyncio.run(run()) == (3, 0)


class TestBodies:
    def test_so_many_are_on_their_way_at_once(self):
        refusals = Refusals()
        bodies = Bodies(1, 1000, refusals)
        with bodies.open(), pytest.raises(ProblemError) as caught, bodies.open():
            pass
        assert (caught.value.status, caught.value.headers["connection"]) == (503, "close")
        assert refusals.counts["bodies"] == 1
        with bodies.open():
            assert bodies.reading == 1
        assert bodies.reading == 0

    def test_bytes_of_all_are_counted_and_freed(self):
        refusals = Refusals()
        bodies = Bodies(9, 1000, refusals)
        with bodies.open() as hold_one, bodies.open() as hold_other:
            hold_one(600)
            hold_other(400)
            with pytest.raises(ProblemError) as caught:
                hold_one(1)
            assert caught.value.status == 503
            assert bodies.held_bytes == 1000
        assert bodies.held_bytes == 0
        assert refusals.counts["bytes"] == 1

    def test_a_body_whose_work_would_find_no_room_is_not_read(self):
        refusals = Refusals()
        with pytest.raises(ProblemError), Bodies(9, 1000, refusals, lambda: True).open():
            pass
        assert refusals.counts == {"bodies": 0, "bytes": 0, "queue": 1, "wait": 0}

    def test_a_body_that_fails_frees_its_room(self):
        bodies = Bodies(1, 1000, Refusals())
        with pytest.raises(RuntimeError), bodies.open() as hold:
            hold(10)
            raise RuntimeError
        assert (bodies.reading, bodies.held_bytes) == (0, 0)
