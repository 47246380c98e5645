"""Settings of the service: environment variables, typed, checked once at start."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from features.errors import InputError
from serving.call_settings import CallSettings
from serving.limit_settings import LimitSettings

_Number = TypeVar("_Number", int, float)
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")

_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(/[A-Za-z0-9._~/-]*)?")


@dataclass(frozen=True)
class Settings:
    """Hold where the service listens, where its files lie and what it accepts.

    Attributes
    ----------
    host
        ``XM_HOST``: address to listen on; another than a loopback address only with TLS or behind a proxy.
    port
        ``XM_PORT``.
    hosts
        ``XM_HOSTS``: names, parted by commas, under which the service may be asked from elsewhere.
    workers
        ``XM_WORKERS``: processes that answer; each has the limits for itself.
    keys
        ``XM_KEYS``: file of access keys.
    sessions
        ``XM_SESSIONS``: folder of the sessions of people who signed in to the pages.
    is_behind_proxy
        ``XM_BEHIND_PROXY``: 1 where a proxy that speaks TLS stands before the service.
    tls_cert, tls_key
        ``XM_TLS_CERT``, ``XM_TLS_KEY``: files with certificates and private key of the service itself.
    cache
        ``XM_CACHE``: folder of verified bundles, one sub-folder per use case; workers read nothing else.
    latest
        ``XM_LATEST``: folders, parted like ``PATH``, with ``<use case>/latest.parquet`` for scoring by id.
    reports
        ``XM_REPORTS``: folder with ``<use case>/report.json`` and ``model-card.json``.
    actions
        ``XM_ACTIONS``: folder of the action ledgers, with ``<use case>/ledger.json``.
    health
        ``XM_HEALTH``: folder with ``<use case>/latest.json``, what ``xm-predict monitor`` found.
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
    audit
        ``XM_AUDIT``: folder of the audit log.
    journal
        ``XM_JOURNAL``: folder of the record of predictions; None, the empty text: there is none.
    journal_days
        ``XM_JOURNAL_DAYS``: older records are removed.
    pseudonym_key
        ``XM_PSEUDONYM_KEY_FILE``: file with the secret of pseudonyms; made if there is none.
    governance
        ``XM_GOVERNANCE``: file with what was agreed on about scores of single people at work; None: there
        are none.
    metrics
        ``XM_METRICS``: folder in which the workers of one service add up their counters; None: one worker.
    is_shadowing
        ``XM_SHADOW``: 1 to let the challenger score a sample of rows after the champion has answered.
    shadow_share
        ``XM_SHADOW_SHARE``: share of the requests in that sample.
    shadow_folder
        ``XM_SHADOW_FOLDER``: folder for what both said.
    objections
        ``XM_OBJECTIONS``: folder with a list per use case of those who objected to being scored.
    wishes
        ``XM_WISHES``: folder in which pages leave what the refresher is to do; for the owner alone.
    tracking_url
        ``XM_TRACKING_URL``: address of the pages of the tracking server, for links; None: there are none.
    limits
        How much one worker takes on, and how long it waits for slow clients.
    calls
        Where running calls are kept, and how much of them.

    Examples
    --------
    >>> Settings.from_environment({"XM_PORT": "8080"}).port
    8080
    """

    host: str = "127.0.0.1"
    port: int = 3000
    workers: int = 1
    hosts: tuple[str, ...] = ()
    keys: Path = Path("xm-data/keys/keys.json")
    sessions: Path = Path("xm-data/sessions")
    is_behind_proxy: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    cache: Path = Path("xm-data/serving")
    latest: tuple[Path, ...] = (Path("xm-data/frames"),)
    reports: Path = Path("xm-data/reports")
    actions: Path = Path("xm-data/actions")
    health: Path = Path("xm-data/monitoring")
    registry: Path = Path("xm-data")
    max_body_bytes: int = 1024 * 1024
    max_body_seconds: float = 10.0
    refresh_seconds: float = 30.0
    refresh_deadline_seconds: float = 20.0
    poll_seconds: float = 1.0
    audit: Path = Path("xm-data/audit")
    journal: Path | None = Path("xm-data/journal")
    journal_days: int = 400
    pseudonym_key: Path = Path("xm-data/keys/pseudonyms.key")
    governance: Path | None = None
    metrics: Path | None = None
    is_shadowing: bool = False
    shadow_share: float = 0.1
    shadow_folder: Path = Path("xm-data/shadow")
    objections: Path = Path("xm-data/objections")
    wishes: Path = Path("xm-data/wishes")
    tracking_url: str | None = None
    limits: LimitSettings = field(default_factory=LimitSettings)
    calls: CallSettings = field(default_factory=CallSettings)

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
        tls_cert, tls_key = (_read_file(given, name) for name in ("XM_TLS_CERT", "XM_TLS_KEY"))
        if (tls_cert is None) is not (tls_key is None):
            raise InputError("XM_TLS_CERT, XM_TLS_KEY", "only one of both is set", "set both or none")
        is_behind_proxy = _read_switch(given, "XM_BEHIND_PROXY")
        return cls(
            host=_read_host(given.get("XM_HOST", default.host), is_safe=is_behind_proxy or bool(tls_cert)),
            port=_read_number(given, "XM_PORT", default.port, int, 1, 65_535),
            workers=_read_number(given, "XM_WORKERS", default.workers, int, 1, 64),
            hosts=_read_names(given.get("XM_HOSTS", "")),
            keys=Path(given.get("XM_KEYS", default.keys)).absolute(),
            sessions=Path(given.get("XM_SESSIONS", default.sessions)).absolute(),
            is_behind_proxy=is_behind_proxy,
            tls_cert=tls_cert,
            tls_key=tls_key,
            cache=Path(given.get("XM_CACHE", default.cache)).absolute(),
            latest=_read_folders(given.get("XM_LATEST"), default.latest),
            reports=Path(given.get("XM_REPORTS", default.reports)).absolute(),
            actions=Path(given.get("XM_ACTIONS", default.actions)).absolute(),
            health=Path(given.get("XM_HEALTH", default.health)).absolute(),
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
            audit=Path(given.get("XM_AUDIT", default.audit)).absolute(),
            journal=None
            if environment.get("XM_JOURNAL") == ""
            else _read_path(given, "XM_JOURNAL", default.journal),
            journal_days=_read_number(given, "XM_JOURNAL_DAYS", default.journal_days, int, 1, 36_500),
            pseudonym_key=Path(given.get("XM_PSEUDONYM_KEY_FILE", default.pseudonym_key)).absolute(),
            governance=_read_path(given, "XM_GOVERNANCE"),
            metrics=_read_path(given, "XM_METRICS"),
            is_shadowing=_read_switch(given, "XM_SHADOW"),
            shadow_share=_read_number(given, "XM_SHADOW_SHARE", default.shadow_share, float, 0, 1),
            shadow_folder=Path(given.get("XM_SHADOW_FOLDER", default.shadow_folder)).absolute(),
            objections=Path(given.get("XM_OBJECTIONS", default.objections)).absolute(),
            wishes=Path(given.get("XM_WISHES", default.wishes)).absolute(),
            tracking_url=_read_url(given, "XM_TRACKING_URL"),
            limits=LimitSettings.read(partial(_read_number, given)),
            calls=CallSettings.read(given, partial(_read_number, given)),
        )

    @property
    def is_local(self) -> bool:
        """Tell whether nobody but this machine can ask, directly or by way of a proxy."""
        return ipaddress.ip_address(self.host).is_loopback and not self.is_behind_proxy

    @property
    def is_encrypted(self) -> bool:
        """Tell whether what a browser sends is encrypted on its way."""
        return self.is_behind_proxy or self.tls_cert is not None

    @property
    def own_names(self) -> tuple[str, ...]:
        """Return the names beside those of this machine under which the service may be asked."""
        is_any = ipaddress.ip_address(self.host).is_unspecified
        return self.hosts if is_any else (*self.hosts, f"[{self.host}]" if ":" in self.host else self.host)

    def to_environment(self) -> dict[str, str]:
        """Return the variables that give these settings again; child processes are started with them."""
        return {
            "XM_HOST": self.host,
            "XM_PORT": str(self.port),
            "XM_WORKERS": str(self.workers),
            "XM_HOSTS": ",".join(self.hosts),
            "XM_KEYS": str(self.keys),
            "XM_SESSIONS": str(self.sessions),
            "XM_BEHIND_PROXY": str(int(self.is_behind_proxy)),
            "XM_TLS_CERT": str(self.tls_cert or ""),
            "XM_TLS_KEY": str(self.tls_key or ""),
            "XM_CACHE": str(self.cache),
            "XM_LATEST": os.pathsep.join(map(str, self.latest)),
            "XM_REPORTS": str(self.reports),
            "XM_ACTIONS": str(self.actions),
            "XM_HEALTH": str(self.health),
            "XM_REGISTRY": str(self.registry),
            "XM_MAX_BODY_BYTES": str(self.max_body_bytes),
            "XM_MAX_BODY_SECONDS": str(self.max_body_seconds),
            "XM_REFRESH_SECONDS": str(self.refresh_seconds),
            "XM_REFRESH_DEADLINE_SECONDS": str(self.refresh_deadline_seconds),
            "XM_POLL_SECONDS": str(self.poll_seconds),
            "XM_AUDIT": str(self.audit),
            "XM_JOURNAL": str(self.journal or ""),
            "XM_JOURNAL_DAYS": str(self.journal_days),
            "XM_PSEUDONYM_KEY_FILE": str(self.pseudonym_key),
            "XM_GOVERNANCE": str(self.governance or ""),
            "XM_METRICS": str(self.metrics or ""),
            "XM_SHADOW": str(int(self.is_shadowing)),
            "XM_SHADOW_SHARE": str(self.shadow_share),
            "XM_SHADOW_FOLDER": str(self.shadow_folder),
            "XM_OBJECTIONS": str(self.objections),
            "XM_WISHES": str(self.wishes),
            "XM_TRACKING_URL": self.tracking_url or "",
            **self.limits.to_environment(),
            **self.calls.to_environment(),
        }


def _read_host(text: str, *, is_safe: bool) -> str:
    """Return an address; keys travel with every request, so others may ask only where that is encrypted."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if text == "localhost" else text)
    except ValueError as error:
        raise InputError("XM_HOST", f"'{text}' is not an IP address", "write 127.0.0.1") from error
    if not address.is_loopback and not is_safe:
        problem = f"'{text}' can be reached from other machines, and keys would travel to it in the clear"
        hint = (
            "set XM_TLS_CERT and XM_TLS_KEY, or XM_BEHIND_PROXY=1 behind a proxy with TLS; or write 127.0.0.1"
        )
        raise InputError("XM_HOST", problem, hint)
    return str(address)


