"""Corrupt and hostile bundles: refused before anything of them is used; more of them in tests/long."""

import gzip
import pickle
import shutil
from pathlib import Path

import pytest

from features.errors import BundleError
from serving.cache import POINTER
from serving.candidate import main, try_out
from serving.champions import Champions
from tests.serving.mutants import KINDS, damage, files_of, find_model_text, produce_badly, seal
from training.bundle import verify


@pytest.mark.parametrize("number", range(14))
def test_a_bundle_damaged_on_its_way_is_refused_by_its_manifest(bundles, tmp_path, number):
    kind = damage(bundles.churn, tmp_path / "mutant", number)
    with pytest.raises(BundleError):
        verify(tmp_path / "mutant")
    assert kind == KINDS[number % len(KINDS)].__name__.strip("_")


def test_and_the_champion_stays(cache, bundles):
    champions = Champions(cache)
    champions.look()
    before = champions.get("churn")
    for number in range(12):
        damage(bundles.newer_churn, cache / "churn" / f"churn-mutant{number}", number)
        (cache / "churn" / POINTER).write_text(f'{{"model_version": "churn-mutant{number}"}}')
        champions.look()
        assert f"churn-mutant{number}" in champions.refused["churn"]
        assert champions.get("churn") is before
    assert champions.refusals == 12


@pytest.mark.parametrize("number", range(3))
def test_a_sealed_bundle_of_a_bad_producer_fails_its_trial(bundles, tmp_path, number):
    produce_badly(bundles.churn, tmp_path / "mutant", number)
    verify(tmp_path / "mutant")
    with pytest.raises(BundleError, match=r"failed its trial|killed the process|did not load"):
        try_out(tmp_path / "mutant", seconds=60)


class Gadget:
    """Run a function when it is unpickled."""

    def __init__(self, function, *arguments: object) -> None:
        self._call = function, arguments

    def __reduce__(self):
        return self._call


def make_gadgets(marker: Path) -> dict[str, bytes]:
    """Return files that would leave a marker if they were unpickled."""
    import os

    plain = pickle.dumps(Gadget(os.system, f"touch {marker}"))
    return {
        "system": plain,
        "eval": pickle.dumps(Gadget(eval, f"open({str(marker)!r}, 'w').close()")),
        "nested": pickle.dumps({"model": [plain, Gadget(os.system, f"touch {marker}")]}),
        "compressed": gzip.compress(plain),
    }


NAMES = ("system", "eval", "nested", "compressed")


@pytest.mark.parametrize("name", NAMES)
def test_no_gadget_does_anything_wherever_it_lies_in_a_sealed_bundle(bundles, tmp_path, name):
    gadget, marker = make_gadgets(tmp_path / "marker")[name], tmp_path / "marker"
    model = find_model_text(bundles.churn)
    places = [file.relative_to(bundles.churn).as_posix() for file in files_of(bundles.churn)]
    # The text of trees is for a trial of its own: a bad one may end the process that reads it.
    for number, place in enumerate(place for place in places if place != model):
        spoiled = Path(shutil.copytree(bundles.churn, tmp_path / str(number)))
        seal(spoiled, place, gadget)
        if place.endswith(".json"):
            assert main([str(spoiled)]) == 1
        assert not marker.exists()
    for extra in ("model.pkl", "model.joblib", "python_model.pkl", "MLmodel"):
        spoiled = Path(shutil.copytree(bundles.churn, tmp_path / extra))
        (spoiled / extra).write_bytes(gadget)
        assert main([str(spoiled)]) == 1
        assert not marker.exists()


def test_nor_in_the_place_of_the_trees(bundles, tmp_path):
    spoiled = Path(shutil.copytree(bundles.churn, tmp_path / "spoiled"))
    seal(spoiled, find_model_text(spoiled), make_gadgets(tmp_path / "marker")["system"])
    with pytest.raises(BundleError):
        try_out(spoiled)
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("name", NAMES)
def test_the_gadgets_would_work_if_they_were_unpickled(tmp_path, name):
    marker = tmp_path / "marker"
    content = make_gadgets(marker)[name]
    pickle.loads(gzip.decompress(content) if name == "compressed" else content)
    assert marker.exists()


@pytest.mark.parametrize("route", ["/v1/score", "/v1/score-by-id", "/v1/score-groups"])
@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.bentoml+pickle",
        "application/vnd.bentoml.pickle",
        "application/vnd.bentoml.multiple-payloads",
        "application/x-pickle",
        "application/python-pickle",
        "application/octet-stream",
        "multipart/form-data; boundary=x",
    ],
)
def test_nothing_but_json_is_taken_from_a_client(client, tmp_path, route, kind):
    marker = tmp_path / "marker"
    for gadget in make_gadgets(marker).values():
        headers = {
            "content-type": kind,
            "bento-payload-container": "DefaultContainer",
            "payload-container": "DefaultContainer",
            "payload-meta": '{"format": "pickle5"}',
        }
        answer = client.post(route, content=gadget, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "media_type")
    assert client.post(route, content=gadget, headers={"content-type": "application/json"}).status_code == 400
    assert not marker.exists()
