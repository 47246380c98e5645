"""Which bundle answers: read from the verified cache, tried before it is taken, swapped as one reference."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from features.errors import BundleError, XmError
from features.files import below
from features.objections import Objections
from serving.cache import POINTER, read_pointer, read_status
from serving.candidate import try_out
from serving.latest import LatestRows
from serving.plain_files import Stamp, stamp_of
from serving.problems import ProblemError
from serving.schemas import make_rows_decoder
from training.bundle import Bundle, load, verify
from training.scoring import Scorer, check_canary

if TYPE_CHECKING:
    from features.text.model import TextModel

LOG = logging.getLogger("xm_predict.champions")
_Content = TypeVar("_Content")


@dataclass(frozen=True)
class Champion:
    """Hold one bundle that answers; never changed, so a request that has it can rely on it to its end."""

    scorer: Scorer

    @property
    def bundle(self) -> Bundle:
        """Return the bundle."""
        return self.scorer.bundle

    @property
    def subject(self) -> str:
        """Return who is scored: customers, people at work or others."""
        return self.bundle.usecase.privacy.subject

    @property
    def is_about_employees(self) -> bool:
        """Tell whether people at work are scored."""
        return self.bundle.usecase.privacy.is_about_employees

    @cached_property
    def call_text_model(self) -> "TextModel | None":
        """Return the text model of the source that lists calls; None where the bundle has none.

        It reads a few words at once: the list of languages takes a second to load, which no caller waits for.
        """
        # It brings scipy, which a service without calls can do without.
        from features.text.model import TextModel

        sources = self.bundle.usecase.sources.items()
        source = next((name for name, found in sources if found.turns is not None), None)
        files = below(self.bundle.texts, f"{source}/")
        if not files:
            return None
        model = TextModel.from_files(files)
        model.read(["Hello, I have a question."])
        return model

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """Return the names of the features, in order."""
        return tuple(self.bundle.catalogue.names)

    @cached_property
    def decode_rows(self) -> Callable[[bytes | msgspec.Raw], list[Any]]:
        """Return the strict decoder for rows of these features."""
        return make_rows_decoder(*self._by_kind)

    @cached_property
    def _by_kind(self) -> tuple[list[str], list[str]]:
        """Return the names of the numbers and of the categories."""
        kinds = {feature.name: feature.kind for feature in self.bundle.catalogue}
        return (
            [name for name in self.feature_names if kinds[name] == "number"],
            [name for name in self.feature_names if kinds[name] == "category"],
        )

    @cached_property
    def take_values(self) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
        """Return what puts the values of a decoded row, numbers first, into the order of the catalogue."""
        numbers, categories = self._by_kind
        places = {name: place for place, name in enumerate([*numbers, *categories])}
        order = [places[name] for name in self.feature_names]
        return itemgetter(*order) if len(order) > 1 else tuple


class Champions:
    """Hold the champion and the latest rows of every use case in the cache.

    Parameters
    ----------
    cache
        Root of the cache of verified bundles.
    latest_folders
        Folders with ``<use case>/latest.parquet``; the first that has one counts.
    stale_seconds
        Without a successful look at the registry for this long, answers count as stale.
    objections
        Folder with ``<use case>.csv``: who objected to being scored.
    """

    def __init__(
        self,
        cache: Path,
        latest_folders: Iterable[Path] = (),
        stale_seconds: float = 120.0,
        objections: Path | None = None,
    ) -> None:
        self._cache = cache
        self._latest_folders = tuple(latest_folders)
        self._stale_seconds = stale_seconds
        self._champions: dict[str, Champion] = {}
        self._latest: dict[str, LatestRows] = {}
        self._objections_folder = objections
        self._objections: dict[str, Objections | None] = {}
        self._listed: dict[str, tuple[LatestRows, Objections, LatestRows]] = {}
        self._refused: dict[Path, tuple[str, str]] = {}
        self._seen: dict[Path, Stamp] = {}
        self.refusals = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Return the use cases that can be answered."""
        return tuple(sorted(self._champions))

    @property
    def refused(self) -> dict[str, str]:
        """Return why the newest bundle or table was not taken, by use case."""
        return dict(self._refused.values())

    @property
    def is_stale(self) -> bool:
        """Tell whether the registry was not reached of late; the champions may not be the newest then."""
        status = read_status(self._cache)
        if status is None or status.problem is not None:
            return True
        return time.time() - status.looked_at > self._stale_seconds

    @property
    def refresh_failures(self) -> int:
        """Return how many looks at the registry went wrong since the refresher started."""
        status = read_status(self._cache)
        return 0 if status is None else status.failures

    def get(self, usecase: str) -> Champion | None:
        """Return the champion of a use case, to be read once per request."""
        return self._champions.get(usecase)

    def get_latest(self, usecase: str) -> LatestRows | None:
        """Return the latest rows of a use case."""
        return self._latest.get(usecase)

    def get_objections(self, usecase: str) -> Objections:
        """Return who objected to being scored.

        Raises
        ------
        ProblemError
            503 while the list cannot be read: nobody is scored singly as if there were none.
        """
        found = self._objections.get(usecase, Objections())
        if found is None:
            detail = "The list of those who objected to being scored cannot be read; nobody is scored singly."
            raise ProblemError(503, "objections_unreadable", detail, headers={"retry-after": "10"})
        return found

    def get_listed(self, usecase: str) -> LatestRows | None:
        """Return the latest rows of those who did not object: for lists of single people.

        The same object as long as neither rows nor list change.

        Raises
        ------
        ProblemError
            As :meth:`get_objections`.
        """
        latest, objections = self._latest.get(usecase), self.get_objections(usecase)
        if latest is None or not objections:
            return latest
        held = self._listed.get(usecase)
        if held is None or held[0] is not latest or held[1] is not objections:
            held = self._listed[usecase] = (latest, objections, latest.without(objections))
        return held[2]

    def look(self) -> bool:
        """Take what is new in the cache; blocks while a bundle is tried and loaded.

        Returns
        -------
        bool
            Whether anything was exchanged. What does not pass is refused, and the old one stays.
        """
        exchanged = [self._look_at(home) for home in self._homes()]
        return any(exchanged)

    def _homes(self) -> list[Path]:
        """Return the folders of the use cases in the cache."""
        try:
            return sorted(home for home in self._cache.iterdir() if (home / POINTER).is_file())
        except OSError:
            return []

    def _look_at(self, home: Path) -> bool:
        """Take a new champion and new latest rows of one use case."""
        usecase = home.name
        self._take_objections(usecase)
        champion = self._take(home / POINTER, usecase, load_from)
        latest = self._take_latest(usecase)
        if latest is not None:
            self._latest = {**self._latest, usecase: latest}
        # The champion comes last: from then on the service says that it is ready, by id as well.
        if champion is not None:
            self._champions = {**self._champions, usecase: champion}
        return champion is not None or latest is not None

    def _take_latest(self, usecase: str) -> LatestRows | None:
        """Return new latest rows, if there are any."""
        files = (folder / usecase / "latest.parquet" for folder in self._latest_folders)
        file = next((file for file in files if file.is_file()), None)
        return None if file is None else self._take(file, usecase, LatestRows.read)

    def _take_objections(self, usecase: str) -> None:
        """Read who objected, if the list is another than before; one that cannot be read shuts all out."""
        file = None if self._objections_folder is None else self._objections_folder / f"{usecase}.csv"
        if file is None or not file.exists():
            self._objections = {**self._objections, usecase: Objections()}
            return
        found = self._take(file, usecase, Objections.read)
        if found is not None or file in self._refused:
            self._objections = {**self._objections, usecase: found}

    def _take(self, file: Path, usecase: str, read: Callable[[Path], _Content]) -> _Content | None:
        """Read what a file stands for if the file is new; note why if it cannot be used."""
        try:
            stamp = stamp_of(file)
            if self._seen.get(file) == stamp:
                return None
            self._seen[file] = stamp
            content = read(file)
        except (XmError, OSError) as error:
            self.refusals += 1
            self._refused = {**self._refused, file: (usecase, str(error))}
            LOG.error("refused: %s", error)  # noqa: TRY400 - the line says it all
            return None
        self._refused = {path: why for path, why in self._refused.items() if path != file}
        return content


def load_from(file: Path) -> Champion:
    """Load the bundle that a pointer names, after a trial elsewhere unless it had one already.

    Raises
    ------
    BundleError
        If the pointer or the bundle cannot be used.
    """
    home = file.parent
    pointer = read_pointer(home, file.name)
    folder = home / pointer.model_version
    manifest = verify(folder)
    if manifest.usecase != home.name:
        raise BundleError(
            str(folder), f"is a bundle of '{manifest.usecase}'", f"keep it out of '{home.name}'"
        )
    if manifest.bundle_hash != pointer.tried_sha256:
        try_out(folder)
    bundle = load(folder)
    check_canary(bundle)
    scorer = Scorer(bundle)
    scorer.prepare()
    champion = Champion(scorer)
    champion.call_text_model  # noqa: B018 - a damaged text model is refused here, and loaded before anybody calls
    LOG.info("%s of %s is now %s", file.stem, home.name, bundle.model_version)
    return champion
