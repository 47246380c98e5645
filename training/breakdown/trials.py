"""Slim fits to some of the rows or features, forecasting the same kept-back rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from features.catalogue import Catalogue
from features.errors import TooFewEventsError
from training.assessment import Split, primary_labels, split_rows
from training.assessment.forecasting import forecast_answers
from training.breakdown.paired import PairedRows, Scored
from training.fitting import fit_rows
from training.models import RatingModel
from training.models.recipe import BoosterSettings, Recipe
from training.rows import Floats, LabelOutcome, TrainingRows
from training.statistics import EntityDraws, log_losses
from training.thinning import thin_rows

N_FOLDS_USED = 2
N_DRAWS = 500
_SMALL = BoosterSettings("small", n_leaves=8, max_depth=5, learning_rate=0.1, feature_share=0.5, l2=10.0)

Chooser = Callable[[TrainingRows], TrainingRows]


@dataclass(frozen=True)
class SlimRecipe(Recipe):
    """Fit one linear and one small tree member in three folds: for comparing fits, not for forecasting."""

    def folds_for(self, n_rows: int) -> tuple[int, int]:
        """Return the number of folds and repeats: 3, once; 2 where the full recipe has no more."""
        return min(3, super().folds_for(n_rows)[0]), 1


def slim(recipe: Recipe) -> SlimRecipe:
    """Return the slim recipe that goes with a recipe.

    All that is compared is fitted alike, so differences are fair although each fit is a little worse than
    that of the full recipe.
    """
    changed = {
        "inverse_penalties": (recipe.inverse_penalties[len(recipe.inverse_penalties) // 2],),
        "boosters": (_SMALL,),
        "large_boosters": (_SMALL,),
        "max_trees": min(recipe.max_trees, 200),
        "patience": min(recipe.patience, 15),
    }
    return SlimRecipe(**{field.name: getattr(recipe, field.name) for field in fields(Recipe)} | changed)


@dataclass(frozen=True)
class Trial:
    """Hold rows to learn from and rows to forecast, whose outcome is known."""

    learned: TrainingRows
    tested: TrainingRows
    outcome: Floats


@dataclass(frozen=True)
class Trials:
    """Hold the splits on which slim fits are compared: the newest origin, or two of the five folds.

    Attributes
    ----------
    rows
        All rows.
    recipe
        The slim recipe.
    """

    rows: TrainingRows
    parts: tuple[Trial, ...]
    recipe: Recipe
    seed: int

    @classmethod
    def of(cls, rows: TrainingRows, recipe: Recipe, seed: int = 0) -> Self:
        """Take the splits of the assessment, newest origin only; no fit learns from what it forecasts.

        Very many rows are thinned first: shares of them are shares of what the recipe learns from.
        """
        parts = []
        for split in _choose(split_rows(rows, seed)):
            outcome, is_known = primary_labels(rows, split.positions)
            tested = rows.take(split.positions[is_known])
            learned = thin_rows(split.learned, recipe.most_rows, seed)
            parts.append(Trial(learned, tested, outcome[is_known]))
        return cls(rows, tuple(parts), slim(recipe), seed)

    @property
    def is_event(self) -> bool:
        """Tell whether an event is forecast, rather than an answer."""
        outcome = self.rows.outcome
        return not isinstance(outcome, LabelOutcome) or outcome.kind == "binary"

    @property
    def horizon(self) -> str:
        """Return the horizon that is compared."""
        return self.rows.horizon_names[self.rows.primary_index]

    @property
    def n_entities(self) -> int:
        """Return how many entities all fits together could learn from."""
        return len({name for part in self.parts for name in part.learned.entity})

    def judged(self) -> PairedRows | None:
        """Return the kept-back rows of all splits; None where they hold one class only."""
        outcome = np.concatenate([part.outcome for part in self.parts])
        if len(np.unique(outcome)) < 2:
            return None
        weights = [part.tested.weight for part in self.parts]
        draws = EntityDraws.of(
            len(outcome),
            entity=np.concatenate([part.tested.entity for part in self.parts]),
            weight=np.concatenate([one for one in weights if one is not None])
            if weights[0] is not None
            else None,
            n_draws=N_DRAWS,
            seed=self.seed,
        )
        return PairedRows(outcome, draws, self.is_event)

    def forecast(self, features: Sequence[str] | None = None, choose: Chooser | None = None) -> Scored | None:
        """Fit the slim recipe and forecast the kept-back rows; None where there are too few events to learn.

        Parameters
        ----------
        features
            Which features the fits may read; all when absent.
        choose
            Takes some of the rows to learn from; all when absent.
        """
        try:
            return Scored.join([self._forecast(part, features, choose) for part in self.parts])
        except TooFewEventsError:
            return None

    def _forecast(self, part: Trial, features: Sequence[str] | None, choose: Chooser | None) -> Scored:
        """Fit to one split and forecast its kept-back rows."""
        learned, tested = part.learned if choose is None else choose(part.learned), part.tested
        if features is not None:
            learned, tested = keep_features(learned, features), keep_features(tested, features)
        fitted = fit_rows(learned, self.recipe, self.seed)
        if isinstance(fitted.model, RatingModel):
            answers = forecast_answers(fitted, fitted.model, tested)
            return Scored(answers.rps, answers.value)
        probability = fitted.probabilities(tested)[:, self.rows.primary_index]
        return Scored(log_losses(part.outcome, probability), probability)


def _choose(splits: Iterator[Split]) -> Iterator[Split]:
    """Yield the splits to compare on; of origins one at a time is held in memory."""
    newest: Split | None = None
    for place, split in enumerate(splits):
        if split.origin is not None:
            newest = split
        elif place < N_FOLDS_USED:
            yield split
        else:
            return
    if newest is not None:
        yield newest


def keep_features(rows: TrainingRows, names: Sequence[str]) -> TrainingRows:
    """Return the same rows with some of their features, in the order of the catalogue."""
    kept = [place for place, feature in enumerate(rows.catalogue) if feature.name in set(names)]
    features = tuple(rows.catalogue.features[place] for place in kept)
    return replace(
        rows,
        catalogue=Catalogue(features),
        columns={feature.name: rows.columns[feature.name] for feature in features},
        directions=tuple(rows.directions[place] for place in kept) if rows.directions else (),
    )
