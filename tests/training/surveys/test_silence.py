import math

import numpy as np
import pytest

from tests.training.surveys.made import NEWEST, flat, make_answers, silence_regions
from training.surveys.silence import JOINED, weigh_silence


@pytest.fixture(scope="module")
def regions():
    answers, truth = silence_regions()
    return weigh_silence(answers, NEWEST, 5), truth


def named(n, prefix="k"):
    return [f"{prefix}{number:03d}" for number in range(n)]


class TestResponse:
    def test_each_region_has_its_own_rate(self, regions):
        silence, _ = regions
        (cut,) = silence.by_cut
        assert [group.segment for group in cut.groups] == ["North", "South"]
        assert cut.groups[0].rate.low > 0.6
        assert cut.groups[1].rate.high < 0.3
        assert [group.rate.n for group in cut.groups] == [600, 600]
        assert cut.p_value < 1e-6
        assert silence.response is not None
        assert silence.response.rate.n == 1_200

    def test_only_invited_members_count(self):
        names = named(20)
        answers = make_answers(
            [dict.fromkeys(names[:10], 100.0)], members=[names[5:]], invited=set(names[:15])
        )
        response = weigh_silence(answers, 222, 0).response
        assert response is not None
        assert (response.n_answered, response.rate.n) == (5, 10)

    def test_small_groups_are_hidden_and_so_is_what_gives_them_away(self):
        names = named(60)
        regions = {
            name: "big" if at < 46 else "middle" if at < 57 else "small" for at, name in enumerate(names)
        }
        answers = make_answers(
            [dict.fromkeys(names[::2], 0.0)], members=[names], invited=set(names), cuts={"region": regions}
        )
        (cut,) = weigh_silence(answers, 222, 5).by_cut
        assert [group.segment for group in cut.groups] == ["big"]
        assert cut.n_hidden == 2
        (open_cut,) = weigh_silence(answers, 222, 0).by_cut
        assert [group.rate.n for group in open_cut.groups] == [46, 11, 3]

    def test_unknown_groups_do_not_crash(self):
        names = named(30)
        answers = make_answers(
            [dict.fromkeys(names[:9], 0.0)], invited=set(names), members=[names], cuts={"region": {}}
        )
        silence = weigh_silence(answers, 222, 5)
        (cut,) = silence.by_cut
        assert (cut.groups, cut.n_hidden) == ((), 0)
        assert math.isnan(cut.p_value)
        assert silence.reweighted is not None

    def test_equal_rates_are_rarely_called_different(self):
        found = []
        for seed in range(200):
            random = np.random.default_rng(seed)
            names = named(300)
            heard = [name for name in names if random.random() < 0.4]
            cuts = {"region": {name: "ABC"[at % 3] for at, name in enumerate(names)}}
            answers = make_answers(
                [dict.fromkeys(heard, 0.0)], members=[names], invited=set(names), cuts=cuts
            )
            found.append(weigh_silence(answers, 222, 5).by_cut[0].p_value < 0.05)
        assert sum(found) <= 19  # of 200 at 5 %: more in 1 of 500 tries

    def test_nobody_knows_who_was_invited(self):
        silence = weigh_silence(flat(50), NEWEST, 5)
        assert (silence.response, silence.by_cut) == (None, ())
        assert silence.bounds is not None

    def test_too_few_invited_are_not_told(self):
        names = named(30)
        answers = make_answers([dict.fromkeys(names, 0.0)], invited=set(names[:4]))
        assert weigh_silence(answers, 222, 5).response is None


