"""Fairness: whether forecasts are as good, and choose as often, for every group of a protected attribute.

Protected attributes are never features. They are looked at here, beside the forecasts of rows that no fit had
seen, and nowhere else. Import from here; the modules inside are an arrangement, not an interface.
"""

from collections.abc import Mapping
from typing import Any

from features.frame import Frame
from features.usecase import UseCase
from training.assessment import Assessment
from training.encoding import Encoder
from training.fairness.figures import judge_groups
from training.fairness.grouping import name_groups
from training.fairness.judged import TOP_SHARE, judged_rows
from training.fairness.proxies import find_proxies
from training.fairness.showing import State
from training.rows import TrainingRows

__all__ = ["TOP_SHARE", "State", "judge_fairness"]


def judge_fairness(
    frame: Frame,
    usecase: UseCase,
    rows: TrainingRows,
    assessment: Assessment,
    encoder: Encoder,
    *,
    seed: int = 0,
) -> dict[str, Mapping[str, Any]]:
    """Return what stands in a bundle under ``evaluation["fairness"]`` and ``evaluation["proxies"]``.

    Parameters
    ----------
    frame
        The protected attributes, line by line beside the rows.
    rows
        All rows; ``assessment`` says which of them were forecast unseen.
    encoder
        How features become numbers: what the attribute is guessed from.

    Returns
    -------
    dict
        Plain values. A group below ``privacy.minimum_group`` entities appears in no figure and under no name.
    """
    groups = {name: name_groups(frame.protected.column(name)) for name in frame.facts.protected}
    tested = judged_rows(rows, assessment.forecasts)
    minimum = usecase.privacy.minimum_group
    return {
        "fairness": {
            "horizon": rows.horizon_names[rows.primary_index],
            "selected_share": TOP_SHARE,
            "minimum_group": minimum,
            "attributes": judge_groups(tested, groups, minimum, seed=seed),
        },
        "proxies": {"attributes": find_proxies(tested, rows, encoder, groups, minimum, seed=seed)},
    }
