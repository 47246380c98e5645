"""What is said at a start, and when it is refused; the first start as a whole is in ``test_launch.py``."""

import contextlib
import http.server
import shlex
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from features.errors import InputError
from serving.access.issuing import revoke_key
from serving.access.records import now_utc, read_records
from serving.access.tokens import draw_token
from serving.settings import Settings
from serving.welcome import _spell_request, ask_service, check_keys, introduce
from tests.serving.certificates import write_certificate
from tests.serving.keys import LONG_AGO, make_key
from tests.serving.records import keep_in

ELSEWHERE = [{"host": "0.0.0.0"}, {"host": "10.0.0.7"}, {"is_behind_proxy": True}]


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(keys=tmp_path / "keys.json", **keep_in(tmp_path))


@pytest.fixture
def running(server, keys, filled_cache) -> Settings:
    """Return the settings of the server that runs."""
    return Settings(port=urlsplit(server[0]).port or 0, keys=keys, cache=filled_cache, **keep_in(keys.parent))


def lines_of(settings: Settings) -> list[str]:
    lines: list[str] = []
    introduce(settings, lines.append)
    return lines


class TestCheck:
    def test_a_service_for_this_machine_may_start_without_keys_and_none_is_made_yet(self, settings):
        check_keys(settings)
        assert not settings.keys.exists()

    @pytest.mark.parametrize("changed", ELSEWHERE, ids=["all", "one address", "a proxy"])
    def test_one_for_others_may_not(self, settings, changed):
        with pytest.raises(
            InputError, match=r"XM_KEYS: there is no valid key in .*; make one: XM_KEYS=.*keys"
        ):
            check_keys(replace(settings, **changed))

    @pytest.mark.parametrize("changed", ELSEWHERE, ids=["all", "one address", "a proxy"])
    def test_with_a_key_it_may(self, settings, changed):
        make_key(settings.keys, "app")
        check_keys(replace(settings, **changed))

    def test_keys_that_let_nobody_in_do_not_count(self, settings):
        make_key(settings.keys, "app", now=LONG_AGO, days=1)
        revoke_key(settings.keys, make_key(settings.keys, "app"), now=now_utc())
        with pytest.raises(InputError, match="there is no valid key"):
            check_keys(replace(settings, is_behind_proxy=True))

    @pytest.mark.parametrize("changed", [{}, *ELSEWHERE], ids=["local", "all", "one address", "a proxy"])
    def test_keys_that_cannot_be_read_are_refused_everywhere(self, settings, changed):
        settings.keys.write_text("[]")
        with pytest.raises(InputError, match="is not a file of keys"):
            check_keys(replace(settings, **changed))

    def test_the_usual_place_of_the_keys_is_not_spelt_out(self, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        settings = Settings.from_environment({"XM_BEHIND_PROXY": "1"})
        with pytest.raises(InputError, match="make one: xm-predict keys create --role app"):
            check_keys(settings)


class TestAgain:
    def test_a_later_start_names_what_is_answered_and_shows_no_key(self, running, ask):
        before = read_records(running.keys)
        lines = lines_of(running)
        assert lines[0].startswith(f"serving on http://127.0.0.1:{running.port} (only this machine)")
        assert [line.split(":")[0] for line in lines[1:3]] == ["  attrition", "  churn"]
        assert lines[2].startswith("  churn: churn-")
        assert " valid; another: XM_KEYS=" in lines[3]
        assert lines[3].endswith("xm-predict keys create --role analyst")
        assert lines[4].startswith("try: curl -s http://127.0.0.1:")
        assert lines[4].endswith('/v1/model -H "authorization: Bearer $XM_KEY"')
        pages = f"http://127.0.0.1:{running.port}/reports"
        assert lines[5] == f"pages: {pages}   # for people; sign in with a key"
        assert "xmp_" not in "".join(lines)
        assert read_records(running.keys) == before

    def test_behind_a_proxy_the_name_that_others_use_is_shown(self, running, ask):
        lines = lines_of(replace(running, is_behind_proxy=True, hosts=("scores.example.org",)))
        assert lines[0].startswith(f"serving on http://scores.example.org:{running.port} (behind the names")


class TestFirst:
    def test_the_first_key_is_made_taken_up_and_shown_with_what_is_answered(self, running, ask, monkeypatch):
        """Let all keys be gone: for the worker that runs, this is the first start."""
        before = running.keys.read_bytes()
        running.keys.unlink()
        try:
            lines = lines_of(running)
            (record,) = read_records(running.keys)
            words = shlex.split(lines[-2])
            shown = dict(words[at + 1].split(": ") for at, word in enumerate(words) if word == "-H")
            answer = httpx.post(words[3], headers=shown, content=words[-1])
        finally:
            running.keys.write_bytes(before)
        # People at work come first by name; of them no single row is scored.
        assert (answer.status_code, answer.json()["usecase"]) == (200, "churn")
        assert (record.role, record.label) == ("analyst", "first start")
        assert any(line.startswith("  churn: churn-") and line.endswith("30d, 90d") for line in lines)
        shown = [line for line in lines if f"xmp_{record.key_id}_" in line]
        assert [line.split("=")[0].split(":")[0] for line in shown] == ["export XM_KEY", "try"]

    def test_a_place_where_no_key_can_be_written_is_told(self, tmp_path):
        (tmp_path / "file").write_text("in the way")
        settings = Settings(keys=tmp_path / "file" / "keys.json", **keep_in(tmp_path))
        with pytest.raises(InputError, match="cannot be"):
            introduce(settings, lambda _: None)

    def test_where_no_single_row_is_scored_the_request_is_for_drivers(self, settings):
        """Of people at work, and by a model that is not usable, no row is scored."""
        models = [
            {"usecase": "attrition", "usable": True, "subject": "employee"},
            {"usecase": "churn", "usable": False, "subject": "customer"},
        ]
        token = draw_token()
        words = shlex.split(_spell_request(settings, models, token))
        assert words[0] == "http://127.0.0.1:3000/v1/drivers?usecase=attrition"
        assert words[1:] == ["-H", f"authorization: Bearer {token.text}"]

    def test_where_no_model_is_usable_the_request_is_for_what_is_said_of_it(self, settings):
        """It gives neither scores nor drivers, and the description says why."""
        models = [{"usecase": "churn", "usable": False, "subject": "customer"}]
        words = shlex.split(_spell_request(settings, models, draw_token()))
        assert words[0] == "http://127.0.0.1:3000/v1/model?usecase=churn"


class TestAsk:
    def test_what_is_open_is_answered_without_a_key(self, running):
        assert ask_service(running, "/livez") == {"alive": True}

    def test_a_refusal_is_no_answer(self, running):
        assert ask_service(running, "/v1/model") is None
        assert ask_service(running, "/v1/model", draw_token()) is None

    def test_where_nobody_listens_there_is_no_answer(self, settings, free_port):
        assert ask_service(replace(settings, port=free_port), "/livez") is None


class TestTls:
    """The start asks the service over TLS as well, and only who has its certificate."""

    @pytest.fixture
    def tls(self, tmp_path) -> Settings:
        cert, key = write_certificate(tmp_path / "own")
        return Settings(host="127.0.0.1", keys=tmp_path / "keys.json", tls_cert=cert, tls_key=key)

    def test_the_service_is_known_by_its_certificate_whatever_its_name(self, tls):
        with secure_server(tls) as port:
            assert ask_service(replace(tls, port=port), "/livez") == {"alive": True}

    def test_another_certificate_is_not_believed(self, tls, tmp_path):
        cert, key = write_certificate(tmp_path / "other")
        with secure_server(replace(tls, tls_cert=cert, tls_key=key)) as port:
            assert ask_service(replace(tls, port=port), "/livez") is None

    def test_an_answer_in_the_clear_is_not_believed(self, running, tls):
        assert ask_service(replace(tls, port=running.port), "/livez") is None


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"alive": true}')

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@contextlib.contextmanager
def secure_server(settings: Settings) -> Iterator[int]:
    """Run a small server with the certificate of some settings; yield its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(settings.tls_cert), str(settings.tls_key))
    server = http.server.HTTPServer(("127.0.0.1", 0), _Answer)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is no failure
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
