"""Settings of the service: environment variables, typed, checked once at start."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from features.errors import InputError
from serving.call_settings import CallSettings
from serving.limit_settings import LimitSettings
from serving.variables import folders, number, path, read_variables, spell_variables, switch, variable

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")

_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(/[A-Za-z0-9._~/-]*)?")


def _read_host(name: str, text: str) -> str:
    """Return an address."""
    try:
        return str(ipaddress.ip_address("127.0.0.1" if text == "localhost" else text))
    except ValueError as error:
        raise InputError(name, f"'{text}' is not an IP address", "write 127.0.0.1") from error


def _read_names(variable_name: str, text: str) -> tuple[str, ...]:
    """Return names of hosts, or addresses, without ports."""
    names = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for name in names:
        if not _NAME.fullmatch(name) and not _is_address(name):
            problem = f"'{name}' is not the name of a host"
            raise InputError(
                variable_name, problem, "write names without port, parted by commas: scores.example.org"
            )
    return names


def _is_address(text: str) -> bool:
    """Tell whether a text is an IPv6 address as it stands in a URL."""
    try:
        return text == f"[{ipaddress.IPv6Address(text[1:-1])}]"
    except ValueError:
        return False


def _read_url(name: str, text: str) -> str | None:
    """Return the address of a site, if one is named, without a slash at its end."""
    if text and not _URL.fullmatch(text.strip()):
        problem = "is not the address of a site"
        raise InputError(name, problem, "write https://mlflow.example.org, without a user and a query")
    return text.strip().rstrip("/") or None


def _read_file(name: str, text: str) -> Path | None:
    """Return a file that can be read, if one is named."""
    if not text:
        return None
    path = Path(text).absolute()
    if not path.is_file() or not os.access(path, os.R_OK):
        raise InputError(name, f"'{text}' is not a file that can be read", "name a file in PEM form")
    return path


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

    host: str = field(default="127.0.0.1", metadata=variable("XM_HOST", _read_host))
    port: int = field(default=3000, metadata=number("XM_PORT", int, 1, 65_535))
    workers: int = field(default=1, metadata=number("XM_WORKERS", int, 1, 64))
    hosts: tuple[str, ...] = field(default=(), metadata=variable("XM_HOSTS", _read_names, ",".join))
    keys: Path = field(default=Path("xm-data/keys/keys.json"), metadata=path("XM_KEYS"))
    sessions: Path = field(default=Path("xm-data/sessions"), metadata=path("XM_SESSIONS"))
    is_behind_proxy: bool = field(default=False, metadata=switch("XM_BEHIND_PROXY"))
    tls_cert: Path | None = field(default=None, metadata=variable("XM_TLS_CERT", _read_file))
    tls_key: Path | None = field(default=None, metadata=variable("XM_TLS_KEY", _read_file))
    cache: Path = field(default=Path("xm-data/serving"), metadata=path("XM_CACHE"))
    latest: tuple[Path, ...] = field(default=(Path("xm-data/frames"),), metadata=folders("XM_LATEST"))
    reports: Path = field(default=Path("xm-data/reports"), metadata=path("XM_REPORTS"))
    actions: Path = field(default=Path("xm-data/actions"), metadata=path("XM_ACTIONS"))
    health: Path = field(default=Path("xm-data/monitoring"), metadata=path("XM_HEALTH"))
    registry: Path = field(default=Path("xm-data"), metadata=path("XM_REGISTRY"))
    max_body_bytes: int = field(default=1024 * 1024, metadata=number("XM_MAX_BODY_BYTES", int, 1024, 2**30))
    max_body_seconds: float = field(default=10.0, metadata=number("XM_MAX_BODY_SECONDS", float, 0.1, 600))
    refresh_seconds: float = field(default=30.0, metadata=number("XM_REFRESH_SECONDS", float, 1, 86_400))
    refresh_deadline_seconds: float = field(
        default=20.0, metadata=number("XM_REFRESH_DEADLINE_SECONDS", float, 1, 3_600)
    )
    poll_seconds: float = field(default=1.0, metadata=number("XM_POLL_SECONDS", float, 0.05, 60))
    audit: Path = field(default=Path("xm-data/audit"), metadata=path("XM_AUDIT"))
    journal: Path | None = field(default=Path("xm-data/journal"), metadata=path("XM_JOURNAL"))
    journal_days: int = field(default=400, metadata=number("XM_JOURNAL_DAYS", int, 1, 36_500))
    pseudonym_key: Path = field(
        default=Path("xm-data/keys/pseudonyms.key"), metadata=path("XM_PSEUDONYM_KEY_FILE")
    )
    governance: Path | None = field(default=None, metadata=path("XM_GOVERNANCE"))
    metrics: Path | None = field(default=None, metadata=path("XM_METRICS"))
    is_shadowing: bool = field(default=False, metadata=switch("XM_SHADOW"))
    shadow_share: float = field(default=0.1, metadata=number("XM_SHADOW_SHARE", float, 0, 1))
    shadow_folder: Path = field(default=Path("xm-data/shadow"), metadata=path("XM_SHADOW_FOLDER"))
    objections: Path = field(default=Path("xm-data/objections"), metadata=path("XM_OBJECTIONS"))
    wishes: Path = field(default=Path("xm-data/wishes"), metadata=path("XM_WISHES"))
    tracking_url: str | None = field(default=None, metadata=variable("XM_TRACKING_URL", _read_url))
    limits: LimitSettings = field(default_factory=LimitSettings)
    calls: CallSettings = field(default_factory=CallSettings)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; an empty variable counts as absent, but for that of the journal.

        Raises
        ------
        InputError
            If a value cannot be used: one line with variable, value and remedy.
        """
        given = {name: text for name, text in environment.items() if name.startswith("XM_") and text.strip()}
        if environment.get("XM_JOURNAL") == "":
            given["XM_JOURNAL"] = ""
        found = read_variables(cls, given)
        if (found.tls_cert is None) is not (found.tls_key is None):
            raise InputError("XM_TLS_CERT, XM_TLS_KEY", "only one of both is set", "set both or none")
        _check_host(found)
        return found

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
        return spell_variables(self)


def _check_host(settings: Settings) -> None:
    """Let others than this machine ask only where that is encrypted: keys travel with every request."""
    if settings.is_encrypted or ipaddress.ip_address(settings.host).is_loopback:
        return
    problem = (
        f"'{settings.host}' can be reached from other machines, and keys would travel to it in the clear"
    )
    hint = "set XM_TLS_CERT and XM_TLS_KEY, or XM_BEHIND_PROXY=1 behind a proxy with TLS; or write 127.0.0.1"
    raise InputError("XM_HOST", problem, hint)
