"""The table of known public cases in docs/leakage-audit.md says what the audit finds today, and all of it."""

from pathlib import Path

import pytest

from features.frame import build
from features.usecase import load

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "leakage-audit.md"


def read_table():
    """Return the rows of the table by use case."""
    lines = DOCUMENT.read_text(encoding="utf-8").partition("## Known public cases")[2].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    cases: dict[str, list[list[str]]] = {}
    for usecase, *expected in rows[2:]:
        cases.setdefault(usecase, []).append(expected)
    return cases


CASES = read_table()


def test_every_use_case_of_public_data_stands_in_the_table():
    written = {path.relative_to(HERE).with_suffix("").as_posix() for path in HERE.rglob("*.yaml")}
    assert {name for name in written if not name.startswith(("variants/", "journeys/"))} == set(CASES)


def name_cases():
    """Yield the use cases; those that are large, or where nothing is found, are left to the long run."""
    for name, rows in CASES.items():
        is_long = rows[0][0] == "none" or name in {"airline-satisfaction", "telco-churn-11.1.3"}
        yield pytest.param(name, marks=pytest.mark.long if is_long else (), id=name)


@pytest.mark.parametrize("name", list(name_cases()))
def test_known_cases_are_found_as_the_table_says(shared_data, name):
    expected = [row for row in CASES[name] if row[0] != "none"]
    usecase = load(HERE / f"{name}.yaml", shared_data)
    refused = {column for column, _, severity, _ in expected if severity == "error"}
    usecase = usecase.model_copy(update={"accept_leak": dict.fromkeys(refused, "for this test")})
    found = {(one["column"], one["kind"]): one for one in build(usecase).facts.findings}
    assert set(found) == {(column, kind) for column, kind, _, _ in expected}
    for column, kind, severity, evidence in expected:
        assert found[column, kind]["severity"] == severity
        assert evidence in str(found[column, kind]["evidence"])
