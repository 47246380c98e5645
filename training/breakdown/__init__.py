"""Standard tables of an evaluation: by segment and wave, by kind of feature, by number of entities.

Import from here; the modules inside are an arrangement, not an interface.
"""

from typing import Any

from features.catalogue import CUT_PREFIX
from features.frame import Frame
from features.progress import Report, silent
from features.usecase import UseCase
from training.assessment import Assessment
from training.breakdown.groups import judge_segments, judge_waves
from training.breakdown.learning_curve import judge_learning_curve
from training.breakdown.parts import judge_parts
from training.breakdown.trials import Trials
from training.breakdown.words import tell_breakdown
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.rows import TrainingRows

__all__ = ["break_down", "judge_segments", "judge_waves", "tell_breakdown"]


def break_down(
    frame: Frame,
    usecase: UseCase,
    rows: TrainingRows,
    assessment: Assessment,
    *,
    recipe: Recipe = DEFAULT_RECIPE,
    seed: int = 0,
    report: Report = silent,
) -> dict[str, Any]:
    """Return what stands in a bundle under ``segments``, ``waves``, ``parts`` and ``learning_curve``.

    Segments and waves judge the forecasts that are there. The other two need further fits; those follow a
    slim recipe (:func:`training.breakdown.trials.slim`) and forecast the newest origin alone.

    Parameters
    ----------
    frame
        The declared cuts, line by line beside the rows.
    rows
        All rows; ``assessment`` says which of them were forecast unseen.
    recipe
        What the slim recipe is made from.
    """
    forecasts, minimum = assessment.forecasts, usecase.privacy.minimum_group
    cuts = {name.removeprefix(CUT_PREFIX): frame.table.column(name) for name in frame.facts.cuts}
    trials = Trials.of(rows, recipe, seed)
    report("comparing what people said with what happened, and half of the entities with all")
    whole = trials.forecast()
    return {
        "segments": judge_segments(rows, forecasts, cuts, minimum, seed),
        "waves": judge_waves(rows, forecasts, minimum, seed),
        "parts": judge_parts(trials, whole),
        "learning_curve": judge_learning_curve(trials, whole),
    }
