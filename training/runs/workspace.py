"""Where a run puts things: one folder that the caller names, one place for each kind of result."""

import os
from dataclasses import dataclass
from pathlib import Path

from features.errors import InputError
from features.usecase import UseCase, load


@dataclass(frozen=True)
class Workspace:
    """Hold the folder for everything that is written.

    Raises
    ------
    InputError
        If it cannot be made or written to; it is not made before something is written.
    """

    folder: Path

    def __post_init__(self) -> None:
        there = next(path for path in (self.folder, *self.folder.absolute().parents) if path.exists())
        if not there.is_dir():
            raise InputError("--out", f"'{there}' is not a folder", "name a folder, or a new one")
        if not os.access(there, os.W_OK | os.X_OK):
            raise InputError("--out", f"nothing can be written to '{there}'", "choose another folder")

    def health(self, usecase: str) -> Path:
        """Return the folder of what monitoring found: one file per data day, and the newest one."""
        return self.folder / "monitoring" / usecase

    def scores(self, usecase: str) -> Path:
        """Return the folder of the scores that went out on schedule, one folder per batch."""
        return self.folder / "scores" / usecase

    def actions(self, usecase: str) -> Path:
        """Return the folder of the action ledger."""
        return self.folder / "actions" / usecase

    def frame(self, usecase: str) -> Path:
        """Return the folder of the feature table of a use case."""
        return self.folder / "frames" / usecase

    def partials(self, usecase: str) -> Path:
        """Return the folder of partial results of large logs, from which the next build goes on."""
        return self.folder / "partials" / usecase

    def tombstones(self, usecase: str) -> Path:
        """Return the file that tells who was erased; without it the next build brings them back."""
        return self.folder / "erased" / f"{usecase}.json"

    def objections(self, usecase: str) -> Path:
        """Return the list of those who objected to being scored."""
        return self.folder / "objections" / f"{usecase}.csv"

    def overrides(self, usecase: str) -> Path:
        """Return the file of decisions that people took against a score."""
        return self.folder / "overrides" / f"{usecase}.jsonl"

    def texts(self, usecase: str) -> Path:
        """Return the folder of the text models: one folder per source, with what people edit there."""
        return self.folder / "texts" / usecase

    def bundle(self, usecase: str) -> Path:
        """Return the folder of the last bundle that was trained here."""
        return self.folder / "bundles" / usecase

    def reports(self, usecase: str) -> Path:
        """Return the folder of the newest driver report."""
        return self.folder / "reports" / usecase

    def releases(self, usecase: str) -> Path:
        """Return the folder that tells what has gone out on groups of people at work."""
        return self.folder / "releases" / usecase

    def quotes(self, usecase: str) -> Path:
        """Return the file with the quotes that people have reworded and approved, beside the text models."""
        return self.folder / "texts" / usecase / "quotes.yaml"

    def baselines(self, usecase: str) -> Path:
        """Return the folder of the frozen baselines of a use case."""
        return self.folder / "baselines" / usecase

    def service_environment(self) -> dict[str, str]:
        """Return the settings with which the service answers from this folder."""
        folder = self.folder.resolve()
        return {
            "XM_CACHE": str(folder / "serving"),
            "XM_LATEST": str(folder / "frames"),
            "XM_REPORTS": str(folder / "reports"),
            "XM_ACTIONS": str(folder / "actions"),
            "XM_HEALTH": str(folder / "monitoring"),
            "XM_REGISTRY": str(folder),
            "XM_KEYS": str(folder / "keys" / "keys.json"),
            "XM_SESSIONS": str(folder / "sessions"),
            "XM_AUDIT": str(folder / "audit"),
            "XM_JOURNAL": str(folder / "journal"),
            "XM_OBJECTIONS": str(folder / "objections"),
            "XM_WISHES": str(folder / "wishes"),
            "XM_CALLS": str(folder / "calls"),
            "XM_PSEUDONYM_KEY_FILE": str(folder / "keys" / "pseudonyms.key"),
        }


def load_usecase(file: str, data_folder: str) -> UseCase:
    """Read a use-case file; an empty data folder means the folder of the file."""
    return load(Path(file), data_folder or None)
