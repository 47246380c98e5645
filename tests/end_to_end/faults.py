"""Input as it should not be: each fault spoils one thing of a good company, in one file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.features.frame import company
from tests.features.frame.test_flat import SPEC as FLAT_SPEC
from tests.features.frame.test_flat import load_flat

Spoil = Callable[[Path], object]
FLAT_TABLE: dict[str, object] = dict(FLAT_SPEC["table"])  # type: ignore[call-overload]


@dataclass(frozen=True)
class Fault:
    """Hold how to spoil the folder of a use case, and what the message has to name.

    Attributes
    ----------
    spoil
        Changes files in the folder.
    named
        Words of the message: file, column or key, value.
    remedy
        Words of its last part, which says what to do.
    """

    name: str
    spoil: Spoil
    named: tuple[str, ...]
    remedy: str


def write_snapshots(folder: Path) -> Path:
    """Write a company with sources and snapshots; return its use-case file."""
    company.load_company(folder)
    return folder / "churn.yaml"


def write_flat(folder: Path) -> Path:
    """Write a flat table; return its use-case file."""
    folder.mkdir(parents=True)
    load_flat(folder)
    return folder / "telco.yaml"


def edit(file: str, change: Callable[[str], str]) -> Spoil:
    """Return a fault that changes the text of a file."""

    def spoil(folder: Path) -> None:
        path = folder / file
        before = path.read_text("utf-8")
        assert change(before) != before
        path.write_text(change(before), "utf-8")

    return spoil


def replace(file: str, old: str, new: str) -> Spoil:
    """Return a fault that replaces the first occurrence of a text."""
    return edit(file, lambda text: text.replace(old, new, 1))


def put(file: str, content: bytes) -> Spoil:
    """Return a fault that replaces a whole file."""
    return lambda folder: (folder / file).write_bytes(content)


def recode(file: str, encoding: str) -> Spoil:
    """Return a fault that writes a file in another encoding, with a letter that shows it."""

    def spoil(folder: Path) -> None:
        text = (folder / file).read_text("utf-8").replace("basic", "größer", 1)
        (folder / file).write_bytes(text.encode(encoding))

    return spoil


def drop(file: str) -> Spoil:
    """Return a fault that takes a file away."""
    return lambda folder: (folder / file).unlink()


def make_folder(file: str) -> Spoil:
    """Return a fault that puts a folder where a file should be."""

    def spoil(folder: Path) -> None:
        (folder / file).unlink()
        (folder / file).mkdir()

    return spoil


def respell(file: str, spec: dict[str, Any], **changes: object) -> Spoil:
    """Return a fault that writes another use case."""
    return lambda folder: (folder / file).write_text(yaml.safe_dump({**spec, **changes}), "utf-8")


def header_only(text: str) -> str:
    """Return a table without rows."""
    return text.splitlines()[0] + "\n"


def repeat_last_row(text: str) -> str:
    """Return a table whose last row stands there twice, the second time with another last cell."""
    last = text.splitlines()[-1].split(",")
    return text + ",".join([*last[:-1], "No" if last[-1] == "Yes" else "Yes"]) + "\n"


def repeat_id(text: str) -> str:
    """Return a table whose last row stands there twice, the second time with the other label."""
    last = text.splitlines()[-1].split(",")
    return text + ",".join([*last[:-1], "No" if last[-1] == "Yes" else "Yes"]) + "\n"


def rename(old: str, new: str) -> Callable[[str], str]:
    """Return a change of the header alone."""
    return lambda text: text.replace(old, new, 1)


def flat_spec(**changes: object) -> Spoil:
    """Return a fault that writes another section ``table``."""
    return respell("telco.yaml", FLAT_SPEC, table={**FLAT_TABLE, **changes})


def semicolons(text: str) -> str:
    """Return a table as a German spreadsheet exports it."""
    return text.replace(",", ";")


def strangers(text: str) -> str:
    """Return events of entities that nobody knows."""
    return text.replace("\nk", "\nstranger-")


FLAT_FAULTS = (
    Fault("missing label", edit("rows.csv", rename("left", "gone")), ("table.left", "not there"), "revenue"),
    Fault("missing id", edit("rows.csv", rename("customer", "client")), ("table.customer",), "'client'"),
    Fault(
        "wrong type",
        respell("telco.yaml", FLAT_SPEC, value={"revenue": "plan"}),
        ("table.plan", "'pro'", "is not a number"),
        "missing: ['pro']",
    ),
    Fault("empty table", edit("rows.csv", header_only), ("table.file", "no rows"), "export it again"),
    Fault("empty file", put("rows.csv", b""), ("table.file", "'rows.csv' is empty"), "export it again"),
    Fault("duplicate ids", edit("rows.csv", repeat_id), ("table.customer", "'k199'"), "keep one row"),
    Fault(
        "label with one class",
        edit("rows.csv", lambda text: text.replace(",Yes", ",No")),
        ("table.left", "only one class", "'No'"),
        "both outcomes have to occur",
    ),
    Fault("label not there", flat_spec(positive="Ja"), ("table.left", "'Ja'"), "'Yes', 'No'"),
    Fault("unknown key", respell("telco.yaml", FLAT_SPEC, tabel={}), ("telco.yaml", "'tabel'"), "'table'"),
    Fault("unknown key below", flat_spec(lable="left"), ("telco.yaml: table.lable",), "'label'"),
    Fault("no file", drop("rows.csv"), ("table.file", "'rows.csv' is not there"), "telco.yaml"),
    Fault("folder", make_folder("rows.csv"), ("table.file", "'rows.csv' is a folder"), "name a CSV"),
    Fault("wrong delimiter", edit("rows.csv", semicolons), ("table.read.delimiter", "','"), "delimiter: ';'"),
    Fault("wrong encoding", recode("rows.csv", "cp1252"), ("table.file", "0xf6"), "encoding: cp1252"),
    Fault("UTF-16", recode("rows.csv", "utf-16"), ("table.file", "'rows.csv' is UTF-16"), "save it as UTF-8"),
    Fault("binary", put("rows.csv", bytes(range(256)) * 8), ("'rows.csv' is not text",), "export it as CSV"),
    Fault("not YAML", put("telco.yaml", b"name: [telco\n"), ("telco.yaml", "line 1"), "close the bracket"),
    Fault("list as spec", put("telco.yaml", b"- 1\n- 2\n"), ("telco.yaml", "a list"), "version: 1"),
    Fault("spec in cp1252", put("telco.yaml", b"name: gr\xf6\xdfe"), ("telco.yaml",), "save it as UTF-8"),
    Fault("empty spec", put("telco.yaml", b""), ("telco.yaml", "is empty"), "version: 1"),
    Fault("no spec", drop("telco.yaml"), ("telco.yaml", "cannot be read"), "name an existing file"),
)
SNAPSHOT_FAULTS = (
    Fault("missing column", edit("tickets.csv", rename("hours", "spent")), ("tickets.hours",), "'spent'"),
    Fault("missing key", edit("tickets.csv", rename("customer", "who")), ("tickets.customer",), "'who'"),
    Fault("missing time", edit("tickets.csv", rename("opened_at", "day")), ("tickets.opened_at",), "nearest"),
    Fault(
        "wrong type",
        edit("customers.csv", lambda text: text.replace(",900\n", ",nine\n", 1)),
        ("customers.revenue", "'nine'", "is not a number"),
        "missing: ['nine']",
    ),
    Fault(
        "wrong time",
        replace("tickets.csv", ",2023-", ",soon-"),
        ("tickets.opened_at", "row 2", "'soon-"),
        "2025-01-31",
    ),
    Fault("empty table", edit("customers.csv", header_only), ("customers.file", "no rows"), "export it"),
    Fault("empty file", put("tickets.csv", b""), ("'tickets.csv' is empty",), "export it again"),
    Fault(
        "no events", edit("cancellations.csv", header_only), ("cancellations.file", "no rows"), "export it"
    ),
    Fault("strangers", edit("cancellations.csv", strangers), ("cancellations", "'k00'"), "right key"),
    Fault("unknown key", replace("churn.yaml", "windows:", "window:"), ("tickets.window",), "'windows'"),
    Fault(
        "unknown source",
        replace("churn.yaml", "event: cancellations", "event: exits"),
        ("churn.yaml", "'exits'"),
        "cancellations",
    ),
    Fault("bad duration", replace("churn.yaml", "gap: 7d", "gap: seven"), ("target.gap", "'seven'"), "'90d'"),
    Fault("no file", drop("tickets.csv"), ("'tickets.csv' is not there",), "surveys.csv"),
    Fault("wrong delimiter", edit("tickets.csv", semicolons), ("tickets.read.delimiter",), "delimiter: ';'"),
    Fault("wrong encoding", recode("customers.csv", "cp1252"), ("customers.file", "0xf6"), "cp1252"),
)
