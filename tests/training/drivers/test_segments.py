import json

import numpy as np
import pytest
from scipy import stats

from tests.training.drivers.segment_worlds import GROUPS, equal_world, judge, mixed_world, varied_world
from training.drivers import CutDrivers, RowWeights, importance_shares, rank_by_segment
from training.statistics import Estimate, Floats

SIZES = {"north": 200, "south": 100, "tiny": 10, "board": 20}
OF_ROW = [name for name, size in SIZES.items() for _ in range(size)]
N_ROWS = len(OF_ROW)


def _attributions(seed: int = 0) -> Floats:
    """Return attributions in which the first driver matters in the north, the second in the south."""
    scale = np.tile([0.3, 0.3, 0.2, 0.1, 0.1], (N_ROWS, 1))
    scale[:200, 0], scale[200:300, 1] = 0.9, 0.9
    return np.random.default_rng(seed).normal(size=(N_ROWS, 5)) * scale


ATTRIBUTIONS = _attributions()
ORDER = np.random.default_rng(1).permutation(N_ROWS)


def _refits(spread: float = 0.05, n_rows: int = N_ROWS, count: int = 16) -> list[Floats]:
    random = np.random.default_rng(4)
    return [ATTRIBUTIONS[ORDER][:n_rows] * np.exp(spread * random.normal(size=5)) for _ in range(count)]


def _rank(**more) -> CutDrivers:
    """Rank rows that stand in no order, as refits explain the first of them."""
    segments = [OF_ROW[row] for row in ORDER]
    return rank_by_segment(ATTRIBUTIONS[ORDER], GROUPS, segments, **{"minimum": 25, **more})


def test_shares_are_those_of_the_rows_of_the_segment() -> None:
    north, south = _rank(refits=_refits()).segments
    assert (north.name, north.n_entities, south.name, south.n_entities) == ("north", 200, "south", 100)
    for segment, rows in ((north, slice(0, 200)), (south, slice(200, 300))):
        shares = importance_shares(ATTRIBUTIONS[rows])
        assert [row.share.value for row in segment.drivers] == pytest.approx(sorted(shares)[::-1])
        found = {row.driver: row.share for row in segment.drivers}
        assert [found[f"f{place}"].value for place in range(5)] == pytest.approx(shares)
        assert {share.n for share in found.values()} == {segment.n_entities}


def test_drivers_that_explain_more_or_less_than_elsewhere_are_named() -> None:
    north, south = _rank(refits=_refits()).segments
    of_north = {row.driver: row.contrast for row in north.drivers}
    of_south = {row.driver: row.contrast for row in south.drivers}
    assert (of_north["f0"], of_north["f1"]) == ("larger", "smaller")
    assert (of_south["f0"], of_south["f1"]) == ("smaller", "larger")
    assert north.drivers[0].driver == "f0"
    assert (north.drivers[0].rank_low, north.drivers[0].rank_high) == (1, 1)


def test_a_difference_is_the_share_here_minus_that_of_all_others() -> None:
    north = _rank(refits=_refits()).segments[0]
    gaps = importance_shares(ATTRIBUTIONS[:200]) - importance_shares(ATTRIBUTIONS[200:])
    for row in north.drivers:
        assert row.difference is not None
        assert row.difference.value == pytest.approx(gaps[int(row.driver[1:])])
        assert row.difference.low < row.difference.value < row.difference.high


def test_segments_that_other_cuts_would_give_away_are_left_out() -> None:
    assert [segment.name for segment in _rank(told=["south"]).segments] == ["south"]
    assert "north" in _rank(told=["south"]).suppressed
    assert _rank(told=[]).segments == ()


def test_small_segments_are_hidden_and_cannot_be_found_by_subtraction() -> None:
    found = _rank(minimum=25)
    assert found.suppressed == ("board", "tiny")
    assert [segment.name for segment in found.segments] == ["north", "south"]
    # What is hidden together now falls short of the minimum: the smallest of the others goes with it.
    found = _rank(minimum=31)
    assert found.suppressed == ("board", "south", "tiny")
    assert _rank(minimum=10_000).segments == ()


