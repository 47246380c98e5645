"""Addresses of databases: understood, connected to, and shown without their passwords.

A password stands in the address, in ``PGPASSWORD``, or in the file that ``XM_SQL_PASSWORD_FILE`` names.
Nothing here puts it into a message, and :meth:`DatabaseAddress.scrub` takes it out of the words of others.
"""

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote

from features.errors import InputError, XmError

if TYPE_CHECKING:
    import pg8000.dbapi

FILE_VARIABLE = "XM_SQL_PASSWORD_FILE"
_HIDDEN = "***"
DRIVEN = "postgresql+pg8000"
_POSTGRESQL = ("postgresql", "postgres", DRIVEN)
_SQLITE = "sqlite"
_HINT = "write postgresql://user@host:5432/database or sqlite:///file.db"
_SECRETS = re.compile(r"(?P<start>[a-z][a-z0-9+.-]*://[^\s:/@'\"]*):[^\s'\"]*@", re.IGNORECASE)
_SECRET_OPTIONS = re.compile(
    r"(?P<start>[?&;](?:\w*passw(?:or)?d|\w*secret|\w*token))=[^&;\s'\"]*", re.IGNORECASE
)
_SERVER = re.compile(
    r"(?:(?P<user>[^:/@?#]+)(?::(?P<password>[^@/?#]*))?@)?"
    r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])?(?::(?P<port>[0-9]{1,5}))?"
    r"/(?P<database>[^/?#@]+)(?:\?(?P<options>[^#]*))?"
)
_OPTIONS = ("host", "sslmode", "sslrootcert")
_TLS_MODES: dict[str, bool | None] = {"disable": False, "prefer": None, "require": True}
_VERIFIED = "verify-full"
_SILENCE_SECONDS = 120
_DEFAULT_PORT = 5432
_MOST_CHARACTERS = 200


class UnreachableError(XmError):
    """Report a database that does not answer, or does not let us in."""


def driver_errors() -> tuple[type[Exception], ...]:
    """Return what is raised when PostgreSQL or the way to it fails."""
    import pg8000.dbapi

    return (pg8000.dbapi.Error, OSError)


def is_address(text: str) -> bool:
    """Tell whether a text is meant as the address of a database and not as the name of a file.

    Examples
    --------
    >>> is_address("postgresql://me@db/scores"), is_address("scores.parquet")
    (True, False)
    """
    return "://" in text


def mask(text: str) -> str:
    """Return a text without the passwords of the addresses in it.

    Examples
    --------
    >>> mask("no route to postgresql://me:s3cret@db:5432/scores?sslmode=require")
    'no route to postgresql://me:***@db:5432/scores?sslmode=require'
    """
    hidden = _SECRETS.sub(rf"\g<start>:{_HIDDEN}@", text)
    return _SECRET_OPTIONS.sub(rf"\g<start>={_HIDDEN}", hidden)


