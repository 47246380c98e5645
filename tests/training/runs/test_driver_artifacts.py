"""Tables and figures of the drivers that a run keeps, from real trainings."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pytest
from matplotlib import colors

from tests.empty_registry import lay_registry
from tests.training.runs.registering import forgetting
from training import registry
from training.drivers import DRIVER_COLUMNS, rows_from_json, rows_to_json
from training.levers import LEVER_COLUMNS, Lever, levers_to_json
from training.models import RatingModel
from training.runs.driver_artifacts import N_PANELS, draw_dependence, write_driver_tables
from training.runs.figures import BLUE, GREY, MAX_SWARM_ROWS
from training.runs.train import Trained, log


def explained(example):
    found = example.learned.explanation
    return found.contributions, found.values


def draw(example, **changes):
    return draw_dependence(*explained(example), replace(example.bundle, **changes))


def to_png(figure):
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=60)
    return written.getvalue()


def dots(axes, colour=BLUE):
    """Return places and heights of the dots of one colour."""
    found = [dot.get_offsets() for dot in axes.collections if colors.to_hex(dot.get_facecolor()[0]) == colour]
    return np.ma.getdata(np.concatenate([np.empty((0, 2)), *found]))


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ranked(example):
    return rows_from_json(example.bundle.drivers)


def with_first(example, **changes):
    """Return the stored drivers of an example with the first one altered."""
    first, *others = ranked(example)
    return rows_to_json([replace(first, **changes), *others])


@pytest.fixture(scope="module")
def files(company, tmp_path_factory):
    return {
        path.name: path for path in write_driver_tables(company.bundle, tmp_path_factory.mktemp("tables"))
    }


class TestTables:
    def test_drivers_stand_one_to_a_row_in_their_order(self, company, files):
        rows = read(files["drivers.csv"])
        assert tuple(rows[0]) == DRIVER_COLUMNS
        assert [row["driver"] for row in rows] == [driver.name for driver in ranked(company)]
        assert [float(row["share"]) for row in rows] == [driver.share.value for driver in ranked(company)]
        assert [int(row["rank"]) for row in rows] == list(range(1, len(rows) + 1))

    def test_levers_stand_one_to_a_row(self, company, files):
        rows, stored = read(files["levers.csv"]), company.bundle.evaluation["levers"]
        assert tuple(rows[0]) == LEVER_COLUMNS
        assert [(row["lever"], row["grade"], row["status"]) for row in rows] == [
            (lever["name"], lever["grade"], lever["status"]) for lever in stored
        ]
        assert len(rows) >= len(company.truth.named("lever"))

    def test_the_json_says_all_that_the_bundle_says(self, company, files):
        assert json.loads(files["levers.json"].read_text("utf-8")) == company.bundle.evaluation["levers"]

    def test_figures_read_back_to_the_last_digit(self, company, files):
        for row, lever in zip(read(files["levers.csv"]), company.bundle.evaluation["levers"], strict=True):
            effect = lever["effect"]
            assert row["slope"] == ("" if effect is None else repr(effect["slope"]["value"]))
            assert row["p_value"] == ("" if effect is None else repr(effect["p_value"]))

    def test_without_levers_there_are_headings_alone(self, members, tmp_path):
        _, levers, plain = write_driver_tables(members.bundle, tmp_path)
        assert levers.read_text("utf-8").splitlines() == [",".join(LEVER_COLUMNS)]
        assert plain.read_text("utf-8") == "[]\n"

    def test_no_text_is_taken_for_a_formula(self, members, tmp_path):
        label = {"en": "=HYPERLINK(1)", "de": "Preis"}
        lever = Lever("price", label, "price", None, "C", "refused")
        drivers = with_first(members, label=label)
        evaluation = {**members.bundle.evaluation, "levers": levers_to_json([lever])}
        bundle = replace(members.bundle, drivers=drivers, evaluation=evaluation)
        for path in write_driver_tables(bundle, tmp_path)[:2]:
            assert read(path)[0]["label"] == "'=HYPERLINK(1)"

    def test_the_same_bundle_gives_the_same_bytes(self, company, files, tmp_path):
        for path in write_driver_tables(company.bundle, tmp_path):
            assert path.read_bytes() == files[path.name].read_bytes()


class TestDependence:
    @pytest.mark.parametrize("name", ["company", "members"])
    def test_a_panel_for_each_of_the_largest_drivers(self, name, request):
        example = request.getfixturevalue(name)
        figure, largest = draw(example), ranked(example)[:N_PANELS]
        assert [axes.get_title(loc="left").partition(". ")[0] for axes in figure.axes] == list("12345")
        for axes, driver in zip(figure.axes, largest, strict=True):
            assert axes.get_xlabel().startswith(driver.main_feature)
            assert driver.label["en"][:20] in axes.get_title(loc="left")
        assert to_png(figure)

    def test_dots_are_values_against_attributions(self, members):
        contributions, values = explained(members)
        axes = next(axes for axes in draw(members).axes if axes.get_xlabel() == "price")
        column = members.bundle.catalogue.names.index("price")
        expected = np.column_stack([values[:, column], contributions[:, column]])
        np.testing.assert_allclose(dots(axes), expected, atol=1e-12)

    def test_rows_without_a_value_stand_apart_in_grey(self, members):
        contributions, values = explained(members)
        axes = next(axes for axes in draw(members).axes if axes.get_xlabel() == "mood")
        column = members.bundle.catalogue.names.index("mood")
        is_missing = np.isnan(values[:, column])
        assert is_missing.sum() > 100
        without = dots(axes, GREY)
        np.testing.assert_allclose(without[:, 1], contributions[is_missing, column], atol=1e-12)
        assert without[:, 0].max() < np.nanmin(values[:, column])
        assert axes.get_xlim()[0] < without[:, 0].min()
        assert "no value" in [text.get_text() for text in axes.texts]

    def test_levels_of_a_category_are_named(self, members):
        axes = next(axes for axes in draw(members).axes if axes.get_xlabel() == "plan")
        assert [tick.get_text() for tick in axes.get_xticklabels()] == ["basic", "plus", "trial"]
        _, values = explained(members)
        column = members.bundle.catalogue.names.index("plan")
        np.testing.assert_array_equal(np.round(dots(axes)[:, 0]), values[:, column])

    def test_many_levels_are_put_together_and_missing_ones_named(self, members):
        encoder = members.bundle.encoder
        levels = tuple(f"a plan of great length {place:02d}" for place in range(12))
        many = replace(encoder.vocabularies["plan"], levels=levels, rare=("odd",))
        bundle = replace(
            members.bundle, encoder=replace(encoder, vocabularies={**encoder.vocabularies, "plan": many})
        )
        contributions, values = explained(members)
        values = values.copy()
        column = bundle.catalogue.names.index("plan")
        values[:, column] = np.arange(len(values)) % 13
        values[:40, column] = np.nan
        figure = draw_dependence(contributions, values, bundle)
        axes = next(axes for axes in figure.axes if axes.get_xlabel() == "plan")
        ticks = [tick.get_text() for tick in axes.get_xticklabels()]
        assert len(ticks) == 10
        assert ticks[-2:] == ["other levels", "no value"]
        assert ticks[0].endswith("…")
        assert len(dots(axes, GREY)) == 40
        assert to_png(figure)

    def test_the_goal_is_a_line_where_it_speaks_of_the_feature(self, company):
        shown = {axes.get_xlabel(): axes for axes in draw(company).axes}
        for driver in ranked(company)[:N_PANELS]:
            axes = next(axes for name, axes in shown.items() if name.startswith(driver.main_feature))
            lines = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"]
            same = driver.goal is not None and (
                driver.goal.feature.rpartition("_")[0] == driver.main_feature.rpartition("_")[0]
            )
            assert lines == ([driver.goal.bound] if same else [])
            words = f"goal {driver.goal.comparison} {driver.goal.bound:g}" if same else "goal"
            assert any(text.get_text().startswith(words) for text in axes.texts) is same
        goals = [driver for driver in ranked(company)[:N_PANELS] if driver.goal is not None]
        assert goals, "no driver among the largest has a goal to draw"

    def test_few_values_far_out_do_not_squeeze_the_others(self, members):
        contributions, values = explained(members)
        values = values.copy()
        column = members.bundle.catalogue.names.index("price")
        top = np.quantile(values[:, column], 0.98)
        values[0, column] = 1e6
        axes = draw_dependence(contributions, values, members.bundle).axes[0]
        assert axes.get_xlabel() == "price"
        assert top < axes.get_xlim()[1] < 2 * top

    def test_a_feature_that_nobody_has_or_that_never_varies_is_drawn(self, members):
        contributions, values = explained(members)
        values = values.copy()
        names = members.bundle.catalogue.names
        values[:, [names.index("price"), names.index("plan")]] = np.nan
        values[:, names.index("visits")] = 3.0
        assert to_png(draw_dependence(contributions, values, members.bundle))

    def test_panels_share_one_scale_and_say_its_unit(self, company, members, monkeypatch):
        figure = draw(company)
        assert len({axes.get_ylim() for axes in figure.axes}) == 1
        assert figure.get_supylabel() == "Attribution, log-odds"
        answers = object.__new__(RatingModel)
        assert draw(members, model=answers).get_supylabel() == "Attribution, in the unit of the answer"

    def test_fewer_drivers_give_fewer_panels(self, members):
        figure = draw(members, drivers=members.bundle.drivers[:2])
        assert len(figure.axes) == 2

    def test_at_most_two_thousand_rows_are_drawn(self, members):
        contributions, values = (np.tile(table, (4, 1)) for table in explained(members))
        figure = draw_dependence(contributions, values, members.bundle)
        assert len(values) > MAX_SWARM_ROWS
        assert len(dots(figure.axes[0])) == MAX_SWARM_ROWS

    def test_equal_input_gives_equal_pixels_and_nothing_stays_open(self, members):
        from matplotlib import pyplot as plt

        assert to_png(draw(members)) == to_png(draw(members))
        assert plt.get_fignums() == []

    def test_shapes_that_do_not_fit_are_named(self, members):
        contributions, values = explained(members)
        n_features = values.shape[1]
        sizes = rf"contributions \(700, {n_features - 1}\), values \(700, {n_features}\)"
        found = rf"{sizes} and {n_features} features"
        with pytest.raises(ValueError, match=found):
            draw_dependence(contributions[:, :-1], values, members.bundle)


@pytest.mark.filterwarnings("ignore:Operation with range is deprecated")
def test_a_run_keeps_tables_and_figures(members, tmp_path, tmp_path_factory):
    trained = Trained(members.frame, members.learned, members.bundle, tmp_path, members.folder, {})
    with forgetting():
        registry.connect(lay_registry(tmp_path_factory, tmp_path / "out"))
        with registry.tracked_run("train members") as run_id:
            log(trained, 7, run_id)
        client = mlflow.MlflowClient()
        kept = {
            file.path for folder in ("drivers", "figures") for file in client.list_artifacts(run_id, folder)
        }
        tables = mlflow.artifacts.download_artifacts(
            run_id=run_id, artifact_path="drivers/drivers.csv", dst_path=str(tmp_path)
        )
    assert {f"drivers/{name}" for name in ("drivers.csv", "levers.csv", "levers.json")} <= kept
    assert {"figures/shap_beeswarm.png", "figures/shap_dependence.png"} <= kept
    with Path(tables).open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(members.bundle.drivers)
