"""A PostgreSQL of our own for tests: a new cluster in a temporary folder, gone with the process of the tests.

PostgreSQL refuses to run as root, so that root lets the user ``postgres`` run it, whom Debian makes with the
package. It listens on this machine alone and demands passwords.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pg8000.dbapi
import pytest

_PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")
_USER, _ACCOUNT = "xm", "postgres"
_START_SECONDS = 60.0
# Nobody keeps what is in it, so that nothing waits for a disk.
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


@dataclass(frozen=True)
class Server:
    """Hold where a server listens, and its password.

    Attributes
    ----------
    folder
        Of its socket.
    """

    port: int
    folder: Path
    password: str

    def url(self, database: str, *, with_password: bool = False) -> str:
        """Return the address of a database."""
        secret = f":{self.password}" if with_password else ""
        return f"postgresql://{_USER}{secret}@127.0.0.1:{self.port}/{database}"

    def tracking_uri(self, database: str) -> str:
        """Return the address as MLflow wants it."""
        return self.url(database, with_password=True).replace("postgresql://", "postgresql+pg8000://")

    def connect(self, database: str) -> Any:
        """Open a connection that needs no commit."""
        connection = pg8000.dbapi.connect(
            user=_USER, password=self.password, host="127.0.0.1", port=self.port, database=database
        )
        connection.autocommit = True
        return connection

    def make_database(self) -> str:
        """Make a new database and return its name."""
        name = f"test_{secrets.token_hex(6)}"
        self.ask("postgres", f"CREATE DATABASE {name}")
        return name

    def ask(self, database: str, question: str) -> list[tuple[Any, ...]]:
        """Return the rows that a statement gives; none where it gives none."""
        with contextlib.closing(self.connect(database)) as connection:
            cursor = connection.cursor()
            cursor.execute(question)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


def find_binaries() -> Path:
    """Return the folder of the newest PostgreSQL; the test is skipped where there is none that can run."""
    found = sorted(folder for pattern in _PLACES for folder in Path("/").glob(pattern))
    folders = [folder for folder in found if (folder / "initdb").is_file()]
    if not folders:
        pytest.skip("PostgreSQL is not installed: no initdb in /" + ", /".join(_PLACES))
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("PostgreSQL does not run as root, and there is no setpriv to become somebody else")
        try:
            pwd.getpwnam(_ACCOUNT)
        except KeyError:
            pytest.skip(f"PostgreSQL does not run as root, and there is no user {_ACCOUNT}")
    return folders[-1]


@contextmanager
def run_server() -> Iterator[Server]:
    """Run a new server until the block ends, or this process."""
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="xm-pg-", dir="/tmp"))
    try:
        server = Server(_free_port(), folder, secrets.token_hex(12))
        (folder / "password").write_text(server.password)
        if os.geteuid() == 0:
            for path in (folder, folder / "password"):
                shutil.chown(path, _ACCOUNT, _ACCOUNT)
        with (folder / "log").open("wb") as log:
            words = ["--username", _USER, "--pwfile", folder / "password", "--auth", "scram-sha-256"]
            words += ["--encoding", "UTF8", "--locale", "C", "--no-sync", "--pgdata", folder / "cluster"]
            subprocess.run(_as_account(binaries / "initdb", *words), check=True, stdout=log, stderr=log)
            settings = [word for setting in _QUICK for word in ("-c", setting)]
            words = ["-D", folder / "cluster", "-p", server.port, "-h", "127.0.0.1", "-k", folder, *settings]
            process = subprocess.Popen(_as_account(binaries / "postgres", *words), stdout=log, stderr=log)
            try:
                _wait_for(server, process)
                yield server
            finally:
                process.terminate()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_account(*words: object) -> list[str]:
    """Return a command that does not run as root, and that Linux ends with the thread that started it."""
    command = [str(word) for word in words]
    if os.geteuid() == 0:
        who = ["--reuid", _ACCOUNT, "--regid", _ACCOUNT, "--init-groups", "--pdeathsig", "INT"]
        return ["setpriv", *who, "--", *command]
    return command


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.connect("postgres").close()
        except pg8000.dbapi.Error:
            log = (server.folder / "log").read_text()
            assert process.poll() is None, log
            assert time.monotonic() < deadline, log
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
