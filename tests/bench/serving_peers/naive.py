"""BentoML as most examples have it: a table of pandas, a pipeline of scikit-learn, default settings."""

from typing import Any

import bentoml
import lightgbm
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from tests.bench.serving_peers.booster import Served


class BoosterClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A booster with the methods of a classifier."""

    def __init__(self, text: str = "", extra: tuple[float, ...] = (), order: tuple[int, ...] = ()) -> None:
        self.text = text
        self.extra = extra
        self.order = order

    def fit(self, rows: Any, labels: Any) -> "BoosterClassifier":
        """Take the trees as they are."""
        self.classes_ = np.unique(labels)
        self.booster_ = lightgbm.Booster(model_str=self.text)
        self.n_features_in_ = rows.shape[1]
        return self

    def predict_proba(self, rows: Any) -> Any:
        """Return the probabilities of both classes."""
        whole = np.column_stack([rows[:, self.order], np.tile(self.extra, (len(rows), 1))]).astype(float)
        risk = np.asarray(self.booster_.predict(whole, num_threads=1))
        return np.column_stack([1 - risk, risk])


def build_pipeline(served: Served) -> Pipeline:
    """Return encoder and trees as one estimator."""
    categories = [name for name in served.names if name in served.codes]
    numbers = [name for name in served.names if name not in served.codes]
    order = tuple([*categories, *numbers].index(name) for name in served.names)
    encoder = OrdinalEncoder(
        categories=[list(served.codes[name]) for name in categories],
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
    )
    columns = ColumnTransformer([("categories", encoder, categories), ("numbers", "passthrough", numbers)])
    rows = pd.DataFrame({name: [next(iter(served.codes.get(name, {0.0: 0.0})))] * 2 for name in served.names})
    trees = BoosterClassifier(served.text, tuple(served.extra), order)
    pipeline = Pipeline([("columns", columns), ("trees", trees)])
    return pipeline.fit(rows, [0, 1])


@bentoml.service
class Naive:
    """Score rows with a pipeline."""

    def __init__(self) -> None:
        self._served = Served.from_environment()
        self._pipeline = build_pipeline(self._served)

    @bentoml.api
    def score(self, rows: list[dict[str, Any]]) -> list[float]:
        """Score rows."""
        table = pd.DataFrame(rows, columns=self._served.names)
        for name in self._served.names:
            table[name] = table[name].astype(object if name in self._served.codes else float)
        found: list[float] = self._pipeline.predict_proba(table)[:, 1].tolist()
        return found
