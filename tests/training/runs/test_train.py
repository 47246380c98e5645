"""Training without a tracking server: files, figures and words."""

from dataclasses import replace
from datetime import date

import pytest

from features.frame import Frame
from tests.training.examples import SEED, believed, write_members
from tests.training.exits_world import spell_usecase
from training.assessment import Tuning, tell_worth
from training.bundle import load
from training.promotion import Check, Contest
from training.registry import RegisteredBundle
from training.runs.promoting import Decision
from training.runs.train import Trained, _figures, _metrics, describe, to_json, train
from training.runs.workspace import Workspace
from training.scoring import check_canary
from training.statistics import Estimate

WHY = "log loss differs by 0.2 (0.1 to 0.3), clearly worse"
CHAMPION = Decision(is_champion=True)
CHALLENGER = Decision(
    is_champion=False,
    checks=(Check("champion", False, WHY),),
    contest=Contest(1, 3, "outcome", None, "no row was new to both"),
    why_not=(WHY,),
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a whole training with the default recipe, which is linear for so few events."""
    folder = tmp_path_factory.mktemp("training")
    lines: list[str] = []
    found = train(
        write_members(folder / "data"),
        Workspace(folder / "out"),
        seed=SEED,
        made_on=date(2026, 1, 15),
        report=lines.append,
    )
    return found, folder / "out", lines


@pytest.fixture(scope="module")
def of_company(company, tmp_path_factory):
    """Return the trained company as the verb would hold it."""
    folder = tmp_path_factory.mktemp("none")
    return Trained(company.frame, company.learned, company.bundle, folder, company.folder, {})


def registered(trained):
    return RegisteredBundle("members", 3, trained.bundle.model_version, "run")


def test_frame_bundle_and_report_are_where_the_workspace_says(trained):
    found, out, _ = trained
    assert {path.name for path in out.iterdir()} == {"frames", "bundles", "reports"}
    assert Frame.read(out / "frames" / "members").facts == found.frame.facts
    assert load(out / "bundles" / "members").model_version == found.bundle.model_version
    assert {path.parent for path in found.report_files.values()} == {out / "reports" / "members"}
    assert all(path.is_file() for path in found.report_files.values())
    check_canary(found.bundle)


def test_steps_are_reported_in_order(trained):
    _, _, lines = trained
    assert lines[-1] == "writing the report"
    assert lines.index("fitting on all 700 rows") < lines.index("explaining what goes with the outcome")


def test_truth_is_found_with_the_default_recipe(trained):
    found, _, _ = trained
    assert found.horizon == "outcome"
    assert found.evaluation.is_usable
    assert found.evaluation.auc.low > 0.7
    assert next(iter(found.learned.explanation.drivers)).name == "price"


def test_words_name_version_figures_and_report(trained):
    found, _, _ = trained
    lines = describe(found, registered(found), CHAMPION)
    assert lines[0] == f"champion of members: version 3 ({found.bundle.model_version})"
    assert lines[1] == f"outcome: {found.evaluation.summary}"
    assert {line.split(":")[0] for line in lines[2:4]} == {"  against prior", "  against logistic"}
    pages = [line.split(": ") for line in lines if line.endswith(".html")]
    assert [(kind, page.rpartition("/")[2]) for kind, page in pages] == [
        ("report", "report_de.html"),
        ("report", "report_en.html"),
        ("model card", "model-card_de.html"),
        ("model card", "model-card_en.html"),
    ]
    assert {page.rpartition("/")[2] for _, page in pages} < set(found.report_files)
    assert lines[-1] == (
        "next: xm-predict drivers --name members; xm-predict score --name members; xm-predict serve"
    )
    missing = 500 - found.learned.fitted.facts.n_events
    few = f"few cases: the model is the linear one alone; {missing} more with the outcome bring in trees"
    assert few in lines
    assert any(line.startswith("what people said") for line in lines)
    assert any(line.startswith("more data") for line in lines)


def test_words_repeat_what_the_audit_warned_of(trained):
    found, _, _ = trained
    warning = {"column": "(rows)", "evidence": "9 of 90 rows are exact copies", "remedy": "write duplicates"}
    finding = warning | {"kind": "duplicates", "severity": "warning", "accepted": None}
    facts = replace(found.frame.facts, findings=(finding,))
    doubted = replace(found, frame=replace(found.frame, facts=facts))
    line = "warning: (rows): 9 of 90 rows are exact copies; write duplicates"
    assert line in describe(doubted, registered(found), CHAMPION)
    assert line not in describe(found, registered(found), CHAMPION)


def test_words_say_whether_tuning_helped(trained):
    found, _, _ = trained
    tuning = Tuning(12, {"penalty": 2.0}, "log loss", Estimate(-0.02, -0.03, -0.01, 140))
    lines = describe(
        replace(found, learned=replace(found.learned, tuning=tuning)), registered(found), CHAMPION
    )
    assert tuning.summary in lines
    assert not any(line.startswith("tuning") for line in describe(found, registered(found), CHAMPION))


def test_words_say_what_contacts_are_worth(trained, of_company):
    of_company = replace(of_company, bundle=believed(of_company.bundle))
    for found in (trained[0], of_company):
        lines = describe(found, registered(found), CHAMPION)
        told = tell_worth(found.bundle.evaluation)
        assert told[0].startswith("money: ")
        assert lines[lines.index(told[0]) :][: len(told)] == told
    plain = to_json(of_company, registered(of_company), CHALLENGER)
    assert plain["money"] == of_company.bundle.evaluation["money"]


def test_whom_to_contact_is_not_said_by_forecasts_that_may_not_be_used(of_company):
    lines = [line for line in describe(of_company, registered(of_company), CHALLENGER) if "money" in line]
    assert not of_company.evaluation.is_usable
    assert lines == ["money: not told, forecasts are not reliable enough to choose whom to contact"]


def test_money_is_a_metric(of_company):
    best = of_company.bundle.evaluation["money"]["best_profit"]
    assert _metrics(of_company)["money.best_profit.high"] == best["high"]


def test_a_challenger_is_told_why_it_is_one(trained):
    found, _, _ = trained
    lines = describe(found, registered(found), CHALLENGER)
    assert lines[0].startswith("challenger of members")
    assert lines[1:3] == [
        "  version 3 against champion 1: not compared, no row was new to both",
        f"  not champion: {WHY}",
    ]


def test_words_tell_of_competing_exits(trained):
    found, _, _ = trained
    facts = {**found.bundle.facts, "competing": {"n_exits": 12, "fit": None}}
    left = replace(found, bundle=replace(found.bundle, usecase=spell_usecase(), facts=facts))
    assert "competing exits: 12 (retired, dismissed), modelled apart" in "\n".join(
        describe(left, registered(found), CHALLENGER)
    )
    assert "competing" not in "\n".join(describe(found, registered(found), CHALLENGER))


def test_plain_values_say_the_same(trained):
    found, out, _ = trained
    plain = to_json(found, registered(found), CHALLENGER)
    assert (plain["usecase"], plain["version"], plain["is_champion"]) == ("members", 3, False)
    assert plain["model_version"] == found.bundle.model_version
    assert plain["bundle"] == str(out / "bundles" / "members")
    assert plain["evaluation"] == found.evaluation.to_json()
    assert plain["why_not"] == [WHY]
    assert plain["checks"] == [{"name": "champion", "passed": False, "sentence": WHY}]
    assert plain["contest"]["problem"] == "no row was new to both"
    assert set(plain["report"]) == set(found.report_files)


def test_metrics_hold_every_judged_horizon_with_its_interval(of_company):
    metrics = _metrics(of_company)
    for horizon, evaluation in of_company.learned.assessment.all_rows.by_horizon.items():
        for name in ("log_loss", "brier", "auc", "pr_auc", "ece"):
            estimate = getattr(evaluation, name)
            ends = (f"{name}.{horizon}.low", f"{name}.{horizon}", f"{name}.{horizon}.high")
            assert [metrics[key] for key in ends] == [estimate.low, estimate.value, estimate.high]
    assert not any("180d" in name for name in metrics)


def test_the_company_leads_with_ninety_days(of_company):
    assert of_company.horizon == "90d"
    assert of_company.evaluation == of_company.learned.assessment.all_rows.by_horizon["90d"]


@pytest.mark.filterwarnings("ignore:The set_.* function will be deprecated:PendingDeprecationWarning")
def test_figures_show_the_primary_horizon(of_company):
    figures = _figures(of_company)
    names = {"calibration", "lift", "discrimination", "learning_curve", "money", "shap_beeswarm"}
    names.add("shap_dependence")
    assert set(figures) == {f"figures/{name}.png" for name in names}
    assert figures["figures/lift.png"].axes[0].get_title(loc="left") == "Lift, 90d"


def test_a_second_training_writes_the_same_bundle(trained, tmp_path):
    found, _, _ = trained
    again = train(
        write_members(tmp_path / "data"), Workspace(tmp_path / "out"), seed=SEED, made_on=date(2026, 2, 1)
    )
    assert again.bundle.manifest == found.bundle.manifest


def test_a_doubtful_model_says_so(of_company):
    everything = of_company.learned.assessment.all_rows
    weak = replace(everything.by_horizon["90d"], auc=replace(everything.by_horizon["90d"].auc, low=0.5))
    judged = replace(everything, by_horizon={**everything.by_horizon, "90d": weak})
    evaluation = {**of_company.bundle.evaluation, "all_rows": judged.to_json()}
    doubtful = replace(of_company, bundle=replace(of_company.bundle, evaluation=evaluation))
    assert any("not usable" in line for line in describe(doubtful, registered(doubtful), CHALLENGER))
