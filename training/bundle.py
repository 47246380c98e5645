"""A bundle: all that predicting needs and nothing else, as data-only files under a manifest of their hashes.

Whatever is loaded was verified first: the bytes whose hashes were compared are the bytes that are parsed.
There is no pickle and no code in a bundle; LightGBM sees a model text only after its hash matched, since an
altered text can crash the process or predict other numbers silently.
"""

import hashlib
import json
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from features.catalogue import Catalogue
from features.errors import BundleError, InputError
from features.files import below, whole_folder, write_files
from features.usecase import UseCase, parse
from training.encoding import Encoder, Floats
from training.installed import read_version
from training.models import Model, RatingModel, model_from_files

FORMAT_VERSION = 1
MAX_FILE_BYTES = 256 * 1024 * 1024
_MANIFEST = "manifest.json"
_LIBRARIES = ("lightgbm", "numpy", "xm-predict")
# What reading a part that is none can raise; very deep nesting ends the parser of JSON with RecursionError.
_UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, RecursionError, InputError)


@dataclass(frozen=True)
class FileEntry:
    """Hold what the manifest promises of one file."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Manifest:
    """Hold the table of contents of a bundle.

    Attributes
    ----------
    usecase
        Name of the use case.
    feature_fingerprint
        SHA-256 over names, kinds and order of the features: what a row has to look like.
    spec_hash
        Hash of the use-case file that the bundle was trained with.
    libraries
        Versions of the libraries that wrote it.
    """

    format_version: int
    usecase: str
    feature_fingerprint: str
    spec_hash: str
    libraries: dict[str, str]
    files: dict[str, FileEntry]

    @cached_property
    def bundle_hash(self) -> str:
        """Return one SHA-256 for the whole bundle; equal data, seed and libraries give an equal hash."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @property
    def model_version(self) -> str:
        """Return the name under which scores are stamped, e.g. ``churn-3f9a0c51d2e4``."""
        return f"{self.usecase}-{self.bundle_hash[:12]}"

    def to_bytes(self) -> bytes:
        """Return the manifest as it stands in the file."""
        return _to_json_bytes(asdict(self))

    @classmethod
    def from_bytes(cls, content: bytes, where: str) -> Self:
        """Read a manifest.

        Raises
        ------
        BundleError
            If it is not a manifest of a known format.
        """
        try:
            fields = json.loads(content)
            found = fields["format_version"]
            if found != FORMAT_VERSION:
                problem = f"has bundle format {found}, this version reads {FORMAT_VERSION}"
                raise BundleError(where, problem, "install a matching xm-predict or train again")
            entries = {name: FileEntry(**entry) for name, entry in fields.pop("files").items()}
            return cls(files=entries, **fields)
        except _UNREADABLE as error:
            raise BundleError(
                where, "manifest.json is not a manifest", "train again or fetch the bundle again"
            ) from error


@dataclass(frozen=True)
class Canary:
    """Hold made-up rows with the probabilities they had when the bundle was made; loaded, it repeats them."""

    rows: list[dict[str, Any]]
    probabilities: list[list[float]]


@dataclass(frozen=True)
class BundleParts:
    """Hold what goes into a bundle.

    Attributes
    ----------
    facts
        Plain values on how the model came about: data window, counts, risk cuts, members.
    evaluation
        Figures with intervals, as :meth:`training.evaluation.Evaluation.to_json` gives them.
    drivers
        Driver ranking, as plain values.
    texts
        The text models that made features of words: file names (``<source>/...``) and contents.
    reference
        How features and forecasts lay at the training (:class:`training.reference.Reference`), as plain
        values; None in bundles of earlier versions, which kept nothing to compare with.
    """

    usecase: UseCase
    catalogue: Catalogue
    encoder: Encoder
    model: Model
    facts: Mapping[str, Any]
    evaluation: Mapping[str, Any]
    drivers: list[dict[str, Any]]
    canary: Canary
    texts: Mapping[str, bytes] = field(default_factory=dict, kw_only=True)
    reference: Mapping[str, Any] | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Bundle(BundleParts):
    """Hold a verified, loaded bundle."""

    manifest: Manifest

    @property
    def model_version(self) -> str:
        """Return the name under which scores are stamped."""
        return self.manifest.model_version

    @property
    def horizons(self) -> tuple[str, ...]:
        """Return the names of the horizons, shortest first; ``("outcome",)`` for a flat table."""
        return self.model.horizon_names

    @property
    def primary_index(self) -> int:
        """Return the place of the primary horizon among all."""
        return int(self.facts["primary_horizon_index"])

    @property
    def primary_horizon(self) -> str:
        """Return the horizon that reports lead with, and that risk bands and reasons speak of."""
        return self.horizons[self.primary_index]

    @property
    def output_names(self) -> tuple[str, ...]:
        """Return the names of the columns that a forecast has."""
        return self.model.output_names

    @property
    def is_of_answers(self) -> bool:
        """Tell whether answers are forecast, and no event."""
        return isinstance(self.model, RatingModel)

    def expected(self, matrix: Floats, horizon: str | None = None) -> Floats:
        """Return the probability inside a horizon, or the expected answer, of encoded rows.

        Parameters
        ----------
        matrix
            Rows as :attr:`encoder` gives them.
        horizon
            One of :attr:`horizons`, the primary one if absent; an answer has no other.
        """
        if isinstance(self.model, RatingModel):
            return self.model.expected(matrix)
        return self.model.probabilities(matrix)[:, self.horizons.index(horizon or self.primary_horizon)]