@dataclass(frozen=True)
class DatabaseAddress:
    """Hold where a database is; as text it has no password.

    Attributes
    ----------
    scheme
        ``postgresql`` or ``sqlite``.
    database
        Name of the database, or path of the file.
    host, port, user
        Of PostgreSQL; a host that begins with ``/`` is the folder of a socket.
    tls_mode, root_certificates
        ``sslmode`` and ``sslrootcert``, as ``psql`` has them.
    """

    scheme: str
    database: str
    host: str = ""
    port: int = _DEFAULT_PORT
    user: str = ""
    tls_mode: str = "prefer"
    root_certificates: str = ""
    password: str | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """Return the address as it may be seen by anybody."""
        if self.scheme == _SQLITE:
            return f"sqlite:///{self.database}"
        host = f"[{self.host}]" if ":" in self.host else quote(self.host, safe="")
        return f"postgresql://{quote(self.user)}@{host}:{self.port}/{quote(self.database)}"

    def __str__(self) -> str:
        return self.shown

    def scrub(self, text: str) -> str:
        """Return the words of a library without the password, however they hold it."""
        if self.password:
            for spelling in (self.password, quote(self.password), quote(self.password, safe="")):
                text = text.replace(spelling, _HIDDEN)
        return mask(" ".join(text.split()))

    def connect(self) -> "pg8000.dbapi.Connection":
        """Open a connection to PostgreSQL.

        Raises
        ------
        InputError
            If this is no address of PostgreSQL, its driver is not installed, or there is no password.
        UnreachableError
            If the server does not answer, or does not let us in.
        """
        if self.scheme == _SQLITE:
            raise InputError(self.shown, "is not PostgreSQL", "write postgresql://user@host:5432/database")
        try:
            import pg8000.dbapi
        except ImportError as error:
            hint = "install xm-predict[train]"
            raise InputError(self.shown, "needs pg8000, which is not installed", hint) from error
        try:
            return pg8000.dbapi.connect(**self._arguments())
        except AttributeError:
            # What the driver runs into when the server asks for a password and there is none.
            hint = f"set PGPASSWORD, or let {FILE_VARIABLE} name a file that holds it"
            raise InputError(self.shown, "asks for a password, and none is given", hint) from None
        except driver_errors() as error:
            hint = "check address, user and password, and whether the server is up"
            problem = f"does not let us in ({self.reason_of(error)})"
            raise UnreachableError(self.shown, problem, hint) from None

    def reason_of(self, error: BaseException) -> str:
        """Return what the database says in one line: no password, no statement, and no value of a row."""
        words = error.args[0] if error.args else type(error).__name__
        # PostgreSQL sends fields: M is the message, others hold keys and values.
        text = str(words.get("M", "it refuses")) if isinstance(words, dict) else str(words)
        return self.scrub((text.splitlines() or [type(error).__name__])[0])[:_MOST_CHARACTERS]

    @contextmanager
    def alone(self, lock: int) -> Iterator[None]:
        """Let nobody else hold the same lock of the same database; it ends with the connection."""
        with closing(self.connect()) as connection:
            connection.autocommit = True
            connection.cursor().execute(f"SELECT pg_advisory_lock({lock:d})")
            yield

    def _arguments(self) -> dict[str, Any]:
        """Return what the driver wants to be told."""
        place: dict[str, Any] = {"host": self.host, "port": self.port}
        if self.host.startswith("/"):
            place = {"unix_sock": f"{self.host}/.s.PGSQL.{self.port}"}
        return {
            **place,
            "user": self.user,
            "password": self.password,
            "database": self.database,
            "ssl_context": self._tls(),
            "timeout": _SILENCE_SECONDS,
            "application_name": "xm-predict",
        }

    def _tls(self) -> bool | ssl.SSLContext | None:
        """Return whether to encrypt, and whose certificates to trust; None: where the server can."""
        if self.host.startswith("/"):
            return False
        if self.tls_mode == _VERIFIED:
            return ssl.create_default_context(cafile=self.root_certificates or None)
        return _TLS_MODES[self.tls_mode]


