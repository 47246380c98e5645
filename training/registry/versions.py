"""Registered versions of a use case and their aliases; what is fetched is verified before it counts."""

import shutil
import tempfile
import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version as library_version
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.models.model import ModelInfo
from mlflow.types.schema import ColSpec, Schema, TensorSpec

from features.addresses import mask
from features.errors import RegistryError
from features.failpoints import reach
from features.files import whole_folder
from training.bundle import Bundle, load, verify
from training.registry.patience import is_absent, patiently, refusal
from training.usability import doubts_of

CHAMPION = "champion"
CHALLENGER = "challenger"
_FLAVOR = Path(__file__).with_name("flavor.py")
_MODEL_VERSION_TAG = "model_version"


@dataclass(frozen=True)
class RegisteredBundle:
    """Hold what the registry knows of one version.

    Attributes
    ----------
    version
        Number in the registry.
    model_version
        Name that scores carry, from the bundle's own hash.
    """

    usecase: str
    version: int
    model_version: str
    run_id: str


def register(folder: Path, run_id: str) -> RegisteredBundle:
    """Log a bundle as MLflow model of the open run and register it under the name of its use case.

    Parameters
    ----------
    folder
        A saved bundle; it is verified and loaded first.
    run_id
        The open run.
    """
    bundle = load(folder)
    name = bundle.usecase.name
    logged = patiently(f"model {name}", lambda: _log(folder, bundle))
    reach("model.logged")
    make_model(name)
    reach("model.named")
    tags = {_MODEL_VERSION_TAG: bundle.model_version}
    created = patiently(
        f"model {name}",
        lambda: mlflow.MlflowClient().create_model_version(
            name, source=logged.model_uri, run_id=run_id, tags=tags, model_id=logged.model_id
        ),
    )
    reach("version.created")
    return RegisteredBundle(name, int(created.version), bundle.model_version, run_id)


def _log(folder: Path, bundle: Bundle) -> ModelInfo:
    """Log a bundle as MLflow model of the open run."""
    with warnings.catch_warnings():
        # People at work, and models that refuse all rows, have no example on purpose.
        warnings.filterwarnings("ignore", ".*An input example was not provided when logging the model")
        logged: ModelInfo = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(_FLAVOR),
            artifacts={"bundle": str(folder)},
            signature=_signature(bundle),
            input_example=_example(bundle),
            pip_requirements=[
                f"{library}=={library_version(library)}"
                for library in ("lightgbm", "mlflow", "numpy", "pandas")
            ],
        )
    return logged


def make_model(name: str) -> None:
    """Let a name be there to register versions under; another process may be making it as well."""

    def make() -> None:
        client = mlflow.MlflowClient()
        if client.search_registered_models(filter_string=f"name = '{name}'"):
            return
        try:
            client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise

    patiently(f"model {name}", make)


def set_alias(usecase: str, alias: str, version: int) -> None:
    """Let ``alias`` point to a version; the champion moves by :func:`training.registry.move_champion`.

    Raises
    ------
    RegistryError
        If the version does not exist.
    """
    if find_version(usecase, version) is None:
        raise RegistryError(f"model {usecase}", f"version {version} cannot be {alias}: there is none")
    client = mlflow.MlflowClient()
    patiently(f"model {usecase}", lambda: client.set_registered_model_alias(usecase, alias, str(version)))


def note(registered: RegisteredBundle, name: str, text: str) -> None:
    """Keep a text with a version; the last one of a name counts."""
    client = mlflow.MlflowClient()
    usecase, version = registered.usecase, str(registered.version)
    patiently(f"model {usecase}", lambda: client.set_model_version_tag(usecase, version, name, text))


def find_note(registered: RegisteredBundle, name: str) -> str | None:
    """Return what :func:`note` kept, or None."""
    client = mlflow.MlflowClient()
    usecase, version = registered.usecase, str(registered.version)
    found = patiently(f"model {usecase}", lambda: client.get_model_version(usecase, version))
    return found.tags.get(name)


def find_training_day(registered: RegisteredBundle) -> date | None:
    """Return the day (UTC) on which the training of a version began; None where its run is gone.

    Raises
    ------
    RegistryError
        If the registry cannot be reached.
    """
    try:
        started_ms = mlflow.MlflowClient().get_run(registered.run_id).info.start_time
    except MlflowException as error:
        if is_absent(error):
            return None
        raise refusal(f"model {registered.usecase}", error) from error
    return None if started_ms is None else datetime.fromtimestamp(started_ms / 1000, UTC).date()


def find_version(usecase: str, which: str | int) -> RegisteredBundle | None:
    """Return what the registry knows of an alias or a version number, or None if there is no such thing.

    Raises
    ------
    RegistryError
        If the registry cannot be reached.
    """
    client = mlflow.MlflowClient()
    try:
        if isinstance(which, int):
            return to_registered(client.get_model_version(usecase, str(which)))
        return to_registered(client.get_model_version_by_alias(usecase, which))
    except MlflowException as error:
        if is_absent(error):
            return None
        raise refusal(f"model {usecase}", error) from error


