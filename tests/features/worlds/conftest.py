"""One example company of full size and one small one, read the way a test needs them."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from features.worlds import Truth, build_company

_SURVEYS = """
    SELECT s.response_id, s.invite_id, contact_id, customer_id, s.survey, s.comment,
        strptime(answered_at, '%d.%m.%Y %H:%M') AT TIME ZONE 'Europe/Berlin' AS answered_at,
        nullif(nps::INT, -99) AS nps, nullif(csat::INT, -99) AS csat, nullif(ces::INT, -99) AS ces,
        nullif(layout_rating::INT, -99) AS layout_rating
    FROM read_csv('{folder}/surveys.csv', delim=';', header=true, all_varchar=true, quote='"') AS s
        LEFT JOIN contacts USING (contact_id)
    WHERE response_id LIKE 'A-%'
"""


@dataclass(frozen=True)
class Written:
    """A written company: where it is, what was planted, and its tables in a database."""

    folder: Path
    truth: Truth
    database: duckdb.DuckDBPyConnection

    def ask(self, query: str) -> pd.DataFrame:
        return self.database.sql(query).to_arrow_table().to_pandas()

    def value(self, query: str):
        return self.database.sql(query).fetchall()[0][0]


def _write(folder: Path, n_customers: int) -> Written:
    truth = build_company(folder, seed=7, n_customers=n_customers)
    database = duckdb.connect()
    database.execute("SET timezone = 'UTC'; SET threads = 2")
    for file in sorted(folder.glob("*.parquet")):
        database.execute(f"CREATE TABLE {file.stem} AS SELECT * FROM '{file}'")
    for name in ("contacts", "pulse", "exit_interviews", "beliefs"):
        database.execute(f"CREATE TABLE {name} AS SELECT * FROM '{folder}/{name}.csv'")
    database.execute(f"CREATE TABLE usage AS SELECT * FROM '{folder}/usage.csv.gz'")
    database.execute(f"CREATE TABLE surveys AS {_SURVEYS.format(folder=folder)}")
    return Written(folder, truth, database)


@pytest.fixture(scope="session")
def company(tmp_path_factory) -> Written:
    return _write(tmp_path_factory.mktemp("company") / "world", 5000)


@pytest.fixture(scope="session")
def small_company(tmp_path_factory) -> Written:
    return _write(tmp_path_factory.mktemp("small") / "world", 300)
