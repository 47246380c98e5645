from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from features.errors import ContractError, LeakError, SourceError
from features.flat import read_flat
from features.frame import build
from features.usecase import parse

HEADER = "id,score,wait,channel,site,sex"


def write(folder: Path, rows: list[str], **changes: Any):
    (folder / "calls.csv").write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    table: dict[str, Any] = {"file": "calls.csv", "id": "id", "label": "score", "kind": "ordinal"}
    table |= changes.pop("table", {})
    content = {"version": 1, "name": "calls", "table": table, **changes}
    return parse(yaml.safe_load(yaml.safe_dump(content)), "calls.yaml").located(folder)


def rows_of(scores, start: int = 1) -> list[str]:
    dice = np.random.default_rng(4)
    return [
        f"{number},{score},{dice.integers(0, 90)},{dice.choice(['chat', 'mail'])},{dice.integers(1, 4)},"
        f"{dice.choice(['f', 'm'])}"
        for number, score in enumerate(scores, start)
    ]


SCORES = [1, 2, 3, 4, 5, 5, 5, "", 4, 3] * 8


def test_ratings_are_the_target_as_they_are(tmp_path):
    frame = build(write(tmp_path, rows_of(SCORES)))
    facts = frame.facts
    expected = sorted(float(score) for score in SCORES if score != "")
    assert sorted(frame.table.column("target").to_pylist()) == expected
    assert str(frame.table.schema.field("target").type) == "double"
    assert facts.target.levels == (1.0, 2.0, 3.0, 4.0, 5.0)
    assert (facts.target.kind, facts.target.answered, facts.target.silent) == ("ordinal", 72, 0)
    assert facts.event_count == facts.row_count == 72
    assert facts.dropped_rows == {"no label": 8}


def test_amounts_have_no_levels(tmp_path):
    amounts = [f"{value * 1.5 - 20:.2f}" for value in range(60)]
    frame = build(write(tmp_path, rows_of(amounts), table={"kind": "numeric"}))
    assert frame.facts.target.levels == ()
    assert min(frame.table.column("target").to_pylist()) == -20.0


def test_nps_answers_become_groups(tmp_path):
    answers = [*range(11)] * 6
    frame = build(write(tmp_path, rows_of(answers), table={"kind": "nps_group"}))
    groups = frame.table.column("target").to_pylist()
    assert [groups.count(group) for group in (0, 1, 2)] == [42, 12, 12]
    assert frame.facts.target.levels == (0.0, 1.0, 2.0)


@pytest.mark.parametrize(
    ("scores", "kind", "kind_of_error", "line"),
    [
        ([1, 2, "good", 4], "ordinal", SourceError, "table.score: row 4: 'good' is not a number; "),
        ([1, 2, "", "x1"], "numeric", SourceError, "table.score: row 5: 'x1' is not a number; "),
        ([1, 9, 11], "nps_group", ContractError, "table.score: row 4: 11 is not an answer from 0 to 10; "),
        ([1, "", 9.5], "nps_group", ContractError, "table.score: row 4: 9.5 is not an answer from 0 to 10; "),
        ([0, -1], "nps_group", ContractError, "table.score: row 3: -1 is not an answer from 0 to 10; "),
        ([1, 5, 3], "nps_group", ContractError, "table.score: answers from 1 to 5 are all detractors; "),
        (range(30), "ordinal", ContractError, "table.score: 30 different values are no rating; "),
        ([3, 3, 3], "ordinal", ContractError, "table.score: every row has the label 3; "),
        (["", ""], "numeric", ContractError, "table.score: no row has a label; "),
    ],
)
def test_label_that_is_none_is_named_with_row_and_value(tmp_path, scores, kind, kind_of_error, line):
    with pytest.raises(kind_of_error) as caught:
        read_flat(write(tmp_path, rows_of(scores), table={"kind": kind}))
    assert str(caught.value).startswith(line)


