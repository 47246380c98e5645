"""The written company: same seed same bytes, whole or absent, honest clocks."""

import hashlib
import json

import pytest

from features.errors import InputError
from features.worlds import build_company

CUSTOMER_FILES = {
    "cancellations.parquet",
    "contacts.csv",
    "contracts.parquet",
    "customers.parquet",
    "deliveries.parquet",
    "invites.parquet",
    "invoices.parquet",
    "newsletters.parquet",
    "portal.parquet",
    "surveys.csv",
    "tickets.parquet",
    "truth.parquet",
    "usage.csv.gz",
}
VOICE_FILES = {"calls.parquet", "call_turns.parquet", "reviews.parquet", "truth_texts.parquet"}
EMPLOYEE_FILES = {
    "absences.parquet",
    "beliefs.csv",
    "employees.parquet",
    "exit_interviews.csv",
    "exits.parquet",
    "hirings.parquet",
    "hours.parquet",
    "manager_changes.parquet",
    "org.parquet",
    "pay_changes.parquet",
    "pulse.csv",
    "trainings.parquet",
    "truth_employees.parquet",
}
FILES = CUSTOMER_FILES | VOICE_FILES | EMPLOYEE_FILES | {"truth.json"}
CLOCKS = {
    "tickets": "opened_at",
    "deliveries": "delivered_at",
    "invoices": "issued_at",
    "newsletters": "sent_at",
    "portal": "visited_at",
    "invites": "sent_at",
    "cancellations": "cancelled_at",
    "contracts": "starts_at",
}
CONTRACTS = """
    (SELECT customer_id, min(contract_start) AS starts,
        coalesce(min(cancelled_at), 'infinity'::TIMESTAMPTZ) AS ends
     FROM customers LEFT JOIN cancellations USING (customer_id) GROUP BY customer_id)
"""


def _digests(folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_writes_these_files_and_no_others(small_company):
    assert {file.name for file in small_company.folder.iterdir()} == FILES


def test_same_seed_same_bytes(small_company, tmp_path):
    build_company(tmp_path / "again", seed=7, n_customers=300)
    assert _digests(tmp_path / "again") == _digests(small_company.folder)


def test_another_seed_another_world(small_company, tmp_path):
    build_company(tmp_path / "other", seed=8, n_customers=300)
    theirs, ours = _digests(tmp_path / "other"), _digests(small_company.folder)
    assert all(theirs[name] != ours[name] for name in FILES - {"org.parquet"})


def test_each_part_has_random_numbers_of_its_own(small_company, tmp_path):
    """A part that grows, or is added later, leaves every byte of the others as it was."""
    build_company(tmp_path / "other", seed=7, n_customers=300, n_employees=150)
    theirs, ours = _digests(tmp_path / "other"), _digests(small_company.folder)
    assert {name for name in FILES if theirs[name] != ours[name]} == EMPLOYEE_FILES | {"truth.json"}
    build_company(tmp_path / "third", seed=7, n_customers=200, n_employees=120)
    thirds = _digests(tmp_path / "third")
    changed = {name for name in FILES if thirds[name] != ours[name]}
    assert changed == CUSTOMER_FILES | VOICE_FILES | {"truth.json"}


def test_there_are_two_employees_for_five_customers_and_never_too_few(small_company, tmp_path):
    assert small_company.truth.employees.n_employees == 120
    assert build_company(tmp_path / "tiny", n_customers=50, months=9).employees.n_employees == 60


def test_a_shorter_period_ends_earlier(tmp_path):
    truth = build_company(tmp_path / "short", n_customers=60, months=12)
    assert (truth.observed_from, truth.observed_until) == ("2024-01-01", "2025-01-01")
    assert "churn_2025" not in truth.figures


def test_replaces_an_old_company_whole(tmp_path):
    folder = tmp_path / "world"
    folder.mkdir()
    (folder / "left over.txt").write_text("old")
    build_company(folder, n_customers=60, months=9)
    assert {file.name for file in folder.iterdir()} == FILES


def test_a_failure_leaves_the_old_folder(tmp_path):
    folder = tmp_path / "world"
    folder.mkdir()
    (folder / "old.txt").write_text("old")

    def fail(line):
        if line.startswith("usage"):
            message = "stop"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="stop"):
        build_company(folder, n_customers=60, months=9, report=fail)
    assert [file.name for file in folder.iterdir()] == ["old.txt"]
    assert list(tmp_path.iterdir()) == [folder]


def test_reports_every_table(tmp_path):
    lines = []
    build_company(tmp_path / "world", n_customers=60, months=9, report=lines.append)
    assert {line.partition(":")[0] for line in lines} == FILES - {"truth.json"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_customers": 10}, "example company: n_customers: 10 customers are too few; ask for 50 or more"),
        ({"n_employees": 5}, "example company: n_employees: 5 employees are too few; ask for 60 or more"),
        ({"months": 3}, "example company: months: 3 months are too few; ask for 9 or more"),
    ],
    ids=["customers", "employees", "months"],
)
def test_refuses_too_little(tmp_path, arguments, message):
    with pytest.raises(InputError) as caught:
        build_company(tmp_path / "world", **arguments)
    assert str(caught.value) == message
    assert not list(tmp_path.iterdir())


