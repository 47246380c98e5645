"""Two worlds of staff, assessed once: with part-time work that stands for women, and without."""

from dataclasses import dataclass
from typing import Any

import pytest

from features.frame import Frame, build
from features.usecase import UseCase
from tests.training.examples import LINEAR
from tests.training.fairness.fairness_world import write_staff
from training.assessment import Assessment, assess
from training.encoding import Encoder
from training.fairness import judge_fairness
from training.fitting import fit_rows
from training.rows import TrainingRows, rows_of

SEED = 1


@dataclass(frozen=True)
class Judged:
    """Hold a world, what was forecast in it, and what the comparison of groups said."""

    usecase: UseCase
    frame: Frame
    rows: TrainingRows
    assessment: Assessment
    encoder: Encoder
    found: dict[str, Any]


def judge(folder, **settings) -> Judged:
    usecase = write_staff(folder, **settings)
    frame = build(usecase)
    rows = rows_of(frame, usecase)
    assessment, encoder = assess(rows, LINEAR, SEED), fit_rows(rows, LINEAR, SEED).encoder
    found = judge_fairness(frame, usecase, rows, assessment, encoder, seed=SEED)
    return Judged(usecase, frame, rows, assessment, encoder, found)


@pytest.fixture(scope="session")
def fair(tmp_path_factory) -> Judged:
    return judge(tmp_path_factory.mktemp("fair"), proxy=0.0)


@pytest.fixture(scope="session")
def unfair(tmp_path_factory) -> Judged:
    return judge(tmp_path_factory.mktemp("unfair"), proxy=2.0)
