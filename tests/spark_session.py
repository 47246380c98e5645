"""A real Spark on this machine for tests: two cores, no page, no outer port, light Python workers."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

# The quick compiler of Java: no test runs long enough to repay better code.
QUICK_JAVA = "-XX:TieredStopAtLevel=1"
ROOT = Path(__file__).parents[1]
# What a light install does not have; Python imports this file in every worker before anything else.
LIGHT = """
import sys

HEAVY = {"pandas", "sklearn", "mlflow", "duckdb", "shap", "matplotlib", "bentoml"}

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HEAVY:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
"""


def skip_without_spark() -> None:
    """Skip the test on a machine without pyspark or Java."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (make install-spark)")
    if (
        shutil.which("java", path=f"{os.environ.get('JAVA_HOME', '')}/bin:{os.environ.get('PATH', '')}")
        is None
    ):
        pytest.skip("Spark needs Java 17 or newer, and there is no java")


def light_path(folder: Path) -> str:
    """Return a search path with which a Python sees this tree and a light install alone."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(LIGHT, encoding="utf-8")
    return f"{folder}{os.pathsep}{ROOT}"


@contextmanager
def run_spark(folder: Path) -> Iterator[Any]:
    """Start a session that writes below a folder alone, and stop it."""
    from pyspark.sql import SparkSession

    python_path = light_path(folder / "workers")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": f"{QUICK_JAVA} -Dderby.system.home={folder}",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.local.dir": str(folder / "scratch"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.executorEnv.PYTHONPATH": python_path,
    }
    builder = SparkSession.builder.master("local[2]").appName("tests")
    for name, setting in settings.items():
        builder = builder.config(name, setting)
    os.environ.update(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
