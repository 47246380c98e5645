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


def _rename(old: str, new: str) -> Callable[[str], str]:
    """Return a change of the header alone."""
    return lambda text: text.replace(old, new, 1)


def _table(**changes: object) -> dict[str, Any]:
    return {"table": {**FLAT_SPEC["table"], **changes}}  # type: ignore[dict-item]


FLAT_FAULTS = (
    Fault("missing label", edit("rows.csv", _rename("left", "gone")), ("telco.yaml", "left"), ""),
    Fault("missing id", edit("rows.csv", _rename("customer", "client")), ("customer",), ""),
    Fault("wrong type", replace("rows.csv", "k005,", "k005,many"), ("tenure",), ""),
    Fault(
        "wrong declared type",
        respell("telco.yaml", FLAT_SPEC, **_table(kinds={"plan": "number"})),
        ("plan",),
        "",
    ),
    Fault("empty table", edit("rows.csv", header_only), ("rows.csv",), ""),
    Fault("empty file", put("rows.csv", b""), ("rows.csv",), ""),
    Fault("duplicate ids", edit("rows.csv", repeat_last_row), ("k199",), ""),
    Fault("label with one class", edit("rows.csv", lambda t: t.replace(",Yes", ",No")), ("left", "No"), ""),
    Fault("positive not there", respell("telco.yaml", FLAT_SPEC, **_table(positive="Ja")), ("Ja",), ""),
    Fault("unknown key", respell("telco.yaml", FLAT_SPEC, tabel={}), ("telco.yaml", "tabel"), ""),
    Fault("unknown key below", respell("telco.yaml", FLAT_SPEC, **_table(lable="x")), ("lable",), ""),
    Fault("file missing", drop("rows.csv"), ("rows.csv",), ""),
    Fault("folder for a file", make_folder("rows.csv"), ("rows.csv",), ""),
    Fault("wrong delimiter", edit("rows.csv", lambda t: t.replace(",", ";")), ("rows.csv", ";"), ""),
    Fault("wrong encoding", recode("rows.csv", "cp1252"), ("rows.csv",), ""),
    Fault("wrong encoding utf-16", recode("rows.csv", "utf-16"), ("rows.csv",), ""),
    Fault("binary file", put("rows.csv", bytes(range(256)) * 8), ("rows.csv",), ""),
    Fault("not YAML", put("telco.yaml", b"version: 1\nname: [telco\n"), ("telco.yaml",), ""),
    Fault("YAML is a list", put("telco.yaml", b"- 1\n- 2\n"), ("telco.yaml",), ""),
    Fault("YAML in cp1252", put("telco.yaml", "name: größe".encode("cp1252")), ("telco.yaml",), ""),
    Fault("empty spec", put("telco.yaml", b""), ("telco.yaml",), ""),
    Fault("binary spec", put("telco.yaml", bytes(range(256))), ("telco.yaml",), ""),
)
SNAPSHOT_FAULTS = (
    Fault("missing column", edit("tickets.csv", _rename("hours", "time_spent")), ("tickets", "hours"), ""),
    Fault("missing key", edit("tickets.csv", _rename("customer", "client")), ("tickets", "customer"), ""),
    Fault("missing time", edit("tickets.csv", _rename("opened_at", "day")), ("tickets", "opened_at"), ""),
    Fault("wrong type", edit("tickets.csv", lambda t: t.replace("\n", "x\n")), ("tickets", "hours"), ""),
    Fault("wrong time", replace("tickets.csv", "2023-", "soon-"), ("tickets", "opened_at", "soon"), ""),
    Fault("empty table", edit("customers.csv", header_only), ("customers",), ""),
    Fault("empty file", put("tickets.csv", b""), ("tickets",), ""),
    Fault("no events", edit("cancellations.csv", header_only), ("cancellations",), ""),
    Fault("unknown key", replace("churn.yaml", "windows:", "window:"), ("churn.yaml", "window"), ""),
    Fault("unknown source", replace("churn.yaml", "event: cancellations", "event: exits"), ("exits",), ""),
    Fault("bad duration", replace("churn.yaml", "gap: 7d", "gap: seven"), ("gap", "seven"), ""),
    Fault("file missing", drop("tickets.csv"), ("tickets.csv",), ""),
    Fault("wrong delimiter", edit("tickets.csv", lambda t: t.replace(",", ";")), ("tickets",), ""),
    Fault("wrong encoding", recode("customers.csv", "cp1252"), ("customers",), ""),
    Fault("duplicate versions", edit("customers.csv", lambda t: t + t.splitlines()[-1] + "x\n"), (), ""),
)
