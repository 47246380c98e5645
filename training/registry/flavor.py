"""How MLflow scores with a bundle: models-from-code, no pickle, nothing shipped but the data-only bundle.

MLflow runs this file as a script when a model is loaded, so it imports only the installed package.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext

from training import bundle, scoring


class BundlePredictor(PythonModel):
    """Answer ``predict`` of an MLflow model with the forecasts of a bundle."""

    def load_context(self, context: PythonModelContext) -> None:
        """Verify and load the bundle that was logged as artifact."""
        self._scorer = scoring.Scorer(bundle.load(Path(context.artifacts["bundle"])))

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002  the signature is MLflow's
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> pd.DataFrame:
        """Return one row per input row: a probability per horizon, or answer, interval and levels."""
        columns = {str(name): _plain(model_input[name]) for name in model_input.columns}
        absent = [None] * len(model_input)
        names = self._scorer.bundle.catalogue.names
        forecasts = self._scorer.forecasts({name: columns.get(name, absent) for name in names})
        return pd.DataFrame(forecasts, index=model_input.index)


def _plain(column: "pd.Series[Any]") -> list[float | str | None]:
    """Return a column as numbers, texts and None."""
    return [
        None if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)) else value
        for value in column
    ]


set_model(BundlePredictor())
