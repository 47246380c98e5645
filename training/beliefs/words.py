"""What the belief check says, a line each."""

from training.beliefs.places import Place, Verdict
from training.beliefs.record import BeliefCheck, BeliefRow, StatedSide
from training.statistics import Estimate

CAVEAT = (
    "a stated reason answers another question than the measurement does: why people think they act, not what "
    "goes with what they do; neither shows a cause"
)
_ORDINALS = ("first", "second", "third")
_VERDICTS: dict[Verdict, str] = {
    "lower": "clearly lower than {}",
    "higher": "clearly higher than {}",
    "open": "does not contradict what is {}",
}


def tell_beliefs(check: BeliefCheck) -> list[str]:
    """Return what people say and what goes with it: who was asked, then a line per driver.

    A place never stands without its range; too few reasons are said to be too few.
    """
    lines = ["what people say and what goes with it"]
    if check.stated is not None:
        lines += _tell_side(check.stated)
    lines += [f"  {row.label['en']}: {'; '.join(_tell_row(row))}" for row in check.rows]
    return [*lines, f"  {CAVEAT}"]


def _tell_side(side: StatedSide) -> list[str]:
    """Say who gave a reason, and what speaks of no driver."""
    if not side.is_enough:
        few = f"{side.given} of {side.heard} who were heard gave one, {side.fewest} are needed"
        return [f"  too few reasons to tell anything: {few}"]
    lines = [f"  {side.given:,} of {side.heard:,} who were heard gave a reason"]
    lines.append(f"  reasons that speak of no driver: {_tell_unmapped(side)}")
    if side.unseen:
        lines.append(f"  never named, perhaps written otherwise: {', '.join(side.unseen)}")
    return lines


def _tell_unmapped(side: StatedSide) -> str:
    """Say how many named a reason that speaks of no driver."""
    if side.unmapped is None:
        return "too few to show"
    others = ", ".join(f"{reason} ({n})" for reason, n in side.other_reasons)
    return f"{_tell_share(side.unmapped)}{f': {others}' if others else ''}"


def _tell_row(row: BeliefRow) -> list[str]:
    """Say what is believed of a driver, what is measured, and whether the two agree."""
    parts = []
    if row.managers is not None:
        parts.append(f"believed {_ordinal(row.managers)} by managers")
    if row.stated is not None:
        parts.append(f"named by {_tell_share(row.stated)}")
    if row.is_hidden:
        parts.append("named by too few to show")
    if row.stated_place is not None:
        parts.append(f"stated {tell_place(row.stated_place)}")
    if row.measured is None:
        return [*parts, "not measured"]
    return [*parts, f"measured {tell_place(row.measured)}", *_tell_verdicts(row)]


def _tell_verdicts(row: BeliefRow) -> list[str]:
    """Say whether what is measured agrees with either belief; once where both say the same."""
    verdicts = {"believed": row.of_managers, "stated": row.of_stated}
    sources: dict[Verdict, list[str]] = {}
    for name, verdict in verdicts.items():
        if verdict is not None:
            sources.setdefault(verdict, []).append(name)
    return [_VERDICTS[verdict].format(" and ".join(names)) for verdict, names in sources.items()]


def tell_place(place: Place) -> str:
    """Return a place with its range.

    Examples
    --------
    >>> tell_place(Place(5, 9, 12)), tell_place(Place(1, 1, 12))
    ('place 5 to 9 of 12', 'place 1 of 12, no other is likely')
    """
    if place.low == place.high:
        return f"place {place.low} of {place.of}, no other is likely"
    return f"place {place.low} to {place.high} of {place.of}"


def _ordinal(place: Place) -> str:
    """Return the place in the ranking of managers in words."""
    last = len(_ORDINALS)
    return _ORDINALS[place.low - 1] if place.low <= last else f"number {place.low}"


def _tell_share(share: Estimate) -> str:
    """Return a share with its range and its denominator."""
    return f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%}) of {share.n:,}"
