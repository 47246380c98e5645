"""A change of a score in lines for people: old and new score, then the reasons with their signs."""

from collections.abc import Sequence

from training.change.effects import DriverEffect
from training.change.group import GroupChange
from training.change.single import Change

_MOST_DRIVERS = 8
_MOST_FEATURES = 3
_NOTHING = 5e-4  # less than half a tenth of a point is not worth a line
_MINUS = "\N{MINUS SIGN}"


def describe_single_change(change: Change, who: str, days: Sequence[str], models: Sequence[str]) -> list[str]:
    """Return the change of one score, a line each.

    Parameters
    ----------
    who
        Whose score it is.
    days, models
        Snapshot and model of each side, in words.
    """
    is_rating = change.is_rating
    lines = [_head(change.before, change.after, who, change.horizon, days, is_rating=is_rating)]
    lines += _describe_drivers(change.drivers, is_rating=is_rating)
    return [*lines, _model_line(change.model_effect, models, is_rating=is_rating)]


def describe_group_change(change: GroupChange, days: Sequence[str], models: Sequence[str]) -> list[str]:
    """Return the change of a group's mean score, a line each; see :func:`describe_single_change`."""
    is_rating = change.is_rating
    people = f"{change.n_before} people, then {change.n_after}; {change.n_stayed} of them on both days"
    head = _head(change.before, change.after, change.group, change.horizon, days, is_rating=is_rating)
    lines = [head, people, f"what changed in the {change.n_stayed} who stayed:"]
    if change.drivers is None:
        lines.append(
            _line(change.features_effect, "their features (too few to name drivers)", is_rating=is_rating)
        )
    else:
        lines += _describe_drivers(change.drivers, is_rating=is_rating, has_features=False)
    lines += [_model_line(change.model_effect, models, is_rating=is_rating), "who came and went:"]
    if change.joined_effect is None or change.left_effect is None:
        return [*lines, _line(change.moved_effect, "those who joined or left", is_rating=is_rating)]
    lines.append(
        _line(change.joined_effect, f"{change.n_after - change.n_stayed} joined", is_rating=is_rating)
    )
    return [
        *lines,
        _line(change.left_effect, f"{change.n_before - change.n_stayed} left", is_rating=is_rating),
    ]


def _head(
    before: float, after: float, who: str, horizon: str, days: Sequence[str], *, is_rating: bool
) -> str:
    """Return who, old and new score, and the difference."""
    old, new = (f"{score:.2f}" if is_rating else f"{score:.1%}" for score in (before, after))
    change = _amount(after - before, is_rating=is_rating).strip()
    return f"{who}, {horizon}: {old} on {days[0]} → {new} on {days[1]} ({change})"


def _describe_drivers(
    drivers: Sequence[DriverEffect], *, is_rating: bool, has_features: bool = True
) -> list[str]:
    """Return the largest drivers, each with its largest features; the rest in one line, so that sums hold."""
    shown = [one for one in drivers[:_MOST_DRIVERS] if abs(one.effect) >= _NOTHING]
    lines = []
    for driver in shown:
        alone = has_features and len(driver.features) == 1
        words = driver.features[0].words if alone else driver.label
        lines.append(_line(driver.effect, words, is_rating=is_rating))
        if has_features and not alone:
            lines += [
                _line(one.effect, f"    {one.words}", is_rating=is_rating, indent=8)
                for one in driver.features[:_MOST_FEATURES]
                if abs(one.effect) >= _NOTHING
            ]
    rest = sum(one.effect for one in drivers) - sum(one.effect for one in shown)
    n_rest = len(drivers) - len(shown)
    if not drivers:
        return [_line(0.0, "no feature changed the score", is_rating=is_rating)]
    return [*lines, _line(rest, f"{n_rest} smaller reasons", is_rating=is_rating)] if n_rest else lines


def _model_line(effect: float, models: Sequence[str], *, is_rating: bool) -> str:
    """Return what the model did."""
    changed = models[0] if models[0] == models[1] else " → ".join(models)
    words = f"the model is the same ({changed})" if models[0] == models[1] else f"another model ({changed})"
    return _line(effect, words, is_rating=is_rating)


def _line(effect: float, words: str, *, is_rating: bool, indent: int = 2) -> str:
    """Return one reason with its amount."""
    return f"{' ' * indent}{_amount(effect, is_rating=is_rating)}  {words.strip()}"


def _amount(effect: float, *, is_rating: bool) -> str:
    """Write a signed amount: points of probability with one digit, an answer with two."""
    written = f"{effect:+.2f}" if is_rating else f"{100 * effect:+.1f} points"
    if float(written.split(maxsplit=1)[0]) == 0:
        written = written.replace("+", "±").replace("-", "±")
    return f"{written.replace('-', _MINUS):>{6 if is_rating else 13}}"
