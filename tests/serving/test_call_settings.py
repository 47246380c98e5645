from dataclasses import fields

import pytest

from features.errors import InputError
from serving.call_settings import CallSettings
from serving.settings import Settings
from serving.variables import spell_variables


def test_every_setting_has_a_variable_and_survives_the_way_to_a_child(tmp_path):
    changed = CallSettings(tmp_path, 2, 3, 4.5, 6, 7.5)
    assert all(getattr(changed, field.name) != field.default for field in fields(CallSettings))
    assert Settings.from_environment(spell_variables(changed)).calls == changed


def test_calls_lie_beside_the_other_files_unless_told_otherwise():
    assert Settings.from_environment({}).calls.folder.parts[-2:] == ("xm-data", "calls")
    assert Settings.from_environment({}).calls.folder.is_absolute()


@pytest.mark.parametrize(
    "name",
    ["XM_MAX_CALLS", "XM_MAX_TURNS", "XM_CALL_IDLE_SECONDS", "XM_MAX_LISTENERS", "XM_MAX_LISTEN_SECONDS"],
)
@pytest.mark.parametrize("text", ["-1", "many", "1e9"])
def test_numbers_out_of_bounds_are_named(name, text):
    with pytest.raises(InputError, match=name):
        Settings.from_environment({name: text})
