"""Section 6: what groups are expected to do, what is hidden, and when a difference is called clear."""

from dataclasses import replace

import numpy as np
import pytest

from features.usecase import Privacy
from tests.training.reports import lever_samples, samples
from tests.training.reports.test_render import Page
from training.disclosure import ShownCuts
from training.reports import build_report, render_html
from training.reports.heat import HeatCell, HeatMap, HeatTable
from training.reports.inputs import ReportInputs


def heat_of(inputs: ReportInputs) -> HeatMap:
    found = build_report(inputs).heat
    assert found is not None
    return found


def show(cuts, subject="customer") -> ShownCuts:
    return ShownCuts.of(cuts, Privacy(subject=subject))


def with_cuts(cuts, risk=None, **more) -> ReportInputs:
    size = len(next(iter(cuts.values())))
    cohort = replace(samples.cohort(size), cuts=show(cuts))
    return samples.inputs(scored=cohort if risk is None else replace(cohort, probabilities=risk), **more)


def column(table: HeatTable) -> dict[str, HeatCell]:
    return dict(zip((*table.rows, "All"), (line[-1] for line in table.cells), strict=True))


def test_cells_are_means_of_the_forecasts_of_their_people() -> None:
    inputs = lever_samples.inputs()
    (table,) = heat_of(inputs).tables
    risk, shown = inputs.scored.probabilities, inputs.scored.cuts
    assert shown is not None
    cuts = shown.labels
    assert (table.row_cut, table.column_cut) == ("region", "plan")
    for row, region in enumerate(table.rows):
        for place, plan in enumerate(table.columns):
            found = table.cells[row][place]
            chosen = (np.array(cuts["region"]) == region) & (np.array(cuts["plan"]) == plan)
            if found.value is not None:
                assert found.value.n == chosen.sum() >= 5
                assert found.value.value == pytest.approx(risk[chosen].mean())
            else:
                assert (found.state == "empty") == (chosen.sum() == 0)
    everybody = table.cells[-1][-1].value
    assert everybody is not None
    assert everybody.value == pytest.approx(risk.mean())


def test_a_clear_group_has_a_sign_and_chance_has_none() -> None:
    random = np.random.default_rng(2)
    groups = tuple(random.choice(["a", "b", "c", "d"], size=2000))
    risk = np.where(np.array(groups) == "a", 0.3, 0.1)
    found = column(heat_of(with_cuts({"site": groups}, risk)).tables[0])
    assert found["a"].contrast == "above"
    assert found["a"].step == 5
    assert {found[name].contrast for name in "bcd"} == {"below"}
    assert (found["All"].contrast, found["All"].step) == (None, 3)
    even = column(heat_of(with_cuts({"site": groups}, random.beta(2, 18, size=2000))).tables[0])
    assert {cell.contrast for cell in even.values()} == {None}
    assert {cell.step for cell in even.values()} == {3}


def test_a_small_group_far_off_may_be_chance() -> None:
    groups = ("a",) * 6 + ("b",) * 1994
    risk = np.where(np.array(groups) == "a", 0.3, 0.1)
    found = column(heat_of(with_cuts({"site": groups}, risk)).tables[0])
    assert (found["a"].contrast, found["a"].step) == (None, 5)


def test_small_groups_are_hidden_and_said() -> None:
    groups = ("a",) * 40 + ("b",) * 30 + ("c",) * 3 + ("d",) * 20
    inputs = with_cuts({"site": groups})
    found = column(heat_of(inputs).tables[0])
    assert [found[name].state for name in "abcd"] == ["shown", "shown", "hidden", "hidden"]
    assert found["c"].value is None
    assert "Groups below 5 are hidden" in Page(render_html(build_report(inputs), "en")).text


def test_people_at_work_are_told_of_by_one_cut_at_a_time() -> None:
    cuts = show(lever_samples.cuts(), "employee")
    inputs = samples.employees()
    inputs = replace(inputs, scored=replace(samples.cohort(), cuts=cuts))
    assert [table.column_cut for table in heat_of(inputs).tables] == [None, None]


def test_more_groups_than_fit_are_counted_and_stay_in_the_total() -> None:
    groups = tuple(f"g{place % 12:02}" for place in range(1200))
    (table,) = heat_of(with_cuts({"site": groups})).tables
    assert (len(table.rows), table.unlisted) == (8, 4)
    everybody = table.cells[-1][-1].value
    assert everybody is not None
    assert everybody.n == 1200
    assert (
        "4 further groups are not listed."
        in Page(render_html(build_report(with_cuts({"site": groups})), "en")).text
    )


def test_low_satisfaction_is_dark_and_speaks_of_answers() -> None:
    inputs = lever_samples.satisfaction()
    answers = inputs.scored.answers
    assert answers is not None
    groups = ("low",) * 1000 + ("high",) * 1882
    values = np.where(np.array(groups) == "low", 2.5, 4.0)
    scored = replace(inputs.scored, cuts=show({"site": groups}), answers=replace(answers, values=values))
    inputs = replace(inputs, scored=scored)
    heat = heat_of(inputs)
    found = column(heat.tables[0])
    assert heat.unit == "rating"
    assert (found["low"].step, found["low"].contrast) == (5, "below")
    assert found["high"].contrast == "above"
    text = Page(render_html(build_report(inputs), "en")).text
    assert "Where is satisfaction low?" in text
    assert "Where is the risk?" not in text


@pytest.mark.parametrize("groups", [("a",) * 50, (None,) * 50, ("a",) * 47 + ("b",) * 3])
def test_nothing_to_compare_gives_no_section(groups) -> None:
    assert build_report(with_cuts({"site": groups})).heat is None


def test_a_model_that_is_not_usable_says_nothing_of_groups() -> None:
    weak = samples.unusable()
    assert (
        build_report(replace(weak, scored=replace(weak.scored, cuts=show(lever_samples.cuts())))).heat is None
    )


def test_names_of_groups_are_inert() -> None:
    name = "<script>alert(1)</script>"
    page = render_html(build_report(with_cuts({"site": (name,) * 40 + ("b",) * 40})), "en")
    assert name not in page
    assert name in Page(page).text


def test_hidden_groups_stand_behind_the_others_by_name() -> None:
    sizes = {"a": 3, "b": 40, "c": 10, "d": 4, "e": 9}
    groups = tuple(name for name, size in sizes.items() for _ in range(size))
    (table,) = heat_of(with_cuts({"site": groups})).tables
    shown = [name for name, line in zip(table.rows, table.cells, strict=False) if line[-1].state == "shown"]
    assert table.rows[: len(shown)] == tuple(sorted(shown, key=lambda name: -sizes[name]))
    assert list(table.rows[len(shown) :]) == sorted(set(sizes) - set(shown))
