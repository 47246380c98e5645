"""Every planted leak of a flat table stops or warns in the build; honest tables build without a word."""

import pytest

from features.errors import LeakError
from features.frame import build
from tests.features.leaks.flat_world import LEAKS, FlatWorld


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.__name__)
def test_planted_leak_is_found_and_nothing_else(tmp_path, leak):
    world = FlatWorld(1, rows=1_200)
    column, kind, severity = leak(world)
    usecase = world.write(tmp_path)
    if severity == "error":
        with pytest.raises(LeakError, match=f"'{column}' knows the outcome"):
            build(usecase)
        usecase = usecase.model_copy(update={"accept_leak": {column: "for this test"}})
    found = build(usecase).facts.findings
    assert [(one["column"], one["severity"]) for one in found] == [(column, severity)]
    assert kind in {found[0]["kind"], "any"}
    assert found[0]["accepted"] == ("for this test" if severity == "error" else None)
    assert found[0]["evidence"]
    assert found[0]["remedy"]


@pytest.mark.parametrize(("seed", "rows", "rate"), [(2, 300, 0.5), (3, 1_500, 0.05), (4, 1_500, 0.8)])
def test_honest_tables_have_no_finding(tmp_path, seed, rows, rate):
    assert build(FlatWorld(seed, rows, rate).write(tmp_path)).facts.findings == ()