def test_the_truth_beside_the_data_is_the_truth_returned(small_company):
    written = json.loads((small_company.folder / "truth.json").read_text(encoding="utf-8"))
    assert written["version"] == 1
    assert json.loads(small_company.truth.to_json()) == written
    assert {driver["role"] for driver in written["drivers"]} == {
        "lever",
        "mediator",
        "decoy",
        "signal",
        "context",
        "noise",
    }


@pytest.mark.parametrize("table", CLOCKS)
def test_nothing_is_known_before_it_happened_or_after_the_export(company, table):
    happened = CLOCKS[table]
    odd = (
        f"ingested_at < {happened} OR ingested_at >= TIMESTAMPTZ '2026-01-01 00:00+00' OR {happened} IS NULL"
    )
    assert company.value(f"SELECT count(*) FROM {table} WHERE {odd}") == 0
    assert company.value(f"SELECT count(*) FROM {table}") > 1000


def test_a_ticket_is_known_only_when_it_is_closed(company):
    closed = "opened_at + to_seconds(hours_to_resolve * 3600)"
    assert company.value(f"SELECT count(*) FROM tickets WHERE ingested_at < {closed}") == 0


def test_an_invoice_is_known_only_when_it_is_paid(company):
    assert (
        company.value("SELECT count(*) FROM invoices WHERE ingested_at < issued_at + to_days(days_to_pay)")
        == 0
    )


@pytest.mark.parametrize("table", ["tickets", "deliveries", "invoices", "newsletters", "portal", "invites"])
def test_nobody_acts_before_the_start_or_after_the_end(company, table):
    joined = f"{table} JOIN {CONTRACTS} USING (customer_id)"
    outside = f"NOT ({CLOCKS[table]} >= starts AND {CLOCKS[table]} < ends)"
    assert company.value(f"SELECT count(*) FROM {joined}") == company.value(f"SELECT count(*) FROM {table}")
    assert company.value(f"SELECT count(*) FROM {joined} WHERE {outside}") == 0


def test_nobody_answers_or_uses_before_the_start_or_after_the_end(company):
    answers = f"surveys JOIN {CONTRACTS} USING (customer_id)"
    usage = f"usage JOIN {CONTRACTS} USING (customer_id)"
    assert company.value(f"SELECT count(*) FROM {answers}") == company.value("SELECT count(*) FROM surveys")
    assert (
        company.value(f"SELECT count(*) FROM {answers} WHERE answered_at < starts OR answered_at >= ends")
        == 0
    )
    weeks = "week_end - INTERVAL 7 DAY < starts OR week_end >= ends"
    assert company.value(f"SELECT count(*) FROM {usage} WHERE {weeks}") == 0


@pytest.mark.parametrize("table", ["deliveries", "portal", "invites", "cancellations"])
def test_one_event_in_ten_arrives_days_or_weeks_late(company, table):
    late = f"ingested_at > {CLOCKS[table]} + INTERVAL 2 DAY"
    share, longest = company.ask(
        f"SELECT avg(CAST({late} AS INT)) AS share, "
        f"max(epoch(ingested_at - {CLOCKS[table]})) / 86400 AS longest FROM {table}"
    ).iloc[0]
    assert 0.06 < share < 0.13
    assert 14 < longest < 40


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("tickets", "ticket_id"),
        ("deliveries", "delivery_id"),
        ("invoices", "invoice_id"),
        ("newsletters", "mailing_id"),
        ("portal", "visit_id"),
        ("invites", "invite_id"),
        ("surveys", "response_id"),
        ("cancellations", "cancellation_id"),
        ("contracts", "contract_id"),
        ("contacts", "contact_id"),
    ],
)
def test_ids_are_unique(company, table, key):
    assert company.value(f"SELECT count(*) - count(DISTINCT {key}) FROM {table}") == 0


def test_about_one_in_six_customers_leaves_per_year(company):
    churn = [company.truth.figures[f"churn_{year}"] for year in (2024, 2025)]
    assert all(0.12 < share < 0.23 for share in churn)
    assert 0.15 < sum(churn) / 2 < 0.20
    left = company.value(
        "SELECT count(*) FROM cancellations WHERE cancelled_at >= TIMESTAMPTZ '2025-01-01 00:00+00'"
    )
    assert left / company.value(
        "SELECT count(DISTINCT customer_id) FROM truth WHERE month = '2025-06-01 00:00+00'"
    ) == (pytest.approx(churn[1], abs=0.02))


def test_customers_join_all_the_time(company):
    per_quarter = company.ask(
        "SELECT date_trunc('quarter', starts_at) AS quarter, count(*) AS joined FROM contracts "
        "WHERE starts_at >= TIMESTAMPTZ '2024-01-01 00:00+00' GROUP BY 1"
    )
    assert len(per_quarter) == 8
    assert per_quarter["joined"].min() > 100


def test_ids_tell_nothing_of_age(company):
    found = company.value("SELECT corr(CAST(substr(customer_id, 3) AS INT), epoch(starts_at)) FROM contracts")
    assert abs(found) < 0.05