def _read_names(text: str) -> tuple[str, ...]:
    """Return names of hosts, or addresses, without ports."""
    names = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for name in names:
        if not _NAME.fullmatch(name) and not _is_address(name):
            problem = f"'{name}' is not the name of a host"
            raise InputError(
                "XM_HOSTS", problem, "write names without port, parted by commas: scores.example.org"
            )
    return names


def _is_address(text: str) -> bool:
    """Tell whether a text is an IPv6 address as it stands in a URL."""
    try:
        return text == f"[{ipaddress.IPv6Address(text[1:-1])}]"
    except ValueError:
        return False


def _read_url(given: Mapping[str, str], name: str) -> str | None:
    """Return the address of a site, if one is named, without a slash at its end."""
    text = given.get(name, "").strip()
    if text and not _URL.fullmatch(text):
        problem = "is not the address of a site"
        raise InputError(name, problem, "write https://mlflow.example.org, without a user and a query")
    return text.rstrip("/") or None


def _read_switch(given: Mapping[str, str], name: str) -> bool:
    """Return whether a switch is on."""
    text = given.get(name, "0").strip()
    if text not in {"0", "1"}:
        raise InputError(name, f"'{text}' is neither 0 nor 1", "write 1 for yes, 0 for no")
    return text == "1"


def _read_file(given: Mapping[str, str], name: str) -> Path | None:
    """Return a file that can be read, if one is named."""
    if name not in given:
        return None
    path = Path(given[name]).absolute()
    if not path.is_file() or not os.access(path, os.R_OK):
        raise InputError(name, f"'{given[name]}' is not a file that can be read", "name a file in PEM form")
    return path


def _read_path(given: Mapping[str, str], name: str, default: Path | None = None) -> Path | None:
    """Return a path that need not be there, or need not be named."""
    path = given.get(name, default)
    return None if path is None else Path(path).absolute()


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
