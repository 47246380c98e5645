from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError, SourceError
from tests.training.sample_bundles import make_bundle, plain_rows
from training.batch import day_of, read_cuts, read_rows, score_cuts, score_table, write_scores
from training.disclosure import ShownCuts
from training.scoring import IndividualScoreRefusedError, Scorer


@pytest.fixture(scope="module")
def scorers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    return {
        (kind, subject): Scorer(make_bundle(folder / f"{kind}-{subject}", kind, subject))
        for kind in ("binary", "ordinal")
        for subject in ("customer", "employee")
    }


def table_of(kind, n_rows=20):
    rows = [
        {"entity_id": f"e{number}", "cut_site": "north" if number < 12 else "south", **row}
        for number, row in enumerate(plain_rows(kind, n_rows))
    ]
    return pa.Table.from_pylist(rows)


class TestCustomers:
    def test_events_get_probability_band_and_reasons(self, scorers):
        found = score_table(scorers["binary", "customer"], table_of("binary"), as_of="2025-06-01", reasons=2)
        assert found.column_names == [
            "entity_id",
            "probability_outcome",
            "risk_band",
            "reason_1",
            "reason_2",
            "warnings",
            "model_version",
            "as_of",
        ]
        assert found.num_rows == 20

    def test_answers_get_value_interval_and_levels(self, scorers):
        scorer = scorers["ordinal", "customer"]
        found = score_table(scorer, table_of("ordinal"), as_of=None)
        assert found.column_names[:4] == ["entity_id", "value", "low_90", "high_90"]
        assert "probability_5" in found.column_names
        assert "risk_band" not in found.column_names
        assert found.column("value").to_pylist() == [
            score.value for score in scorer.score(plain_rows("ordinal"))
        ]

    def test_what_is_written_reads_back(self, scorers, tmp_path):
        found = score_table(scorers["ordinal", "customer"], table_of("ordinal"), as_of=None)
        write_scores(found, tmp_path / "scores.parquet")
        assert pq.read_table(tmp_path / "scores.parquet").equals(found)
        with pytest.raises(SourceError, match=r"\.xlsx"):
            write_scores(found, tmp_path / "scores.xlsx")

    def test_a_table_without_a_feature_is_refused(self, scorers, tmp_path):
        pq.write_table(table_of("binary").drop_columns(["plan"]), tmp_path / "rows.parquet")
        with pytest.raises(ContractError, match="no column 'plan'"):
            read_rows(tmp_path / "rows.parquet", scorers["binary", "customer"].bundle.catalogue)


@pytest.mark.parametrize(
    ("day", "text"), [(None, None), (date(2025, 6, 1), "2025-06-01"), ("2025-06-01", "2025-06-01")]
)
def test_the_day_of_features_is_written_as_iso(day, text):
    assert day_of(pa.table({"snapshot_date": [day]})) == text
    assert day_of(pa.table({"entity_id": ["a"]})) is None


class TestEmployees:
    @pytest.mark.parametrize("kind", ["binary", "ordinal"])
    def test_no_row_is_scored(self, scorers, kind):
        with pytest.raises(IndividualScoreRefusedError, match="single employees"):
            score_table(scorers[kind, "employee"], table_of(kind), as_of=None)

    @pytest.mark.parametrize("kind", ["binary", "ordinal"])
    def test_groups_are_scored_without_any_id(self, scorers, kind):
        scorer, table = scorers[kind, "employee"], table_of(kind)
        cuts = ShownCuts.of(read_cuts(table), scorer.bundle.usecase.privacy)
        found = score_cuts(scorer, table, cuts, as_of="2025-06-01")
        assert found.column("cut").to_pylist() == ["site", "site"]
        assert found.column("group").to_pylist() == ["north", "south"]
        assert found.column("people").to_pylist() == [12, 8]
        figure = "probability_outcome" if kind == "binary" else "value"
        assert {figure, f"{figure}_low", f"{figure}_high"} < set(found.column_names)
        cells = {str(cell) for row in found.to_pylist() for cell in row.values()}
        assert not {f"e{number}" for number in range(20)} & cells

    def test_cuts_are_the_columns_that_say_so(self):
        table = table_of("binary")
        assert list(read_cuts(table)) == ["site"]
        assert read_cuts(table.drop_columns(["cut_site"])) == {}
