"""Levers in plain columns, one record each: for CSV files and data frames."""

from collections.abc import Sequence
from typing import Final

from training.drivers import Cell, estimate_cells, goal_cell
from training.levers.record import Lever, LeverEffect

LEVER_COLUMNS: Final = (
    "lever",
    "label",
    "grade",
    "status",
    "reasons",
    "feature",
    "goal",
    "slope",
    "slope_low",
    "slope_high",
    "contrast",
    "contrast_low",
    "contrast_high",
    "p_value",
    "robustness",
    "variation",
    "controls",
    "n",
    "n_entities",
)


def lever_sheet(levers: Sequence[Lever]) -> list[dict[str, Cell]]:
    """Return one record of plain values per lever, with the columns :data:`LEVER_COLUMNS`.

    ``reasons`` says in words why a lever is refused and what would make it testable, and is empty where
    nothing stands against it. Figures are None where nothing was compared; ``n`` = rows. All else is meant as
    in :class:`~training.levers.LeverEffect`.
    """
    return [_record(lever) for lever in levers]


def _record(lever: Lever) -> dict[str, Cell]:
    """Return one lever as plain values."""
    reasons = (f"{refusal.reason['en']} {refusal.remedy['en']}" for refusal in lever.refusals)
    return {
        "lever": lever.name,
        "label": lever.label["en"],
        "grade": lever.grade,
        "status": lever.status,
        "reasons": " ".join(reasons),
        "feature": lever.feature,
        "goal": goal_cell(lever.goal),
        **_effect_cells(lever.effect),
    }


def _effect_cells(effect: LeverEffect | None) -> dict[str, Cell]:
    """Return the figures of an effect, None where there is none."""
    return {
        **estimate_cells("slope", None if effect is None else effect.slope),
        **estimate_cells("contrast", None if effect is None else effect.contrast),
        "p_value": None if effect is None else effect.p_value,
        "robustness": None if effect is None else effect.robustness,
        "variation": None if effect is None else effect.variation,
        "controls": "" if effect is None else ", ".join(effect.controls),
        "n": None if effect is None else effect.slope.n,
        "n_entities": None if effect is None else effect.n_entities,
    }
