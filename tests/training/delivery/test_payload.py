"""What a webhook is told of answers: expected value, range and levels, without a band."""

import json

import pyarrow as pa

from training.delivery.identity import Identity
from training.delivery.kept import KeptBatch
from training.delivery.payload import PART_ROWS, count_posts, list_posts


def test_answers_have_a_value_and_a_range(tmp_path):
    identity = Identity("csat", "csat-1", None, "rows")
    batch = KeptBatch.open(tmp_path, identity, counts={"rows": 1, "parts": 1})
    columns = {"entity_id": ["ü"], "value": [4.5], "low_90": [3.0], "high_90": [5.0], "probability_5": [0.5]}
    batch.keep_part(0, pa.table(columns))
    ((number, body),) = list_posts(batch)
    found = json.loads(body)
    assert (number, found["as_of"], found["parts"]) == (0, None, 1)
    assert found["rows"] == [
        {
            "entity_id": "ü",
            "value": 4.5,
            "low_90": 3.0,
            "high_90": 5.0,
            "probabilities": {"5": 0.5},
            "risk_band": None,
            "reasons": [],
        }
    ]


def test_parts_are_counted_over_the_parts_on_disk(tmp_path):
    """Let two parts on disk hold one row more than fits into one and two posts."""
    batch = KeptBatch.open(tmp_path, Identity("c", "v", None, "r"), counts={"rows": 0, "parts": 2})
    for number, n_rows in enumerate((2 * PART_ROWS, PART_ROWS + 1)):
        batch.keep_part(number, pa.table({"entity_id": [f"{number}-{row}" for row in range(n_rows)]}))
    posts = [json.loads(body) for _, body in list_posts(batch)]
    assert [len(post["rows"]) for post in posts] == [PART_ROWS] * 3 + [1]
    assert [post["part"] for post in posts] == list(range(count_posts(batch)))
    assert {post["parts"] for post in posts} == {4}
