import hashlib
import json
import shutil
from pathlib import Path

import pytest

from features.errors import BundleError
from serving.candidate import main, try_out


def rewrite(bundle: Path, folder: Path, name: str, content: bytes) -> Path:
    """Copy a bundle, change one file, and write a manifest that fits: a bad producer, not a bad transport."""
    shutil.copytree(bundle, folder)
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def find_model_text(bundle: Path) -> Path:
    """Return the LightGBM text of a bundle."""
    return next(
        path for path in sorted((bundle / "model").rglob("*")) if path.read_bytes().startswith(b"tree")
    )


def test_a_good_bundle_passes_in_a_process_of_its_own(bundles):
    try_out(bundles.churn)


def test_a_damaged_bundle_is_refused_with_the_reason(bundles, tmp_path):
    damaged = Path(shutil.copytree(bundles.churn, tmp_path / "damaged"))
    (damaged / "facts.json").unlink()
    with pytest.raises(BundleError, match=r"failed its trial: .*facts\.json is missing"):
        try_out(damaged)


def test_a_model_that_predicts_other_numbers_is_refused(bundles, tmp_path):
    canary = json.loads((bundles.churn / "canary.json").read_text())
    canary["probabilities"][0][0] += 1e-6
    changed = rewrite(bundles.churn, tmp_path / "changed", "canary.json", json.dumps(canary).encode())
    with pytest.raises(BundleError, match=r"does not repeat its own canary scores"):
        try_out(changed)


@pytest.mark.parametrize("share", [0.4, 0.8])
def test_half_a_model_text_ends_the_trial_not_the_caller(bundles, tmp_path, share):
    text = find_model_text(bundles.churn)
    content = text.read_bytes()
    name = text.relative_to(bundles.churn).as_posix()
    broken = rewrite(bundles.churn, tmp_path / "broken", name, content[: int(len(content) * share)])
    with pytest.raises(BundleError, match=r"failed its trial|killed the process"):
        try_out(broken)


def test_a_trial_without_end_is_ended(bundles):
    with pytest.raises(BundleError, match=r"did not load within 0\.01 seconds"):
        try_out(bundles.churn, seconds=0.01)


def test_the_process_says_by_its_exit_code_what_it_found(bundles, tmp_path, capsys):
    assert main([str(bundles.churn)]) == 0
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(str(tmp_path))
