from features.measures import list_measures
from features.sources.needs import list_needs
from features.usecase import CALL_COLUMNS, TEXT_COLUMNS, FeatureRule, Source, parse

PEOPLE = {"file": "people.csv", "valid_from": "always", "known_at": "same"}
SURVEYS = {
    "file": "s.csv",
    "event_time": "at",
    "known_at": "same",
    "scales": {"csat": "1..5"},
    "verbatim": "comment",
    "language": ["de", "en"],
}
CALLS = {"file": "c.csv", "event_time": "at", "known_at": "same", "id": "call_id", "language": ["de"]}


def usecase(source, rule, **more):
    content = {
        "version": 1,
        "name": "t",
        "entity": "id",
        "snapshots": {"every": "month", "from": "2025-01-01", "to": "2025-12-01"},
        "sources": {"people": PEOPLE, "s": source},
        "features": {"s": rule},
        "cohort": {"from": "people.start"},
        "target": {"silence": "s", "for": "90d"},
        **more,
    }
    return parse(content, "t")


def test_columns_made_of_words_are_not_asked_of_the_file():
    rule = {"windows": ["90d"], "mean": ["sentiment", "csat"], "share": {"topic": {"price": "= price"}}}
    needs = list_needs(usecase(SURVEYS | {"text": {"learn_from": "csat"}}, rule), "s")
    assert needs == {"csat": "number", "comment": "text"}


def test_without_text_such_a_column_is_one_of_the_file():
    needs = list_needs(usecase(SURVEYS, {"windows": ["90d"], "mean": ["sentiment"]}), "s")
    assert needs == {"sentiment": "number", "csat": "number", "comment": "text"}


def test_calls_are_found_by_their_id():
    rule = {"windows": ["90d"], "mean": ["silence_share"], "max": ["risk"]}
    assert list_needs(usecase(CALLS | {"turns": {"file": "t.csv"}}, rule), "s") == {"call_id": "text"}


def test_names_of_people_are_read_where_they_stand():
    found = usecase(
        SURVEYS | {"text": {}}, {"windows": ["90d"], "count": {}}, privacy={"names": ["people.nick"]}
    )
    assert list_needs(found, "people")["nick"] == "text"


def test_rating_that_teaches_is_read():
    rule = {"windows": ["90d"], "count": {}}
    source = SURVEYS | {"scales": {}, "units": {}, "text": {}}
    assert "csat" not in list_needs(usecase(source, rule), "s")
    assert "csat" in list_needs(usecase(SURVEYS | {"text": {"learn_from": "csat"}}, rule), "s")


def test_units_of_computed_columns_are_known_and_can_be_declared():
    calls = Source.model_validate(CALLS | {"turns": {"file": "t.csv"}, "units": {"duration_s": "seconds"}})
    assert (calls.unit_of("silence_share"), calls.unit_of("duration_s")) == ("share", "seconds")
    assert (calls.unit_of("sentiment"), calls.unit_of(None)) == (None, None)
    rule = FeatureRule.model_validate({"windows": ["90d"], "mean": ["talk_share"]})
    assert [measure.unit(calls) for measure in list_measures("calls", calls, rule)] == ["share"]


def test_what_is_computed_depends_on_what_is_declared():
    assert Source.model_validate(SURVEYS).computed == {}
    assert Source.model_validate(SURVEYS | {"text": {}}).computed == TEXT_COLUMNS
    calls = Source.model_validate(CALLS | {"turns": {"file": "t.csv"}})
    assert calls.computed == CALL_COLUMNS
    assert set(TEXT_COLUMNS) <= set(CALL_COLUMNS)
    assert calls.words is calls.turns
