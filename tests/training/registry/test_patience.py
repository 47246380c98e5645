"""A busy registry is asked again, a broken one is told of in one line."""

import sqlite3
import threading

import pytest
from mlflow.exceptions import MlflowException

from features.errors import RegistryError
from training import registry
from training.registry import patience
from training.registry.patience import N_ATTEMPTS, patiently


@pytest.fixture(autouse=True)
def _in_no_time(monkeypatch):
    monkeypatch.setattr(patience, "_LONGEST_PAUSE_SECONDS", 0.0)


def failing(times, error, answer="done"):
    left = [error] * times

    def ask():
        if left:
            raise left.pop()
        return answer

    return ask


def busy():
    return MlflowException("(sqlite3.OperationalError) database is locked\n[SQL: ...]", 14)


@pytest.mark.parametrize("times", range(N_ATTEMPTS))
def test_who_waits_is_served(times):
    assert patiently("model churn", failing(times, busy())) == "done"


def test_who_waits_too_long_is_told_in_one_line():
    with pytest.raises(RegistryError) as caught:
        patiently("model churn", failing(N_ATTEMPTS, busy()))
    expected = (
        "model churn: the registry is busy ((sqlite3.OperationalError) database is locked); wait for other"
    )
    assert str(caught.value).startswith(expected)


def test_what_is_not_busy_is_not_asked_again():
    with pytest.raises(RegistryError, match="model churn: no such thing; check MLFLOW_TRACKING_URI"):
        patiently("model churn", failing(1, MlflowException("no such thing\nand more")))


def test_what_is_no_failure_of_the_registry_goes_through():
    with pytest.raises(ZeroDivisionError):
        patiently("model churn", failing(1, ZeroDivisionError()))


def test_a_locked_database_is_waited_for(usecase, make_versions, tracking_folder):
    """Hold the lock of SQLite while a champion is moved."""
    make_versions(1)
    standing = registry.read_standing(usecase)
    holder = sqlite3.connect(tracking_folder / "mlflow.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(1.0, holder.execute, ["ROLLBACK"])
    release.start()
    assert registry.move_champion(standing, 1).champion == 1
    release.join()
    holder.close()
