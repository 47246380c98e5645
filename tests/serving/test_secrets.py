"""Forty secrets through every route of the table, well-formed and not: none is kept anywhere."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from serving.access.routes import ROUTES
from serving.access.tokens import draw_token
from serving.audit.checking import show, verify
from tests.serving.company import ROW, wait_until
from tests.serving.keys import bearer, make_key

NAMES = [
    "Anneliese Kowalczyk",
    "Björn Öztürk",
    "Þóra Guðmundsdóttir",
    "O'Shaughnessy-Nguyen",
    "李小龙的邻居",
    "Kowalczyk_A",
]
MAILS = [
    "anneliese.kowalczyk@example.org",
    "b+ozturk@mail.example.com",
    '"odd one"@example.net',
    "ö@exämple.de",
    "KOWALCZYK@EXAMPLE.ORG",
]
PHONES = ["+49 30 5557788", "0049-30-5557788", "(030) 555 77 88", "+1.202.555.0143", "01575550143"]
ACCOUNTS = [
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "4111111111111111",
    "65 929970489",
]
VERBATIMS = [
    "My manager shouted at me in the lift",
    "ich kündige im März, bitte nicht weitersagen",
    "<script>alert('kowalczyk')</script>",
    "refund me\r\nSet-Cookie: kowalczyk=1",
    "\u001b[31mred kowalczyk\u001b[0m",
    "{{7*7}} ${jndi:ldap://kowalczyk}",
    "'; DROP TABLE kowalczyk; --",
]
KEYS = [
    draw_token().text,
    draw_token().text.split("_", 2)[2],
    "sk-live-kowalczyk-51Hq",
    "ghp_kowalczyk0123456789abcd",
    "AKIAKOWALCZYK12345678",
]
IDS = [
    "cust-4711-8842",
    "P0048842",
    "4711884200",
    "emp:kowalczyk:77",
    "00000000-kowa-lczy-0000",
    "a" * 40,
    "../../kowalczyk",
]
SECRETS = [*NAMES, *MAILS, *PHONES, *ACCOUNTS, *VERBATIMS, *KEYS, *IDS]
CALLS = [(method, path) for path, methods in ROUTES.items() for method in methods]
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Sent(NamedTuple):
    """One request with secrets in it; ``names_back`` where a key that looks like a name may be named."""

    content: bytes
    headers: Mapping[str, Any]
    query: str = ""
    may_name_keys: bool = False


def spell(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def fill(path: str, call_id: str = "call-1") -> str:
    """Return the path of a route with an id in it where it has one."""
    return path.replace("{call_id}", call_id)


def requests_with(secrets: list[str]) -> dict[str, Sent]:
    """Return what is sent to every route, each request with all of the secrets."""
    rows = [{"entity_id": secret, "features": ROW} for secret in secrets]
    strange = [{"features": {**ROW, "o_customers.plan": secret}} for secret in secrets]
    joined = " ".join(secrets)
    turns = [
        {"speaker": speaker, "start_s": place, "end_s": place + 1, "text": secret}
        for place, secret in enumerate(secrets)
        for speaker in ("customer", secret)
    ]
    printable = [secret.encode("utf-8") for secret in secrets if secret.isprintable()]
    return {
        "ids": Sent(spell({"usecase": "churn", "rows": rows}), JSON),
        "categories": Sent(spell({"usecase": "churn", "rows": strange, "reasons": 3}), JSON),
        "entity ids": Sent(spell({"usecase": "churn", "entity_ids": secrets}), JSON),
        "turns": Sent(spell({"usecase": "churn", "turns": turns}), JSON),
        "turns of people at work": Sent(spell({"usecase": "attrition", "turns": turns}), JSON),
        "wrong turns": Sent(spell({"usecase": "churn", "turns": [*turns, {"text": joined}]}), JSON),
        "turns with strange keys": Sent(
            spell({"usecase": "churn", "turns": [dict.fromkeys(secrets, joined)]}), JSON, may_name_keys=True
        ),
        "a cut": Sent(spell({"usecase": "churn", "cut": joined[:120]}), JSON),
        "groups": Sent(spell({"usecase": "attrition", "cut": joined[:120]}), JSON),
        "wrong types": Sent(spell({"usecase": secrets, "rows": secrets, "entity_ids": joined}), JSON),
        "a wrong value": Sent(
            spell({"usecase": "churn", "rows": [{"features": {"o_tickets.count_90d": joined}}]}), JSON
        ),
        "a horizon": Sent(spell({"usecase": "churn", "rows": rows[:1], "horizons": [joined[:16]]}), JSON),
        "a language": Sent(spell({"usecase": "churn", "rows": rows[:1], "language": joined}), JSON),
        "people at work": Sent(spell({"usecase": "attrition", "rows": rows, "entity_ids": secrets}), JSON),
        "unknown keys": Sent(
            spell({"usecase": "churn", **dict.fromkeys(secrets, 1)}), JSON, may_name_keys=True
        ),
        "unknown features": Sent(
            spell({"usecase": "churn", "rows": [{"features": dict.fromkeys(secrets, 1)}]}),
            JSON,
            may_name_keys=True,
        ),
        "no JSON": Sent(joined.encode(), JSON),
        "half of JSON": Sent(spell(rows)[:-1], JSON),
        "no UTF-8": Sent(joined.encode("utf-16"), JSON),
        "another type": Sent(joined.encode(), {"content-type": "text/plain"}),
        "a type of theirs": Sent(b"{}", {"content-type": b"application/" + printable[0]}),
        "too large": Sent(spell(secrets * 1500), JSON),
        "a form": Sent(f"key={quote(joined)}&next={quote(joined)}".encode(), FORM),
        "a proof": Sent(f"proof={quote(joined)}".encode(), FORM),
        "fields of a form": Sent("&".join(f"{quote(one)}={quote(one)}" for one in secrets).encode(), FORM),
        "no form": Sent(joined.encode(), FORM),
        "a way back": Sent(b"", {}, f"next={quote(joined)}&lang={quote(joined[:20])}"),
        "query": Sent(b"", {}, "&".join(f"{quote(one)}={quote(one)}" for one in secrets)),
        "use case in the query": Sent(b"", {}, f"usecase={quote(joined)}"),
        "headers": Sent(
            b"{}",
            {
                **JSON,
                **{f"x-secret-{place}": secret for place, secret in enumerate(printable)},
                "user-agent": b" ".join(printable),
                "referer": b"http://" + b"".join(printable),
                "cookie": b"a=" + b";b=".join(printable),
                "x-purpose": b" ".join(printable),
            },
        ),
        **{
            f"request id {place}": Sent(b"", {"x-request-id": secret, "x-purpose": secret})
            for place, secret in enumerate(printable)
        },
    }


def found_in(text: str, secrets: list[str] = SECRETS) -> list[str]:
    """Return the secrets in a text, in any of the ways in which they could be spelled there."""
    return [
        secret
        for secret in secrets
        if any(way in text for way in (secret, json.dumps(secret)[1:-1], quote(secret), repr(secret)[1:-1]))
    ]


def send_everywhere(clients: dict[str, httpx.Client], name: str, sent: Sent) -> list[httpx.Response]:
    """Send one request to every route, with keys and without."""
    # Who is asking makes no difference to what becomes of a request id.
    asking = {"analyst": clients["analyst"]} if name.startswith("request id") else clients
    return [
        client.request(
            method,
            f"{fill(path)}?{sent.query}" if sent.query else fill(path),
            content=sent.content or None,
            headers=sent.headers,
        )
        for method, path in CALLS
        for client in asking.values()
    ]


def send_in_paths(clients: dict[str, httpx.Client], secret: str) -> list[httpx.Response]:
    """Ask for routes that have a secret in their names, and show it as a key."""
    call = f"/v1/calls/{quote(secret, safe='')}"
    paths = (
        f"{call}/turns",
        f"{call}/events?usecase=churn",
        f"/{quote(secret)}",
        f"/v1/score/{quote(secret)}",
        f"/v1/{quote(secret)}?{quote(secret)}",
    )
    header: dict[str, Any] = {"authorization": f"Bearer {secret}".encode()} if secret.isprintable() else {}
    shown = clients["nobody"].post("/v1/score", headers=header, content=b"{}")
    return [shown, *(client.get(path) for path in paths for client in clients.values())]


@pytest.fixture(scope="module")
def signed(server, keys, ask):
    """Return the browser of somebody who signed in to the pages, and the key that opened them."""
    key = make_key(keys, "analyst")
    with httpx.Client(base_url=server[0], timeout=60) as browser:
        wait_until(lambda: browser.post("/reports/sign-in", data={"key": key}).status_code == 303)
        assert browser.get("/reports").status_code == 200
        yield browser, key


@pytest.fixture(scope="module")
def exchanged(server, keys, ask, signed):
    """Send everything to every route; return what was sent with its answers, and the counters."""
    url, log = server
    made = {role: bearer(make_key(keys, role, units="all")) for role in ("analyst", "admin")}
    headers = {**made, "nobody": {}}
    clients = {who: httpx.Client(base_url=url, headers=one, timeout=60) for who, one in headers.items()}
    clients["signed in"] = signed[0]
    for role in made:
        wait_until(lambda role=role: clients[role].get("/v1/model").status_code == 200)
    everything = requests_with(SECRETS).items()
    answers = [(*pair, answer) for pair in everything for answer in send_everywhere(clients, *pair)]
    in_paths = Sent(b"", {})
    answers += [("path", in_paths, one) for secret in SECRETS for one in send_in_paths(clients, secret)]
    last = ask.get("/v1/drivers?usecase=churn").headers["x-request-id"]
    wait_until(lambda: last in log.read_text())
    wait_until(lambda: "drivers" in [line["action"] for line in show(log.parent / "audit", 20)])
    yield answers, clients["admin"].get("/metrics").text
    for role in headers:
        clients[role].close()


def test_there_are_forty_and_the_search_would_find_each():
    assert len(set(SECRETS)) == len(SECRETS) >= 40
    for secret in SECRETS:
        for way in (secret, json.dumps({"a": secret}), quote(secret)):
            assert secret in found_in(f"before {way} after")


def test_every_route_was_asked_and_answered_and_nothing_failed(exchanged):
    answers, _ = exchanged
    assert len(answers) > 1000
    kinds = {answer.status_code for _, _, answer in answers}
    assert {200, 400, 401, 403, 404, 413, 415, 422} <= kinds
    assert not {kind for kind in kinds if kind >= 500} - {503}
    assert {answer.json()["code"] for _, _, answer in answers if answer.status_code == 503} <= {
        "latest_absent"
    }


def test_the_output_of_the_server_holds_none(exchanged, server):
    text = server[1].read_text()
    assert text.count('"request_id"') > 1000
    assert found_in(text) == []
    assert "\u001b" not in text


def test_metrics_hold_none(exchanged):
    _, metrics = exchanged
    assert "xm_requests_total" in metrics
    assert found_in(metrics) == []


def test_the_audit_log_holds_none_and_is_whole(exchanged, server):
    folder = server[1].parent / "audit"
    assert verify(folder).problem is None
    text = "".join(path.read_text() for path in folder.glob("*.jsonl"))
    assert text.count('"action":"score"') > 50
    assert found_in(text) == []


def test_the_record_of_predictions_holds_none(exchanged, server):
    folder = server[1].parent / "journal"

    def read():
        return "".join(path.read_text() for path in folder.iterdir()) if folder.is_dir() else ""

    wait_until(lambda: read().count('"entity"') >= 40)
    assert found_in(read()) == []


def test_no_file_of_the_service_holds_any(exchanged, server):
    files = [path for path in server[1].parent.rglob("*") if path.is_file()]
    assert len(files) >= 5
    assert [path.name for path in files if found_in(path.read_bytes().decode(errors="replace"))] == []


def test_no_problem_document_repeats_a_value(exchanged):
    answers, _ = exchanged
    problems = [(name, sent, answer) for name, sent, answer in answers if answer.status_code >= 400]
    assert len(problems) > 900
    repeated = [(name, found_in(answer.text)) for name, sent, answer in problems if not sent.may_name_keys]
    assert [pair for pair in repeated if pair[1]] == []


def test_of_unknown_keys_only_those_that_look_like_names_are_named(exchanged):
    """A misspelled feature is named to who sent it; what has blanks, signs or another script is not."""
    answers, _ = exchanged
    named = {secret for _, sent, answer in answers if sent.may_name_keys for secret in found_in(answer.text)}
    assert all(
        secret.replace("_", "").replace("-", "").replace(".", "").isalnum() and secret.isascii()
        for secret in named
    )


def test_answers_carry_no_secret_in_their_headers(exchanged):
    answers, _ = exchanged
    carried = [(name, {**answer.headers}) for name, _, answer in answers]
    # Who has to sign in first is led back to the page that they asked for, as they asked for it.
    assert all(
        headers.pop("location", "/reports/sign-in").startswith("/reports/sign-in") for _, headers in carried
    )
    assert [name for name, headers in carried if found_in(str(headers))] == []


def test_neither_the_key_of_a_session_nor_its_cookie_is_kept_anywhere(exchanged, signed, server):
    browser, key = signed
    assert browser.get("/reports").status_code == 200
    kept = [key, key.split("_", 2)[2], browser.cookies["xm_session"]]
    files = [path for path in server[1].parent.rglob("*") if path.is_file()]
    assert [path.parent.name for path in files].count("sessions") >= 1
    assert [path.name for path in files if found_in(path.read_bytes().decode(errors="replace"), kept)] == []
    answers, metrics = exchanged
    assert found_in(metrics, kept) == []
    assert [name for name, _, answer in answers if found_in(answer.text, kept)] == []
