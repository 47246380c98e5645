"""What was told: batches that went out, and rows that a model had kept back."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.errors import ContractError
from tests.training.hindsight.batches import leave_batch, scores_of
from training.hindsight import Told, read_batches, read_kept_back

DAY = date(2025, 11, 1)
PEOPLE = {f"c{number}": number / 20 for number in range(20)}


def test_a_batch_is_read_with_all_its_parts(tmp_path):
    leave_batch(tmp_path, DAY, scores_of(PEOPLE), n_parts=3)
    (told,) = read_batches(tmp_path, "30d")
    assert (told.day, told.source, told.model_version) == (DAY, "went_out", "shop-0123")
    assert told.entity_ids == tuple(PEOPLE)
    found = told.find("c19")
    assert (found.probability, found.band, found.percentile) == (0.95, "high", 97.5)
    assert found.is_in_highest_tenth
    assert not told.find("c17").is_in_highest_tenth
    assert told.find("c0").percentile == 2.5
    assert told.find("nobody") is None


def test_equal_forecasts_share_their_percentile():
    columns = {"entity_id": list("abcd"), "probability": [0.1, 0.5, 0.5, 0.9], "risk_band": ["low"] * 4}
    told = Told.of(DAY, "went_out", "v", columns)
    assert [told.find(one).percentile for one in "abcd"] == [12.5, 50.0, 50.0, 87.5]


def test_of_one_day_the_batch_that_was_finished_last_counts(tmp_path):
    leave_batch(tmp_path, DAY, scores_of(PEOPLE), name="b" * 16, finished="2025-11-02T00:00:00+00:00")
    leave_batch(
        tmp_path, DAY, scores_of({"c1": 0.9, "c2": 0.1}), name="a" * 16, finished="2025-11-03T00:00:00+00:00"
    )
    leave_batch(tmp_path, date(2025, 10, 1), scores_of(PEOPLE), name="c" * 16)
    told = read_batches(tmp_path, "30d")
    assert [one.day for one in told] == [date(2025, 10, 1), DAY]
    assert told[1].entity_ids == ("c1", "c2")


def test_what_is_of_no_use_is_passed_over(tmp_path):
    leave_batch(tmp_path, DAY, scores_of(PEOPLE, "90d"))
    leave_batch(tmp_path, None, scores_of(PEOPLE))
    leave_batch(
        tmp_path, date(2025, 9, 1), {"cut": ["site"], "group": ["Bonn"], "probability_30d": [0.1]}, n_parts=1
    )
    (tmp_path / "2025-08-01-half").mkdir()
    (tmp_path / "2025-08-01-half" / "progress.json").write_text("{}")
    assert read_batches(tmp_path, "30d") == []
    assert read_batches(tmp_path / "nowhere", "30d") == []


@pytest.mark.parametrize("damage", ["part", "record", "fields"])
def test_a_batch_that_cannot_be_read_is_named(tmp_path, damage):
    folder = leave_batch(tmp_path, DAY, scores_of(PEOPLE))
    if damage == "part":
        (folder / "part-00001.parquet").unlink()
    else:
        (folder / "batch.json").write_text("no json" if damage == "record" else "{}")
    with pytest.raises(ContractError, match=r"batch\.json: is no readable batch .*score the day again"):
        read_batches(tmp_path, "30d")


def test_a_part_is_looked_for_in_its_folder_alone(tmp_path):
    leave_batch(tmp_path / "other", DAY, scores_of(PEOPLE))
    folder = leave_batch(tmp_path, DAY, scores_of(PEOPLE))
    text = (folder / "batch.json").read_text()
    (folder / "part-00000.parquet").unlink()
    (folder / "batch.json").write_text(
        text.replace('"part-00000.parquet"', f'"../other/{folder.name}/part-00000.parquet"')
    )
    with pytest.raises(ContractError):
        read_batches(tmp_path, "30d")


def test_rows_kept_back_are_found_by_person_and_day(shop):
    told = read_kept_back(shop.champion, shop.learned.rows, shop.usecase)
    positions = shop.learned.assessment.forecasts.positions
    days = shop.learned.rows.snapshot_date[positions]
    assert [one.day for one in told] == [day.item() for day in np.unique(days)]
    assert sum(len(one.entity_ids) for one in told) == len(positions)
    assert {one.source for one in told} == {"kept_back"}
    forecast = shop.learned.assessment.forecasts.probabilities[:, 0]
    for place in (0, 100, len(positions) - 1):
        (one,) = [told_day for told_day in told if told_day.day == days[place].item()]
        found = one.find(shop.learned.rows.entity[positions[place]])
        assert found.probability == forecast[place]
        average = shop.champion.bundle.facts["average_risk"]
        assert found.band == (
            "high" if forecast[place] >= 2 * average else "medium" if forecast[place] >= average else "low"
        )


def test_a_model_without_memory_or_days_has_told_nothing(shop, members):
    assert read_kept_back(replace(shop.champion, kept_back=None), shop.learned.rows, shop.usecase) == []
    other = replace(shop.champion, kept_back=replace(shop.champion.kept_back, columns={}))
    assert read_kept_back(other, shop.learned.rows, shop.usecase) == []
    assert read_kept_back(shop.champion, members.learned.rows, members.usecase) == []
