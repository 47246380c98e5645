"""What forecasts are worth when fewer entities are learned from: whether more data would help."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from training.breakdown.paired import Drawn, PairedRows, Scored
from training.breakdown.trials import Trials
from training.rows import TrainingRows

SHARES: Mapping[str, float] = {"1/8": 0.125, "1/4": 0.25, "1/2": 0.5}
N_SUBSETS = 2


def judge_learning_curve(trials: Trials, whole: Scored | None) -> dict[str, Any]:
    """Return loss and order on the same kept-back rows by share of the entities that were learned from.

    Each share is learned from twice, from different entities, and the figures are means of both: which
    entities fell into a share matters less that way.

    Parameters
    ----------
    whole
        Forecasts of a slim fit to all entities; None where there were too few events for it.

    Returns
    -------
    dict
        ``state`` is ``judged`` or ``too_few``. ``points`` hold the figures of each share, or none where there
        were too few events to learn from. ``half_to_all`` is all minus one half, paired by entity; ``helps``
        says whether its loss lies below 0 with the whole interval, None where the half could not be fitted.
    """
    judged = trials.judged()
    if judged is None or whole is None:
        return {"state": "too_few", "horizon": trials.horizon}
    found = {share: _draw_share(trials, judged, size) for share, size in SHARES.items()}
    found["all"] = judged.draw([whole])
    sizes = {**SHARES, "all": 1.0}
    half, of_all = found["1/2"], found["all"]
    difference = None if half is None or of_all is None else judged.differ(of_all, half)
    return {
        "state": "judged",
        "horizon": trials.horizon,
        "n_rows": len(judged.outcome),
        "points": [
            {
                "share": share,
                "n_entities": round(sizes[share] * trials.n_entities),
                "figures": {} if drawn is None else judged.describe(drawn),
            }
            for share, drawn in found.items()
        ],
        "half_to_all": difference,
        "helps": None if difference is None else bool(difference[judged.names[0]]["high"] < 0),
    }


def _draw_share(trials: Trials, judged: PairedRows, share: float) -> Drawn | None:
    """Return the mean figures of the fits to a share of the entities; None if one had too few events."""
    fits = [
        trials.forecast(choose=partial(take_share, share=share, number=number, seed=trials.seed))
        for number in range(N_SUBSETS)
    ]
    known = [fit for fit in fits if fit is not None]
    return judged.draw(known) if len(known) == N_SUBSETS else None


def take_share(rows: TrainingRows, *, share: float, number: int, seed: int) -> TrainingRows:
    """Return the rows of a random share of the groups; another number gives other groups.

    Parameters
    ----------
    share
        At most one half where two shares must not overlap.
    number
        0 or 1.
    """
    names, codes = np.unique(rows.group.astype(str), return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    size = max(1, int(share * len(names)))
    return rows.take(np.isin(codes, order[number * size : (number + 1) * size]))
