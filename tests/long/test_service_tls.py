"""The service with TLS of its own, reachable from elsewhere: it needs a key to start, and encrypts."""

import os
import ssl
import subprocess
import sys

import httpx
import pytest

from serving.settings import Settings
from tests.end_to_end.processes import free_port
from tests.serving.certificates import NAME, write_certificate
from tests.serving.company import ROOT, wait_until
from tests.serving.keys import bearer, make_key
from tests.serving.records import keep_in
from tests.tethered import start

pytestmark = pytest.mark.long


def run(settings: Settings, log) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **settings.to_environment(), "BENTOML_DO_NOT_TRACK": "True"}
    with log.open("wb") as output:
        return start(
            [sys.executable, "-m", "serving"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )


def test_with_tls_and_a_key_it_can_be_asked_from_elsewhere_and_only_encrypted(tmp_path):
    cert, key = write_certificate(tmp_path)
    port = free_port()
    settings = Settings(
        host="0.0.0.0",
        port=port,
        hosts=(NAME,),
        cache=tmp_path / "cache",
        latest=(tmp_path,),
        registry=tmp_path / "registry",
        keys=tmp_path / "keys" / "keys.json",
        tls_cert=cert,
        tls_key=key,
        **keep_in(tmp_path),
    )
    log = tmp_path / "log.txt"
    process = run(settings, log)
    assert process.wait(60) == 2
    assert "XM_KEYS: there is no valid key in" in log.read_text()

    shown = bearer(make_key(settings.keys, "analyst"))
    process = run(settings, log)
    url = f"https://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or "serving on" in log.read_text())
        assert f"serving on https://{NAME}:{port} (behind the names" in log.read_text()
        context = ssl.create_default_context(cafile=str(cert))
        context.check_hostname = False
        with httpx.Client(base_url=url, verify=context, headers=shown) as client:
            named = {"host": NAME}
            assert client.get("/v1/model", headers=named).json() == {"models": []}
            assert client.get("/v1/model", headers={**named, "authorization": "Bearer x"}).status_code == 401
            assert client.get("/v1/model", headers={"host": "example.org"}).status_code == 421
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/livez")
    finally:
        process.terminate()
        process.wait(60)
