"""One peer on one fold, in the environment of the peers: ``python peer_fit.py JOB.json``.

Stands alone: nothing of the product is imported. The job names the peer, Parquet files to learn from and to
forecast, the label, the seconds allowed, a scratch folder, and the file to write the answer to.
"""

import json
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

N_CORES = 2
SEED = 1
BAGGING_SECONDS = 30.0  # with less, bags of eight folds come to no model at all


def fit_catboost(learned: pd.DataFrame, judged: pd.DataFrame, label: str, seconds: float, _: str) -> Any:
    """Forecast with CatBoost at its defaults; a tenth of the rows ends it early, the clock at the latest."""
    from catboost import CatBoostClassifier
    from sklearn.model_selection import train_test_split

    class Clock:
        def after_iteration(self, _: Any) -> bool:
            return time.perf_counter() - started < seconds

    features = learned.columns.drop(label)
    categories = [name for name in features if not pd.api.types.is_numeric_dtype(learned[name])]
    tables = [
        table.assign(**{name: table[name].fillna("missing") for name in categories})
        for table in (learned, judged)
    ]
    fit, stop = train_test_split(tables[0], test_size=0.1, stratify=learned[label], random_state=SEED)
    model = CatBoostClassifier(
        loss_function="Logloss",
        cat_features=categories,
        early_stopping_rounds=50,
        thread_count=N_CORES,
        random_seed=SEED,
        allow_writing_files=False,
        verbose=False,
    )
    started = time.perf_counter()
    model.fit(fit[features], fit[label], eval_set=(stop[features], stop[label]), callbacks=[Clock()])
    return model.predict_proba(tables[1][features])[:, 1]


def fit_flaml(learned: pd.DataFrame, judged: pd.DataFrame, label: str, seconds: float, _: str) -> Any:
    """Forecast with what FLAML finds in the time."""
    from flaml import AutoML

    features = learned.columns.drop(label)
    categories = [name for name in features if not pd.api.types.is_numeric_dtype(learned[name])]
    tables = [table.astype(dict.fromkeys(categories, "category")) for table in (learned, judged)]
    search = AutoML()
    search.fit(
        tables[0][features],
        learned[label],
        task="classification",
        metric="log_loss",
        time_budget=seconds,
        n_jobs=N_CORES,
        seed=SEED,
        verbose=0,
    )
    return search.predict_proba(tables[1][features])[:, 1]


def fit_autogluon(
    learned: pd.DataFrame, judged: pd.DataFrame, label: str, seconds: float, scratch: str
) -> Any:
    """Forecast with AutoGluon, bagged and stacked where there is time; its networks are not installed."""
    from autogluon.tabular import TabularPredictor

    predictor = TabularPredictor(label=label, eval_metric="log_loss", path=scratch, verbosity=0)
    predictor.fit(
        learned,
        time_limit=seconds,
        presets="best_quality" if seconds >= BAGGING_SECONDS else "medium_quality",
        dynamic_stacking=False,
        fit_strategy="sequential",
        num_cpus=N_CORES,
    )
    return predictor.predict_proba(judged)[1].to_numpy()


PEERS = {
    "catboost": (fit_catboost, "catboost"),
    "flaml": (fit_flaml, "flaml"),
    "autogluon": (fit_autogluon, "autogluon.tabular"),
}


def main(file: str) -> None:
    """Do a job."""
    job = json.loads(Path(file).read_text(encoding="utf-8"))
    learned, judged = pd.read_parquet(job["learned"]), pd.read_parquet(job["judged"])
    fit, package = PEERS[job["peer"]]
    import_module(package)  # not part of the time that a fit is given
    started = time.perf_counter()
    forecast = fit(learned, judged, job["label"], job["seconds"], job["scratch"])
    answer = {
        "version": version(package),
        "seconds": round(time.perf_counter() - started, 2),
        "forecast": [float(share) for share in forecast],
    }
    Path(job["answer"]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
