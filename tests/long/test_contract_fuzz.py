"""As in the fast tests, with 200 requests per operation."""

import pytest

from serving.openapi import DOCUMENT
from tests.serving.company import wait_until
from tests.serving.conftest import *  # noqa: F403 - the running service and its keys
from tests.serving.contracts import fuzz
from tests.serving.keys import bearer, make_key


@pytest.mark.long
def test_no_request_made_from_the_document_gets_an_answer_that_it_does_not_describe(
    server, ask, keys, tmp_path
):
    key = make_key(keys, "analyst")
    wait_until(lambda: ask.get("/v1/model", headers=bearer(key)).status_code == 200)
    requests, _ = fuzz(server[0], key, 200, tmp_path, "--phases", "examples,coverage,fuzzing")
    assert requests > 200 * len(DOCUMENT["paths"])
