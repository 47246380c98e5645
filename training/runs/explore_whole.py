"""Questions to a whole use case and not to one table: the waves of its surveys, and its journeys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from features.errors import InputError
from features.progress import Report
from features.tombstones import Tombstones
from features.usecase import UseCase
from training.explore import Bars, Grid


@dataclass(frozen=True)
class Told:
    """Hold an answer: for people, for programs, and what is drawn."""

    text: str
    content: dict[str, Any]
    figure: Bars | Grid | None = None


def tell_waves(usecase: UseCase, erased: Tombstones, report: Report) -> Told:
    """Tell what the waves of all survey questions hold."""
    from training.runs.survey_waves import read_questions
    from training.surveys import explore_waves

    questions = read_questions(usecase, report=report, tombstones=erased)
    report(f"measuring {len(questions)} survey questions")
    is_bounded = usecase.privacy.is_about_employees
    answer = explore_waves(questions, minimum=usecase.privacy.minimum_group, is_bounded=is_bounded)
    return Told(answer.text(), {"usecase": usecase.name, **answer.to_json()}, answer.figure)


def tell_journey(usecase: UseCase, erased: Tombstones, report: Report) -> Told:
    """Tell the journey map."""
    from training.journey import render_journeys
    from training.runs.journey_map import journey_of

    record = journey_of(usecase, report=report, tombstones=erased)
    return Told("\n".join(render_journeys(record, "en")), {"ask": "journey", **record.to_json()})


WHOLE: Final[dict[str, Callable[[UseCase, Tombstones, Report], Told]]] = {
    "waves": tell_waves,
    "journey": tell_journey,
}


def check_whole(ask: str, usecase: str, others: Mapping[str, str]) -> None:
    """Demand a use case, and nothing that belongs to a question to one table.

    Parameters
    ----------
    ask
        The question.
    usecase
        File of the use case.
    others
        What was given to the options of questions to a table, by their names.

    Raises
    ------
    InputError
        Naming the option and what to do.
    """
    for option, value in others.items():
        if value.strip():
            found = f"'{value}' is not used by {ask}, which asks a whole use case"
            raise InputError(option, found, "leave it out")
    if not usecase:
        raise InputError("--usecase", "is empty", f"name a use-case file; {ask} asks all of its sources")


def hide_below(usecase: UseCase, minimum: int) -> UseCase:
    """Return a use case that hides groups below a minimum, if that asks for more than its own."""
    privacy = usecase.privacy
    raised = {
        name: max(minimum, getattr(privacy, name)) for name in ("minimum_group", "minimum_group_drivers")
    }
    return usecase.model_copy(update={"privacy": privacy.model_copy(update=raised)})
