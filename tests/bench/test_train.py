import numpy as np
import pytest

from tests.bench import train
from tests.bench.panel import GAP_DAYS, HORIZONS, draw_frame, spell
from training.rows import rows_of


@pytest.fixture(scope="module")
def frame():
    return draw_frame(400)


def test_the_table_has_sixty_features_and_a_row_per_month_until_an_entity_leaves(frame):
    assert len(frame.facts.catalogue) == 60
    entity, day = (frame.table[name].to_pylist() for name in ("entity_id", "snapshot_date"))
    assert len(set(zip(entity, day, strict=True))) == frame.table.num_rows
    assert len(set(day)) == 12
    assert 400 * 10 < frame.table.num_rows < 400 * 12
    assert day == sorted(day)


def test_all_rows_of_an_entity_that_leaves_speak_of_the_same_day(frame):
    event = frame.table["target_event"].to_numpy() == 1
    snapshot = frame.table["snapshot_date"].to_numpy().astype("datetime64[D]").astype(int)
    left = snapshot + GAP_DAYS + frame.table["target_days"].to_numpy()
    entity = np.array(frame.table["entity_id"].to_pylist())
    for name in set(entity[event]):
        assert len(set(left[entity == name])) == 1
        assert event[entity == name].all()
    assert set(left[~event]) == {np.datetime64("2026-01-01").astype(int)}


def test_the_same_seed_gives_the_same_table(frame):
    assert draw_frame(400).table.equals(frame.table)
    assert not draw_frame(400, seed=1).table.equals(frame.table)


def test_training_takes_it_and_the_drivers_go_with_leaving(frame):
    rows = rows_of(frame, spell())
    assert rows.horizon_names == tuple(f"{days}d" for days in HORIZONS)
    leaves = rows.outcome.event == 1
    for name, sign in (("number_00", 1), ("number_01", -1)):
        column = rows.columns[f"o_use.{name}"]
        assert sign * (column[leaves].mean() - column[~leaves].mean()) > 0.1


def test_sizes_are_read_smallest_first():
    assert train.read_sizes("100k,500,10k,500") == [500, 10_000, 100_000]
    with pytest.raises(ValueError, match="'10m' is not a number of entities"):
        train.read_sizes("10m")


def cost(entities, seconds, gigabytes):
    return {
        "entities": entities,
        "rows": 10 * entities,
        "events": entities,
        "wall_seconds": seconds,
        "cpu_seconds": 2 * seconds,
        "peak_gb": gigabytes,
        "auc": 0.7,
        "log_loss": 0.2,
    }


def test_growth_is_the_power_of_the_rows():
    found = train.to_figures([cost(10_000, 60.0, 1.0), cost(100_000, 600.0, 4.0)])
    assert found["growth"] == {"wall_seconds": 1.0, "cpu_seconds": 1.0, "peak_gb": 0.602}
    assert found["meets_goal"] is True


@pytest.mark.parametrize(("seconds", "gigabytes"), [(901.0, 4.0), (600.0, 6.5)])
def test_a_missed_goal_is_said(monkeypatch, capsys, seconds, gigabytes):
    monkeypatch.setattr(train, "run_once", lambda size: cost(size, seconds, gigabytes))
    assert train.main(["--entities", "100k"]) == 1
    assert '"meets_goal": false' in capsys.readouterr().out.splitlines()[-1]


def test_a_smaller_size_alone_has_no_goal(monkeypatch, capsys):
    monkeypatch.setattr(train, "run_once", lambda size: cost(size, 5000.0, 9.0))
    assert train.main(["--entities", "10k"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("10,000 entities, 100,000 rows")
    assert '"growth": {}' in lines[-1]
