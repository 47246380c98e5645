"""Verb ``build``: the feature table, one honest row per entity and snapshot."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from features.fold import FoldLog
from features.frame import Frame, Tombstones, build
from features.progress import Report, silent
from features.usecase import UseCase
from training.console import Console
from training.runs.description import describe_frame, describe_meaning
from training.runs.workspace import Workspace, load_usecase


def run(console: Console, usecase: str, data: str, out: str, engine: str = "local") -> None:
    """Build the frame of a use case and say what is in it."""
    spec = load_usecase(usecase, data)
    workspace = Workspace(Path(out))
    with _open(engine, console) as fold_log:
        frame = build_in(workspace, spec, fold_log=fold_log, report=console.report)
    folder = workspace.frame(spec.name)
    console.result(
        "\n".join([*describe_frame(frame), *describe_meaning(spec), f"written to {folder}"]),
        {"folder": str(folder)} | frame.facts.to_json(),
    )


def build_in(
    workspace: Workspace, usecase: UseCase, *, fold_log: FoldLog | None = None, report: Report = silent
) -> Frame:
    """Build the frame of a use case where a workspace has it: its partial results, without erased people.

    Parameters
    ----------
    fold_log
        Folds large logs in another place; without partial results then.
    """
    return build(
        usecase,
        workspace.frame(usecase.name),
        partials=workspace.partials(usecase.name) if fold_log is None else None,
        tombstones=Tombstones.read(workspace.tombstones(usecase.name)),
        fold_log=fold_log,
        texts=workspace.texts(usecase.name),
        report=report,
    )


@contextmanager
def _open(engine: str, console: Console) -> Iterator[FoldLog | None]:
    """Give what folds large logs: nothing of its own on this machine, else a session of Spark."""
    if engine == "local":
        yield None
        return
    from features.spark import fold_on_spark
    from training.spark import open_session

    with open_session() as session:
        console.report(f"folding logs on Spark at {session.conf.get('spark.master')}")
        yield partial(fold_on_spark, session)
