"""The written tables about employees: honest clocks, history as it became known, exits told alike."""

import pytest

_EXPORT = "TIMESTAMPTZ '2026-01-01 00:00+00'"
# table: (when it happened, when it was known, least rows)
CLOCKS = {
    "hirings": ("hired_at", "ingested_at", 1900),
    "hours": ("month_end", "ingested_at", 20_000),
    "absences": ("started_at", "known_at", 4000),
    "trainings": ("finished_at", "ingested_at", 4000),
    "pay_changes": ("effective_at", "known_at", 1500),
    "manager_changes": ("changed_at", "ingested_at", 300),
    "exits": ("left_at", "ingested_at", 400),
    "exit_interviews": ("interviewed_at", "known_at", 150),
}
LIVES = """
    (SELECT employee_id, min(hired_at) AS hired, coalesce(max(left_at), 'infinity'::TIMESTAMPTZ) AS ends
     FROM employees GROUP BY employee_id)
"""


@pytest.mark.parametrize("table", CLOCKS)
def test_nothing_is_known_before_it_happened_or_after_the_export(company, table):
    happened, known, least = CLOCKS[table]
    odd = f"{known} < {happened} OR {known} >= {_EXPORT} OR {happened} IS NULL OR {known} IS NULL"
    assert company.value(f"SELECT count(*) FROM {table} WHERE {odd}") == 0
    assert company.value(f"SELECT count(*) FROM {table}") > least


@pytest.mark.parametrize("table", ["hours", "absences", "trainings", "pay_changes", "manager_changes"])
def test_nothing_happens_before_the_first_day_or_after_the_last(company, table):
    happened = CLOCKS[table][0]
    joined = f"{table} JOIN {LIVES} USING (employee_id)"
    assert company.value(f"SELECT count(*) FROM {joined}") == company.value(f"SELECT count(*) FROM {table}")
    outside = f"{happened} < hired OR {happened} >= ends"
    assert company.value(f"SELECT count(*) FROM {joined} WHERE {outside}") == 0


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("hirings", "hiring_id"),
        ("hirings", "employee_id"),
        ("absences", "absence_id"),
        ("trainings", "training_id"),
        ("pay_changes", "change_id"),
        ("manager_changes", "change_id"),
        ("exits", "exit_id"),
        ("exits", "employee_id"),
        ("exit_interviews", "interview_id"),
        ("org", "unit_id"),
        ("hours", "(employee_id, month_end)"),
        ("employees", "(employee_id, valid_from)"),
    ],
)
def test_ids_are_unique(company, table, key):
    assert company.value(f"SELECT count(*) - count(DISTINCT {key}) FROM {table}") == 0


@pytest.mark.parametrize("table", ["absences", "trainings", "pay_changes", "exits"])
def test_some_rows_arrive_days_or_weeks_late(company, table):
    happened, known, _ = CLOCKS[table]
    since = f"{happened} + to_days(days)" if table == "absences" else happened
    late = company.value(f"SELECT avg(CAST({known} > {since} + INTERVAL 2 DAY AS INT)) FROM {table}")
    assert 0.05 < late < 0.15


def test_an_absence_is_known_only_when_it_is_over(company):
    assert company.value("SELECT count(*) FROM absences WHERE known_at < started_at + to_days(days)") == 0
    kinds = company.ask("SELECT kind, count(*) AS n FROM absences GROUP BY kind ORDER BY n DESC")
    assert kinds["kind"].tolist() == ["sick", "care", "unpaid"]


def test_versions_are_loaded_after_they_begin_and_never_end_before(company):
    odd = (
        f"loaded_at < valid_from OR loaded_at >= {_EXPORT} OR valid_to <= valid_from OR hired_at > valid_from"
    )
    assert company.value(f"SELECT count(*) FROM employees WHERE {odd}") == 0
    per_person = company.value("SELECT count(*) / count(DISTINCT employee_id) FROM employees")
    assert 2 < per_person < 5


def test_the_first_version_begins_with_the_first_day(company):
    first = company.ask(
        "SELECT min(valid_from) = min(hired_at) AS fits, count(DISTINCT hired_at) AS hirings "
        "FROM employees GROUP BY employee_id"
    )
    assert first["fits"].all()
    assert (first["hirings"] == 1).all()


