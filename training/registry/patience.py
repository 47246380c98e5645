"""How the registry is asked: again after a while when it is busy, and with one line when it fails."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from features.addresses import mask
from features.errors import RegistryError

_Answer = TypeVar("_Answer")
N_ATTEMPTS = 4
_LONGEST_PAUSE_SECONDS = 2.0
_BUSY = "TEMPORARILY_UNAVAILABLE"
NOT_THERE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


def patiently(where: str, ask: Callable[[], _Answer]) -> _Answer:
    """Return what ``ask`` returns; a database that another process has locked is asked again.

    MLflow itself waits some 20 seconds for a lock of SQLite. What is asked must do no harm when it is done
    twice: an answer may be lost after the work was done.

    Parameters
    ----------
    where
        What an error speaks of, as ``model churn``.
    ask
        A call of MLflow.

    Raises
    ------
    RegistryError
        If it keeps failing, or fails for another reason.
    """
    for attempt in range(1, N_ATTEMPTS + 1):
        try:
            return ask()
        except (MlflowException, SQLAlchemyError) as error:
            if attempt == N_ATTEMPTS or not _is_busy(error):
                raise refusal(where, error) from error
        time.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS) * attempt / N_ATTEMPTS)
    message = "the last attempt returns or raises"
    raise AssertionError(message)


def refusal(where: str, error: Exception) -> RegistryError:
    """Return a failure of MLflow as one line."""
    line = first_words(error)
    if _is_busy(error):
        return RegistryError(
            where, f"the registry is busy ({line})", "wait for other trainings, then try again"
        )
    return RegistryError(where, line, "check MLFLOW_TRACKING_URI")


def first_words(error: Exception) -> str:
    """Return the first line of a library's message, without the password of an address in it."""
    return mask((str(error).splitlines() or [type(error).__name__])[0])


def is_absent(error: MlflowException) -> bool:
    """Tell whether MLflow says that there is no such thing."""
    return error.error_code in NOT_THERE


def _is_busy(error: Exception) -> bool:
    """Tell whether another process held a lock."""
    return getattr(error, "error_code", None) == _BUSY or "database is locked" in str(error)
