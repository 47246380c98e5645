"""What was agreed on: read strictly, refused with file and key, granted narrowly."""

from datetime import date

import pytest
import yaml

from features.errors import InputError
from serving.governance import read_governance
from serving.problems import ProblemError
from tests.serving.company import ROOT
from training.scoring import IndividualLeave

DAY = date(2026, 3, 28)
AGREED = {
    "version": 1,
    "agreement": "BV 2026-07",
    "purposes": ["retention_talk", "workload_review"],
    "legal_basis": "GDPR 6(1)(f) and the works agreement",
    "valid_until": date(2026, 12, 31),
    "usecases": ["attrition"],
}


@pytest.fixture
def write(tmp_path):
    """Return a function that writes an agreement, changed, and returns its path."""

    def write_changed(**changed):
        content = {name: found for name, found in {**AGREED, **changed}.items() if found != "ABSENT"}
        path = tmp_path / "governance.yaml"
        path.write_text(yaml.safe_dump(content))
        return path

    return write_changed


def test_an_agreement_is_read(write):
    found = read_governance(write(), DAY)
    assert (found.agreement, found.purposes, found.usecases) == (
        "BV 2026-07",
        ["retention_talk", "workload_review"],
        ["attrition"],
    )


def test_leave_names_agreement_purpose_and_use_case(write):
    leave = read_governance(write(), DAY).grant("attrition", "analyst", "workload_review", DAY)
    assert leave == IndividualLeave("BV 2026-07", "workload_review", "attrition")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("churn", "analyst", "retention_talk", DAY), "groups_only"),
        (("attrition", "manager", "retention_talk", DAY), "groups_only"),
        (("attrition", "data_scientist", "retention_talk", DAY), "groups_only"),
        (("attrition", "admin", "retention_talk", DAY), "groups_only"),
        (("attrition", "works_council", "retention_talk", DAY), "groups_only"),
        (("attrition", "analyst", "", DAY), "purpose_missing"),
        (("attrition", "analyst", "dismissal", DAY), "purpose_missing"),
        (("attrition", "analyst", "Retention_talk", DAY), "purpose_missing"),
        (("attrition", "analyst", "retention_talk", date(2027, 1, 1)), "agreement_ended"),
    ],
    ids=range(9),
)
def test_whatever_is_not_covered_is_refused(write, asked, code):
    with pytest.raises(ProblemError) as caught:
        read_governance(write(), DAY).grant(*asked)
    assert (caught.value.status, caught.value.code) == (403, code)


def test_the_last_day_counts(write):
    governance = read_governance(write(), DAY)
    assert governance.grant("attrition", "app", "retention_talk", date(2026, 12, 31))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"agreement": "ABSENT"}, "governance.yaml: agreement: is missing; the keys are: version, agreement"),
        ({"legal_basis": "ABSENT"}, "governance.yaml: legal_basis: is missing"),
        ({"purposes": []}, r"governance.yaml: purposes: '\[\]' cannot be used"),
        ({"purposes": "talk"}, "governance.yaml: purposes: 'talk' cannot be used"),
        ({"purposes": ["Talk to them"]}, "governance.yaml: purposes.0: 'Talk to them' cannot be used"),
        ({"usecases": []}, "governance.yaml: usecases: "),
        ({"valid_until": "soon"}, "governance.yaml: valid_until: 'soon' cannot be used"),
        (
            {"valid_until": date(2026, 3, 27)},
            "valid_until: the agreement 'BV 2026-07' ended on 2026-03-27; renew",
        ),
        ({"version": 2}, "governance.yaml: version: '2' cannot be used"),
        ({"agreement": 7}, "governance.yaml: agreement: '7' cannot be used"),
        ({"agreement": "   "}, "governance.yaml: agreement: "),
        ({"everybody": True}, "governance.yaml: everybody: is not a key of this file; the keys are: "),
    ],
    ids=range(12),
)
def test_what_is_wrong_is_named_with_file_and_key(write, changed, message):
    with pytest.raises(InputError, match=message):
        read_governance(write(**changed), DAY)


@pytest.mark.parametrize("content", ["[1", "- a\n", "", "\x00"], ids=range(4))
def test_a_file_that_is_no_agreement_at_all_is_refused(tmp_path, content):
    path = tmp_path / "governance.yaml"
    path.write_text(content)
    with pytest.raises(InputError, match=r"governance.yaml: (is not YAML|holds no keys)"):
        read_governance(path, DAY)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent.yaml: cannot be read .* XM_GOVERNANCE"):
        read_governance(tmp_path / "absent.yaml", DAY)


def test_nothing_but_the_service_builds_leave():
    """Every other path stays closed because nobody there can have it."""
    sources = [path for name in ("features", "training", "serving") for path in (ROOT / name).rglob("*.py")]
    builders = {
        path.relative_to(ROOT).as_posix() for path in sources if "IndividualLeave(" in path.read_text()
    }
    assert builders == {"serving/governance.py"}
