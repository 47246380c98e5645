import pytest

from features.errors import SpecError
from features.sources.needs import list_clocks, list_needs
from features.usecase import Source, parse


def usecase(features, **more):
    source = {"file": "s.csv", "event_time": "at", "known_at": "seen", "scales": {"nps": "0..10"}}
    return parse(
        {
            "version": 1,
            "name": "x",
            "entity": "id",
            "snapshots": {"every": "month", "from": "2025-01-01", "to": "2025-02-01"},
            "sources": {"s": source, "people": {"file": "p.csv", "valid_from": "always", "known_at": "same"}},
            "features": features,
            "cohort": {"from": "people.start", "until": "people.stop"},
            "target": {"event": "s", "horizons": ["30d"]},
            **more,
        },
        "x.yaml",
    )


def test_scales_are_numbers_even_where_no_feature_reads_them():
    assert list_needs(usecase({"people": {"last": ["plan"]}}), "s") == {"nps": "number"}


def test_functions_read_numbers_and_values_decide_for_the_last():
    rule = {"windows": ["30d"], "mean": ["a"], "slope": ["count", "b"], "last": ["a", "c"], "first": ["d"]}
    found = list_needs(usecase({"s": rule}), "s")
    assert found == {"nps": "number", "a": "number", "b": "number", "c": "any", "d": "any"}


@pytest.mark.parametrize(
    ("conditions", "reading"),
    [({"is_x": "= x"}, "any"), ({"big": ">= 3"}, "number"), ({"is_x": "= x", "big": "> 3"}, "number")],
    ids=["equal", "ordered", "both"],
)
def test_shares(conditions, reading):
    rule = {"windows": ["30d"], "share": {"kind": conditions}}
    assert list_needs(usecase({"s": rule}), "s")["kind"] == reading


def test_cohort_and_revenue_belong_to_their_source():
    found = usecase({"people": {"last": ["plan"]}}, value={"revenue": "people.sales"})
    assert list_needs(found, "people") == {
        "sales": "number",
        "start": "moment",
        "stop": "moment",
        "plan": "any",
    }


def test_a_moment_of_the_cohort_may_be_a_feature_too():
    assert list_needs(usecase({"people": {"last": ["start"]}}), "people")["start"] == "moment"


def test_protected_column_is_refused():
    with pytest.raises(SpecError, match=r"^features\.people: 'plan' stands under privacy\.protected"):
        list_needs(usecase({"people": {"last": ["plan"]}}, privacy={"protected": ["people.plan"]}), "people")
    other = usecase({"people": {"last": ["plan"]}}, privacy={"protected": ["s.plan"]})
    assert "plan" in list_needs(other, "people")


@pytest.mark.parametrize(
    ("clocks", "expected"),
    [
        ({"event_time": "at", "known_at": "seen"}, ("at", "seen")),
        ({"event_time": "at", "known_at": "same"}, ("at",)),
        ({"event_time": "at", "known_at": "at"}, ("at",)),
        ({"valid_from": "always", "known_at": "same"}, ()),
        ({"valid_from": "from", "valid_to": "to", "known_at": {"delay": "1d"}}, ("from", "to")),
    ],
    ids=["both", "same", "same column", "always", "history"],
)
def test_clocks(clocks, expected):
    assert list_clocks(Source.model_validate({"file": "x.csv", **clocks})) == expected
