"""What forecasts said of those who were lost, beside what monitoring found; the verb ``monitor`` calls it."""

from pathlib import Path

from features.files import write_atomically
from features.frame import Frame
from features.usecase import UseCase
from training.hindsight import look_back, read_batches, read_kept_back
from training.promotion import Candidate
from training.rows import rows_of
from training.runs.workspace import Workspace

FILE_NAME = "hindsight.json"


def write_hindsight(
    workspace: Workspace, usecase: UseCase, frame: Frame, champion: Candidate | None
) -> Path | None:
    """Look back at everybody who was lost, and keep it as ``hindsight.json``.

    Parameters
    ----------
    frame
        The feature table as it is today.
    champion
        The champion with what it forecast when it was judged; None where scores that went out are all there
        is.

    Returns
    -------
    Path or None
        The file; None, and no file, where no event is forecast.

    Raises
    ------
    ContractError
        If a batch of scores cannot be read.
    """
    path, rows = workspace.health(usecase.name) / FILE_NAME, rows_of(frame, usecase)
    told = [] if champion is None else read_kept_back(champion, rows, usecase)
    if not usecase.privacy.is_about_employees:
        told += read_batches(workspace.scores(usecase.name), rows.horizon_names[rows.primary_index])
    found = look_back(usecase, rows, told)
    if found is None:
        path.unlink(missing_ok=True)
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, found.to_text())
    return path
