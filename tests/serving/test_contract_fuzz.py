"""Requests made from the document of the interface: good ones are answered, bad ones refused as it says.

Every answer has to have a status, a type and a shape that the document names; no key, no answer.
"""

import json

from serving.openapi import DOCUMENT
from tests.serving.company import wait_until
from tests.serving.contracts import fuzz
from tests.serving.keys import bearer, make_key

# Per operation, beside those that go through the edges of every field; 200 in tests/long.
N_EXAMPLES = 6


def test_no_request_made_from_the_document_gets_an_answer_that_it_does_not_describe(
    server, ask, keys, tmp_path
):
    url, log = server
    key = make_key(keys, "analyst")
    wait_until(lambda: ask.get("/v1/model", headers=bearer(key)).status_code == 200)
    before = len(log.read_text())
    requests, words = fuzz(url, key, N_EXAMPLES, tmp_path)
    assert requests > N_EXAMPLES * len(DOCUMENT["paths"])
    assert f"{len(DOCUMENT['paths'])} selected" in words
    wait_until(lambda: len(log.read_text()[before:].splitlines()) >= requests // 2)
    lines = [json.loads(line) for line in log.read_text()[before:].splitlines() if line.startswith("{")]
    assert {line["status"] for line in lines if "status" in line} <= {
        *(200, 400, 401, 403, 404, 405, 409, 415, 422),
    }
    assert [line for line in lines if "error" in line] == []
