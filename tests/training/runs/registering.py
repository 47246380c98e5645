"""Bundles in the registry of a workspace, put there by this process, which then forgets the registry."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow

from training import registry
from training.bundle import BundleParts, save
from training.promotion import KeptBack
from training.promotion.kept_back import FILE_NAME
from training.registry import RegisteredBundle

_WRITTEN_BY_MLFLOW = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID")


def register_bundles(folder: Path, *bundles: Path) -> None:
    """Register bundles as versions 1, 2, ...; the first is champion."""
    with forgetting(), warnings.catch_warnings():
        registry.connect(folder)
        # MLflow compares the columns of an example with a range.
        warnings.filterwarnings("ignore", "Operation with range is deprecated")
        for bundle in bundles:
            _register(bundle)


def register_version(parts: BundleParts, kept_back: KeptBack | None, folder: Path) -> RegisteredBundle:
    """Save a bundle in a folder and register it, with what it forecast when it was judged."""
    save(parts, folder / "bundle")
    with registry.tracked_run(parts.usecase.name) as run_id:
        if kept_back is not None:
            kept_back.write(folder / FILE_NAME)
            mlflow.log_artifact(str(folder / FILE_NAME), artifact_path="evaluation")
        return registry.register(folder / "bundle", run_id)


@contextmanager
def forgetting() -> Iterator[None]:
    """Let MLflow know no registry before the block, and none of those of the block after it."""
    _forget()
    try:
        yield
    finally:
        mlflow.set_tracking_uri("")
        mlflow.set_registry_uri("")
        _forget()


def _register(bundle: Path) -> None:
    with registry.tracked_run("test") as run_id:
        found = registry.register(bundle, run_id)
    if found.version == 1:
        registry.set_alias(found.usecase, registry.CHAMPION, found.version)


def _forget() -> None:
    for name in _WRITTEN_BY_MLFLOW:
        os.environ.pop(name, None)
