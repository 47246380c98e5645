"""Trainings that are started together in one empty workspace."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.end_to_end.forked import start
from tests.training.examples import write_members


@dataclass(frozen=True)
class Together:
    """Hold the workspace of trainings that ran at once, what each answered, and what each said on stderr."""

    folder: Path
    answers: list[dict[str, Any]]
    errors: list[str]


def train_at_once(folder: Path, seeds: list[int]) -> Together:
    """Start all trainings together in one empty workspace and wait for all."""
    write_members(folder / "data")
    words = ["train", "--usecase", folder / "data" / "members.yaml", "--out", folder / "out", "--seed"]
    begun = [start(folder / "logs", *words, seed) for seed in seeds]
    return Together(folder, [one.answer() for one in begun], [one.err.read_text() for one in begun])
