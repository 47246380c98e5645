"""Sample actions for reports: one that helped, one that shows nothing yet, one that nobody can judge."""

import tempfile
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from tests.training.actions.made import DAY, make_action, make_people, start
from training.actions import Entry, Ledger, Note, Seen, Stakes, read_out, show_actions, tell_read_out
from training.reports import ReportInputs

AFTER = date(2026, 5, 1)


def with_actions(inputs: ReportInputs, *, fewest: int = 0) -> ReportInputs:
    """Return the same report with its actions."""
    return replace(inputs, actions=show_actions(entries(fewest)))


@cache
def entries(fewest: int = 0) -> tuple[Entry, ...]:
    """Return a ledger of three actions; with few people in arms that are not told of."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder))
        helped = start(ledger, make_action(fewest=fewest), make_people(fewest * 2 - 2 if fewest else 1400))
        _read(ledger, helped, treated=0.05, held_back=0.13, as_of=AFTER)
        early = start(ledger, make_action(label="Calls <b>before</b> renewal", lever=None, lever_label=None))
        _read(ledger, early, treated=0.1, held_back=0.1, as_of=DAY + timedelta(days=20))
        plan = replace(make_action().plan, hold_out=0.0, smallest_effect=None)
        alone = start(
            ledger,
            make_action(label="Apology to all", plan=plan, no_hold_out_because="All were promised it."),
        )
        _read(ledger, alone, treated=0.1, held_back=0.1, as_of=AFTER)
        ledger.note(alone.id, Note(AFTER, "stopped", "done"))
        return ledger.entries()


def _read(ledger: Ledger, entry: Entry, *, treated: float, held_back: float, as_of: date) -> None:
    """Write a read-out with given shares of events."""
    people = ledger.people(entry)
    rows = people[DAY]
    arms = rows.column("arm").to_pylist()
    shares = {"treated": treated, "held_back": held_back}
    outcome: dict[str, float] = {}
    for arm, share in shares.items():
        names = [
            name for name, own in zip(rows.column("entity_id").to_pylist(), arms, strict=True) if own == arm
        ]
        outcome |= {name: float(place < share * len(names)) for place, name in enumerate(names)}
    seen = {DAY: Seen(DAY + timedelta(days=97), outcome)}
    found = read_out(entry, people, seen, as_of=as_of, stakes=Stakes(0.6, entry.action.fewest))
    ledger.read_out(replace(found, sentence=tell_read_out(entry, found)))
