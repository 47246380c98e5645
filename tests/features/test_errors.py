import pickle
import traceback

import pytest

from features import errors
from features.errors import find_reported, first_line

KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.XmError)
]


def test_line_says_where_what_and_how_to_mend_it():
    error = errors.SpecError("churn.yaml: target.gap", "'7' is not a duration", "write '7d'")
    assert str(error) == "churn.yaml: target.gap: '7' is not a duration; write '7d'"
    assert (error.where, error.problem, error.hint) == (
        "churn.yaml: target.gap",
        "'7' is not a duration",
        "write '7d'",
    )


def test_line_without_hint_has_no_loose_end():
    assert str(errors.SourceError("tickets", "is empty")) == "tickets: is empty"


@pytest.mark.parametrize("kind", KINDS)
def test_message_is_one_line_whatever_the_values_hold(kind):
    message = str(kind("a\nb", "'x\r\ny'\tis \u2028 wrong", "mend\n\nit"))
    assert len(message.splitlines()) == 1
    assert message == "a b: 'x y' is wrong; mend it"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.SpecError, 2),
        (errors.SourceError, 2),
        (errors.ContractError, 2),
        (errors.LeakError, 2),
        (errors.TooFewEventsError, 2),
        (errors.BundleError, 1),
        (errors.RegistryError, 1),
        (errors.XmError, 1),
    ],
)
def test_bad_input_and_failure_have_different_exit_codes(kind, code):
    assert kind.exit_code == code


@pytest.mark.parametrize("kind", KINDS)
def test_error_survives_the_way_between_processes(kind):
    there = kind("bundle", "sha256 differs", "train again")
    back = pickle.loads(pickle.dumps(there))
    assert type(back) is kind
    assert str(back) == str(there)


def test_every_kind_is_documented_in_one_sentence():
    assert [kind.__name__ for kind in KINDS if not (kind.__doc__ or "").startswith("Report ")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_found_in_the_report_of_another_process(kind):
    report = "".join(traceback.format_exception(kind("log", "has no rows", "name another")))
    found = find_reported(f"worker 3:\n{report}")
    assert type(found) is kind
    assert str(found) == "log: has no rows; name another"


def test_a_report_of_an_error_of_others_holds_none_of_ours():
    assert find_reported("Traceback (most recent call last):\nValueError: log: has no rows") is None


def test_the_first_line_is_what_a_worker_raised():
    worker = (
        "An exception was thrown:\nTraceback (most recent call last):\n  File 'a.py', line 7\n    import b\n"
    )
    assert first_line(OSError(f"{worker}ImportError: no b\n\n\tat x(Y.java)")) == "ImportError: no b"
    assert first_line(OSError("[PATH] is not there\nJVM stack")) == "[PATH] is not there"
    assert first_line(OSError("")) == "OSError"
