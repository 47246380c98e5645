"""Say in one sentence what an action has shown, in English and German."""

from collections.abc import Mapping

from features.usecase import Language
from training.actions.effects import Comparison
from training.actions.planning import Plan
from training.actions.record import Action, Entry, ReadOut, Text
from training.pages.formats import Formats

_LANGUAGES: tuple[Language, ...] = ("en", "de")
_VERDICTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "too early": "Nothing can be told before {day}: then the first {days} days are over.",
        "open": "Nothing can be told yet.",
        "too few": "Too few people or outcomes to tell anything: {treated} treated, {held_back} held back.",
        "no hold-out": "Nobody was held back: what would have happened without the action is not known.",
        "better": "Measured in a test: {change}; {arms}.",
        "worse": "Measured in a test, and against the hope: {change}; {arms}.",
        "no effect seen": "No effect seen: {change}; {arms}. {could_show}",
    },
    "de": {
        "too early": "Vor dem {day} lässt sich nichts sagen: Dann sind die ersten {days} Tage um.",
        "open": "Noch lässt sich nichts sagen.",
        "too few": "Zu wenige Personen oder Ereignisse, um etwas zu sagen: {treated} behandelt, {held_back} "
        "zurückgehalten.",
        "no hold-out": "Niemand wurde zurückgehalten: Was ohne die Maßnahme geschehen wäre, ist unbekannt.",
        "better": "In einem Versuch gemessen: {change}; {arms}.",
        "worse": "In einem Versuch gemessen, und gegen die Hoffnung: {change}; {arms}.",
        "no effect seen": "Kein Effekt zu sehen: {change}; {arms}. {could_show}",
    },
}
_ARMS: Mapping[Language, tuple[str, str]] = {
    "en": (
        "{treated} of those treated, {held_back} of those held back",
        "an average of {treated} among those treated, {held_back} among those held back",
    ),
    "de": (
        "{treated} der Behandelten, {held_back} der Zurückgehaltenen",
        "im Mittel {treated} bei den Behandelten, {held_back} bei den Zurückgehaltenen",
    ),
}
_CHANGE: Mapping[Language, tuple[str, str]] = {
    "en": ("{value} points ({low} to {high} at any look)", "{value} ({low} to {high} at any look)"),
    "de": (
        "{value} Punkte ({low} bis {high}, gültig bei jedem Blick)",
        "{value} ({low} bis {high}, gültig bei jedem Blick)",
    ),
}
_COULD: Mapping[Language, tuple[str, str]] = {
    "en": ("The test could have shown {size} points or more.", "The test was too small to show anything."),
    "de": (
        "Ab {size} Punkten hätte der Versuch es gezeigt.",
        "Der Versuch war zu klein, um etwas zu zeigen.",
    ),
}


def tell_read_out(entry: Entry, found: ReadOut) -> Text:
    """Return one sentence on what was seen, in every language."""
    return {language: _tell(entry.action, found, language) for language in _LANGUAGES}


def tell_plan(plan: Plan, *, is_share: bool) -> list[str]:
    """Return what is known before an action begins, a line each."""
    factor, unit = (100.0, " points") if is_share else (1.0, "")
    held = round(plan.hold_out * plan.available)
    goal = f"to show {factor * plan.effect:+.1f}{unit} from {_level(plan.level, is_share=is_share)}"
    lines = [
        f"{goal} in {plan.power:.0%} of cases: {plan.needed:,} people, {plan.hold_out:.0%} held back",
        f"people there are: {plan.available:,}; {held:,} are held back, {plan.available - held:,} treated",
    ]
    if plan.smallest_effect is None:
        lines.append("with so few people no effect can be shown; the action can be taken, not judged")
    else:
        lines.append(f"smallest effect that they can show: {factor * plan.smallest_effect:.1f}{unit}")
    if not plan.is_enough:
        missing = plan.needed - plan.available
        lines.append(f"not enough: {missing:,} more people would be needed for the effect that is expected")
    return lines


def _level(level: float, *, is_share: bool) -> str:
    """Return a share in percent, or a mean answer."""
    return f"{level:.1%}" if is_share else f"{level:.2f}"


def _tell(action: Action, found: ReadOut, language: Language) -> str:
    """Return one sentence in one language."""
    formats, words = Formats(language), _VERDICTS[language]
    if found.verdict == "too early":
        if found.open_until is None:
            return words["open"]
        return words["too early"].format(
            day=formats.day(found.open_until), days=formats.number(action.horizon_days)
        )
    if found.comparison is None:
        counts = {"treated": formats.number(found.treated), "held_back": formats.number(found.held_back)}
        return words[found.verdict].format(**counts)
    levels = (found.comparison.treated.value, found.comparison.held_back.value)
    treated, held_back = (
        formats.percent(level, 1) if action.is_share else formats.number(level, 2) for level in levels
    )
    return words[found.verdict].format(
        change=_change(action, found.comparison, formats),
        arms=_ARMS[language][not action.is_share].format(treated=treated, held_back=held_back),
        could_show=_could_show(action, formats),
    )


def _change(action: Action, comparison: Comparison, formats: Formats) -> str:
    """Return the difference with its range."""
    difference = comparison.difference
    factor, digits = (100.0, 1) if action.is_share else (1.0, 2)
    value, low, high = (
        formats.signed(factor * end, digits) for end in (difference.value, difference.low, difference.high)
    )
    return _CHANGE[formats.language][not action.is_share].format(value=value, low=low, high=high)


def _could_show(action: Action, formats: Formats) -> str:
    """Return what the test was able to show."""
    smallest = action.plan.smallest_effect
    able, unable = _COULD[formats.language]
    if smallest is None:
        return unable
    return able.format(size=formats.number(100.0 * smallest if action.is_share else smallest, 1))
