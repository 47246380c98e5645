"""Checks of survey metrics against the frozen baseline."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from features.usecase import Language
from training.monitoring.crowd_words import NAMES
from training.monitoring.people_words import LANGUAGES
from training.monitoring.record import Check
from training.monitoring.surprise import p_of_change
from training.pages.formats import Formats
from training.reports import MetricSince, SinceBaseline
from training.statistics import Estimate

_TEMPLATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "label": "{metric} since the baseline",
        "told": "{metric} was {before} in {wave_before}, when the baseline was frozen on {day}, and is {now} "
        "in {wave}: a change of {change} (likely range {low} to {high}), from {n} answers in both",
        "confirmed_rise": "those who answered both times changed their minds for the better, by more than "
        "chance",
        "confirmed_fall": "those who answered both times changed their minds for the worse, by more than "
        "chance",
        "from_composition": "it goes with who left, who joined and who answered, not with changed minds",
        "too_few_repeats": "too few answered both times to say whether minds changed",
        "without_earlier": "whether minds changed takes answers to three waves",
        "no_clear_change": "the whole difference may be chance",
        "missing": "what it is made of cannot be told, as the answers of {wave_before} are not in the table "
        "any more",
        "altered": "what it is made of cannot be told, as the answers of {wave_before} are not those that "
        "were frozen",
    },
    "de": {
        "label": "{metric} seit der Ausgangsmessung",
        "told": "{metric} war {before} in {wave_before}, als die Ausgangsmessung am {day} eingefroren wurde, "
        "und ist {now} in {wave}: eine Änderung von {change} (wahrscheinlicher Bereich {low} bis {high}), "
        "aus zusammen {n} Antworten",
        "confirmed_rise": "wer beide Male geantwortet hat, hat die Meinung zum Guten geändert, mehr als "
        "durch Zufall",
        "confirmed_fall": "wer beide Male geantwortet hat, hat die Meinung zum Schlechten geändert, mehr als "
        "durch Zufall",
        "from_composition": "sie liegt daran, wer ging, wer kam und wer geantwortet hat, nicht an geänderten "
        "Meinungen",
        "too_few_repeats": "zu wenige haben beide Male geantwortet, um zu sagen, ob sich Meinungen änderten",
        "without_earlier": "ob sich Meinungen änderten, zeigen erst Antworten aus drei Wellen",
        "no_clear_change": "der ganze Unterschied kann Zufall sein",
        "missing": "woraus sie besteht, lässt sich nicht sagen, da die Antworten von {wave_before} nicht "
        "mehr in der Tabelle stehen",
        "altered": "woraus sie besteht, lässt sich nicht sagen, da die Antworten von {wave_before} nicht "
        "mehr die eingefrorenen sind",
    },
}


def check_baseline(since: SinceBaseline | None) -> Iterator[Check]:
    """Yield a check for each metric with a wave that is newer than the baseline.

    Its sentence says what the change is made of, in words alone: how many people are behind a part is for
    reports, which keep account of what they tell.

    Parameters
    ----------
    since
        What changed, of :func:`training.reports.compare_with_baseline`; None: nothing was frozen.
    """
    if since is None:
        return
    for metric in since.changes:
        if metric.change is not None:
            # No change is a figure without a range: what is compared is the difference.
            p_value = p_of_change(metric.change, Estimate(0.0, 0.0, 0.0, metric.change.n))
            usual = (metric.before.low, metric.before.high)
            about = metric.metric if metric.survey is None else f"{metric.metric} ({metric.survey})"
            label, sentence = _label(metric), _tell(metric, metric.change, since.frozen_on)
            yield Check.tested("baseline", about, label, metric.now, usual, metric.unit, p_value, sentence)


def _label(metric: MetricSince) -> dict[Language, str]:
    """Return the title of the check of a metric."""
    name = _name(metric)
    return {language: _TEMPLATES[language]["label"].format(metric=name) for language in LANGUAGES}


def _name(metric: MetricSince) -> str:
    """Return a metric for people."""
    name = NAMES.get(metric.metric, metric.metric)
    return name if metric.survey is None else f"{name} ({metric.survey})"


def _tell(metric: MetricSince, found: Estimate, frozen_on: date) -> dict[Language, str]:
    """Say how a metric changed, and what its change is made of."""
    scale = 1.0 if metric.unit == "points" else 100.0
    told, reason = {}, _reason(metric)
    for language in LANGUAGES:
        shown = Formats(language)
        before, now = (
            shown.number(one.value, 1) if metric.unit == "points" else shown.percent(one.value, 1)
            for one in (metric.before, metric.now)
        )
        templates = _TEMPLATES[language]
        template = templates["told"] + ("" if reason is None else f"; {templates[reason]}") + "."
        told[language] = template.format(
            metric=_name(metric),
            before=before,
            now=now,
            wave_before=shown.moment(metric.wave_before),
            wave=shown.moment(metric.wave),
            day=shown.day(frozen_on),
            change=shown.signed(found.value * scale),
            low=shown.signed(found.low * scale),
            high=shown.signed(found.high * scale),
            n=shown.number(found.n),
        )
    return told


def _reason(metric: MetricSince) -> str | None:
    """Return the name of what is said of the parts of a change; None where nothing is."""
    verdict = None if metric.composition is None else metric.composition.verdict
    if verdict is None or verdict == "no_clear_change":
        return metric.doubt or verdict
    side, _, kind = verdict.partition("_")
    return f"confirmed_{side}" if kind == "confirmed" else kind
