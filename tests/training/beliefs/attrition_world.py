"""The workforce of the example company, of which it is planted that pay hardly matters and is named first."""

from pathlib import Path

from features.frame import Frame, build
from features.usecase import UseCase, load
from features.worlds.columns import write_parquet, write_plain_csv
from features.worlds.workforce.pulse import take_pulse
from features.worlds.workforce.tables import employee_tables
from features.worlds.workforce.workforce import draw_workforce
from tests.training.examples import LIGHT, ROOT
from training.beliefs import BeliefCheck, check_beliefs
from training.explaining import explain
from training.fitting import fit_rows
from training.rows import rows_of

MONTHS = 24


def write_workforce(folder: Path, seed: int, n_employees: int) -> UseCase:
    """Write the tables about employees alone, and return the use case that ships."""
    workforce = draw_workforce(seed, n_employees, MONTHS)
    folder.mkdir(parents=True)
    tables = employee_tables(workforce, take_pulse(workforce), workforce.period.until)
    for name, make in tables.items():
        (write_parquet if name.endswith(".parquet") else write_plain_csv)(make(), folder / name)
    return load(ROOT / "mlproject" / "usecases" / "attrition.yaml", folder)


def check_workforce(folder: Path, seed: int, n_employees: int) -> tuple[BeliefCheck, Frame]:
    """Draw a workforce, learn who resigns, and compare what leavers say with what is measured."""
    usecase = write_workforce(folder, seed, n_employees)
    frame = build(usecase)
    rows = rows_of(frame, usecase)
    fitted = fit_rows(rows, LIGHT, seed)
    explanation = explain(fitted, rows, frame, usecase, seed=seed, recipe=LIGHT)
    found = check_beliefs(usecase, frame.facts.stated, explanation.drivers)
    assert found is not None
    return found, frame
