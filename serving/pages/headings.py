"""What pages about one use case say of it: its name, and the words for its outcome and its people."""

from typing import Any

from serving.champions import Champion
from training.pages import LANGUAGES, event_of, kind_of, subject_of


def describe_usecase(champion: Champion) -> dict[str, Any]:
    """Return what templates call ``header``, as the header of a report has it."""
    usecase = champion.bundle.usecase
    return {
        "usecase": usecase.name,
        "label": {language: usecase.name_in(language, usecase.name) for language in LANGUAGES},
        "kind": kind_of(usecase, is_answer=champion.bundle.is_of_answers),
        "subject": subject_of(usecase),
        "event": event_of(usecase),
    }