def test_entities_count_and_not_rows() -> None:
    entities = np.array([row // 10 for row in ORDER])
    found = _rank(entities=entities, minimum=12)
    assert [(segment.name, segment.n_entities) for segment in found.segments] == [("north", 20)]
    assert found.suppressed == ("board", "south", "tiny")


def test_repeated_rows_of_one_entity_do_not_narrow_the_range() -> None:
    copies, segments = np.tile(ATTRIBUTIONS[:300], (4, 1)), OF_ROW[:300] * 4
    entities = np.tile(np.arange(300), 4)
    grouped, alone = (
        rank_by_segment(copies, GROUPS, segments, minimum=25, entities=who).segments[0].drivers[0].share
        for who in (entities, None)
    )
    assert grouped.value == alone.value
    assert alone.high - alone.low < 0.6 * (grouped.high - grouped.low)


def test_rows_without_a_segment_belong_to_the_rest() -> None:
    segments = [name if name == "north" else None for name in OF_ROW]
    (north,) = rank_by_segment(ATTRIBUTIONS, GROUPS, segments, minimum=25).segments
    gaps = importance_shares(ATTRIBUTIONS[:200]) - importance_shares(ATTRIBUTIONS[200:])
    assert north.drivers[0].difference is not None
    assert north.drivers[0].difference.value == pytest.approx(gaps.max())


def test_few_people_without_a_segment_hide_one_as_well() -> None:
    segments = [None if name == "tiny" else "all others" for name in OF_ROW]
    found = rank_by_segment(ATTRIBUTIONS, GROUPS, segments, minimum=25)
    assert (found.segments, found.suppressed) == ((), ("all others",))


def test_one_segment_alone_has_nothing_to_differ_from() -> None:
    found = rank_by_segment(ATTRIBUTIONS, GROUPS, ["all"] * N_ROWS, minimum=25, refits=_refits())
    assert {(row.difference, row.contrast) for row in found.segments[0].drivers} == {(None, None)}
    assert found.segments[0].has_own_refits


def test_without_refits_nothing_is_said_to_differ() -> None:
    found = _rank()
    assert {segment.interval_method for segment in found.segments} == {"entity bootstrap"}
    assert {row.contrast for segment in found.segments for row in segment.drivers} == {None}


def test_where_refits_saw_too_few_rows_ranges_are_wide_and_nothing_is_tested() -> None:
    own, few = _rank(refits=_refits()), _rank(refits=_refits(n_rows=12))
    assert [segment.has_own_refits for segment in own.segments] == [True, True]
    assert [segment.has_own_refits for segment in few.segments] == [False, False]
    method = "half-sample refits and entity bootstrap"
    assert {segment.interval_method for segment in (*own.segments, *few.segments)} == {method}
    for here, there in zip(own.segments, few.segments, strict=True):
        shares, wider = ({row.driver: row.share for row in one.drivers} for one in (here, there))
        assert all(
            wider[name].high - wider[name].low > share.high - share.low for name, share in shares.items()
        )
        assert {row.contrast for row in there.drivers} == {None}


def test_weights_of_rows_count() -> None:
    weight = np.where(np.arange(N_ROWS) % 2 == 0, 1.0, 0.0)
    found = rank_by_segment(ATTRIBUTIONS, GROUPS, OF_ROW, minimum=25, weights=RowWeights(rows=weight))
    shares = importance_shares(ATTRIBUTIONS[:200:2])
    assert found.segments[0].drivers[0].share.value == pytest.approx(shares.max())


def test_the_same_seed_gives_the_same() -> None:
    assert _rank(refits=_refits(), seed=2) == _rank(refits=_refits(), seed=2)


def test_json_holds_all() -> None:
    found = _rank(refits=_refits())
    stored = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert (stored["minimum"], stored["suppressed"]) == (25, ["board", "tiny"])
    first = stored["segments"][0]["drivers"][0]
    assert Estimate.from_json(first["share"]) == found.segments[0].drivers[0].share
    assert (first["driver"], first["contrast"], first["is_clear"]) == ("f0", "larger", True)
    assert {"rank_low", "rank_high", "difference"} <= set(first)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"refits": _refits(count=3)}, "3 refits say too little; pass at least 8, or none"),
        ({"refits": [np.ones((N_ROWS + 1, 5))] * 8}, "refits explain 331 rows; pass the first of the 330"),
    ],
)
def test_refits_that_do_not_fit_are_refused(more, words) -> None:
    with pytest.raises(ValueError, match=words):
        _rank(**more)


def test_segments_of_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="3 segments were passed for 330 rows"):
        rank_by_segment(ATTRIBUTIONS, GROUPS, ["a", "b", None], minimum=25)


def test_ranges_hold_the_truth_also_where_drivers_act_otherwise() -> None:
    for world in (varied_world(), mixed_world()):
        held = judge(world, range(20))
        assert held.share.mean() >= 0.9
        assert held.rank.mean() >= 0.95
        assert held.difference.mean() >= 0.9
        assert held.wrong <= 2


def test_segments_that_are_alike_are_rarely_said_to_differ_and_clear_ones_mostly() -> None:
    alike = judge(equal_world(learns_each=True), range(100, 120))
    assert stats.binomtest(alike.wrong, 20, 0.05, alternative="greater").pvalue > 0.01
    assert judge(varied_world(), range(10)).found > 0.9
