"""What a page is about: the words that decide on its sentences."""

from collections.abc import Mapping
from typing import Literal

from features.usecase import Language, UseCase

LANGUAGES: tuple[Language, ...] = ("en", "de")
Label = Mapping[Language, str]
Subject = Literal["customer", "employee", "supplier", "applicant", "case"]
Kind = Literal["churn", "attrition", "good", "bad", "satisfaction"]
"""What it is about: that customers or employees leave, another event that is wanted or not, an answer."""


def kind_of(usecase: UseCase, *, is_answer: bool) -> Kind:
    """Return what pages about a use case are about: it decides on their words."""
    if is_answer:
        return "satisfaction"
    if usecase.means != "leaving":
        return usecase.means
    return "attrition" if usecase.privacy.is_about_employees else "churn"


def subject_of(usecase: UseCase) -> Subject:
    """Return whose rows these are; just cases where a flat table does not say."""
    is_said = usecase.table is None or "subject" in usecase.privacy.model_fields_set
    return usecase.privacy.subject if is_said else "case"


def event_of(usecase: UseCase) -> Label:
    """Return what they do who have the event, after "they", by language; empty where people leave."""
    return {language: event for language in LANGUAGES if (event := usecase.event_in(language))}


def unit_of(usecase: UseCase, unit: str | None) -> Label | None:
    """Return a unit in both languages; None where there is none."""
    return None if unit is None else {language: usecase.unit_in(language, unit) for language in LANGUAGES}
