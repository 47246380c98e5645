"""What people said (X) beside what happened (O): forecasts from both, and from either alone."""

from typing import Any

from training.breakdown.paired import Scored
from training.breakdown.trials import Trials


def judge_parts(trials: Trials, whole: Scored | None) -> dict[str, Any]:
    """Return the figures of X+O, O and X on the same kept-back rows, as plain values.

    Parameters
    ----------
    whole
        Forecasts of a slim fit to all features; None where there were too few events for it.

    Returns
    -------
    dict
        ``state`` is ``compared``, ``one_kind`` (all features are of one kind) or ``too_few``. Where they were
        compared: by set of features the loss and the order; ``x_adds`` (X+O minus O) and ``o_adds`` (X+O
        minus X), each with an interval paired by entity. Below 0 is better for losses, above 0 for the order.
    """
    kinds = {
        kind: [feature.name for feature in trials.rows.catalogue if feature.data == kind] for kind in "OX"
    }
    counts = {kind: len(names) for kind, names in kinds.items()}
    facts: dict[str, Any] = {"horizon": trials.horizon, "n_features": counts}
    if not all(counts.values()):
        return {"state": "one_kind", **facts}
    judged = trials.judged()
    if judged is None or whole is None:
        return {"state": "too_few", **facts}
    fits = {"X+O": whole} | {kind: trials.forecast(names) for kind, names in kinds.items()}
    drawn = {name: judged.draw([fit]) for name, fit in fits.items() if fit is not None}
    if len(drawn) < len(fits):
        return {"state": "too_few", **facts}
    return {
        "state": "compared",
        **facts,
        "n_rows": len(judged.outcome),
        "n_entities": judged.draws.n_entities,
        "features": {name: judged.describe(table) for name, table in drawn.items()},
        "x_adds": judged.differ(drawn["X+O"], drawn["O"]),
        "o_adds": judged.differ(drawn["X+O"], drawn["X"]),
    }
