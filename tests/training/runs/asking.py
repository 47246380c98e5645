import json

import pytest


def answer_of(ask, *words):
    """Return what a question on the command line is answered, as plain values without NaN."""
    code, out, err = ask("--json", *words)
    assert code == 0, err
    return json.loads(out, parse_constant=pytest.fail)
