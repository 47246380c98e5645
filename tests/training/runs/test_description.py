from dataclasses import replace

from features.frame import build
from features.frame.facts import HorizonFacts
from tests.features.frame.company import load_company
from tests.features.frame.test_flat import load_flat, make_rows
from training.runs.description import describe_frame

WARNING = {
    "severity": "warning",
    "column": "plan",
    "evidence": "knows too much",
    "remedy": "exclude it",
    "accepted": None,
}


def describe(frame, **facts):
    """Return the lines on a frame of which some facts are others."""
    return describe_frame(replace(frame, facts=replace(frame.facts, **facts)))


def test_a_frame_in_words(company):
    facts = company.frame.facts
    lines = describe_frame(company.frame)
    assert lines[0] == (
        f"{facts.row_count:,} rows of {facts.entity_count:,} entities, "
        f"{len(facts.catalogue)} features, {facts.event_count:,} rows with the event"
    )
    by_name = {horizon.horizon: horizon for horizon in facts.horizons}
    assert lines[1] == (
        f"30d: {by_name['30d'].events:,} events in {by_name['30d'].labelled:,} rows whose outcome is known"
    )
    assert len([line for line in lines if " events in " in line]) == 4


def test_what_was_left_out_is_said_with_the_reason(company):
    lines = describe(
        company.frame,
        horizons=(HorizonFacts("90d", 12, 3_456),),
        dropped_rows={"no label": 1_234, "left before": 0},
        dropped_features={"region": "all values are 'north'"},
        matches={},
        findings=(WARNING,),
    )
    assert lines[1:] == [
        "90d: 12 events in 3,456 rows whose outcome is known",
        "dropped 1,234 rows: no label",
        "left out region: all values are 'north'",
        "warning: plan: knows too much; exclude it",
    ]


def test_an_accepted_leak_is_no_error_any_more(company):
    accepted = WARNING | {"severity": "error", "accepted": "known at sign-up"}
    lines = describe(company.frame, matches={}, findings=(accepted,))
    assert lines[-1] == "accepted: plan: knows too much; the use case says: known at sign-up"


def test_what_is_odd_in_a_source_is_one_line(company):
    match = dict.fromkeys(next(iter(company.frame.facts.matches.values())), 0) | {
        "unit_changes": [],
        "scale_doubts": {},
    }
    calm = match | {"rows": 10, "kept": 10, "unmatched_keys": []}
    odd = calm | {"unmatched": 1_077, "rows": 2_000, "unmatched_keys": ["S-1", "S-2"], "after_end": 3}
    lines = describe(company.frame, matches={"tickets": odd, "calls": calm}, findings=())
    assert lines[-1] == (
        "tickets: of 2,000 rows 1,077 lead to nobody (left out), 3 lie after the entity's end (kept); "
        "keys that lead to nobody: S-1, S-2"
    )
    assert not [line for line in lines if line.startswith("calls")]
    led = describe(company.frame, matches={"tickets": odd | {"unlinked": 1_070}}, findings=())
    assert led[-1] == (
        f"{lines[-1]}; 1,070 of these rows happened when no link of their key held: "
        "write valid_from: always in the source with the links if a link holds for good"
    )


def test_corrections_and_withdrawals_are_told_in_words(company):
    match = dict.fromkeys(next(iter(company.frame.facts.matches.values())), 0)
    match |= {"rows": 900, "corrected": 12, "withdrawn": 3, "duplicates": 1}
    match |= {"unmatched_keys": [], "unit_changes": [], "scale_doubts": {}}
    assert describe(company.frame, matches={"tickets": match}, findings=())[-1] == (
        "tickets: of 900 rows 1 repeat an earlier one (left out), "
        "12 were corrected later (count until then), 3 were withdrawn later (count until then)"
    )


def test_a_change_of_unit_is_a_warning_with_a_remedy(company):
    match = dict.fromkeys(next(iter(company.frame.facts.matches.values())), 0)
    change = {"column": "hours", "sentence": "from 2025-03-01 on values are about 60 times as large"}
    match |= {"unmatched_keys": [], "unit_changes": [change], "scale_doubts": {}}
    assert describe(company.frame, matches={"tickets": match}, findings=())[-1] == (
        "warning: tickets.hours: from 2025-03-01 on values are about 60 times as large; "
        "bring the column to one unit or scale in the export, or take it out of the use case"
    )


def test_clocks_and_scales_to_look_at_are_warnings(company):
    match = dict.fromkeys(next(iter(company.frame.facts.matches.values())), 0)
    match |= {"unmatched_keys": [], "unit_changes": [], "rows": 20, "kept": 20, "known_before_event": 18}
    match |= {
        "is_mostly_known_before": True,
        "scale_doubts": {"csat": "is declared as 0..100, but all lie on 1..5"},
    }
    clocks, scale = describe(company.frame, matches={"exits": match}, findings=())[-2:]
    assert clocks == (
        "warning: exits: 18 of 20 events were known before they happened; if they were not announced, "
        "event_time and known_at are swapped: name them the other way"
    )
    assert scale == (
        "warning: exits.csat: is declared as 0..100, but all lie on 1..5; "
        "declare the scale that was asked, or bring the values to it"
    )


def test_a_real_company_tells_of_its_strangers(tmp_path):
    frame = build(load_company(tmp_path))
    told = [line for line in describe_frame(frame) if ": of " in line]
    odd = [name for name, match in frame.facts.matches.items() if match["unmatched"] or match["duplicates"]]
    assert [line.partition(":")[0] for line in told if "lead to nobody" in line or "repeat" in line] == odd


def test_a_flat_table_counts_rows_and_says_what_they_have(tmp_path):
    frame = build(load_flat(tmp_path))
    labels = sum(row["left"] == "Yes" for row in make_rows())
    first = describe_frame(frame)[0]
    assert first.startswith(f"{len(make_rows()):,} rows, ")
    assert first.endswith(f"{labels:,} rows with the predicted label")


def test_rows_without_a_label_are_said_to_be_there_to_score(tmp_path):
    rows = [{**row, "left": "" if number < 3 else row["left"]} for number, row in enumerate(make_rows())]
    lines = describe_frame(build(load_flat(tmp_path, rows)))
    assert "dropped 3 rows: no label" in lines
    assert "3 rows without a label can be scored" in lines


def test_columns_of_a_flat_table_are_listed_and_free_text_is_noted(tmp_path):
    rows = [
        {**row, "remark": f"said {number % 40}" if number < 60 else ""}
        for number, row in enumerate(make_rows())
    ]
    lines = describe_frame(build(load_flat(tmp_path, rows)))
    numbers = next(line for line in lines if line.startswith("numbers: "))
    categories = next(line for line in lines if line.startswith("categories: "))
    assert "tenure" in numbers
    assert "remark (40)" in categories
    noted = "note: remark: 40 different texts in 60 rows: names, codes or free text, of which new rows"
    assert any(line.startswith(noted) for line in lines)
    assert not any(line.startswith("note") for line in describe_frame(build(load_flat(tmp_path / "plain"))))


def test_odd_cells_of_a_flat_table_are_told_by_column(tmp_path):
    frame = build(load_flat(tmp_path))
    match = frame.facts.matches["table"] | {"impossible": {"hours": 523}, "not_known_yet": {"sent": 0}}
    lines = describe(frame, matches={"table": match}, findings=())
    assert lines[-1] == "hours: 523 rows end before they begin (missing now)"
