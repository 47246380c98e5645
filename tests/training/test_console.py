import io
import json

import pytest

from features.errors import SpecError
from training.console import Console


def written(*, as_json=False):
    """Return a console with the two streams that it writes to."""
    out, err = io.StringIO(), io.StringIO()
    return Console(as_json=as_json, out=out, err=err), out, err


def test_a_result_for_people_is_its_text():
    console, out, err = written()
    console.result("2 rows\nwritten", {"rows": 2})
    assert (out.getvalue(), err.getvalue()) == ("2 rows\nwritten\n", "")


def test_a_result_for_programs_is_one_json_object_on_one_line():
    console, out, err = written(as_json=True)
    console.result("2 rows", {"rows": 2, "name": "Größe\nzwei", "share": None})
    assert json.loads(out.getvalue()) == {"rows": 2, "name": "Größe\nzwei", "share": None}
    assert out.getvalue().count("\n") == 1
    assert "Größe" in out.getvalue()
    assert err.getvalue() == ""


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_have_is_no_result(number):
    console, out, _ = written(as_json=True)
    with pytest.raises(ValueError, match="JSON"):
        console.result("", {"auc": number})
    assert out.getvalue() == ""


@pytest.mark.parametrize("as_json", [False, True])
def test_progress_goes_to_stderr_with_the_seconds(as_json):
    console, out, err = written(as_json=as_json)
    console.report("reading tickets.csv")
    assert out.getvalue() == ""
    assert err.getvalue() == "[    0 s] reading tickets.csv\n"


@pytest.mark.parametrize("as_json", [False, True])
def test_an_error_is_one_line_on_stderr(as_json):
    console, out, err = written(as_json=as_json)
    console.error(SpecError("churn.yaml: target.gap", "'7\n8' is not\ta duration", "write '7d'"))
    assert out.getvalue() == ""
    assert err.getvalue() == "xm-predict: churn.yaml: target.gap: '7 8' is not a duration; write '7d'\n"


def test_a_failure_is_one_line_on_stderr():
    console, out, err = written()
    console.failure("interrupted")
    assert (out.getvalue(), err.getvalue()) == ("", "xm-predict: interrupted\n")


def test_streams_are_those_of_the_process_where_none_are_named(capsys):
    console = Console()
    console.result("done", {})
    console.report("working")
    written_now = capsys.readouterr()
    assert written_now.out == "done\n"
    assert written_now.err.endswith("working\n")
