"""What the model in use says of one person, for that person: or why it says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from features.errors import RegistryError
from features.objections import Objections
from training import registry
from training.bundle import Bundle
from training.pages import LANGUAGES
from training.rows import feature_columns, row_at
from training.runs.persons.wanted import Wanted
from training.scoring import RowScore, Scorer

_N_REASONS = 5


@dataclass(frozen=True)
class OwnScore:
    """Hold the newest score of a person.

    Attributes
    ----------
    state
        ``given``; or why not: ``employees`` (nobody at work is scored singly), ``objected``, ``no_model``,
        ``not_usable`` (its figures do not support scores), ``no_row`` (they are not among the newest rows).
    content
        The score as plain values, where it is given.
    """

    state: str
    content: Mapping[str, Any] | None = None


def fetch_bundle(wanted: Wanted) -> Bundle | None:
    """Return the model in use; None where there is none."""
    if not (wanted.workspace.folder / "mlflow.db").exists():
        return None
    registry.connect(wanted.workspace.folder)
    try:
        return registry.fetch_bundle(registry.demand_champion(wanted.usecase))
    except RegistryError:
        return None


def score_person(wanted: Wanted, bundle: Bundle | None) -> OwnScore:
    """Score one person by the newest known features, with reasons in every language."""
    if bundle is None:
        return OwnScore("no_model")
    scorer = Scorer(bundle)
    if not scorer.is_individual:
        return OwnScore("employees")
    if wanted.ids[0] in Objections.read(wanted.workspace.objections(wanted.usecase)):
        return OwnScore("objected")
    if scorer.doubts:
        return OwnScore("not_usable")
    row, as_of = _find_row(wanted, bundle)
    if row is None:
        return OwnScore("no_row")
    scores = {
        language: scorer.score([row], reasons=_N_REASONS, language=language)[0] for language in LANGUAGES
    }
    return OwnScore("given", _spell(scores, scorer, as_of))


def _find_row(wanted: Wanted, bundle: Bundle) -> tuple[dict[str, Any] | None, str | None]:
    """Return the newest features of a person, and their day."""
    path = wanted.workspace.frame(wanted.usecase) / "latest.parquet"
    if not path.exists():
        return None, None
    found = pq.read_table(path, filters=[("entity_id", "=", wanted.ids[0])])
    if not found.num_rows:
        return None, None
    row = row_at(feature_columns(found, bundle.catalogue), 0)
    days = found.column("snapshot_date").to_pylist() if "snapshot_date" in found.column_names else [None]
    return row, None if days[0] is None else str(days[0])


def _spell(scores: Mapping[Any, RowScore], scorer: Scorer, as_of: str | None) -> dict[str, Any]:
    """Return a score as plain values."""
    first = scores["en"]
    pairs = zip(*(scores[language].reasons for language in LANGUAGES), strict=True)
    return {
        "model_version": scorer.bundle.model_version,
        "as_of": as_of,
        "primary_horizon": scorer.primary_horizon,
        "probability": first.probabilities,
        "risk_band": first.risk_band,
        "value": first.value,
        "low": first.low,
        "high": first.high,
        "reasons": [
            {
                "feature": pair[0].feature,
                "attribution": pair[0].attribution,
                "words": {language: one.words for language, one in zip(LANGUAGES, pair, strict=True)},
            }
            for pair in pairs
        ],
    }
