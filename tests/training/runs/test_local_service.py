"""The service that a run starts for itself: it knows a key that nobody else has, and is gone afterwards."""

import httpx
import pytest

from serving.cache import install
from tests.empty_registry import lay_registry
from tests.serving.company import ROW, accept, make_bundle
from training.runs.local_service import LocalService, ServiceError, running_service
from training.runs.workspace import Workspace


def test_it_answers_with_a_key_of_its_own_and_leaves_none_behind(tmp_path, tmp_path_factory):
    workspace = Workspace(lay_registry(tmp_path_factory, tmp_path / "out"))
    install(make_bundle(tmp_path / "bundle"), tmp_path / "out" / "serving", try_out=accept)
    question = {"usecase": "churn", "rows": [{"features": ROW}]}
    with running_service(workspace) as service:
        assert 0 < service.post("/v1/score", question)["rows"][0]["probability"]["90d"] < 1
        url = f"http://127.0.0.1:{service.port}"
        assert httpx.post(f"{url}/v1/score", json=question).status_code == 401
        with pytest.raises(ServiceError, match="POST /v1/score: answered 404"):
            service.post("/v1/score", {**question, "usecase": "nobody"})
        assert service.key not in repr(service)
    assert not service.is_ready()
    assert not (tmp_path / "out" / "keys").exists()
    assert "xmp_" not in (tmp_path / "out" / "serving.log").read_text()


def test_where_nobody_listens_it_is_not_ready():
    assert not LocalService(1, "xmp_").is_ready()
