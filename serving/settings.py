"""Settings of the service: environment variables, typed, checked once at start."""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from features.errors import InputError

_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True)
class Settings:
    """Hold where the service listens, where its files lie and what it accepts.

    Attributes
    ----------
    host
        ``XM_HOST``: address to listen on; only a loopback address as long as the service has no access keys.
    port
        ``XM_PORT``.
    cache
        ``XM_CACHE``: folder of verified bundles, one sub-folder per use case; workers read nothing else.
    latest
        ``XM_LATEST``: folders, parted like ``PATH``, with ``<use case>/latest.parquet`` for scoring by id.
    registry
        ``XM_REGISTRY``: folder with the local model registry, read by the refresher alone and only where
        ``MLFLOW_TRACKING_URI`` names no other.
    max_body_bytes
        ``XM_MAX_BODY_BYTES``: a longer request is refused with 413.
    max_body_seconds
        ``XM_MAX_BODY_SECONDS``: a request whose body takes longer to arrive is refused with 408.
    refresh_seconds
        ``XM_REFRESH_SECONDS``: how often the refresher asks the registry for champions.
    refresh_deadline_seconds
        ``XM_REFRESH_DEADLINE_SECONDS``: how long one look at the registry may take.
    poll_seconds
        ``XM_POLL_SECONDS``: how often a worker looks whether the cache has changed.

    Examples
    --------
    >>> Settings.from_environment({"XM_PORT": "8080"}).port
    8080
    """

    host: str = "127.0.0.1"
    port: int = 3000
    cache: Path = Path("xm-data/serving")
    latest: tuple[Path, ...] = (Path("xm-data/frames"),)
    registry: Path = Path("xm-data")
    max_body_bytes: int = 1024 * 1024
    max_body_seconds: float = 10.0
    refresh_seconds: float = 30.0
    refresh_deadline_seconds: float = 20.0
    poll_seconds: float = 1.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; an empty variable counts as absent.

        Raises
        ------
        InputError
            If a value cannot be used: one line with variable, value and remedy.
        """
        given = {name: text for name, text in environment.items() if name.startswith("XM_") and text.strip()}
        default = cls()
        return cls(
            host=_read_host(given.get("XM_HOST", default.host)),
            port=_read_number(given, "XM_PORT", default.port, int, 1, 65_535),
            cache=Path(given.get("XM_CACHE", default.cache)).absolute(),
            latest=_read_folders(given.get("XM_LATEST"), default.latest),
            registry=Path(given.get("XM_REGISTRY", default.registry)).absolute(),
            max_body_bytes=_read_number(given, "XM_MAX_BODY_BYTES", default.max_body_bytes, int, 1024, 2**30),
            max_body_seconds=_read_number(
                given, "XM_MAX_BODY_SECONDS", default.max_body_seconds, float, 0.1, 600
            ),
            refresh_seconds=_read_number(
                given, "XM_REFRESH_SECONDS", default.refresh_seconds, float, 1, 86_400
            ),
            refresh_deadline_seconds=_read_number(
                given, "XM_REFRESH_DEADLINE_SECONDS", default.refresh_deadline_seconds, float, 1, 3_600
            ),
            poll_seconds=_read_number(given, "XM_POLL_SECONDS", default.poll_seconds, float, 0.05, 60),
        )

    def to_environment(self) -> dict[str, str]:
        """Return the variables that give these settings again; child processes are started with them."""
        return {
            "XM_HOST": self.host,
            "XM_PORT": str(self.port),
            "XM_CACHE": str(self.cache),
            "XM_LATEST": os.pathsep.join(map(str, self.latest)),
            "XM_REGISTRY": str(self.registry),
            "XM_MAX_BODY_BYTES": str(self.max_body_bytes),
            "XM_MAX_BODY_SECONDS": str(self.max_body_seconds),
            "XM_REFRESH_SECONDS": str(self.refresh_seconds),
            "XM_REFRESH_DEADLINE_SECONDS": str(self.refresh_deadline_seconds),
            "XM_POLL_SECONDS": str(self.poll_seconds),
        }


def _read_host(text: str) -> str:
    """Return a loopback address."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if text == "localhost" else text)
    except ValueError as error:
        raise InputError("XM_HOST", f"'{text}' is not an IP address", "write 127.0.0.1") from error
    if not address.is_loopback:
        problem = f"'{text}' can be reached from other machines, and the service has no access keys"
        raise InputError(
            "XM_HOST", problem, "write 127.0.0.1 and let a proxy with access control stand before it"
        )
    return str(address)


def _read_folders(text: str | None, default: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the folders of a list parted like ``PATH``."""
    folders = [Path(part) for part in text.split(os.pathsep) if part.strip()] if text else default
    return tuple(folder.absolute() for folder in folders)


def _read_number(
    given: Mapping[str, str],
    name: str,
    default: _Number,
    kind: Callable[[str], _Number],
    lowest: float,
    highest: float,
) -> _Number:
    """Return a number inside its bounds."""
    text = given.get(name)
    if text is None:
        return default
    hint = f"write a number from {lowest:g} to {highest:g}"
    try:
        number = kind(text)
    except ValueError as error:
        raise InputError(name, f"'{text}' is not a number", hint) from error
    if not lowest <= number <= highest:
        raise InputError(name, f"'{text}' is out of range", hint)
    return number
