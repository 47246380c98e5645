"""What cannot be told of a survey question, or has to be known beside it; one sentence each."""

from collections.abc import Iterable, Iterator

from training.surveys.record import SurveyFigures
from training.surveys.wording import join, name_question


def gather_remarks(found: Iterable[SurveyFigures], minimum: int) -> tuple[str, ...]:
    """Return remarks, each once, with the questions that it is true of.

    Parameters
    ----------
    found
        All figures of all questions.
    minimum
        Fewest people that are shown.
    """
    questions: dict[str, list[str]] = {}
    for figures in found:
        for remark in _note(figures, minimum):
            questions.setdefault(remark, []).append(name_question(figures.answers))
    return tuple(f"{join(names)}: {remark}" for remark, names in questions.items())


def _note(figures: SurveyFigures, minimum: int) -> Iterator[str]:
    """Yield the remarks on one question."""
    answers, course = figures.answers, figures.course
    open_wave = max(answers.rows.open_waves, default=None)
    open_name = None if open_wave is None else answers.rows.names[open_wave]
    if not course.levels:
        yield _explain_nothing(figures, minimum, open_name)
        return
    if open_name is not None:
        yield f"{open_name} is still open, its people are still answering, and it is left out."
    if len(course.levels) == 1:
        yield (
            f"{course.levels[0].wave} is the first finished wave, so there is no change, trend or step to "
            "tell."
        )
    if answers.is_anonymous:
        yield (
            "answers are anonymous, so nobody can say who was silent, which groups answered, how late they "
            "did, "
            "or whether the same people answered again."
        )
        return
    yield from _note_change(figures, minimum)
    yield from _note_silence(figures, minimum)


def _explain_nothing(figures: SurveyFigures, minimum: int, open_name: str | None) -> str:
    """Say why there is no figure at all."""
    if open_name is not None and set(figures.answers.rows.names) == set(figures.answers.rows.open_waves):
        return f"the first wave, {open_name}, is still open, so there is nothing to tell yet."
    fewest = max(minimum, 1)
    return f"no finished wave has {fewest} answers, and fewer are not shown."


def _note_change(figures: SurveyFigures, minimum: int) -> Iterator[str]:
    """Yield why the newest change is not taken apart."""
    made_of = figures.course.made_of
    if made_of is None or len(figures.course.levels) < 2:
        return
    reasons = {
        "nameless": "others answered for those whom it is about, so nobody can say whether the same people "
        "changed their minds.",
        "status unknown": "nobody knows whether people left or fell silent, so the change is not taken "
        "apart.",
        "no repeat answers": "nobody answered both waves, so the change is not taken apart.",
        "too few": f"fewer than {minimum} people are behind a part of the change, so the parts are not "
        "shown.",
    }
    if made_of.state in reasons:
        yield reasons[made_of.state]
    if made_of.unknown is not None:
        yield f"{made_of.unknown:,} people count as stayed because nobody knows whether they belonged."


def _note_silence(figures: SurveyFigures, minimum: int) -> Iterator[str]:
    """Yield what is not known of those who did not answer."""
    silence, answers = figures.silence, figures.answers
    if silence is None:
        return
    if silence.bounds is None:
        yield "nobody knows who belonged when a wave closed, so nothing can be said of those who are silent."
        return
    if silence.response is None:
        yield (
            "no invitations are known, so there is no response rate and no lag; a rule such as "
            "response_rate: {answered: surveys, invited: invites} names them."
        )
    elif figures.lags is None:
        yield "no answer follows a known invitation, so there is no lag."
    if silence.refusal:
        yield f"answers could not be brought to the shares of everybody: {silence.refusal}."
    if not answers.cuts:
        yield (
            "no cuts are declared, so response is not told by group and answers are not brought into balance."
        )
    yield from _note_groups(figures, minimum)


def _note_groups(figures: SurveyFigures, minimum: int) -> Iterator[str]:
    """Yield what is hidden, and what weights were cut."""
    silence = figures.silence
    assert silence is not None
    hidden = [f"'{cut.cut}'" for cut in silence.by_cut if cut.n_hidden]
    if hidden:
        yield f"groups of {join(hidden)} below {minimum} people are hidden, and what would give them away."
    if silence.reweighted is not None and silence.reweighted.raked.n_trimmed:
        raked = silence.reweighted.raked
        yield (
            f"{raked.n_trimmed:,} weights were cut down, so shares are up to "
            f"{100 * raked.largest_gap:.1f} percentage points off."
        )
