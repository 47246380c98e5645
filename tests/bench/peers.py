"""Our recipe beside CatBoost, FLAML and AutoGluon: same rows, same published folds, same seconds per fit.

``python -m tests.bench.peers [--sets A,B] [--peers catboost,flaml] [--folds 0,1] [--seconds S]`` takes the
flat data sets with a binary label of :mod:`tests.bench.quality`. Each peer gets the seconds that our fit took
on that fold, 5 at least, or ``--seconds``, and two cores; it runs in a process and an environment of its own
(``make bench-peers`` makes ``.venv-peers`` from ``peers-requirements.txt``). Forecasts are kept in a folder
(``--keep``), so that a comparison can be made in parts and goes on where it ended; ``--again`` names whose
are made anew, as for ours after a change of the recipe.

Progress goes to stderr, a table to stdout, and last one JSON object. Differences are ours minus theirs on the
same out-of-fold rows, with intervals from resampled rows.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.bench.kept import Kept, digest_of, read_kept
from tests.bench.paired import FIGURES, Pairing, pair
from tests.bench.quality import (
    N_FOLDS,
    REPOSITORY,
    Rows,
    data_folder,
    deal_folds,
    find_usecases,
    read_in_file_order,
)
from training.encoding import Encoder
from training.models.fit_binary import fit_binary
from training.statistics import Floats

OURS = "ours"
PEERS = ("catboost", "flaml", "autogluon")
LABEL = "target"
FEWEST_SECONDS = 5.0  # less, and no search finds anything
_FIT = Path(__file__).with_name("peer_fit.py")


@dataclass(frozen=True)
class Fold:
    """Hold one fold of a data set: what is learned from, and what is forecast."""

    data_set: str
    number: int
    rows: Rows
    is_judged: Any

    @property
    def tables(self) -> tuple[pa.Table, pa.Table]:
        """Return features and label of the rows to learn from, and the features of those to forecast."""
        names = list(self.rows.catalogue.names)
        judged = pa.array(self.is_judged)
        learned = self.rows.table.filter(pa.compute.invert(judged)).select([*names, LABEL])
        return learned, self.rows.table.filter(judged).select(names)


def fit_ours(fold: Fold, digest: str) -> Kept:
    """Fit as :mod:`tests.bench.quality` does."""
    started = time.perf_counter()
    learned, target = ~fold.is_judged, fold.rows.target
    encoder = Encoder.fit(fold.rows.columns(learned), fold.rows.catalogue)
    fit = fit_binary(encoder.encode(fold.rows.columns(learned)), target[learned], seed=fold.number)
    forecast = fit.model.probabilities(encoder.encode(fold.rows.columns(fold.is_judged)).matrix)[:, 0]
    seconds = round(time.perf_counter() - started, 2)
    return Kept(digest, 0.0, seconds, version("xm-predict"), forecast.tolist())


def fit_peer(fold: Fold, digest: str, peer: str, seconds: float, python: Path) -> Kept:
    """Let a peer fit in its own environment.

    Raises
    ------
    subprocess.CalledProcessError
        If it fails; what it said stands on stderr.
    """
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        files = {"learned": scratch / "learned.parquet", "judged": scratch / "judged.parquet"}
        for file, table in zip(files.values(), fold.tables, strict=True):
            pq.write_table(table, file)
        paths = {**files, "answer": scratch / "answer.json", "scratch": scratch / "work"}
        job = {name: str(path) for name, path in paths.items()}
        job |= {"peer": peer, "label": LABEL}
        file = scratch / "job.json"
        file.write_text(json.dumps({**job, "seconds": seconds}), encoding="utf-8")
        subprocess.run([str(python), str(_FIT), str(file)], check=True, stdout=sys.stderr, cwd=scratch)
        answer = json.loads(paths["answer"].read_text(encoding="utf-8"))
    return Kept(digest, seconds, answer["seconds"], answer["version"], answer["forecast"])


@dataclass(frozen=True)
class Contest:
    """Hold what is asked for.

    Attributes
    ----------
    seconds
        Allowed per fit; 0 for as many as ours took.
    again
        Whose forecasts are made anew.
    """

    peers: Sequence[str]
    folds: Sequence[int]
    seconds: float
    keep: Path
    python: Path
    again: Sequence[str] = ()

    def run(self, name: str, rows: Rows) -> dict[str, dict[int, Kept]]:
        """Return forecasts by contender and fold; a peer that fails has none, and others go on."""
        dealt, found = deal_folds(rows.target), dict[str, dict[int, Kept]]()
        for number in self.folds:
            fold = Fold(name, number, rows, dealt == number)
            digest = digest_of(*fold.tables)
            for contender in (OURS, *self.peers):
                ours = found.get(OURS, {}).get(number)
                kept = self._forecast(fold, digest, contender, ours)
                if kept is not None:
                    found.setdefault(contender, {})[number] = kept
        return found

    def _forecast(self, fold: Fold, digest: str, contender: str, ours: Kept | None) -> Kept | None:
        """Return what was kept of a fold, or fit."""
        file = self.keep / fold.data_set / f"{contender}-{fold.number}.json"
        allowed = 0.0 if ours is None else self.seconds or max(FEWEST_SECONDS, ours.seconds)
        kept = None if contender in self.again else read_kept(file, digest)
        if kept is not None and (contender == OURS or not self.seconds or kept.allowed == allowed):
            return kept
        _tell(f"{fold.data_set}, fold {fold.number + 1} of {N_FOLDS}: {contender}")
        if contender == OURS:
            kept = fit_ours(fold, digest)
        else:
            try:
                kept = fit_peer(fold, digest, contender, allowed, self.python)
            except subprocess.CalledProcessError as error:
                _tell(f"  failed with code {error.returncode}: left out")
                return None
        kept.write(file)
        _tell(f"  {kept.seconds:.1f} s ({'no limit' if contender == OURS else f'{allowed:.1f} s allowed'})")
        return kept


def compare(
    rows: Rows, found: Mapping[str, Mapping[int, Kept]]
) -> Iterator[tuple[str, dict[str, Any], Pairing]]:
    """Yield for each peer what it took, and the figures on the folds that it and we have forecast."""
    dealt = deal_folds(rows.target)
    for peer in found:
        if peer == OURS:
            continue
        shared = sorted(set(found[peer]) & set(found[OURS]))
        is_judged = np.isin(dealt, shared)
        ours, theirs = (_join(dealt, found[one], shared)[is_judged] for one in (OURS, peer))
        cost = {
            "version": found[peer][shared[0]].version,
            "folds": [number + 1 for number in shared],
            "rows": int(is_judged.sum()),
            "ours_seconds": round(sum(found[OURS][number].seconds for number in shared), 1),
            "peer_seconds": round(sum(found[peer][number].seconds for number in shared), 1),
        }
        yield peer, cost, pair(rows.target[is_judged].astype(np.float64), ours, theirs)


def _join(dealt: Any, kept: Mapping[int, Kept], folds: Sequence[int]) -> Floats:
    """Return the forecasts of folds in the order of the rows; NaN elsewhere."""
    joined = np.full(dealt.size, np.nan)
    for number in folds:
        joined[dealt == number] = kept[number].forecast
    return joined


def describe(name: str, peer: str, cost: Mapping[str, Any], found: Pairing) -> str:
    """Return one line per figure."""
    took = f"ours {cost['ours_seconds']:.0f} s, peer {cost['peer_seconds']:.0f} s"
    lines = [f"{name}, {peer} {cost['version']}: {cost['rows']} rows, {took}"]
    for figure in FIGURES:
        gap = found.difference[figure]
        lines.append(
            f"  {figure:<8} {found.ours[figure]:.4f} against {found.theirs[figure]:.4f}, "
            f"difference {gap.value:+.4f} ({gap.low:+.4f} to {gap.high:+.4f})"
        )
    return "\n".join(lines)


def read_words(arguments: Sequence[str] | None) -> tuple[Contest, list[str]]:
    """Return what is asked for, and the data sets."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers")
    parser.add_argument(
        "--sets", default="", help="data sets, with commas between; all that are there if empty"
    )
    parser.add_argument("--peers", default=",".join(PEERS), help="whom to compare with")
    parser.add_argument("--folds", default=",".join(map(str, range(N_FOLDS))), help="which folds, from 0")
    parser.add_argument("--seconds", type=float, default=0.0, help="allowed per fit; what ours took if 0")
    parser.add_argument("--again", default="", help="whose forecasts are made anew, e.g. ours")
    parser.add_argument("--keep", type=Path, default=REPOSITORY / "xm-data" / "bench-peers")
    parser.add_argument("--python", type=Path, default=REPOSITORY / ".venv-peers" / "bin" / "python")
    asked = parser.parse_args(arguments)
    peers, again = _split(asked.peers), _split(asked.again)
    for word in (*peers, *again):
        if word not in (OURS, *PEERS):
            parser.error(f"'{word}' is none of {', '.join((OURS, *PEERS))}")
    folds = [int(word) for word in _split(asked.folds)]
    if not set(folds) <= set(range(N_FOLDS)):
        parser.error(f"--folds: {asked.folds} go beyond 0 to {N_FOLDS - 1}")
    return Contest(peers, folds, asked.seconds, asked.keep, asked.python, again), _split(asked.sets)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare on the data sets that are there and write the figures."""
    contest, names = read_words(arguments)
    usecases, skipped = find_usecases(data_folder(), names)
    for name, reason in skipped.items():
        _tell(f"skipped {name}: {reason}")
    plain: dict[str, dict[str, Any]] = {}
    for name, usecase in usecases.items():
        if usecase.outcome != "binary":
            _tell(f"skipped {name}: no flat table with a binary label")
            continue
        rows = read_in_file_order(usecase)
        for peer, cost, found in compare(rows, contest.run(name, rows)):
            sys.stdout.write(describe(name, peer, cost, found) + "\n")
            plain.setdefault(name, {})[peer] = {**cost, **found.to_json()}
    sys.stdout.write(json.dumps(plain) + "\n")


def _split(words: str) -> list[str]:
    """Return words that stand with commas between."""
    return [word.strip() for word in words.split(",") if word.strip()]


def _tell(line: str) -> None:
    """Write a line of progress."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
