"""What a page is about follows from the use case: kind, people, event, units."""

import pytest

from features.usecase import parse
from tests.training.reports import samples
from training.pages import event_of, kind_of, subject_of, unit_of


def flat(**said):
    table = {"file": "t.csv", "label": "mood", "positive": "up", **said.pop("table", {})}
    return parse({"version": 1, "name": "t", "table": table, **said}, "t")


@pytest.mark.parametrize(("subject", "kind"), [("customer", "churn"), ("employee", "attrition")])
def test_people_who_leave_are_customers_or_employees(subject, kind):
    usecase = samples.usecase(subject)
    assert (kind_of(usecase, is_answer=False), subject_of(usecase)) == (kind, subject)
    assert kind_of(usecase, is_answer=True) == "satisfaction"
    assert event_of(usecase) == {}


@pytest.mark.parametrize("means", ["good", "bad"])
def test_other_events_are_wanted_or_not(means):
    usecase = flat(table={"means": means})
    assert kind_of(usecase, is_answer=False) == means
    assert set(event_of(usecase)) == {"en", "de"}
    assert "mood = up" in event_of(usecase)["en"]


def test_a_flat_table_that_does_not_say_whose_rows_they_are_has_cases():
    assert subject_of(flat()) == "case"
    assert subject_of(flat(privacy={"subject": "supplier"})) == "supplier"


def test_units_have_a_name_in_each_language():
    usecase = samples.usecase()
    assert unit_of(usecase, None) is None
    assert unit_of(usecase, "hours") == {
        "en": usecase.unit_in("en", "hours"),
        "de": usecase.unit_in("de", "hours"),
    }
