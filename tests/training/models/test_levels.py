import json

import numpy as np
import pytest

from features.errors import BundleError, ContractError, TooFewEventsError
from training.models.levels import Levels, good_from
from training.models.records import Record


class TestOrdinal:
    def test_each_rating_is_a_level_and_counts_as_itself(self):
        levels = Levels.fit(np.repeat([1, 2, 3, 4, 5], 20), "ordinal", (1, 5))
        assert levels.names == ("1", "2", "3", "4", "5")
        assert levels.values.tolist() == [1, 2, 3, 4, 5]
        assert levels.place([1, 3, 5]).tolist() == [0, 2, 4]
        assert levels.n_bad == 3

    def test_rare_ratings_are_taken_together_with_their_rarer_neighbour(self):
        levels = Levels.fit([1] * 4 + [2] * 12 + [3] * 50 + [4] * 9 + [5] * 40, "ordinal", (1, 5))
        assert levels.names == ("1–2", "3", "4–5")
        assert levels.values == pytest.approx([1.75, 3, (36 + 200) / 49])
        assert levels.place([1, 2, 3, 4, 5]).tolist() == [0, 0, 1, 2, 2]
        assert [(level.low, level.high) for level in levels.levels] == [(1, 2), (3, 3), (4, 5)]

    def test_good_answers_begin_in_the_upper_third_of_the_scale(self):
        assert good_from(1, 7) == 5
        narrow = Levels.fit(np.repeat([4, 5], 20), "ordinal", (1, 5))
        assert narrow.n_bad == 1
        only_bad = Levels.fit(np.repeat([1, 2], 20), "ordinal", (1, 5))
        assert only_bad.n_bad is None

    def test_one_level_teaches_nothing(self):
        with pytest.raises(TooFewEventsError, match="29 answers hold one level"):
            Levels.fit([5] * 25 + [4] * 4, "ordinal", (1, 5))


class TestNumeric:
    def test_bins_hold_enough_answers_each_and_count_as_their_mean(self):
        answers = np.random.default_rng(0).lognormal(size=300)
        levels = Levels.fit(answers, "numeric")
        counts = np.bincount(levels.place(answers))
        assert len(counts) == 10
        assert counts.min() >= 29
        place = levels.place(answers)
        assert levels.values == pytest.approx([answers[place == index].mean() for index in range(10)])
        assert levels.levels[0].low == answers.min()
        assert levels.levels[-1].high == answers.max()
        assert levels.n_bad is None

    def test_there_are_at_most_twenty_bins(self):
        assert len(Levels.fit(np.arange(5000.0), "numeric").levels) == 20

    def test_an_amount_that_most_have_leaves_no_bin_empty(self):
        answers = np.concatenate([np.zeros(200), np.arange(1.0, 101.0)])
        levels = Levels.fit(answers, "numeric")
        assert (np.diff(levels.cuts) > 0).all()
        counts = np.bincount(levels.place(answers), minlength=len(levels.levels))
        assert counts[0] >= 200
        assert counts[1:].min() >= 29

    def test_too_few_answers_for_two_bins_are_said(self):
        with pytest.raises(TooFewEventsError, match="50 answers"):
            Levels.fit(np.arange(50.0), "numeric")


class TestGroups:
    def test_recommendations_fall_into_three_groups(self):
        levels = Levels.fit(np.tile(np.arange(11.0), 6), "nps_group")
        assert levels.names == ("detractor", "passive", "promoter")
        assert levels.place([0, 6, 7, 8, 9, 10]).tolist() == [0, 0, 1, 1, 2, 2]
        worth = levels.worth([6, 8, 9, np.nan])
        assert worth[:3].tolist() == [-100, 0, 100]
        assert np.isnan(worth[3])

    def test_a_value_outside_the_scale_is_named(self):
        with pytest.raises(ContractError, match="holds 11"):
            Levels.fit([*np.tile(np.arange(11.0), 6), 11], "nps_group")

    def test_a_group_with_hardly_anybody_is_named(self):
        with pytest.raises(TooFewEventsError, match="3 of 103 answers are of the group 'detractor'"):
            Levels.fit([2] * 3 + [8] * 50 + [10] * 50, "nps_group")


class TestFiles:
    @pytest.mark.parametrize("kind", ["ordinal", "numeric", "nps_group"])
    def test_what_is_written_reads_back(self, kind):
        levels = Levels.fit(np.tile(np.arange(11.0), 30), kind)
        assert Levels.from_record(Record("model.json", json.loads(json.dumps(levels.to_json())))) == levels

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"rating": "stars"}, "rating"),
            ({"cuts": [2.0]}, "cuts"),
            ({"cuts": [3.0, 2.0]}, "cuts"),
            ({"n_bad": 0}, "levels"),
            ({"n_bad": 9}, "levels"),
            ({"levels": []}, "cuts"),
        ],
        ids=["kind", "few cuts", "falling cuts", "all good", "more bad than there are", "none"],
    )
    def test_what_does_not_fit_is_refused(self, change, named):
        content = Levels.fit(np.repeat([1, 2, 3], 20), "ordinal").to_json() | change
        with pytest.raises(BundleError, match=named):
            Levels.from_record(Record("model.json", content))
