"""The ledger on disk: one folder per action, in which nothing is changed, and a summary for who only reads.

``<folder>/<id>/action.json`` is named by its content and written last: an action is whole or absent.
``people-<day>.parquet`` and ``for-the-team-<day>.csv`` hold who is in which arm, for their owner alone;
``assigned-<day>.json`` says how many. ``read-outs/<day>.json`` and ``notes.jsonl`` are added later.
``<folder>/ledger.json`` holds all of it but the people.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from features.errors import ContractError, InputError
from features.failpoints import reach
from features.files import alone, produce_atomically, write_atomically
from training.actions.record import Action, Assigned, Entry, Note, ReadOut
from training.actions.showing import show_actions
from training.statistics import plain_values

SUMMARY = "ledger.json"
_SECRET, _ACTION, _NOTES, _READ_OUTS = "secret.key", "action.json", "notes.jsonl", "read-outs"
_PRIVATE = 0o600
_READ_ONLY = 0o444
_Found = TypeVar("_Found")


class Ledger:
    """Hold the actions of one use case.

    Parameters
    ----------
    folder
        Where they are; made with the first one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, action: Action, secret: bytes, people: pa.Table, assigned: Assigned) -> Path:
        """Write down a new action with its first people; return the list for those who act.

        Raises
        ------
        InputError
            If the very same was written down before.
        """
        place = self.folder / action.id
        if (place / _ACTION).exists():
            problem = f"the action {action.id} is there already, the same in every word"
            raise InputError("--label", problem, "change a word if it is another one")
        write_atomically(place / _SECRET, secret.hex() + "\n", mode=_PRIVATE)
        team = self._write_people(action.id, people, assigned)
        reach("action.assigned")
        write_atomically(place / _ACTION, _render(action.to_json()))
        (place / _ACTION).chmod(_READ_ONLY)
        self._renew()
        return team

    def extend(self, action_id: str, people: pa.Table, assigned: Assigned) -> Path:
        """Write down people who join later; return the list of them for those who act."""
        team = self._write_people(action_id, people, assigned)
        self._renew()
        return team

    def note(self, action_id: str, note: Note) -> None:
        """Add a note, a cost, or the end of an action."""
        path = self.folder / action_id / _NOTES
        with alone(self.folder / action_id / ".lock"):
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            write_atomically(path, before + json.dumps(note.to_json(), ensure_ascii=False) + "\n")
        self._renew()

    def read_out(self, found: ReadOut) -> Path:
        """Write down what was seen on a day; a later look at the same day's data replaces it."""
        path = self.folder / found.action / _READ_OUTS / f"{found.as_of.isoformat()}.json"
        write_atomically(path, _render(found.to_json()))
        self._renew()
        return path

    def secret(self, action_id: str) -> bytes:
        """Return the secret from which lots come."""
        return bytes.fromhex((self.folder / action_id / _SECRET).read_text(encoding="utf-8"))

    def people(self, entry: Entry) -> dict[date, pa.Table]:
        """Return who was assigned on which day: ``entity_id``, ``arm``, ``forecast``, ``revenue``.

        Raises
        ------
        ContractError
            If a list is not the one that was written down; people who were erased may be gone.
        """
        found = {}
        for one in entry.assigned:
            path = self.folder / entry.id / f"people-{one.snapshot_date.isoformat()}.parquet"
            found[one.snapshot_date] = _guard(path, pq.read_table)
        return found

    def entries(self) -> tuple[Entry, ...]:
        """Return all actions, the first decided first.

        Raises
        ------
        ContractError
            If a file is not what was written down.
        """
        there = [self._read(path.parent) for path in sorted(self.folder.glob(f"*/{_ACTION}"))]
        return tuple(sorted(there, key=lambda entry: (entry.action.decided_on, entry.id)))

    def find(self, wanted: str) -> Entry:
        """Return the action that an id or the beginning of one names.

        Raises
        ------
        InputError
            If no action, or more than one, has such an id.
        """
        there = self.entries()
        found = [entry for entry in there if wanted and entry.id.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        known = ", ".join(f"{entry.id} ({entry.action.label})" for entry in there)
        problem = f"'{wanted}' is {'the beginning of several' if found else 'none'} of the actions"
        raise InputError("--id", problem, f"name one of: {known}" if there else "start one first")

    def _write_people(self, action_id: str, people: pa.Table, assigned: Assigned) -> Path:
        """Write the lists of a day, and then how many they are."""
        place, day = self.folder / action_id, assigned.snapshot_date.isoformat()
        team = place / f"for-the-team-{day}.csv"
        arms = people.select(["entity_id", "arm"])
        full = place / f"people-{day}.parquet"
        produce_atomically(full, lambda draft: pq.write_table(people, draft), mode=_PRIVATE)
        produce_atomically(team, lambda draft: pa_csv.write_csv(arms, draft), mode=_PRIVATE)
        write_atomically(place / f"assigned-{day}.json", _render(assigned.to_json()))
        return team

    def _read(self, place: Path) -> Entry:
        """Return one action with all that was added."""
        action = _guard(place / _ACTION, lambda path: Action.from_json(_load(path)))
        if action.id != place.name:
            problem = f"was changed after it was decided on: its content has the id {action.id}"
            raise ContractError(str(place / _ACTION), problem, "bring back the file that was written")
        assigned = [
            _guard(path, lambda file: Assigned.from_json(_load(file)))
            for path in sorted(place.glob("assigned-*.json"))
        ]
        read_outs = [
            _guard(path, lambda file: ReadOut.from_json(_load(file)))
            for path in sorted((place / _READ_OUTS).glob("[!.]*.json"))
        ]
        return Entry(action, tuple(assigned), tuple(_read_notes(place / _NOTES)), tuple(read_outs))

    def _renew(self) -> None:
        """Write the summary anew, from all there is."""
        with alone(self.folder / ".lock"):
            entries = self.entries()
            content = {
                "format": "xm-predict actions",
                "format_version": 1,
                "shown": plain_values(show_actions(entries)),
                "entries": [entry.to_json() for entry in entries],
            }
            write_atomically(self.folder / SUMMARY, _render(content))


def digest_of(people: pa.Table) -> str:
    """Return the SHA-256 of who is in which arm."""
    rows = zip(people.column("entity_id").to_pylist(), people.column("arm").to_pylist(), strict=True)
    return sha256("\n".join(f"{one} {arm}" for one, arm in sorted(rows)).encode()).hexdigest()


def _read_notes(path: Path) -> Iterable[Note]:
    """Return what was added to an action."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return _guard(path, lambda _: [Note.from_json(json.loads(line)) for line in lines])


def _guard(path: Path, read: Callable[[Path], _Found]) -> _Found:
    """Read a file of the ledger, and say which one cannot be read.

    Raises
    ------
    ContractError
        If it cannot.
    """
    try:
        return read(path)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        problem = f"is no file of the action ledger ({type(error).__name__}: {error})"
        raise ContractError(str(path), problem, "bring back the file that was written") from error


def _load(path: Path) -> Any:
    """Return the plain values of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def _render(content: object) -> str:
    """Return the text of a JSON file."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
