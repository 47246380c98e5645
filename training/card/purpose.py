"""Section 1 of the card: what the model is for, and what it must not be used for."""

from training.bundle import Bundle
from training.card.record import Misuse, Purpose, Use, Words
from training.pages import LANGUAGES, event_of, kind_of


def describe_purpose(bundle: Bundle) -> Purpose:
    """Return the purpose, from the use case that the bundle was trained with."""
    usecase = bundle.usecase
    words, is_at_work = usecase.card, usecase.privacy.is_about_employees
    uses: tuple[Use, ...] = ("see_groups", "compare_groups") if is_at_work else ("look_first", "see_groups")
    common: tuple[Misuse, ...] = ("machine_alone", "cause", "other_people", "reach_protected")
    label: Words = {language: usecase.name_in(language, usecase.name) for language in LANGUAGES}
    is_answer = bundle.is_of_answers
    return Purpose(
        usecase=usecase.name,
        label=label,
        kind=kind_of(usecase, is_answer=is_answer),
        event=dict(event_of(usecase)),
        subject=usecase.privacy.subject,
        outcome=usecase.outcome,
        horizons=bundle.horizons,
        primary_horizon=bundle.primary_horizon,
        purpose=None if words.purpose is None else dict(words.purpose),
        owner=words.owner,
        uses=uses,
        misuses=("single_people", *common) if is_at_work else common,
        own_misuses=tuple(dict(one) for one in words.out_of_scope),
        is_simulated=usecase.simulated,
    )