def test_copies_but_for_the_id_are_left_out_and_counted(tmp_path):
    rows = rows_of(SCORES[:40])
    copies = [f"{100 + number},{row.partition(',')[2]}" for number, row in enumerate(rows[5:15])]
    kept = read_flat(write(tmp_path, [*rows, *copies]))
    removed = read_flat(write(tmp_path, [*rows, *copies], table={"duplicates": "remove"}))
    without = read_flat(write(tmp_path, rows, table={"duplicates": "remove"}))
    assert (kept.facts.copies, without.facts.copies) == (0, 0)
    assert removed.facts.copies == sum(row.split(",")[1] != "" for row in rows[5:15])
    assert removed.entity_id.tolist() == without.entity_id.tolist()
    frame = build(write(tmp_path, [*rows, *copies], table={"duplicates": "remove"}))
    assert frame.facts.dropped_rows["copy of an earlier row"] == removed.facts.copies


def test_rows_that_differ_in_an_excluded_column_are_no_copies(tmp_path):
    rows = ["1,5,3,chat,1,f", "2,5,3,chat,1,m", "3,4,3,chat,1,f"]
    found = read_flat(write(tmp_path, rows, table={"duplicates": "remove", "exclude": ["sex"]}))
    assert found.facts.copies == 0


def test_cuts_and_protected_columns_stand_beside(tmp_path):
    usecase = write(tmp_path, rows_of(SCORES), cuts=["site", "channel"], privacy={"protected": ["sex"]})
    frame = build(usecase)
    assert frame.facts.cuts == ("cut_site", "cut_channel")
    assert frame.facts.protected == ("sex",)
    assert set(frame.table.column("cut_site").to_pylist()) == {"1", "2", "3"}
    assert frame.table.column("cut_channel").to_pylist() == frame.table.column("channel").to_pylist()
    assert "cut_site" in frame.latest.column_names
    assert "sex" not in frame.table.column_names
    assert frame.protected.column("entity_id").to_pylist() == frame.table.column("entity_id").to_pylist()
    assert set(frame.protected.column("sex").to_pylist()) == {"f", "m"}
    by_id = {row.split(",")[0]: row.split(",")[5] for row in rows_of(SCORES)}
    assert all(by_id[row["entity_id"]] == row["sex"] for row in frame.protected.to_pylist())


def test_cut_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ContractError, match=r"table\.sites: the column is not there; .*'site'"):
        read_flat(write(tmp_path, rows_of(SCORES), cuts=["sites"]))


def test_column_named_like_a_cut_is_refused(tmp_path):
    usecase = write(tmp_path, rows_of(SCORES), cuts=["site"])
    text = (tmp_path / "calls.csv").read_text().replace("wait", "cut_site")
    (tmp_path / "calls.csv").write_text(text)
    with pytest.raises(ContractError, match="has a name that the feature table needs"):
        build(usecase)


def test_column_that_gives_a_rating_away_is_found(tmp_path):
    lines = [
        f"{number},{score},{int(score or 0) * 10},{row.split(',', 3)[3]}"
        for number, (score, row) in enumerate(zip(SCORES, rows_of(SCORES), strict=True))
    ]
    with pytest.raises(LeakError, match="'wait' knows the outcome"):
        build(write(tmp_path, lines))


def test_numbers_with_a_comma_are_told_though_nothing_fails(tmp_path):
    rows = [f"{number};{number % 5 + 1};{number},5;chat;1;f" for number in range(40)]
    (tmp_path / "calls.csv").write_text("\n".join([HEADER.replace(",", ";"), *rows]), encoding="utf-8")
    told: list[str] = []
    table = {"file": "calls.csv", "label": "score", "kind": "ordinal", "read": {"delimiter": ";"}}
    usecase = parse({"version": 1, "name": "calls", "table": table}, "calls.yaml").located(tmp_path)
    read_flat(usecase, report=told.append)
    assert told[-1] == (
        "table: it seems better to write read: {delimiter: ';', decimal: ','} (decimal commas)"
    )
