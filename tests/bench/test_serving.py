import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import psutil
import pytest

from tests.bench import serving
from tests.bench.serving_load import Load, Question, RefusedError, put_load
from tests.bench.serving_servers import find_cores, pinned
from tests.serving.company import ROW, make_bundle, wait_until
from training.bundle import load

ROOT = Path(__file__).parents[2]


class Answering:
    """Answer every request with one status, in pieces, on a port of this machine."""

    def __init__(self, status):
        self.status, self.port, self.bodies = status, 0, []
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self):
        self._thread.start()
        assert self._is_up.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    async def _serve(self):
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._answer, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._is_up.set()
            await self._end.wait()
            await asyncio.sleep(0.1)

    async def _answer(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.bodies.append((head, json.loads(await reader.readexactly(length))))
                for piece in (f"HTTP/1.1 {self.status}\r\nContent-", "Length: 4\r\n\r\nab", "cd"):
                    writer.write(piece.encode())
                    await writer.drain()
                    await asyncio.sleep(0.001)
        writer.close()


def test_clients_send_the_bodies_in_turn_and_wait_for_whole_answers():
    bodies = [{"number": number} for number in range(4)]
    with Answering("200 OK") as server:
        question = Question(server.port, "/score", bodies, {"authorization": "Bearer x"})
        found = put_load(question, 3, 0.2)
    assert len(found.latencies) == len(server.bodies) >= 12
    assert {body["number"] for _, body in server.bodies} == {0, 1, 2, 3}
    assert all(b"authorization: Bearer x\r\n" in head for head, _ in server.bodies)
    assert min(found.latencies) >= 0.001
    assert found.per_second == len(found.latencies) / found.seconds


def test_an_answer_that_is_a_refusal_ends_the_measurement():
    with Answering("503 Busy") as server, pytest.raises(RefusedError, match="503"):
        put_load(Question(server.port, "/", [{}]), 2, 5.0)


def figures_of(per_second, latencies=(0.001,)):
    figures = serving.Figures()
    for one in per_second:
        figures.add(Load(list(latencies) * 10, 10 * len(latencies) / one), 0.05)
    return figures


def test_ratios_are_taken_round_by_round():
    found = {"ours:1": figures_of([100, 300, 90]), "noop:1": figures_of([50, 100, 90])}
    figures = serving.to_figures(found, 150.04)
    assert (figures["ratio_noop_1"], figures["rss_mb"]) == (2.0, 150.0)
    assert figures["vs_mlflow_1"] is figures["vs_fastapi_1"] is None
    assert figures["servers"]["ours:1"]["per_second"] == 100
    assert figures["servers"]["ours:1"]["cpu_ms"] == 5.0


def test_a_page_is_set_beside_bentoml_that_does_nothing():
    found = {"ours:1": figures_of([100]), "noop:1": figures_of([50]), "ours:page": figures_of([5], [0.01])}
    figures = serving.to_figures(found, 1.0)
    # Each round counts half a tenth of a second of processor time for ten answers.
    assert figures["page_cpu_over_noop"] == 1.0
    assert figures["page_p95_over_noop"] == 10.0
    del found["ours:page"]
    assert serving.to_figures(found, 1.0)["page_cpu_over_noop"] is None


def test_the_tail_is_that_of_all_rounds():
    found = {"ours:1": figures_of([100, 100], [0.001] * 97 + [0.004] * 3)}
    assert serving.to_figures(found, 1.0)["p99_over_p50"] == 4.0


def test_a_peer_that_is_none_is_named(capsys):
    with pytest.raises(SystemExit):
        serving.main(["--peers", "noop,other"])
    assert "'other' is not among" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot pin processes")
def test_what_starts_in_a_pinned_block_runs_on_one_core_and_the_rest_is_as_before():
    before = os.sched_getaffinity(0)
    core = max(before)
    with pinned(core):
        code = "import os; print(os.sched_getaffinity(0))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str({core})
    assert os.sched_getaffinity(0) == before
    assert find_cores() == ((None, None) if len(before) == 1 else tuple(sorted(before))[:2])


def test_the_naive_server_predicts_with_the_booster_of_the_bundle(tmp_path):
    from tests.bench.serving_peers.booster import Served
    from tests.bench.serving_peers.naive import build_pipeline

    served = Served(load(make_bundle(tmp_path / "bundle")))
    rows = pd.DataFrame([ROW, {**ROW, "o_customers.plan": None}], columns=served.names)
    found = build_pipeline(served).predict_proba(rows)[:, 1]
    known = [served.codes[name][value] if name in served.codes else value for name, value in ROW.items()]
    codes = [known, [*known[:-1], np.nan]]
    booster = lightgbm.Booster(model_str=served.text)
    expected = booster.predict(np.column_stack([np.array(codes, dtype=float), [0.0, 0.0]]), num_threads=1)
    assert found.tolist() == expected.tolist()


@pytest.mark.long
def test_a_small_run_measures_every_server_and_leaves_none_behind(tmp_path, capfd):
    bundle, before = make_bundle(tmp_path / "bundle"), children()
    quick = ["--rounds", "1", "--seconds", "0.3", "--clients", "2", "--peers", "noop,fastapi"]
    assert serving.main(["--bundle", str(bundle), *quick]) == 0
    out, err = capfd.readouterr()
    figures = json.loads(out.splitlines()[-1])
    assert set(figures["servers"]) == {
        "ours:1",
        "noop:1",
        "fastapi:1",
        "ours:100",
        "ours:reasons",
        "ours:page",
    }
    assert figures["page_cpu_over_noop"] > 0
    assert figures["page_p95_over_noop"] > 0
    for name in ("vs_fastapi_1", "ratio_noop_1", "ratio_reasons", "p99_over_p50", "rss_mb"):
        assert figures[name] > 0
    assert figures["vs_mlflow_1"] is figures["vs_naive_1"] is None
    assert "round 1 ours:1:" in err
    wait_until(lambda: children() <= before)


def children():
    """Return the processes that this one started and that are still there; other tests may have some too."""
    return set(psutil.Process().children(recursive=True))
