"""What was agreed on: every key may be absent, none may be wrong."""

from datetime import date

import pytest
import yaml

from features.errors import InputError
from features.governance import Terms, read_terms


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file and returns its path."""

    def write_content(**content):
        path = tmp_path / "governance.yaml"
        path.write_text(yaml.safe_dump({"version": 1, **content}), encoding="utf-8")
        return path

    return write_content


def test_an_empty_file_with_a_version_says_nothing_and_is_fine(write):
    found = read_terms(write(), Terms)
    assert found.agreement is None
    assert found.retention_days.audit is None
    assert found.of_usecase("churn").purpose is None


def test_all_of_it_is_read(write):
    both = {"en": "Calls to customers", "de": "Anrufe bei Kunden"}
    found = read_terms(
        write(
            agreement="BV 2026-07",
            purposes=["talk"],
            legal_basis="GDPR 6(1)(f)",
            valid_until=date(2027, 6, 30),
            usecases=["attrition"],
            controller="Example Ltd",
            contact="people@example.org",
            officer="dpo@example.org",
            authority="Any authority",
            notices={"churn": {"purpose": both, "legal_basis": both}},
            retention_days={"journal": 90, "audit": 365},
            viewers={"manager": "heads of service"},
        ),
        Terms,
    )
    assert found.of_usecase("churn").purpose.de == "Anrufe bei Kunden"
    assert found.of_usecase("attrition").purpose is None
    assert found.retention_days.journal == 90
    assert found.viewers == {"manager": "heads of service"}


def test_the_log_may_go_before_its_time_only_with_a_reason(write):
    with pytest.raises(InputError, match=r"retention_days: .* below 183 days only with a reason"):
        read_terms(write(retention_days={"audit": 182}), Terms)
    found = read_terms(write(retention_days={"audit": 90, "audit_override": "agreed in BV 7"}), Terms)
    assert found.retention_days.audit == 90
    assert read_terms(write(retention_days={"audit": 183}), Terms).retention_days.audit == 183


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"retention_days": {"journal": 0}}, "retention_days.journal: '0' cannot be used"),
        ({"retention_days": {"weeks": 3}}, "retention_days.weeks: is not a key"),
        ({"notices": {"churn": {"purpose": {"en": "only one"}}}}, "notices.churn.purpose.de: is missing"),
        ({"viewers": {"manager": 7}}, "viewers.manager: '7' cannot be used"),
        ({"contact": "  "}, "contact: "),
        ({"boss": "me"}, "boss: is not a key of this file; the keys are: version, agreement"),
    ],
    ids=range(6),
)
def test_what_is_wrong_is_named_with_its_place(write, content, message):
    with pytest.raises(InputError, match=message):
        read_terms(write(**content), Terms)
