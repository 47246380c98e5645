import json

import pytest

from serving.problems import Finding, ProblemError

STATUSES = (400, 403, 404, 405, 408, 409, 413, 415, 421, 422, 500, 503)


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_in_use_has_a_title(status):
    answer = ProblemError(status, "some_code", "Some detail.").to_response("id-1")
    document = json.loads(bytes(answer.body))
    assert answer.status_code == document["status"] == status
    assert document["title"]
    assert answer.media_type == "application/problem+json"


def test_a_document_holds_all_that_was_said_and_nothing_else():
    problem = ProblemError(422, "value", "Odd.", (Finding("rows.0", "is odd"),), headers={"retry-after": "5"})
    answer = problem.to_response("id-2")
    assert json.loads(bytes(answer.body)) == {
        "type": "urn:xm-predict:problem:value",
        "title": "Value not accepted",
        "status": 422,
        "code": "value",
        "detail": "Odd.",
        "errors": [{"path": "rows.0", "message": "is odd"}],
        "request_id": "id-2",
    }
    assert answer.headers["retry-after"] == "5"
    assert "connection" not in answer.headers


def test_a_connection_whose_body_was_not_read_ends():
    assert ProblemError(413, "body_large", "Long.", is_closing=True).headers == {"connection": "close"}
