"""Histories of models as the refresher leaves them: a champion, a challenger, one that was taken back."""

from pathlib import Path

import msgspec
from msgspec import structs

from serving.history import Change, Contest, History, Range, Version, write_history
from serving.settings import Settings
from serving.wishes import Wish, WishFolder

CHAMPION = Version(
    3,
    "churn-aaaaaaaaaaaa",
    "2026-10-02",
    "read",
    trained_on="2026-10-01",
    run_id="a" * 32,
    experiment_id="1",
    horizon="90d",
    data_to="2026-09-30",
    is_usable=True,
    figures={"auc": Range(0.71, 0.68, 0.74), "calibration_gap": Range(0.012, 0.004, 0.02)},
)
CHALLENGER = structs.replace(
    CHAMPION,
    number=4,
    model_version="churn-bbbbbbbbbbbb",
    made_on="2026-11-02",
    trained_on="2026-11-01",
    run_id="b" * 32,
    data_to="2026-10-31",
    figures={"auc": Range(0.79, 0.76, 0.82), "calibration_gap": Range(0.01, 0.003, 0.018)},
    contest=Contest(3, 9_120, Range(-0.004, -0.009, 0.001)),
)
OLD = Version(
    2,
    "churn-cccccccccccc",
    "2026-08-02",
    "read",
    is_usable=False,
    doubts=("ranking",),
    figures={"auc": Range(0.55, 0.5, 0.6)},
)
DAMAGED = Version(1, "churn-dddddddddddd", "2026-07-02", "unreadable")
HISTORY = History(
    usecase="churn",
    entry=2,
    champion=3,
    challenger=4,
    previous=2,
    versions=(CHALLENGER, CHAMPION, OLD, DAMAGED),
    changes=(
        Change(2, 3, "promoted", "2026-10-02T08:30:00+00:00", "better & <newer>"),
        Change(1, 2, "promoted", "2026-08-02T08:30:00+00:00"),
    ),
)
WISH = Wish("0" * 32, "churn", "promote", 4, CHALLENGER.model_version, 2, "0" * 12, "data_scientist", 1e9)


def leave_history(settings: Settings, history: History = HISTORY, *, is_attended: bool = True) -> None:
    """Let a history lie in the cache, and somebody look after wishes."""
    write_history(settings.cache, history)
    if is_attended:
        WishFolder(settings.wishes).attend()


def spoil(cache: Path, **changed: object) -> None:
    """Change the file of a history to something that nobody of ours would write."""
    file = cache / "churn" / "history.json"
    file.write_bytes(msgspec.json.encode({**msgspec.json.decode(file.read_bytes()), **changed}))
