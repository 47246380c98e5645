"""What pages about one use case say of it: its name, the words for its outcome and its people, its links."""

from typing import Any

from starlette.requests import Request

from serving.champions import Champion
from serving.pages.frame import Frame, make_frame
from training.pages import LANGUAGES, event_of, kind_of, subject_of


def frame_usecase(request: Request, champion: Champion) -> Frame:
    """Return the frame of a page about the use case of a champion."""
    usecase = champion.bundle.usecase.name
    return make_frame(request.scope, usecase, is_about_employees=champion.is_about_employees)


def label_usecase(champion: Champion) -> dict[str, str]:
    """Return the name of a use case as people read it, by language."""
    usecase = champion.bundle.usecase
    return {language: usecase.name_in(language, usecase.name) for language in LANGUAGES}


def describe_usecase(champion: Champion) -> dict[str, Any]:
    """Return what templates call ``header``, as the header of a report has it."""
    usecase = champion.bundle.usecase
    return {
        "usecase": usecase.name,
        "label": label_usecase(champion),
        "kind": kind_of(usecase, is_answer=champion.bundle.is_of_answers),
        "subject": subject_of(usecase),
        "event": event_of(usecase),
    }
