"""What a person reads when the service starts: where it is, what it answers, a first key and a request.

The first key is made after the service has started, and only where nobody but this machine can ask; so a
start that fails leaves no key that nobody has seen.
"""

import http.client
import json
import shlex
import ssl
import time
from collections.abc import Callable
from typing import Any

from features.errors import InputError
from serving.access.issuing import create_key
from serving.access.records import now_utc, read_records
from serving.access.tokens import Token
from serving.audit.lines import Entry
from serving.audit.trail import AuditError, Trail
from serving.cache import find_pointer
from serving.settings import Settings

Report = Callable[[str], None]
# The least that lets a newcomer score, look at drivers and at the model.
_FIRST_ROLE = "analyst"
_FIRST_DAYS = 30.0
_TAKE_UP_SECONDS = 20.0
_LOOK_SECONDS = 1.1


def check_keys(settings: Settings) -> None:
    """Demand keys that can be read, and at least one where others than this machine can ask.

    Raises
    ------
    InputError
        If that is not so.
    """
    n_valid = _count_valid(settings)
    if not settings.is_local and not n_valid:
        problem = f"there is no valid key in {settings.keys}, and others than this machine can ask"
        raise InputError("XM_KEYS", problem, f"make one: {_command(settings, 'create --role app')}")


def introduce(settings: Settings, report: Report) -> None:
    """Say where the service is, what it answers, and a request that works; make the first key.

    Raises
    ------
    InputError
        If there is no key and none can be written.
    """
    who = "only this machine" if settings.is_local else "behind the names in XM_HOSTS"
    report(f"serving on {_url(settings)} ({who}); Ctrl-C ends it")
    n_valid = _count_valid(settings)
    if n_valid:
        _greet_again(settings, n_valid, report)
    else:
        _greet_first(settings, report)


def ask_service(settings: Settings, path: str, token: Token | None = None) -> Any:
    """Return the JSON that the service answers, or None if it does not."""
    connection = _connect(settings)
    headers = {} if token is None else {"authorization": f"Bearer {token.text}"}
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return json.load(answer) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def _greet_first(settings: Settings, report: Report) -> None:
    """Make the first key and show it, with a request that works as it stands."""
    issued = create_key(settings.keys, _FIRST_ROLE, now=now_utc(), label="first start", days=_FIRST_DAYS)
    token = issued.token
    entry = Entry(action="key-create", key=token.key_id, role=_FIRST_ROLE)
    try:
        Trail(settings.audit).append([entry], now_utc())
    except AuditError as error:
        report(f"audit log: {error}")
    models = _await_models(settings, token)
    for model in models:
        report(f"  {model['usecase']}: {model['model_version']}, horizons {', '.join(model['horizons'])}")
    shown = f"role {_FIRST_ROLE}, valid {_FIRST_DAYS:g} days, shown this once"
    report(f"export XM_KEY={token.text}   # the first key: {shown}")
    _suggest(settings, _spell_request(settings, models, token) if models else "", report)


def _spell_request(settings: Settings, models: list[dict[str, Any]], token: Token) -> str:
    """Return the words for curl: a score where one can be had of a single row, else drivers.

    A model that is not usable gives neither; its description says why.
    """
    header = f"-H 'authorization: Bearer {token.text}'"
    usable = [one for one in models if one["usable"]]
    single = [one["usecase"] for one in usable if one["subject"] != "employee"]
    if not single:
        route, of = ("drivers", usable[0]) if usable else ("model", models[0])
        return f"'{_url(settings)}/v1/{route}?usecase={of['usecase']}' {header}"
    schema = ask_service(settings, f"/v1/model/schema?usecase={single[0]}", token) or {}
    body = shlex.quote(json.dumps(schema.get("example"), separators=(",", ":"), ensure_ascii=False))
    return f"{_url(settings)}/v1/score {header} -H 'content-type: application/json' -d {body}"


def _await_models(settings: Settings, token: Token) -> list[dict[str, Any]]:
    """Return what the service answers for, once it has taken up a new key."""
    deadline = time.monotonic() + _TAKE_UP_SECONDS
    # Workers look at the keys every second; asked before that, they would only write refusals into the log.
    time.sleep(_LOOK_SECONDS)
    while (answer := ask_service(settings, "/v1/model", token)) is None and time.monotonic() < deadline:
        time.sleep(0.2)
    found: list[dict[str, Any]] = (answer or {}).get("models", [])
    return found


def _greet_again(settings: Settings, n_valid: int, report: Report) -> None:
    """Say what is answered, as far as that is open to all, and how to come by a key."""
    names = (ask_service(settings, "/readyz") or {}).get("usecases", [])
    for name in names:
        pointer = find_pointer(settings.cache / name)
        report(f"  {name}: {'-' if pointer is None else pointer.model_version}")
    keys = "1 key is" if n_valid == 1 else f"{n_valid} keys are"
    report(f"{keys} valid; another: {_command(settings, f'create --role {_FIRST_ROLE}')}")
    _suggest(
        settings, f'{_url(settings)}/v1/model -H "authorization: Bearer $XM_KEY"' if names else "", report
    )


def _suggest(settings: Settings, request: str, report: Report) -> None:
    """Offer a request, in the words of curl, and the pages; without one nothing can be asked yet."""
    if not request:
        report("  no use case has a champion yet: train one, the service takes it up by itself")
        return
    report(f"try: curl -s {request}")
    report(f"pages: {_url(settings)}/reports   # for people; sign in with a key")


def _count_valid(settings: Settings) -> int:
    """Return how many keys let somebody in now."""
    now = now_utc()
    return sum(record.state_at(now) == "valid" for record in read_records(settings.keys))


def _command(settings: Settings, words: str) -> str:
    """Return a command about the keys of these settings."""
    is_usual = settings.keys == Settings().keys.absolute()
    return f"{'' if is_usual else f'XM_KEYS={shlex.quote(str(settings.keys))} '}xm-predict keys {words}"


def _url(settings: Settings) -> str:
    """Return where people find the service."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    if settings.hosts and not settings.is_local:
        host = settings.hosts[0]
    return f"{'http' if settings.tls_cert is None else 'https'}://{host}:{settings.port}"


def _connect(settings: Settings) -> http.client.HTTPConnection:
    """Return a connection to the service; with TLS to nobody but who has our certificate."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  a name for all
    if settings.tls_cert is None:
        return http.client.HTTPConnection(host, settings.port, timeout=5)
    context = ssl.create_default_context(cafile=str(settings.tls_cert))
    # The certificate is made out to the name that others use, and need not be signed by itself.
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return http.client.HTTPSConnection(host, settings.port, timeout=5, context=context)
