"""The answer to ``--ask waves``: tables, findings, remarks, plain values and a figure."""

from collections.abc import Sequence

from training.explore import Bar, Bars, Exploration
from training.statistics import Estimate
from training.surveys.answers import SurveyAnswers
from training.surveys.content import to_content
from training.surveys.record import SurveyFigures, measure_surveys
from training.surveys.remarks import gather_remarks
from training.surveys.sentences import tell_question
from training.surveys.sheets import lay_out
from training.surveys.wording import in_points, name_question

_FAMILIES = "All changes are judged together (Holm), and so are all trends, steps, decays and response rates."


def explore_waves(
    questions: Sequence[SurveyAnswers], *, minimum: int = 5, is_bounded: bool = False
) -> Exploration:
    """Return what there is to say of the waves of all survey questions.

    Parameters
    ----------
    questions
        All that is known of each question.
    minimum
        Fewest people that may be shown.
    is_bounded
        Whether shares of groups near 0 and 1 are told as bounds, as for people at work.
    """
    found = measure_surveys(questions, minimum)
    remarks = list(gather_remarks(found, minimum))
    if len(found) > 1:
        remarks.append(_FAMILIES)
    if any(figures.silence is not None for figures in found):
        remarks.append("Nothing here says why a figure moved; answers of the silent are not known.")
    return Exploration(
        ask="waves",
        sheets=tuple(sheet for figures in found for sheet in lay_out(figures, is_bounded=is_bounded)),
        findings=tuple(line for figures in found for line in tell_question(figures, is_bounded=is_bounded)),
        remarks=tuple(remarks),
        content={"questions": [to_content(figures, is_bounded=is_bounded) for figures in found]},
        figure=_draw(found),
    )


def _draw(found: Sequence[SurveyFigures]) -> Bars | None:
    """Return the newest changes as bars; None where there is none."""
    bars = tuple(
        Bar(name_question(figures.answers), _in_points(figures, moved.change), figures.adjusted.has_changed)
        for figures in found
        if (moved := figures.course.moved) is not None
    )
    if not bars:
        return None
    return Bars("Newest change of each question", "NPS: points; shares: percentage points", bars, 0.0)


def _in_points(figures: SurveyFigures, change: Estimate) -> Estimate:
    """Return a change in points."""
    value, low, high = (
        in_points(figures.answers.metric, end) for end in (change.value, change.low, change.high)
    )
    return Estimate(value, low, high, change.n)