def test_an_exit_is_told_by_the_last_version_when_it_is_known(company):
    pairs = company.ask(
        "SELECT e.left_at = x.left_at AS same_day, e.loaded_at = x.ingested_at AS same_load "
        "FROM employees AS e JOIN exits AS x USING (employee_id) WHERE e.left_at IS NOT NULL"
    )
    assert len(pairs) == company.value("SELECT count(*) FROM exits")
    assert pairs["same_day"].all()
    assert pairs["same_load"].all()
    assert company.value("SELECT count(*) FROM employees WHERE loaded_at < left_at") == 0


def test_every_unit_is_in_the_hierarchy_and_tells_department_and_site(company):
    joined = company.ask(
        "SELECT count(DISTINCT department) AS departments, count(DISTINCT site) AS sites, "
        "any_value(name) AS name, any_value(department) AS department "
        "FROM employees LEFT JOIN org USING (unit_id) GROUP BY unit_id"
    )
    assert joined["name"].notna().all()
    assert (joined["departments"] == 1).all()
    assert (joined["sites"] == 1).all()
    assert all(
        row.name_.startswith(row.department) for row in joined.rename(columns={"name": "name_"}).itertuples()
    )


def test_people_change_units_and_that_is_a_change_of_manager(company):
    moved = company.ask(
        "SELECT employee_id FROM employees GROUP BY employee_id HAVING count(DISTINCT unit_id) > 1"
    )
    assert len(moved) > 40
    told = company.value("SELECT count(DISTINCT employee_id) FROM manager_changes WHERE kind = 'new team'")
    assert told == pytest.approx(len(moved), rel=0.05)


def test_a_fixed_term_ends_on_its_day_or_becomes_permanent(company):
    fixed = company.ask(
        "SELECT DISTINCT employee_id, valid_to FROM employees WHERE contract_type = 'Fixed term' "
        "AND valid_to IS NOT NULL"
    )
    assert len(fixed) > 80
    assert fixed["employee_id"].is_unique
    assert (
        company.value(
            "SELECT count(*) FROM employees WHERE contract_type = 'Permanent' AND valid_to IS NOT NULL"
        )
        == 0
    )
    converted = company.value(
        "SELECT count(*) FROM employees AS a JOIN employees AS b USING (employee_id) "
        "WHERE a.valid_to = b.valid_from AND b.contract_type = 'Permanent' AND b.left_at IS NULL"
    )
    ended = company.value("SELECT count(*) FROM exits WHERE reason = 'end_of_contract'")
    assert converted > 10
    assert ended > 10


def test_pay_changes_show_in_the_pay_ratio(company):
    promoted = company.ask(
        "SELECT b.pay_ratio / a.pay_ratio AS growth, percent FROM pay_changes AS p "
        "JOIN employees AS b ON b.employee_id = p.employee_id AND b.valid_from = p.effective_at "
        "ASOF JOIN employees AS a ON a.employee_id = b.employee_id AND a.valid_from < b.valid_from "
        "WHERE month(p.effective_at) <> 4"
    )
    assert len(promoted) > 100
    assert (promoted["growth"] - (1 + promoted["percent"] / 100)).abs().median() < 0.002


def test_protected_attributes_are_there_and_never_change(company):
    people = company.ask(
        "SELECT count(DISTINCT gender) AS genders, count(DISTINCT birth_year) AS years, "
        "min(birth_year) AS born FROM employees GROUP BY employee_id"
    )
    assert (people["genders"] == 1).all()
    assert (people["years"] == 1).all()
    assert people["born"].between(1955, 2008).all()


def test_trainings_go_back_three_years_so_that_the_last_one_is_known(company):
    first = company.value("SELECT year(min(finished_at)) FROM trainings")
    assert first == 2021
    without = company.value(
        f"SELECT count(*) FROM {LIVES} AS l WHERE hired < {_EXPORT} - INTERVAL 60 DAY "
        "AND ends > hired + INTERVAL 60 DAY AND NOT EXISTS "
        "(SELECT 1 FROM trainings AS t WHERE t.employee_id = l.employee_id)"
    )
    assert without == 0


def test_hours_are_given_for_every_whole_month_of_employment(company):
    found = company.ask(
        f"SELECT employee_id, any_value(hired) AS hired, count(*) AS months FROM hours JOIN {LIVES} "
        "USING (employee_id) WHERE ends = 'infinity' GROUP BY employee_id"
    )
    there_from_the_start = found[found["hired"].dt.year < 2024]
    assert (there_from_the_start["months"] >= 23).all()  # the last month may be loaded after the export
