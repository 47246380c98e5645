"""Which rows a bundle cannot have learned from: those it may be asked about as it stands."""

import numpy as np

from features.catalogue import Catalogue
from training.bundle import Bundle
from training.promotion.kept_back import KeptBack
from training.rows import Bools, TrainingRows


def find_unseen(bundle: Bundle, kept_back: KeptBack | None, rows: TrainingRows) -> Bools:
    """Tell which rows are new to a bundle.

    Parameters
    ----------
    kept_back
        Its forecasts of rows that were kept back once; None where they were not stored.

    Returns
    -------
    ndarray
        ``[n]``. Of snapshots, those on or after the day on which the outcomes that it learned from ended. Of
        a flat table, people who were not in the table; nobody where it has no ids or no memory.
    """
    days, until = rows.snapshot_date, bundle.facts["observed_until"]
    if days is not None and until is not None:
        return np.asarray(days.astype("datetime64[D]") >= np.datetime64(until, "D"))
    table = bundle.usecase.table
    is_named = table is not None and table.id is not None
    if days is not None or not is_named or kept_back is None:
        return np.zeros(len(rows), dtype=np.bool_)
    # Every labelled row of a flat table was kept back once: who is not among them was not in it.
    return kept_back.find(rows, bundle.usecase) < 0


def can_score(bundle: Bundle, catalogue: Catalogue, horizon: str) -> bool:
    """Tell whether rows of a catalogue have the features that a bundle knows, and it the horizon."""
    kinds = {feature.name: feature.kind for feature in catalogue}
    return horizon in bundle.horizons and all(kinds.get(one.name) == one.kind for one in bundle.catalogue)