class TestBalance:
    def test_the_weighted_value_is_nearer_the_truth(self, regions):
        silence, truth = regions
        assert silence.reweighted is not None
        raw, weighted = silence.reweighted.raw.estimate, silence.reweighted.weighted.estimate
        assert raw.low > truth
        assert abs(weighted.value - truth) < abs(raw.value - truth) / 3
        assert weighted.low < truth < weighted.high
        assert silence.cuts == ("region",)
        assert silence.reweighted.raked.effective_n < raw.n

    @pytest.mark.parametrize("seed", range(6, 12))
    def test_so_it_is_in_other_worlds(self, seed):
        answers, truth = silence_regions(600, n_waves=1, seed=seed)
        found = weigh_silence(answers, 222, 5).reweighted
        assert found is not None
        assert abs(found.weighted.estimate.value - truth) < abs(found.raw.estimate.value - truth)

    def test_a_group_of_which_nobody_answered_is_a_refusal_and_no_crash(self):
        names = named(40)
        cuts = {"region": {name: "North" if at < 20 else "South" for at, name in enumerate(names)}}
        silence = weigh_silence(
            make_answers([dict.fromkeys(names[:15], 0.0)], members=[names], cuts=cuts), 222, 5
        )
        assert silence.reweighted is None
        assert "nobody of region = 'South' answered, 50.0 % of those asked" in silence.refusal
        assert silence.bounds is not None

    def test_small_groups_are_joined(self):
        names = named(60)
        places = {name: f"village {at}" if at < 6 else "town" for at, name in enumerate(names)}
        answers = make_answers([dict.fromkeys(names[::2], 0.0)], members=[names], cuts={"place": places})
        silence = weigh_silence(answers, 222, 5)
        assert silence.reweighted is not None
        assert silence.refusal == ""
        lonely = make_answers([dict.fromkeys(names[6:], 0.0)], members=[names], cuts={"place": places})
        assert f"place = '{JOINED}'" in weigh_silence(lonely, 222, 5).refusal

    def test_without_cuts_there_is_nothing_to_try(self):
        silence = weigh_silence(flat(40), NEWEST, 5)
        assert (silence.reweighted, silence.refusal, silence.cuts) == (None, "", ())


class TestBounds:
    def test_the_worst_and_the_best(self):
        names = named(100)
        answers = make_answers([dict.fromkeys(names[:25], 100.0)], members=[names])
        bounds = weigh_silence(answers, 222, 5).bounds
        assert bounds is not None
        assert (bounds.worst, bounds.best) == (25 - 75, 100)
        assert bounds.largest_bias == 150
        assert bounds.share_silent == 0.75

    def test_the_silent_are_somewhat_lower(self):
        names = named(100)
        answers = make_answers([dict.fromkeys(names[:25], 0.0)], members=[names])
        differ = weigh_silence(answers, 222, 5).if_differ
        assert differ is not None
        assert (differ[0], differ[1].value) == (-20.0, -15.0)
        shares = make_answers([dict.fromkeys(names[:50], 1.0)], members=[names], metric="csat")
        found = weigh_silence(shares, 222, 5).if_differ
        assert found is not None
        assert (found[0], found[1].value) == (-0.1, pytest.approx(0.95))

    def test_nobody_can_be_lower_than_the_lowest(self):
        names = named(100)
        answers = make_answers([dict.fromkeys(names[:50], -100.0)], members=[names])
        assert weigh_silence(answers, 222, 5).if_differ is None

    def test_where_nobody_is_silent_nothing_hides(self):
        silence = weigh_silence(flat(40), NEWEST, 5)
        assert silence.bounds is not None
        assert silence.bounds.share_silent == 0
        assert silence.if_differ is None

    def test_nobody_knows_who_belonged(self):
        answers = flat(40, invited={"k0001", "k0002"})
        answers.rows.was_member[:] = np.nan
        silence = weigh_silence(answers, NEWEST, 0)
        assert (silence.response, silence.bounds, silence.reweighted) == (None, None, None)

    def test_anonymous_answers_have_no_silent_people(self):
        silence = weigh_silence(flat(40, is_anonymous=True), NEWEST, 5)
        assert (silence.response, silence.bounds, silence.by_cut) == (None, None, ())
