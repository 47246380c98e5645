"""Small things to freeze."""

from dataclasses import replace
from datetime import date
from typing import Any

from training.frozen import (
    Baseline,
    FrozenFigure,
    FrozenLevel,
    FrozenModel,
    FrozenRate,
    FrozenSource,
    Measured,
    Window,
    detectable_change,
)
from training.statistics import Estimate, nps, share

MARCH = date(2026, 3, 1)


def nps_level(wave: str = "2025 Q4", promoters: int = 120, detractors: int = 100) -> FrozenLevel:
    """Return NPS of 300 answers."""
    found = nps(promoters, 300 - promoters - detractors, detractors)
    return FrozenLevel("nps", wave, "points", found, detectable_change(found))


def csat_level(wave: str = "2025 Q4", good: int = 200, n: int = 300, **more: Any) -> FrozenLevel:
    """Return the share of good answers."""
    found = share(good, n)
    scale = {"good_from": 4.0, "scale_high": 5.0, **more}
    return FrozenLevel("csat", wave, "share", found, detectable_change(found), **scale)


def measured(**more: Any) -> Measured:
    """Return what is frozen of a small company."""
    found = Measured(
        usecase="churn",
        spec_hash="a" * 64,
        data_digest="b" * 32,
        window=Window(date(2025, 1, 1), date(2025, 12, 1), date(2026, 1, 1)),
        entities=1234,
        levels=(nps_level("2025 Q3", 110), nps_level(), csat_level()),
        response_rates=(FrozenRate("surveys.response_rate_180d", Estimate(0.41, 0.39, 0.43, 900)),),
        sources=(
            FrozenSource("surveys", "X", "relationship", ("nps", "csat"), 4321),
            FrozenSource("tickets", "O", None, (), 9876),
        ),
        model=FrozenModel(
            3,
            "churn-0123456789ab",
            True,
            (FrozenFigure("90d", "auc", Estimate(0.78, 0.75, 0.81, 800)),),
        ),
    )
    return replace(found, **more)


def baseline(**more: Any) -> Baseline:
    """Return a baseline as if it had been read."""
    return Baseline("0123456789ab", 1, MARCH, measured(**more))