def champion_names() -> tuple[str, ...]:
    """Return the use cases that have a champion, in order of name."""
    client, names, page = mlflow.MlflowClient(), [], None
    while True:
        found = client.search_registered_models(page_token=page)
        names += [model.name for model in found if CHAMPION in model.aliases]
        page = found.token
        if not page:
            return tuple(sorted(names))


def fetch(registered: RegisteredBundle, folder: Path) -> Path:
    """Copy the bundle of a registered version into ``folder``; it appears only if it verifies.

    Raises
    ------
    BundleError
        If what the registry holds is not the bundle that was registered.
    RegistryError
        If it holds no files of that version any more.
    """
    with tempfile.TemporaryDirectory() as scratch:
        uri = f"models:/{registered.usecase}/{registered.version}"
        try:
            model = Path(mlflow.artifacts.download_artifacts(uri, dst_path=scratch))
        except MlflowException as error:
            if is_absent(error):
                raise RegistryError(uri, "has no files any more", "promote another version") from error
            raise
        downloaded = _find_bundle(model, uri)
        verify(downloaded)
        with whole_folder(folder) as draft:
            shutil.copytree(downloaded, draft, dirs_exist_ok=True)
    return folder


def fetch_file(registered: RegisteredBundle, path: str, folder: Path) -> Path | None:
    """Copy one artifact of the run that made a version; None where the run does not have it."""
    try:
        names = [
            entry.path
            for entry in mlflow.artifacts.list_artifacts(
                run_id=registered.run_id, artifact_path=Path(path).parent.as_posix()
            )
        ]
        if path not in names:
            return None
        return Path(
            mlflow.artifacts.download_artifacts(
                run_id=registered.run_id, artifact_path=path, dst_path=str(folder)
            )
        )
    except MlflowException as error:
        if is_absent(error):
            return None
        raise refusal(f"model {registered.usecase}", error) from error


def _find_bundle(model: Path, uri: str) -> Path:
    """Return the bundle inside a downloaded model; MLflow keeps the name of the folder that was logged."""
    manifests = sorted(model.glob("artifacts/*/manifest.json"))
    if len(manifests) != 1:
        raise RegistryError(uri, f"holds {len(manifests)} bundles instead of one", "register it again")
    return manifests[0].parent


def fetch_bundle(registered: RegisteredBundle) -> Bundle:
    """Return the bundle of a registered version, verified and loaded.

    Raises what :func:`fetch` raises.
    """
    with tempfile.TemporaryDirectory() as scratch:
        return load(fetch(registered, Path(scratch) / "bundle"))


def demand_champion(usecase: str) -> RegisteredBundle:
    """Return what is registered as the champion of a use case.

    Raises
    ------
    RegistryError
        If the use case has no champion.
    """
    champion = find_version(usecase, CHAMPION)
    if champion is None:
        raise _refuse_without_champion(usecase)
    return champion


def _refuse_without_champion(usecase: str) -> RegistryError:
    """Return the error that says where no champion was found, and what to do about it."""
    where = mask(mlflow.get_tracking_uri())
    challenger = find_version(usecase, CHALLENGER)
    if challenger is None:
        hint = f"train it: xm-predict train --usecase {usecase}.yaml; or if it was trained elsewhere, "
        hint += "say where: --out FOLDER or MLFLOW_TRACKING_URI"
        return RegistryError(f"model {usecase}", f"has no champion in {where}", hint)
    problem = f"has no champion in {where}, only a challenger, version {challenger.version}"
    hint = "its report says how good it is; if the gate lets it pass, it becomes champion by xm-predict "
    hint += f"promote --name {usecase} --version {challenger.version}"
    return RegistryError(f"model {usecase}", problem, hint)


def to_registered(found: ModelVersion) -> RegisteredBundle:
    """Return a version as MLflow's record has it."""
    return RegisteredBundle(
        found.name, int(found.version), found.tags.get(_MODEL_VERSION_TAG, ""), found.run_id or ""
    )


def _signature(bundle: Bundle) -> ModelSignature:
    """State the features, all of them optional, and the columns of a forecast."""
    inputs: list[ColSpec | TensorSpec] = [
        ColSpec("double" if feature.kind == "number" else "string", feature.name, required=False)
        for feature in bundle.catalogue
    ]
    outputs: list[ColSpec | TensorSpec] = [ColSpec("double", name) for name in bundle.output_names]
    return ModelSignature(Schema(inputs), Schema(outputs))


def _example(bundle: Bundle) -> pd.DataFrame | None:
    """Return the first canary rows, which are synthetic; nothing where rows are refused anyway."""
    if bundle.usecase.privacy.is_about_employees or doubts_of(bundle):
        return None
    return pd.DataFrame(bundle.canary.rows[:3], columns=list(bundle.catalogue.names))