def read_address(
    text: str, where: str, environment: Mapping[str, str] = os.environ, *, folder: Path = Path()
) -> DatabaseAddress:
    """Understand an address, and find its password.

    Parameters
    ----------
    text
        ``postgresql://user@host:5432/database`` with ``?sslmode=`` (``disable``, ``prefer``, ``require``,
        ``verify-full``) and ``&sslrootcert=``, or with ``?host=/folder/of/socket``; ``sqlite:///file.db``.
    where
        What messages speak of, as ``--to``.
    environment
        ``PGPASSWORD`` and ``XM_SQL_PASSWORD_FILE``, of which the address itself takes none when it has one.
    folder
        Where relative names of files start.

    Raises
    ------
    InputError
        If it is none, or the file of the password cannot be read. No message holds the password.

    Examples
    --------
    >>> found = read_address("postgresql://me:s3cret@db/scores", "--to")
    >>> str(found), found.password
    ('postgresql://me@db:5432/scores', 's3cret')
    """
    scheme, _, rest = text.partition("://")
    if scheme == _SQLITE:
        return _read_sqlite(rest, where, folder)
    if scheme not in _POSTGRESQL:
        raise InputError(where, f"'{_hide(text)}' is not an address of a database", _HINT)
    found = _SERVER.fullmatch(rest)
    if found is None:
        hint = f"{_HINT}; write @ : / ? and # in a password as %40 %3A %2F %3F %23"
        raise InputError(where, f"'{_hide(text)}' is not an address of a database", hint)
    options = _read_options(found["options"] or "", where)
    host = options.get("host") or (found["host"] or "").strip("[]")
    user = unquote(found["user"] or "") or environment.get("PGUSER", "")
    if not host or not user:
        missing = "user" if host else "host"
        raise InputError(where, f"'{_hide(text)}' names no {missing}", _HINT)
    password = found["password"]
    return DatabaseAddress(
        "postgresql",
        unquote(found["database"]),
        host,
        int(found["port"] or _DEFAULT_PORT),
        user,
        options.get("sslmode", "prefer"),
        options.get("sslrootcert", ""),
        _find_password(environment) if password is None else unquote(password),
    )


def with_driver(uri: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return an address of PostgreSQL as SQLAlchemy wants it: with our driver, and with the password.

    Parameters
    ----------
    uri
        Any other address, or one that names another driver, comes back as it is; so does every one where our
        driver is not installed.
    environment
        See :func:`read_address`.

    Examples
    --------
    >>> with_driver("postgresql://me@db/mlflow", {"PGPASSWORD": "p@ss"})
    'postgresql+pg8000://me:p%40ss@db/mlflow'
    """
    scheme, found, rest = uri.partition("://")
    if not found or scheme not in _POSTGRESQL or find_spec("pg8000") is None:
        return uri
    user, is_named, place = rest.rpartition("@")
    password = None if ":" in user or not is_named else _find_password(environment)
    secret = "" if password is None else f":{quote(password, safe='')}"
    return f"{DRIVEN}://{user}{secret}{is_named}{place}"


def _read_sqlite(rest: str, where: str, folder: Path) -> DatabaseAddress:
    """Understand the address of a file."""
    name = rest.removeprefix("/")
    if not rest.startswith("/") or not name or name == ":memory:" or "?" in name:
        raise InputError(where, f"'sqlite://{rest}' does not name a file", "write sqlite:///file.db")
    return DatabaseAddress(_SQLITE, str(folder / name))


def _read_options(text: str, where: str) -> dict[str, str]:
    """Understand what stands behind the question mark; a value may be secret, so that none is shown."""
    options = dict(parse_qsl(text, keep_blank_values=True))
    for name in options:
        if name not in _OPTIONS:
            raise InputError(
                where, f"does not know '{name}' behind '?'", f"leave it out; {', '.join(_OPTIONS)}"
            )
    modes = (*_TLS_MODES, _VERIFIED)
    if options.get("sslmode", modes[0]) not in modes:
        raise InputError(where, f"'{options['sslmode'][:20]}' is no sslmode", f"write {', '.join(modes)}")
    return options


def _find_password(environment: Mapping[str, str]) -> str | None:
    """Return the password of the environment, or of the file that it names."""
    name = environment.get(FILE_VARIABLE)
    if not name:
        return environment.get("PGPASSWORD")
    try:
        password = Path(name).read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"'{name}' cannot be read ({getattr(error, 'strerror', None) or 'it is not UTF-8'})"
        raise InputError(FILE_VARIABLE, problem, "name a file that holds the password alone") from error
    if not password:
        raise InputError(FILE_VARIABLE, f"'{name}' is empty", "name a file that holds the password alone")
    return password


def _hide(text: str) -> str:
    """Return an address that was not understood without anything in it that may be a password."""
    scheme, found, _ = text.partition("://")
    return f"{scheme}://{_HIDDEN}" if found else text
