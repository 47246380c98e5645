"""Addresses are understood, passwords found, and none of them is ever shown."""

import pytest

from features.addresses import is_address, mask, read_address, with_driver
from features.errors import InputError

CANARY = "canary-p%40ss"


def read(text, **environment):
    return read_address(text, "--to", environment)


class TestPostgresql:
    def test_all_parts(self):
        found = read("postgresql://me:s%40%2Fx@db.example.org:6543/scores?sslmode=require")
        assert (found.user, found.password, found.host, found.port) == ("me", "s@/x", "db.example.org", 6543)
        assert (found.database, found.tls_mode) == ("scores", "require")

    @pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+pg8000"])
    def test_schemes(self, scheme):
        assert str(read(f"{scheme}://me@db/scores")) == "postgresql://me@db:5432/scores"

    def test_a_socket(self):
        found = read("postgresql://me@:6543/scores?host=/var/run/postgresql")
        assert found._arguments()["unix_sock"] == "/var/run/postgresql/.s.PGSQL.6543"
        assert found._arguments()["ssl_context"] is False

    def test_an_address_of_six_groups(self):
        assert read("postgresql://me@[::1]:1/x").host == "::1"
        assert str(read("postgresql://me@[::1]:1/x")) == "postgresql://me@[::1]:1/x"

    def test_certificates_are_checked_where_that_is_asked_for(self):
        arguments = read("postgresql://me@db/x?sslmode=verify-full")._arguments()
        assert arguments["ssl_context"].check_hostname
        modes = {"disable": False, "prefer": None, "require": True}
        for mode, setting in modes.items():
            assert read(f"postgresql://me@db/x?sslmode={mode}")._arguments()["ssl_context"] is setting

    def test_the_user_may_come_from_the_environment(self):
        assert read("postgresql://db/x", PGUSER="me").user == "me"

    @pytest.mark.parametrize(
        "text",
        [
            f"postgresql://me:{CANARY}@/x",
            f"postgresql://me:{CANARY}@db",
            f"postgresql://me:{CANARY}/x",
            "postgresql://me:canary@canary@db/x",
            "postgresql://me:canary/canary@db/x",
            "postgresql://me:canary#canary@db/x",
            f"postgresql://me:{CANARY}@db:port/x",
            f"postgresql://me:{CANARY}@db/x?password=canary",
            f"postgresql://me:{CANARY}@db/x?sslmode=never",
            f"postgresql+psycopg2://me:{CANARY}@db/x",
            f"mysql://me:{CANARY}@db/x",
            "oracle://canary@canary",
            f"postgresql://{CANARY}",
            f"postgresql://:{CANARY}@db/x",
        ],
    )
    def test_what_is_none_is_told_without_its_password(self, text):
        with pytest.raises(InputError, match="--to") as found:
            read(text)
        assert "canary" not in f"{found.value} {found.value!r}"


class TestPasswords:
    def test_the_address_comes_first_then_the_file_then_the_environment(self, tmp_path):
        (tmp_path / "password").write_text("of-file\n")
        environment = {"XM_SQL_PASSWORD_FILE": str(tmp_path / "password"), "PGPASSWORD": "of-environment"}
        assert read("postgresql://me:own@db/x", **environment).password == "own"
        assert read("postgresql://me@db/x", **environment).password == "of-file"
        assert read("postgresql://me@db/x", PGPASSWORD="of-environment").password == "of-environment"
        assert read("postgresql://me@db/x").password is None

    @pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"], ids=["absent", "empty", "bytes"])
    def test_a_file_that_holds_none_is_told(self, tmp_path, content):
        if content is not None:
            (tmp_path / "password").write_bytes(content)
        with pytest.raises(InputError, match=r"XM_SQL_PASSWORD_FILE: .*password"):
            read("postgresql://me@db/x", XM_SQL_PASSWORD_FILE=str(tmp_path / "password"))

    def test_no_text_of_an_address_holds_it(self):
        found = read(f"postgresql://me:{CANARY}@db/x")
        assert found.password == "canary-p@ss"
        assert "canary" not in f"{found} {found!r} {found.shown}"

    @pytest.mark.parametrize("spelling", ["canary-p@ss", CANARY], ids=["plain", "quoted"])
    def test_words_of_a_library_are_scrubbed(self, spelling):
        found = read(f"postgresql://me:{CANARY}@db/x")
        assert found.scrub(f"no '{spelling}'\n in  postgresql://me:{spelling}@db") == (
            "no '***' in postgresql://me:***@db"
        )

    def test_a_server_that_asks_for_one_is_told_of(self, postgresql):
        address = read(postgresql.url("postgres"))
        with pytest.raises(InputError, match="asks for a password, and none is given; set PGPASSWORD"):
            address.connect()
        read(postgresql.url("postgres"), PGPASSWORD=postgresql.password).connect().close()

    def test_a_socket_is_connected_to(self, postgresql):
        text = f"postgresql://xm@:{postgresql.port}/postgres?host={postgresql.folder}"
        read(text, PGPASSWORD=postgresql.password).connect().close()


class TestSqlite:
    def test_paths(self, tmp_path):
        assert read("sqlite:///some/file.db").database == "some/file.db"
        assert read(f"sqlite:///{tmp_path}/file.db").database == f"{tmp_path}/file.db"
        assert read_address("sqlite:///f.db", "x", {}, folder=tmp_path).database == str(tmp_path / "f.db")
        assert str(read("sqlite:////tmp/f.db")) == "sqlite:////tmp/f.db"

    @pytest.mark.parametrize("text", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://f.db"])
    def test_what_names_no_file(self, text):
        with pytest.raises(InputError, match="does not name a file"):
            read(text)

    def test_it_is_not_connected_to_as_if_it_were_a_server(self):
        with pytest.raises(InputError, match="is not PostgreSQL"):
            read("sqlite:///f.db").connect()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("sqlite:///x.db", "sqlite:///x.db"),
        ("a postgresql+pg8000://me:canary@db/x b", "a postgresql+pg8000://me:***@db/x b"),
        ("http://me:can@ry@host", "http://me:***@host"),
        ("x?password=canary&b=1", "x?password=***&b=1"),
        ("http://host?access_token=canary", "http://host?access_token=***"),
        ("postgresql://me@db:5432/x", "postgresql://me@db:5432/x"),
    ],
)
def test_mask(text, masked):
    assert mask(text) == masked


def test_addresses_are_told_from_files():
    assert [is_address(text) for text in ("a.csv", "C:/a.csv", "sqlite:///a")] == [False, False, True]


@pytest.mark.parametrize(
    ("uri", "driven"),
    [
        ("postgresql://me@db:1/x", "postgresql+pg8000://me:p%2F@db:1/x"),
        ("postgresql://me:own@db/x", "postgresql+pg8000://me:own@db/x"),
        ("postgresql+pg8000://me@db/x", "postgresql+pg8000://me:p%2F@db/x"),
        ("postgresql+psycopg2://me@db/x", "postgresql+psycopg2://me@db/x"),
        ("http://mlflow:5000", "http://mlflow:5000"),
        ("sqlite:///x.db", "sqlite:///x.db"),
    ],
)
def test_with_driver(uri, driven):
    assert with_driver(uri, {"PGPASSWORD": "p/"}) == driven
