"""Which file holds which table about employees."""

from collections.abc import Callable

import pyarrow as pa

from features.worlds.workforce.departures import belief_table, exit_table, interview_table
from features.worlds.workforce.planted import employee_months
from features.worlds.workforce.presence import absence_table, hours_table
from features.worlds.workforce.pulse import Pulse, pulse_table
from features.worlds.workforce.records import (
    employee_versions,
    hiring_table,
    manager_table,
    pay_table,
    training_table,
)
from features.worlds.workforce.teams import org_table
from features.worlds.workforce.workforce import Workforce


def employee_tables(workforce: Workforce, pulse: Pulse, export: int) -> dict[str, Callable[[], pa.Table]]:
    """Return file name and maker of every table about employees, for an export of a moment."""
    return {
        "employees.parquet": lambda: employee_versions(workforce),
        "org.parquet": lambda: org_table(workforce.teams),
        "hirings.parquet": lambda: hiring_table(workforce),
        "hours.parquet": lambda: hours_table(workforce),
        "absences.parquet": lambda: absence_table(workforce),
        "trainings.parquet": lambda: training_table(workforce),
        "pay_changes.parquet": lambda: pay_table(workforce),
        "manager_changes.parquet": lambda: manager_table(workforce),
        "exits.parquet": lambda: exit_table(workforce),
        "exit_interviews.csv": lambda: interview_table(workforce),
        "beliefs.csv": lambda: belief_table(workforce, export),
        "pulse.csv": lambda: pulse_table(workforce, pulse),
        "truth_employees.parquet": lambda: employee_months(workforce),
    }
