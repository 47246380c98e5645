from dataclasses import fields

import pytest

from features.errors import InputError
from serving.call_settings import CallSettings
from serving.limit_settings import LimitSettings
from serving.settings import Settings


def test_defaults_listen_on_this_machine_only():
    assert Settings().host == "127.0.0.1"
    assert Settings.from_environment({}).port == 3000


def test_every_setting_has_a_variable_and_survives_the_way_to_a_child(tmp_path):
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("PEM")
    changed = Settings(
        host="::1",
        port=4000,
        workers=3,
        hosts=("scores.example.org", "10.0.0.7", "[fd00::1]"),
        keys=tmp_path / "keys.json",
        sessions=tmp_path / "sessions",
        is_behind_proxy=True,
        tls_cert=tmp_path / "cert.pem",
        tls_key=tmp_path / "key.pem",
        cache=tmp_path / "cache",
        latest=(tmp_path / "a", tmp_path / "b"),
        reports=tmp_path / "reports",
        actions=tmp_path / "actions",
        health=tmp_path / "monitoring",
        registry=tmp_path / "registry",
        max_body_bytes=2048,
        max_body_seconds=2.5,
        refresh_seconds=7.0,
        refresh_deadline_seconds=3.0,
        poll_seconds=0.5,
        audit=tmp_path / "audit",
        journal=tmp_path / "journal",
        journal_days=30,
        pseudonym_key=tmp_path / "pseudonyms.key",
        governance=tmp_path / "governance.yaml",
        metrics=tmp_path / "metrics",
        is_shadowing=True,
        shadow_share=0.5,
        shadow_folder=tmp_path / "shadow",
        objections=tmp_path / "objections",
        wishes=tmp_path / "wishes",
        tracking_url="https://mlflow.example.org/ml",
        limits=LimitSettings(1, 2, 3.5, 4, 5000, 6.5, 7.5, 8.5),
        calls=CallSettings(tmp_path / "calls", 2, 3, 4.5, 6, 7.5),
    )
    assert all(getattr(changed.limits, field.name) != field.default for field in fields(LimitSettings))
    assert Settings.from_environment(changed.to_environment()) == changed
    assert all(getattr(changed, field.name) != field.default for field in fields(Settings))


def test_sessions_lie_beside_the_other_files_unless_told_otherwise(tmp_path):
    assert Settings.from_environment({}).sessions.parts[-2:] == ("xm-data", "sessions")
    moved = Settings.from_environment({"XM_SESSIONS": str(tmp_path / "elsewhere")})
    assert moved.sessions == tmp_path / "elsewhere"
    assert moved.to_environment()["XM_SESSIONS"] == str(tmp_path / "elsewhere")


def test_what_browsers_send_is_encrypted_behind_a_proxy_or_with_a_certificate(tmp_path):
    assert not Settings().is_encrypted
    assert Settings(is_behind_proxy=True).is_encrypted
    assert Settings(tls_cert=tmp_path / "cert.pem", tls_key=tmp_path / "key.pem").is_encrypted


def test_relative_folders_become_absolute_and_empty_variables_count_as_absent():
    settings = Settings.from_environment({"XM_CACHE": "somewhere", "XM_PORT": " ", "XM_LATEST": ""})
    assert settings.cache.is_absolute()
    assert settings.port == 3000
    assert all(folder.is_absolute() for folder in settings.latest)


def test_an_empty_journal_is_none_and_an_absent_one_the_usual():
    off = Settings.from_environment({"XM_JOURNAL": ""})
    assert off.journal is None
    assert Settings.from_environment(off.to_environment()).journal is None
    assert str(Settings.from_environment({}).journal).endswith("xm-data/journal")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
        ("https://mlflow.example.org/a/b", "https://mlflow.example.org/a/b"),
        ("", None),
    ],
)
def test_the_tracking_server_is_linked_by_its_address(text, found):
    assert Settings.from_environment({"XM_TRACKING_URL": text}).tracking_url == found


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "sqlite:///x",
        "https://me:secret@mlflow",
        "//mlflow",
        'http://a"b',
        "http://a?b",
    ],
)
def test_what_is_no_address_of_a_site_is_refused_and_not_repeated(text):
    with pytest.raises(InputError, match=r"^XM_TRACKING_URL: is not the address of a site; write https://"):
        Settings.from_environment({"XM_TRACKING_URL": text})


OTHERS = ["0.0.0.0", "::", "10.0.0.7", "192.168.1.2", "fd00::1"]


@pytest.mark.parametrize("host", OTHERS)
@pytest.mark.parametrize("proxy", ["", "0"])
def test_refuses_to_be_reached_from_elsewhere_in_the_clear(host, proxy):
    with pytest.raises(
        InputError, match=r"XM_HOST: .* in the clear; set XM_TLS_CERT and XM_TLS_KEY, or XM_BE"
    ):
        Settings.from_environment({"XM_HOST": host, "XM_BEHIND_PROXY": proxy})


@pytest.mark.parametrize("host", OTHERS)
def test_can_be_reached_from_elsewhere_with_tls_or_behind_a_proxy(host, tmp_path):
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("PEM")
    tls = {"XM_TLS_CERT": str(tmp_path / "cert.pem"), "XM_TLS_KEY": str(tmp_path / "key.pem")}
    for safe in (tls, {"XM_BEHIND_PROXY": "1"}):
        settings = Settings.from_environment({"XM_HOST": host, **safe})
        assert (settings.host, settings.is_local) == (host, False)


def test_a_service_behind_a_proxy_is_not_local_though_it_listens_on_this_machine():
    assert Settings.from_environment({}).is_local
    assert not Settings.from_environment({"XM_BEHIND_PROXY": "1"}).is_local


@pytest.mark.parametrize("given", ["XM_TLS_CERT", "XM_TLS_KEY"])
def test_one_file_of_tls_alone_is_refused(given, tmp_path):
    (tmp_path / "file.pem").write_text("PEM")
    with pytest.raises(InputError, match="XM_TLS_CERT, XM_TLS_KEY: only one of both is set"):
        Settings.from_environment({given: str(tmp_path / "file.pem")})


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (Settings(), ("127.0.0.1",)),
        (Settings(host="10.0.0.7", hosts=("a.example",)), ("a.example", "10.0.0.7")),
        (Settings(host="fd00::1"), ("[fd00::1]",)),
        (Settings(host="0.0.0.0", hosts=("a.example",)), ("a.example",)),
        (Settings(host="::"), ()),
    ],
    ids=["this machine", "one address", "IPv6", "all addresses", "all of IPv6"],
)
def test_it_may_be_asked_by_its_address_and_its_names(settings, names):
    assert settings.own_names == names


def test_names_are_parted_by_commas_in_small_letters():
    given = Settings.from_environment({"XM_HOSTS": " Scores.Example.org , b-2.example,,10.0.0.7"})
    assert given.hosts == ("scores.example.org", "b-2.example", "10.0.0.7")


@pytest.mark.parametrize(
    "text",
    ["*", "a.example:443", "https://a.example", "a..b", "-a.example", "a example", "ä.example", "fd00::1"],
)
def test_what_is_no_name_of_a_host_is_refused(text):
    with pytest.raises(InputError, match=r"XM_HOSTS: '.*' is not the name of a host"):
        Settings.from_environment({"XM_HOSTS": text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("XM_HOST", "example.org"),
        ("XM_BEHIND_PROXY", "yes"),
        ("XM_TLS_CERT", "nowhere.pem"),
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
