"""What the pages on the interface show is run: curl lines, Python; samples are held beside real answers."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from features.calls import CallMeasures
from serving.access.roles import ROLES
from serving.access.routes import ROUTES, is_page
from serving.access.sessions import HOURS, MOST_OF_KEY
from serving.call_schemas import MAX_TURN_LETTERS, MAX_TURNS_AT_ONCE
from serving.call_settings import CallSettings
from serving.client import Client
from serving.settings import Settings
from serving.variables import spell_variables
from tests.serving.company import wait_until
from tests.serving.keys import make_key
from tests.serving.test_reading import GOOD

DOCS = Path(__file__).parents[2] / "docs"
CLIENT = (DOCS / "client.md").read_text(encoding="utf-8")
CONVERSATIONS = (DOCS / "calls.md").read_text(encoding="utf-8")
API = (DOCS / "api.md").read_text(encoding="utf-8")
# What programs are shown; pages are for people.
SHOWN = {route for route in ROUTES if not is_page(route)} - {"/metrics"}


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


SHELL = [block for page in (CLIENT, CONVERSATIONS) for block in blocks(page, "bash") if "curl" in block]
PYTHON = "".join(blocks(CLIENT, "python"))


@pytest.fixture(scope="module")
def environment(server, ask, keys):
    """Return the variables that the page speaks of, for the running service."""
    key = make_key(keys)
    wait_until(lambda: ask.get("/v1/model", headers={"authorization": f"Bearer {key}"}).status_code == 200)
    return {"XM_URL": server[0], "XM_KEY": key}


@pytest.mark.parametrize("block", SHELL)
def test_every_curl_line_is_answered(environment, block):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed here")
    for line in block.replace("\\\n", " ").strip().splitlines():
        found = subprocess.run(
            ["bash", "-c", f"{line} --fail-with-body"],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stdout
        _, is_stream, content = found.stdout.partition("event: measures\ndata: ")
        assert isinstance(json.loads(content if is_stream else found.stdout), dict)


def test_all_python_of_the_page_runs_as_one_program(environment, monkeypatch, capsys):
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    exec(compile(PYTHON, "docs/client.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("c-7 0.")
    assert lines[-2:] == ["value rows.0.features.o_tickets.count_90d", "segment_hidden"]


def test_every_route_has_a_curl_line_and_every_method_of_the_client_a_line_of_python():
    lines = "".join(SHELL)
    spelled = {path: re.escape(path).replace(r"\{call_id\}", r"[\w-]+") for path in SHOWN}
    assert {path for path in SHOWN if not re.search(rf"{spelled[path]}[\"?]", lines)} == set()
    methods = {name for name in vars(Client) if not name.startswith("_")}
    assert {name for name in methods if f"client.{name}(" not in PYTHON} == set()


def test_every_route_is_in_the_table_of_the_interface():
    table = {path for _, path in re.findall(r"`(GET|POST) (/[^`]*)`", API.partition("## Scores")[0])}
    assert table == SHOWN


def fits(sample: Any, real: Any, where: str = "") -> None:
    """Demand that a sample has no field that the real answer has not, and values of its types."""
    if isinstance(sample, dict):
        assert isinstance(real, dict), where
        for name, part in sample.items():
            assert name in real, f"{where}.{name}"
            fits(part, real[name], f"{where}.{name}")
    elif isinstance(sample, list):
        assert isinstance(real, list), where
        for one, other in zip(sample, real, strict=False):
            fits(one, other, where)
    elif sample is None or real is None:
        assert sample is real, where
    else:
        assert isinstance(sample, bool) is isinstance(real, bool), where
        assert isinstance(sample, (int, float)) is isinstance(real, (int, float)), where


def test_the_sample_answers_look_like_real_ones(client):
    samples = [json.loads(block) for block in blocks(API, "json")]
    row = {"entity_id": "c-7", "features": {"o_tickets.count_90d": 4}}
    plan = {"usecase": "churn", "lever": "resolution_time", "way": 0.5, "reach": {"share": 0.5}}
    bad = [*GOOD["rows"] * 3, {"features": {"o_tickets.count_90d": "4"}}]
    real = [
        client.post("/v1/score", json={"usecase": "churn", "rows": [row], "reasons": 1}),
        client.get("/v1/drivers?usecase=churn"),
        client.post("/v1/what-if", json=plan),
        client.get("/v1/report?usecase=churn"),
        client.post("/v1/score", json={"usecase": "churn", "rows": bad}),
    ]
    assert len(samples) == len(real)
    for sample, answer in zip(samples, real, strict=True):
        fits(sample, answer.json())
    assert samples[-1]["errors"] == real[-1].json()["errors"]
    assert samples[-1]["detail"] == real[-1].json()["detail"]
    found = real[2].json()
    for name in ("value_today", "target", "people_reached", "cost_eur", "break_even_eur"):
        assert samples[2][name] == pytest.approx(found[name], rel=1e-2)


def test_every_code_of_the_page_is_one_of_the_service():
    table = API.partition("## Errors")[2]
    codes = set(re.findall(r"`([a-z]+_[a-z_]+|malformed|method|value|parameter)`", table)) - {"retry_after"}
    sources = "".join(path.read_text() for path in (DOCS.parent / "serving").rglob("*.py"))
    assert {code for code in codes if f'"{code}"' not in sources} == set()
    assert len(codes) >= 18


def test_the_page_on_conversations_runs_and_shows_a_real_answer(environment, client, monkeypatch, capsys):
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    program = "".join(blocks(CONVERSATIONS, "python"))
    exec(compile(program, "docs/calls.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == ["30.5 True", "1 False", "True"]
    (line,) = [block for block in blocks(CONVERSATIONS, "bash") if "/turns" in block]
    body = json.loads(line.partition("-d '")[2].rpartition("'")[0])
    (sample,) = map(json.loads, blocks(CONVERSATIONS, "json"))
    real = client.post("/v1/calls/call-4711-of-docs/turns", json=body).json()
    fits(sample, real)
    assert {**sample["measures"], "risk": 0} == {**real["measures"], "risk": 0}
    assert sample["measures"]["risk"] == pytest.approx(real["measures"]["risk"], abs=0.01)


def test_the_page_on_conversations_names_measures_settings_and_limits_as_they_are():
    measures = {field.name for field in dataclasses.fields(CallMeasures)}
    told = CONVERSATIONS.partition("## What comes out")[2].partition("## At risk")[0]
    rows = [line.split("|")[1] for line in told.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", "".join(rows))) == measures
    shown = dict(re.findall(r"^\| `(XM_\w+)` \| `?([^`|]+?)`? \|", CONVERSATIONS, re.MULTILINE))
    defaults = spell_variables(CallSettings())
    assert set(shown) == set(defaults)
    assert all(float(shown[name]) == float(defaults[name]) for name in shown if name != "XM_CALLS")
    assert shown["XM_CALLS"] == defaults["XM_CALLS"]
    assert f"at most {MAX_TURN_LETTERS:,} characters" in CONVERSATIONS
    assert f"at most {MAX_TURNS_AT_ONCE} turns" in CONVERSATIONS


PAGES = (DOCS / "pages.md").read_text(encoding="utf-8")


def test_the_page_on_pages_speaks_of_what_is_there():
    assert f"A key has at most {MOST_OF_KEY}" in PAGES
    assert "eight hours" in PAGES
    assert HOURS == 8
    assert "XM_SESSIONS" in PAGES
    assert "XM_SESSIONS" in Settings().to_environment()
    sources = "".join(path.read_text() for path in (DOCS.parent / "serving").rglob("*.py"))
    templates = (DOCS.parent / "training" / "pages" / "templates" / "live_overview.jinja").read_text()
    for said in re.findall(
        r"^\| ([A-Z][^|]+) \| ", PAGES.partition("in the place of figures")[2], re.MULTILINE
    ):
        assert said in templates
    assert '"SESSIONS CANNOT BE WRITTEN' in sources
    assert '"This was sent from a page of another site."' in sources


def test_the_page_on_pages_names_the_roles_that_have_them():
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (.*) \|$", PAGES, re.MULTILINE)
    told = {role: text for names, text in rows for role in re.findall(r"`(\w+)`", names) if "none" in text}
    assert set(told) == {role for role, scopes in ROLES.items() if not scopes & {"report:read", "model:read"}}
    for scope in ("report:read", "model:read"):
        (names,) = [names for names, text in rows if f"`{scope}`" in text]
        assert set(re.findall(r"`(\w+)`", names)) == {
            role for role, scopes in ROLES.items() if scope in scopes
        }
