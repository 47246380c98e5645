"""Dialogues on the phone: who says what, when it begins and ends, who cuts in, where nobody speaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from features.worlds.phrases import TONES
from features.worlds.verbatims import pick
from features.worlds.voices.scripts import CallScript

NUMBERS_PER_CALL = 64
_WORDS_PER_SECOND = 2.6
_CUTS_IN = {"negative": 0.45, "neutral": 0.06, "positive": 0.03}
_HOLD_SECONDS = (8.0, 55.0)


class Turn(NamedTuple):
    """One turn: who speaks from when to when, in seconds of the call."""

    speaker: str
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Matter:
    """Say what a call is about and how it goes.

    ``slowness`` (doublings of the goal, as support is for this customer) makes the silence on hold longer.
    """

    topic: str
    tone: str
    is_solved: bool
    is_escalated: bool
    slowness: float


class _Line(NamedTuple):
    """One line before it has a time; ``wait_s`` is the silence before it beyond the usual pause."""

    speaker: str
    text: str
    may_cut_in: bool = False
    wait_s: float = 0.0


def hold_dialogue(script: CallScript, matter: Matter, chances: Sequence[float]) -> list[Turn]:
    """Return the turns of one call.

    Parameters
    ----------
    script
        The lines of a language.
    matter
        What the call is about.
    chances
        At least ``NUMBERS_PER_CALL`` random numbers from 0 to 1.
    """
    draw = iter(chances)
    lines = [*_open(script, matter, draw), *_work(script, matter, draw), *_end(script, matter, draw)]
    return _set_times(lines, matter, draw)


def _open(script: CallScript, matter: Matter, draw: Iterator[float]) -> Iterator[_Line]:
    """Yield greeting, problem, question, and answer; the angry complain as well."""
    yield _Line("agent", _say(script.greetings, draw))
    hello, problem = _say(script.hellos, draw), _say(script.problems[matter.topic][matter.tone], draw)
    yield _Line("customer", f"{hello} {problem}".lstrip())
    asked = int(next(draw) * len(script.questions))
    yield _Line("agent", script.questions[asked])
    if matter.tone == "negative" and next(draw) < 0.6:
        yield _Line("customer", _say(script.complaints, draw), may_cut_in=True)
    yield _Line("customer", _say(script.answers[asked : asked + 1], draw))


def _work(script: CallScript, matter: Matter, draw: Iterator[float]) -> Iterator[_Line]:
    """Yield the search for a solution, with silence, and what comes of it."""
    yield _Line("agent", _say(script.holds, draw))
    low, high = _HOLD_SECONDS
    silence = (low + (high - low) * next(draw)) * 2.0 ** min(max(matter.slowness, -1.0), 2.0)
    if next(draw) < 0.5:
        yield _Line("customer", _say(script.waiting[matter.tone], draw), wait_s=silence)
        silence = 3.0
    outcome = script.solutions[matter.topic] if matter.is_solved else script.refusals
    yield _Line("agent", _say(outcome, draw), wait_s=silence)
    reaction = script.relief if matter.is_solved else script.disappointment
    yield _Line("customer", _say(reaction, draw), may_cut_in=not matter.is_solved)


def _end(script: CallScript, matter: Matter, draw: Iterator[float]) -> Iterator[_Line]:
    """Yield an escalation if there is one, and the end."""
    if matter.is_escalated:
        yield _Line("customer", _say(script.escalations, draw))
        yield _Line("agent", _say(script.promises, draw))
    yield _Line("agent", _say(script.closings, draw))
    step = 1 if matter.is_solved else -1
    last = TONES[min(max(TONES.index(matter.tone) + step, 0), 2)]
    yield _Line("customer", _say(script.goodbyes[last], draw))


def _say(texts: Sequence[str], draw: Iterator[float]) -> str:
    """Return one of the texts with its number filled in."""
    return pick(texts, next(draw)).replace("{n}", str(2 + int(8 * next(draw))))


def _set_times(lines: Sequence[_Line], matter: Matter, draw: Iterator[float]) -> list[Turn]:
    """Give every line its time: a short pause before it, or it cuts in before the last one is over."""
    turns: list[Turn] = []
    clock = 0.0
    for line in lines:
        pause = 0.2 + 1.1 * next(draw) + line.wait_s
        if line.may_cut_in and next(draw) < _CUTS_IN[matter.tone]:
            spoken = clock - turns[-1].start_s
            pause = -min(0.5 + 1.5 * next(draw), 0.6 * spoken)
        start = clock + pause
        clock = start + len(line.text.split()) / _WORDS_PER_SECOND * (0.85 + 0.35 * next(draw)) + 0.3
        turns.append(Turn(line.speaker, round(start, 1), round(clock, 1), line.text))
    return turns
