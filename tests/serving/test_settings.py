from dataclasses import fields

import pytest

from features.errors import InputError
from serving.settings import Settings


def test_defaults_listen_on_this_machine_only():
    assert Settings().host == "127.0.0.1"
    assert Settings.from_environment({}).port == 3000


def test_every_setting_has_a_variable_and_survives_the_way_to_a_child(tmp_path):
    changed = Settings(
        host="::1",
        port=4000,
        cache=tmp_path / "cache",
        latest=(tmp_path / "a", tmp_path / "b"),
        registry=tmp_path / "registry",
        max_body_bytes=2048,
        max_body_seconds=2.5,
        refresh_seconds=7.0,
        refresh_deadline_seconds=3.0,
        poll_seconds=0.5,
    )
    assert Settings.from_environment(changed.to_environment()) == changed
    assert all(getattr(changed, field.name) != field.default for field in fields(Settings))


def test_relative_folders_become_absolute_and_empty_variables_count_as_absent():
    settings = Settings.from_environment({"XM_CACHE": "somewhere", "XM_PORT": " ", "XM_LATEST": ""})
    assert settings.cache.is_absolute()
    assert settings.port == 3000
    assert all(folder.is_absolute() for folder in settings.latest)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "192.168.1.2"])
def test_refuses_to_be_reached_from_elsewhere(host):
    with pytest.raises(InputError, match=r"XM_HOST: .* has no access keys; write 127\.0\.0\.1"):
        Settings.from_environment({"XM_HOST": host})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("XM_HOST", "example.org"),
        ("XM_PORT", "0"),
        ("XM_PORT", "65536"),
        ("XM_PORT", "http"),
        ("XM_PORT", "30.5"),
        ("XM_MAX_BODY_BYTES", "1"),
        ("XM_MAX_BODY_BYTES", "1MB"),
        ("XM_MAX_BODY_SECONDS", "nan"),
        ("XM_REFRESH_SECONDS", "-1"),
        ("XM_REFRESH_DEADLINE_SECONDS", "inf"),
        ("XM_POLL_SECONDS", "0"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_variable_in_one_line(name, text):
    with pytest.raises(InputError) as caught:
        Settings.from_environment({name: text})
    line = str(caught.value)
    assert line.startswith(f"{name}: '{text}' ")
    assert "; " in line
    assert "\n" not in line
    assert caught.value.exit_code == 2