def save(parts: BundleParts, folder: Path) -> Manifest:
    """Write a bundle completely or not at all.

    Parameters
    ----------
    parts
        The content.
    folder
        Target folder; replaced in one step if it exists.
    """
    with whole_folder(folder) as draft:
        _write_parts(parts, draft)
        files = {
            file.relative_to(draft).as_posix(): _entry(file.read_bytes())
            for file in sorted(draft.rglob("*"))
            if file.is_file()
        }
        manifest = Manifest(
            format_version=FORMAT_VERSION,
            usecase=parts.usecase.name,
            feature_fingerprint=parts.catalogue.fingerprint,
            spec_hash=parts.usecase.spec_hash,
            libraries={library: read_version(library) for library in _LIBRARIES},
            files=files,
        )
        (draft / _MANIFEST).write_bytes(manifest.to_bytes())
    return manifest


def verify(folder: Path) -> Manifest:
    """Compare every file of a bundle with its manifest.

    Raises
    ------
    BundleError
        If a file is missing, altered, too large, a link, or not in the manifest.
    """
    return _read_verified(folder)[0]


def load(folder: Path) -> Bundle:
    """Verify a bundle and load the verified bytes.

    Raises
    ------
    BundleError
        If it does not verify, or its parts do not belong together.
    """
    manifest, contents = _read_verified(folder)
    where = str(folder)
    try:
        usecase = parse(json.loads(contents["usecase.json"]), "usecase.json")
        catalogue = Catalogue.from_json(json.loads(contents["catalogue.json"]))
        encoder = Encoder.from_json(json.loads(contents["encoder.json"]))
        canary = Canary(**json.loads(contents["canary.json"]))
        model = model_from_files(below(contents, "model/"))
        plain = {name: json.loads(contents[f"{name}.json"]) for name in ("facts", "evaluation", "drivers")}
        reference = json.loads(contents["reference.json"]) if "reference.json" in contents else None
    except _UNREADABLE as error:
        raise BundleError(where, f"has a part that cannot be read ({error})", "train again") from error
    if catalogue.fingerprint != manifest.feature_fingerprint:
        problem = (
            f"features have fingerprint {catalogue.fingerprint[:12]}, "
            f"the manifest says {manifest.feature_fingerprint[:12]}"
        )
        raise BundleError(where, problem, "train again")
    if encoder.names != catalogue.names:
        raise BundleError(where, "has an encoder of other features than its catalogue", "train again")
    if usecase.name != manifest.usecase:
        problem = f"is a bundle of '{usecase.name}', the manifest says '{manifest.usecase}'"
        raise BundleError(where, problem, "train again")
    return Bundle(
        usecase=usecase,
        catalogue=catalogue,
        encoder=encoder,
        model=model,
        canary=canary,
        manifest=manifest,
        texts=below(contents, "text/"),
        reference=reference,
        **plain,
    )


def _write_parts(parts: BundleParts, draft: Path) -> None:
    """Write all files but the manifest."""
    plain: dict[str, object] = {
        "usecase": parts.usecase.to_json(),
        "catalogue": parts.catalogue.to_json(),
        "encoder": parts.encoder.to_json(),
        "facts": dict(parts.facts),
        "evaluation": dict(parts.evaluation),
        "drivers": parts.drivers,
        "canary": asdict(parts.canary),
    }
    if parts.reference is not None:
        plain["reference"] = dict(parts.reference)
    for name, content in plain.items():
        (draft / f"{name}.json").write_bytes(_to_json_bytes(content))
    files = {f"model/{name}": content for name, content in parts.model.to_files().items()}
    files |= {f"text/{name}": content for name, content in parts.texts.items()}
    write_files(draft, files)


def _read_verified(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """Return the manifest and the verified bytes of every file."""
    where = str(folder)
    try:
        manifest = Manifest.from_bytes(_read_file(folder / _MANIFEST), where)
        found = {
            file.relative_to(folder).as_posix()
            for file in folder.rglob("*")
            if file.is_symlink() or not file.is_dir()
        }
        _refuse_strangers(found - {_MANIFEST}, set(manifest.files), where)
        contents = {name: _read_file(folder / name) for name in manifest.files}
    except OSError as error:
        raise BundleError(where, f"cannot be read ({error.strerror})", "fetch the bundle again") from error
    for name, content in contents.items():
        if _entry(content) != manifest.files[name]:
            problem = f"{name} is not the file that the manifest describes ({len(content)} bytes)"
            raise BundleError(where, problem, "fetch the bundle again; an altered file is never loaded")
    return manifest, contents


def _refuse_strangers(found: set[str], listed: set[str], where: str) -> None:
    """Demand that folder and manifest name the same files."""
    for names, problem in ((listed - found, "is missing"), (found - listed, "is not in the manifest")):
        if names:
            raise BundleError(where, f"{min(names)} {problem}", "fetch the bundle again")


def _read_file(path: Path) -> bytes:
    """Read a regular file of reasonable size; a link could lead out of the folder and is refused."""
    if path.is_symlink():
        raise BundleError(str(path.parent), f"{path.name} is a link", "fetch the bundle again")
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise BundleError(str(path.parent), f"{path.name} is not a regular file", "fetch the bundle again")
    if status.st_size > MAX_FILE_BYTES:
        raise BundleError(
            str(path.parent),
            f"{path.name} has {status.st_size} bytes, at most {MAX_FILE_BYTES} are read",
            "train again",
        )
    return path.read_bytes()


def _entry(content: bytes) -> FileEntry:
    """Return what the manifest says of a file with this content."""
    return FileEntry(hashlib.sha256(content).hexdigest(), len(content))


def _to_json_bytes(content: object) -> bytes:
    """Return strict, stable JSON: sorted keys, no NaN, a final line break."""
    return (
        json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()
