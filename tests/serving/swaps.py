"""Champions that change while a service is asked; every answer is held against the bundle that it names."""

import asyncio
import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving.cache import POINTER, install
from tests.serving.company import ROW, accept
from tests.serving.load import Answer, Connection, keep_asking, write_request
from training.bundle import load, verify
from training.scoring import Scorer

BATCH = [{**ROW, "o_tickets.count_90d": float(count % 9)} for count in range(40)]
ASKED = {"usecase": "churn", "rows": [{"features": row} for row in BATCH]}


@dataclass(frozen=True)
class Swapped:
    """Hold what came of the swaps."""

    answers: list[Answer]
    n_swaps: int
    versions: list[str]


async def swap_under_load(
    port: int,
    key: Mapping[str, str],
    cache: Path,
    bundles: tuple[Path, Path],
    n_swaps: int,
    clients: int,
    spoiled: Path,
) -> Swapped:
    """Let clients ask while champions change, and a bad candidate comes in after every fifth change."""
    single = {"usecase": "churn", "rows": ASKED["rows"][:1], "reasons": 2}
    requests = [write_request(port, "/v1/score", body, key) for body in (ASKED, single)]
    is_over = asyncio.Event()
    load_task = asyncio.create_task(keep_asking(port, requests, clients, is_over))
    watcher, versions = Connection(port), []
    question = write_request(port, "/v1/model?usecase=churn", key=key)
    for number in range(n_swaps):
        if number % 5 == 4:
            await asyncio.to_thread(_offer, spoiled, cache)
            await _await_word(watcher, question, lambda model: model.get("refused"))
        pointer = await asyncio.to_thread(install, bundles[number % 2], cache, try_out=accept)
        wanted = pointer.model_version
        await _await_word(watcher, question, lambda model, wanted=wanted: model["model_version"] == wanted)
        versions.append(wanted)
    is_over.set()
    answers = await load_task
    await watcher.close()
    return Swapped(answers, n_swaps, versions)


async def _await_word(connection: Connection, question: bytes, holds: Any) -> None:
    """Ask for the facts of the champion until they are as expected."""
    async with asyncio.timeout(120):
        while True:
            answer = await connection.ask(question)
            if answer.status == 200 and holds(answer.json()["models"][0]):
                return
            await asyncio.sleep(0.02)


def _offer(bundle: Path, cache: Path) -> None:
    """Put a bundle into the cache as a careless hand would: copied, and named as if it had passed a trial."""
    name = f"churn-{bundle.name}"
    shutil.copytree(bundle, cache / "churn" / name, dirs_exist_ok=True)
    pointer = {"model_version": name, "tried_sha256": verify(bundle).bundle_hash}
    draft = cache / "churn" / "draft"
    draft.write_text(json.dumps(pointer))
    draft.replace(cache / "churn" / POINTER)


def spoil_canary(bundle: Path, folder: Path) -> Path:
    """Copy a bundle, and let its canary expect other numbers; the manifest fits."""
    shutil.copytree(bundle, folder)
    canary = json.loads((bundle / "canary.json").read_text())
    canary["probabilities"][0][0] += 0.01
    content = json.dumps(canary).encode()
    (folder / "canary.json").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["canary.json"] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def find_wrong(answers: list[Answer], bundles: tuple[Path, Path]) -> list[str]:
    """Return what is wrong with the answers: failures, unknown versions, scores of another version."""
    expected = {}
    for folder in bundles:
        bundle = load(folder)
        scores = Scorer(bundle).score(BATCH)  # type: ignore[arg-type]  # values of JSON
        expected[bundle.model_version] = [score.probabilities for score in scores]
    wrong = [f"status {answer.status}" for answer in answers if answer.status != 200]
    for answer in answers:
        if answer.status == 200:
            content = answer.json()
            wanted = expected.get(content["model_version"], [])
            found = [row["probability"] for row in content["rows"]]
            if not wanted or any(not _is_close(*pair) for pair in zip(found, wanted, strict=False)):
                wrong.append(f"scores are not those of {content['model_version']}")
    return wrong


def _is_close(found: Mapping[str, float], wanted: Mapping[str, float]) -> bool:
    return found.keys() == wanted.keys() and all(abs(found[name] - wanted[name]) < 1e-9 for name in wanted)
