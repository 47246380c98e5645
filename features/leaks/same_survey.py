"""Answers that were given together with the answer that is predicted."""

from collections.abc import Sequence

from features.leaks.finding import Finding

_SHOWN = 3


def find_same_survey(label: str, answers: Sequence[str]) -> list[Finding]:
    """Return a warning when a label that is an answer is predicted from other answers of the same table.

    What people answer in one go moves together, whatever they live through (common-method bias; Podsakoff et
    al., J. Appl. Psychol. 88 (2003) 879-903), and none of it is known before the label.

    Parameters
    ----------
    label
        The predicted answer.
    answers
        Features that are answers too.

    Examples
    --------
    >>> [finding.column for finding in find_same_survey("csat", ["ease", "speed"])]
    ['csat']
    >>> find_same_survey("csat", [])
    []
    """
    if not answers:
        return []
    shown = ", ".join(f"'{name}'" for name in answers[:_SHOWN]) + (", ..." if len(answers) > _SHOWN else "")
    what = "1 feature is an answer" if len(answers) == 1 else f"{len(answers)} features are answers"
    evidence = f"{what} as the label is, likely of the same survey ({shown})"
    remedy = "fit for drivers; to forecast before the survey exclude them, and compare"
    return [Finding(label, "same_survey", "warning", evidence, remedy)]
