"""Planted leaks of every kind are found; honest columns, strong ones among them, are not."""

import numpy as np
import pytest

from features.flat import read_flat
from features.leaks import audit
from features.usecase import load, parse

ROWS = 2_000


def people(seed=0, rows=ROWS, rate=0.25):
    """Return a generator, a label with honest columns behind it, and these columns."""
    rng = np.random.default_rng(seed)
    tenure = rng.gamma(2.0, 10.0, rows)
    calls = rng.poisson(2.0, rows).astype(float)
    plan = rng.choice(np.array(["basic", "plus", "pro"], object), rows)
    worth = -0.08 * tenure + 0.6 * calls + 0.8 * (plan == "basic")
    noise = rng.logistic(size=rows)
    target = (worth + noise > np.quantile(worth + noise, 1 - rate)).astype(np.int8)
    columns = {"tenure": tenure, "calls": calls, "plan": plan, "region": _regions(rng, rows)}
    return rng, target, columns


def _regions(rng, rows):
    """Return many small categories that say nothing."""
    return np.array([f"r{number}" for number in rng.integers(0, rows // 8, rows)], object)


def look(columns, target, **options):
    """Return (column, kind, severity) of each finding."""
    kinds = {name: "number" if values.dtype == np.float64 else "category" for name, values in columns.items()}
    found = audit(columns, kinds, target, **options)
    return [(finding.column, finding.kind, finding.severity) for finding in found]


def errors(columns, target, **options):
    return [found[0] for found in look(columns, target, **options) if found[2] == "error"]


@pytest.mark.parametrize("rate", [0.02, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(4))
def test_honest_columns_give_no_finding(seed, rate):
    rng, target, columns = people(seed, rate=rate)
    columns["answered"] = np.where(rng.random(ROWS) < 0.7, np.nan, rng.integers(0, 11, ROWS))
    ids = np.array([f"C{number:05d}" for number in rng.permutation(ROWS)], object)
    assert look(columns, target, entity_id=ids) == []


@pytest.mark.parametrize("seed", range(4))
def test_small_honest_tables_give_no_finding(seed):
    _, target, columns = people(seed, rows=120, rate=0.15)
    assert look(columns, target) == []


@pytest.mark.parametrize("rate", [0.05, 0.25, 0.9])
class TestPlanted:
    def test_copy_of_the_label(self, rate):
        _, target, columns = people(rate=rate)
        assert errors(columns | {"copy": target + 0.0}, target) == ["copy"]
        assert errors(columns | {"inverse": 1.0 - target}, target) == ["inverse"]

    def test_copy_in_words(self, rate):
        _, target, columns = people(rate=rate)
        words = np.where(target == 1, "gone", "here").astype(object)
        assert errors(columns | {"status": words}, target) == ["status"]

    def test_coarse_code(self, rate):
        rng, target, columns = people(rate=rate)
        code = np.where(target == 1, rng.integers(10, 15, ROWS), rng.integers(20, 30, ROWS))
        assert errors(columns | {"code": code.astype(float)}, target) == ["code"]
        texts = np.array([f"K{number}" for number in code], object)
        assert errors(columns | {"code": texts}, target) == ["code"]

    def test_score_of_a_later_model(self, rate):
        rng, target, columns = people(rate=rate)
        assert errors(columns | {"score": target * 3.0 + rng.normal(size=ROWS)}, target) == ["score"]

    def test_score_that_is_not_monotone(self, rate):
        rng, target, columns = people(rate=rate)
        score = np.where(target == 1, rng.choice([-3.0, 3.0], ROWS), 0.0) + rng.normal(0, 0.5, ROWS)
        assert errors(columns | {"score": score}, target) == ["score"]

    def test_missing_where_the_label_is(self, rate):
        rng, target, columns = people(rate=rate)
        amount = rng.normal(size=ROWS)
        gone = np.where(target == 1, np.nan, amount)
        assert look(columns | {"last_bill": gone}, target)[0] == ("last_bill", "missingness", "error")
        there = np.where(target == 1, amount, np.nan)
        assert look(columns | {"exit_fee": there}, target)[0] == ("exit_fee", "missingness", "error")
        reason = np.where(target == 1, rng.choice(["price", "service"], ROWS), None)
        assert look(columns | {"reason": reason}, target)[0] == ("reason", "missingness", "error")

    def test_status_set_after_most_exits(self, rate):
        rng, target, columns = people(rate=rate)
        rarer = target == (1 if rate < 0.5 else 0)
        status = np.where(rarer & (rng.random(ROWS) < 0.7), "closed", "open").astype(object)
        assert errors(columns | {"status": status}, target) == ["status"]

    def test_id_that_carries_the_label(self, rate):
        _, target, columns = people(rate=rate)
        order = np.argsort(np.argsort(target, kind="stable"), kind="stable").astype(float)
        assert errors(columns | {"number": order}, target) == ["number"]


def test_values_that_settle_most_rows_though_not_all():
    rng, target, columns = people(rate=0.27)
    mixed = rng.random(ROWS) < 0.45
    score = np.where(mixed, 3, np.where(target == 1, rng.integers(1, 3, ROWS), rng.integers(4, 6, ROWS)))
    found = audit(columns | {"satisfaction": score.astype(float)}, {}, target)
    assert [finding.column for finding in found] == ["satisfaction"]
    assert found[0].severity == "error"
    assert "1/2 always go with the predicted label, 4/5 never do" in found[0].evidence


def test_suspiciously_strong_column_is_a_warning():
    rng, target, columns = people()
    strong = target * 2.0 + rng.normal(size=ROWS)
    assert look(columns | {"strong": strong}, target) == [("strong", "strong", "warning")]


def test_ids_and_order_that_predict_are_warnings():
    _, target, columns = people()
    by_label = np.argsort(target, kind="stable")
    columns = {name: values[by_label] for name, values in columns.items()}
    target = target[by_label]
    ids = np.array([f"C{number:05d}" for number in range(ROWS)], object)
    found = look(columns, target, entity_id=ids)
    assert found == [("(rows)", "id", "warning"), ("(rows)", "row_order", "warning")]
    assert look(columns, target, is_file=False) == []


def test_exact_copies_are_counted_with_their_label():
    _, target, columns = people()
    columns = {name: np.concatenate([values, values[:100]]) for name, values in columns.items()}
    found = audit(columns, {}, np.concatenate([target, target[:100]]))
    assert [finding.kind for finding in found] == ["duplicates"]
    assert found[0].evidence.startswith("100 of 2100 rows are exact copies")
    assert found[0].remedy.startswith("write duplicates: remove, or name under group a column")
    one = {name: values[:2001] for name, values in columns.items()}
    single = audit(one, {}, np.concatenate([target, target[:1]]))
    assert single[0].evidence == "1 of 2001 rows is an exact copy of another row, label included"
    other = audit(columns, {}, np.concatenate([target, 1 - target[:100]]))
    assert other == []


def test_copies_within_a_group_are_no_copies():
    _, target, columns = people(rows=200)
    columns = {name: np.concatenate([values, values]) for name, values in columns.items()}
    groups = np.array([f"g{number}" for number in [*range(200), *range(200)]], object)
    assert look(columns, np.concatenate([target, target]), groups=groups) == []


def test_rows_that_look_alike_by_chance_are_told_from_copies():
    rng = np.random.default_rng(4)
    columns = {"plan": rng.integers(0, 3, ROWS).astype(float), "size": rng.integers(0, 9, ROWS).astype(float)}
    target = (rng.random(ROWS) < 0.3).astype(np.int8)
    assert look(columns, target) == []
    columns["size"] = rng.integers(0, 200, ROWS).astype(float)
    half = {name: np.concatenate([values[:200], values[:200]]) for name, values in columns.items()}
    labels = np.concatenate([target[:200], target[:200]])
    (found,) = audit(half, {}, labels, is_file=True)
    assert "look alike differ in the label, so many are different rows" in found.evidence
    assert look(half, labels, is_file=False) == []


def test_rows_that_differ_in_a_column_that_is_no_feature_are_no_copies():
    _, target, columns = people()
    columns = {name: np.concatenate([values, values[:100]]) for name, values in columns.items()}
    repeated, place = np.concatenate([target, target[:100]]), np.arange(ROWS + 100)
    assert look(columns, repeated, likeness=np.stack([place, place])) == []
    same = np.concatenate([np.arange(ROWS), np.arange(100)])
    assert look(columns, repeated, likeness=np.stack([same, same])) == [("(rows)", "duplicates", "warning")]


def test_one_value_of_most_rows_that_never_goes_with_the_label_is_a_warning():
    rng, target, columns = people()
    state = np.where((target == 0) & (rng.random(ROWS) < 0.9), None, rng.choice(["left", "ill"], ROWS))
    (found,) = audit(columns | {"state": state.astype(object)}, {}, target, is_file=False)
    assert (found.column, found.kind, found.severity) == ("state", "strong", "warning")
    by_chance = np.where(rng.random(ROWS) < 0.7, None, "ill").astype(object)
    assert look(columns | {"state": by_chance}, target, is_file=False) == []


def test_rows_of_one_entity_do_not_vouch_for_each_other():
    rng = np.random.default_rng(3)
    target = (rng.random(300) < 0.3).astype(np.int8)
    names = np.array([f"n{number}" for number in range(300)], object)
    repeated = {"name": np.repeat(names, 8), "size": rng.normal(size=2_400)}
    label = np.repeat(target, 8)
    assert errors(repeated, label, is_file=False) == ["name"]
    assert errors(repeated, label, is_file=False, groups=repeated["name"]) == []


def test_numbers_declared_as_categories_are_compared_value_by_value():
    rng = np.random.default_rng(5)
    code = rng.permutation(np.repeat(np.arange(40.0), 50))
    target = np.isin(code, rng.choice(40, 12, replace=False)).astype(np.int8)
    columns = {"code": code}
    found = audit(columns, {"code": "category"}, target)[0]
    assert found.kind == "value"
    assert found.evidence.startswith("its values '")


def test_too_few_rows_of_a_label_say_nothing():
    target = np.array([1] * 9 + [0] * 500, np.int8)
    assert audit({"copy": target + 0.0}, {}, target) == []


def test_no_columns_at_all():
    assert audit({}, {}, np.tile([0, 1], 50).astype(np.int8), is_file=False) == []


def test_errors_come_before_warnings():
    rng, target, columns = people()
    columns = {"strong": target * 2.0 + rng.normal(size=ROWS)} | columns | {"copy": target + 0.0}
    assert [found[2] for found in look(columns, target)] == ["error", "warning"]


def test_remedy_names_the_column_for_the_use_case():
    _, target, columns = people()
    found = audit(columns | {"Churn Score": target + 0.0}, {}, target)
    expected = "exclude it, or write accept_leak: {Churn Score: why it was known before the outcome}"
    assert found[0].remedy == expected


def audit_table(folder, table):
    """Return the findings in a table of public data."""
    usecase = parse({"version": 1, "name": "public", "table": table}, "public.yaml")
    rows = read_flat(usecase.located(folder))
    return audit(rows.columns, rows.kinds, rows.target, entity_id=rows.entity_id)


def assert_honest(usecase):
    """Demand that no column of a use case knows the outcome."""
    rows = read_flat(usecase)
    found = audit(rows.columns, rows.kinds, rows.target, entity_id=rows.entity_id)
    assert not [finding for finding in found if finding.severity == "error"]


class TestPublicData:
    """More and bigger tables in tests/long/test_leaks.py."""

    def test_columns_that_know_the_outcome_in_telco_churn(self, shared_data, request):
        path = request.path.parents[2] / "usecases" / "leaky" / "telco-churn-11.1.3.yaml"
        rows = read_flat(load(path, shared_data))
        found = audit(rows.columns, rows.kinds, rows.target, entity_id=rows.entity_id)
        refused = {finding.column for finding in found if finding.severity == "error"}
        assert refused == {
            "Churn Value",
            "Churn Score",
            "Churn Category",
            "Churn Reason",
            "Customer Status",
            "Satisfaction Score",
        }
        assert [finding.kind for finding in found if finding.severity == "warning"] == ["row_order"]

    def test_honest_columns_of_telco_churn(self, shared_data, request):
        assert_honest(load(request.path.parents[2] / "usecases" / "telco-churn.yaml", shared_data))

    @pytest.mark.parametrize(
        "table",
        [
            {
                "file": "hr-attrition-ibm/train/hr_employee_attrition.csv.gz",
                "id": "EmployeeNumber",
                "label": "Attrition",
                "positive": "Yes",
            },
            {
                "file": "ecommerce-churn/E_Commerce_Dataset.csv.gz",
                "id": "CustomerID",
                "label": "Churn",
                "positive": 1,
            },
        ],
        ids=["hr", "ecommerce"],
    )
    def test_honest_columns_elsewhere(self, shared_data, table):
        found = audit_table(shared_data, table)
        assert not [finding for finding in found if finding.severity == "error"]
        copies = [finding.evidence for finding in found if finding.kind == "duplicates"]
        assert bool(copies) == table["file"].startswith("ecommerce")
        assert all(evidence.startswith("556 of 5630 rows") for evidence in copies)
