"""Where a run puts things: one folder that the caller names, one place for each kind of result."""

from dataclasses import dataclass
from pathlib import Path

from features.usecase import UseCase, load


@dataclass(frozen=True)
class Workspace:
    """Hold the folder for everything that is written."""

    folder: Path

    def frame(self, usecase: str) -> Path:
        """Return the folder of the feature table of a use case."""
        return self.folder / "frames" / usecase

    def bundle(self, usecase: str) -> Path:
        """Return the folder of the last bundle that was trained here."""
        return self.folder / "bundles" / usecase

    def reports(self, usecase: str) -> Path:
        """Return the folder of the newest driver report."""
        return self.folder / "reports" / usecase

    def service_environment(self) -> dict[str, str]:
        """Return the settings with which the service answers from this folder."""
        folder = self.folder.resolve()
        return {
            "XM_CACHE": str(folder / "serving"),
            "XM_LATEST": str(folder / "frames"),
            "XM_REGISTRY": str(folder),
        }


def load_usecase(file: str, data_folder: str) -> UseCase:
    """Read a use-case file; an empty data folder means the folder of the file."""
    return load(Path(file), data_folder or None)
