"""What has gone out so far, wave by wave: kept, so that a later report is granted against it."""

import base64
import hashlib
import json
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from features.files import alone, write_atomically
from training.disclosure.cells import Cell, Minimums, Wave
from training.disclosure.refusals import ReleaseRefusedError
from training.disclosure.released import Released, ReleasedCell
from training.statistics import Ints

FORMAT = 1


@dataclass(frozen=True)
class Ledger:
    """Hold the list of releases; each entry carries the hash of all before it.

    Attributes
    ----------
    salt
        Makes the digests of people those of this ledger alone.
    entries
        One per release and wave, as plain values: the wave, its minimums, digests of its people, its cells
        with state, size and members, the hash of the entry before, and its own.

    Notes
    -----
    A digest hides a name from a passing eye only; who has the ids can find them. The file is personal data.
    """

    salt: str
    entries: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def start(cls) -> "Ledger":
        """Return an empty one."""
        return cls(secrets.token_hex(16))

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        """Read a ledger; an absent file is an empty one.

        Raises
        ------
        ReleaseRefusedError
            If the file is no ledger, or an entry is not what it was when it was written.
        """
        if not path.exists():
            return cls.start()
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            found = cls(str(content["salt"]), tuple(content["entries"]))
            known = int(content["format"])
        except (ValueError, KeyError, TypeError) as error:
            raise ReleaseRefusedError(str(path), f"it is no ledger of releases: {error}", _MEND) from error
        if known != FORMAT:
            hint = "use the version that wrote it"
            raise ReleaseRefusedError(str(path), f"its format is {known}, and {FORMAT} is known here", hint)
        found._check(str(path))
        return found

    def write(self, path: Path) -> None:
        """Write the ledger in one step."""
        content = {"format": FORMAT, "salt": self.salt, "entries": list(self.entries)}
        write_atomically(path, json.dumps(content, indent=1, sort_keys=True) + "\n")

    @property
    def head(self) -> str:
        """Return the hash of the newest entry, and with it of all; empty where there is none."""
        return str(self.entries[-1]["hash"]) if self.entries else ""

    def add(self, released: Released) -> "Ledger":
        """Return the ledger with one more release.

        Raises
        ------
        ReleaseRefusedError
            If something else has gone out since the release was granted.
        """
        if released.history != self.head:
            problem = "the release was granted against another history than this"
            raise ReleaseRefusedError("ledger of releases", problem, "grant it again against this ledger")
        found = self
        for wave in released.waves:
            cells = [one for one in released.cells if one.cell.wave == wave.name]
            found = found._append(wave, released.minimums, cells)
        return found

    def of_wave(self, name: str) -> list[Mapping[str, Any]]:
        """Return the entries of one wave."""
        return [entry for entry in self.entries if entry["wave"]["name"] == name]

    @property
    def minimums(self) -> Minimums:
        """Return the largest minimum of each kind under which anything went out; the least there are if none.

        That is what those were promised who answered; no later release may undercut it.
        """
        told = [entry["minimums"] for entry in self.entries]
        floor = Minimums(0, 0, 0).to_json()
        return Minimums(**{kind: max((one[kind] for one in told), default=0) for kind in floor})

    def digest(self, people: Sequence[str]) -> list[str]:
        """Return a digest of each id."""
        key = bytes.fromhex(self.salt)
        return [hashlib.blake2b(one.encode(), key=key, digest_size=12).hexdigest() for one in people]

    def cells_of(self, wave: Wave) -> list[ReleasedCell]:
        """Return the cells of a wave that were released before, with places among its people of now."""
        place = {digest: at for at, digest in enumerate(self.digest(wave.people))}
        found = []
        for entry in self.of_wave(wave.name):
            now = np.array([place[digest] for digest in entry["people"]], dtype=np.int64)
            for one in entry["cells"]:
                members = np.sort(now[_unpack(one["members"], now.size)])
                cell = Cell(wave.name, one["table"], tuple(one["key"]), one["kind"], members)
                found.append(ReleasedCell(cell, one["state"]))
        return found

    def _append(self, wave: Wave, minimums: Minimums, cells: Sequence[ReleasedCell]) -> "Ledger":
        """Return the ledger with one more entry."""
        entry: dict[str, Any] = {
            "wave": describe_wave(wave),
            "minimums": minimums.to_json(),
            "people": self.digest(wave.people),
            "cells": [_to_json(one, len(wave.people)) for one in cells],
            "previous": self.head,
        }
        return replace(self, entries=(*self.entries, {**entry, "hash": _hash(self.salt, entry)}))

    def _check(self, where: str) -> None:
        """Demand that every entry has the hash it was given, over the hash of the one before."""
        previous = ""
        for number, entry in enumerate(self.entries, start=1):
            content = {name: value for name, value in entry.items() if name != "hash"}
            if content.get("previous") != previous or entry.get("hash") != _hash(self.salt, content):
                problem = f"entry {number} is not as it was written"
                raise ReleaseRefusedError(where, problem, _MEND)
            previous = str(entry["hash"])


def record(path: Path, released: Released) -> Ledger:
    """Add a release to the ledger in a file, while nobody else does; return the new ledger."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone(path.with_name(f".{path.name}.lock")):
        ledger = Ledger.read(path).add(released)
        ledger.write(path)
    return ledger


def describe_wave(wave: Wave) -> dict[str, str]:
    """Return what must stay the same of a wave, apart from its people, as plain values."""
    first, last = wave.first_day.isoformat(), wave.last_day.isoformat()
    return {"name": wave.name, "first_day": first, "last_day": last, "answers": wave.answers}


def days_of(entry: Mapping[str, Any]) -> tuple[date, date]:
    """Return the first and last day of the wave of an entry."""
    return date.fromisoformat(entry["wave"]["first_day"]), date.fromisoformat(entry["wave"]["last_day"])


def _to_json(one: ReleasedCell, n_people: int) -> dict[str, Any]:
    """Return a cell as plain values."""
    cell = one.cell
    named = {"table": cell.table, "key": list(cell.key), "kind": cell.kind}
    return {**named, "state": one.state, "size": one.size, "members": _pack(cell.members, n_people)}


def _pack(members: Ints, n_people: int) -> str:
    """Return members as a short text."""
    inside = np.zeros(n_people, dtype=np.bool_)
    inside[members] = True
    return base64.b64encode(zlib.compress(np.packbits(inside).tobytes())).decode()


def _unpack(text: str, n_people: int) -> Ints:
    """Return the members behind such a text."""
    packed = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(packed, count=n_people))


def _hash(salt: str, content: Mapping[str, Any]) -> str:
    """Return the hash of an entry."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


_MEND = "restore the file from a backup; without it no further report of these waves can be shown to be safe"
