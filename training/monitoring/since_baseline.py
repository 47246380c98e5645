"""Checks of survey metrics against the frozen baseline."""

from collections.abc import Iterator, Mapping
from typing import Final

from features.usecase import Language
from training.frozen import Baseline, FrozenLevel, LevelChange, changes_since
from training.monitoring.comparing import p_of_change
from training.monitoring.crowd_words import NAMES
from training.monitoring.people_words import LANGUAGES
from training.monitoring.record import Check
from training.pages.formats import Formats
from training.statistics import Estimate

_TEMPLATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "label": "{metric} since the baseline",
        "told": "{metric} was {before} in {wave_before}, when the baseline was frozen on {day}, and is {now} "
        "in {wave}: a change of {change} (likely range {low} to {high}), from {n} answers in both.",
    },
    "de": {
        "label": "{metric} seit der Ausgangslage",
        "told": "{metric} war {before} in {wave_before}, als die Ausgangslage am {day} festgehalten wurde, "
        "und ist {now} in {wave}: eine Änderung von {change} (wahrscheinlicher Bereich {low} bis {high}), "
        "aus zusammen {n} Antworten.",
    },
}


def check_baseline(baseline: Baseline | None, newest: tuple[FrozenLevel, ...]) -> Iterator[Check]:
    """Yield a check for each metric with a wave that is newer than the baseline.

    Parameters
    ----------
    baseline
        What was frozen; None: nothing is checked.
    newest
        The newest level of each metric.
    """
    if baseline is None:
        return
    for change in changes_since(baseline, newest):
        if change.change is not None:
            p_value = p_of_change(change.now, change.before)
            usual = (change.before.low, change.before.high)
            label, sentence = _label(change.metric), _tell(change, change.change, baseline)
            yield Check.tested(
                "baseline", change.metric, label, change.now, usual, change.unit, p_value, sentence
            )


def _label(metric: str) -> dict[Language, str]:
    """Return the title of the check of a metric."""
    name = NAMES.get(metric, metric)
    return {language: _TEMPLATES[language]["label"].format(metric=name) for language in LANGUAGES}


def _tell(change: LevelChange, found: Estimate, baseline: Baseline) -> dict[Language, str]:
    """Say how a metric changed."""
    scale = 1.0 if change.unit == "points" else 100.0
    told = {}
    for language in LANGUAGES:
        shown = Formats(language)
        level = [
            shown.number(one.value, 1) if change.unit == "points" else shown.percent(one.value, 1)
            for one in (change.before, change.now)
        ]
        told[language] = _TEMPLATES[language]["told"].format(
            metric=NAMES.get(change.metric, change.metric),
            before=level[0],
            now=level[1],
            wave_before=shown.moment(change.wave_before),
            wave=shown.moment(change.wave),
            day=shown.day(baseline.frozen_on),
            change=shown.signed(found.value * scale),
            low=shown.signed(found.low * scale),
            high=shown.signed(found.high * scale),
            n=shown.number(found.n),
        )
    return told
