"""The description itself: from the use case and from what was agreed on; what nobody said is named."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from features.catalogue import plain_name
from features.governance import AUDIT_FLOOR_DAYS, InWords, Terms
from features.usecase import FeatureRule, Source, UseCase
from training.pages import LANGUAGES, Label, subject_of
from training.runs.key_office import ask_service

FORMAT, FORMAT_VERSION = "xm-predict processing", 1
_NAMED = ("controller", "contact", "officer", "authority")
_IN_WORDS = ("legal_basis", "recipients")
_KINDS = ("journal", "calls", "sessions", "health", "scores", "audit")
_AT_WORK = "employee"


def describe_processing(usecase: UseCase, terms: Terms, made_on: date) -> dict[str, Any]:
    """Return the description as plain values; pages are made of these alone.

    Raises
    ------
    XmError
        If the service is not installed: who may see what is written there.
    """
    own = terms.of_usecase(usecase.name)
    subject = subject_of(usecase)
    purpose = _in_words(own.purpose) or _plain(usecase.card.purpose)
    told = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made_on": made_on.isoformat(),
        "usecase": usecase.name,
        "label": {one: usecase.name_in(one, usecase.name) for one in LANGUAGES},
        "subject": subject,
        "is_simulated": usecase.simulated,
        "outcome": usecase.outcome,
        "horizons": [] if usecase.target is None else _list_horizons(usecase),
        "purpose": purpose,
        "owner": usecase.card.owner,
        "out_of_scope": [_plain(one) for one in usecase.card.out_of_scope] + _listed(own.out_of_scope),
        **{name: getattr(terms, name) for name in _NAMED},
        **{name: _in_words(getattr(own, name)) for name in _IN_WORDS},
        "agreement": _describe_agreement(usecase, terms),
        "sources": list(_list_sources(usecase)),
        "protected": sorted(usecase.privacy.protected),
        "thresholds": _describe_thresholds(usecase),
        "retention": [{"kind": kind, "days": getattr(terms.retention_days, kind)} for kind in _KINDS],
        "audit_floor_days": AUDIT_FLOOR_DAYS,
        "roles": _list_roles(subject, terms),
    }
    return {**told, "missing": list(_list_missing(told, subject))}


def _in_words(words: InWords | None) -> dict[str, str] | None:
    """Return both languages as plain values."""
    return None if words is None else words.model_dump()


def _plain(words: Label | None) -> dict[str, str] | None:
    """Return the words of a use case as plain values."""
    return None if words is None else {str(language): text for language, text in words.items()}


def _listed(words: InWords | None) -> list[dict[str, str]]:
    """Return words as a list of one, or an empty one."""
    return [] if words is None else [words.model_dump()]


def _list_horizons(usecase: UseCase) -> list[str]:
    """Return how far ahead is looked; nothing where answers are forecast."""
    return [str(one) for one in getattr(usecase.target, "horizons", ())]


def _describe_agreement(usecase: UseCase, terms: Terms) -> dict[str, Any] | None:
    """Return the works agreement, and whether it opens scores of single people in this use case."""
    if terms.agreement is None:
        return None
    return {
        "id": terms.agreement,
        "purposes": list(terms.purposes or ()),
        "legal_basis": terms.legal_basis,
        "valid_until": None if terms.valid_until is None else terms.valid_until.isoformat(),
        "opens_single_scores": usecase.name in (terms.usecases or ()),
    }


def _describe_thresholds(usecase: UseCase) -> dict[str, int]:
    """Return the fewest people of whom anything of a kind is told."""
    privacy = usecase.privacy
    return {
        "group": privacy.minimum_group,
        "verbatims": privacy.minimum_group_verbatims,
        "drivers": privacy.minimum_group_drivers,
    }


def _list_sources(usecase: UseCase) -> Iterator[dict[str, Any]]:
    """Yield each source with the columns that are read, in plain words; a flat table is one source."""
    if usecase.table is not None:
        columns = {plain_name(column) for driver in usecase.drivers.values() for column in driver.features}
        yield {"name": usecase.table.file, "data": "O", "columns": sorted(columns), "reads": []}
        return
    for name, source in usecase.sources.items():
        yield {
            "name": plain_name(name),
            "data": source.data,
            "columns": [plain_name(column) for column in _list_columns(usecase, name, source)],
            "reads": _list_readings(source),
        }


def _list_columns(usecase: UseCase, name: str, source: Source) -> list[str]:
    """Return the columns of a source of which features are made, then those it declares a scale for."""
    rule = usecase.features.get(name)
    made = rule.columns if isinstance(rule, FeatureRule) else ()
    return list(dict.fromkeys([*made, *source.scales]))


def _list_readings(source: Source) -> list[str]:
    """Return what is read beside cells: ``answers`` of surveys, ``texts``, ``calls`` as transcripts."""
    found = {"answers": source.survey, "texts": source.verbatim, "calls": source.turns}
    return [reading for reading, is_there in found.items() if is_there]


def _list_roles(subject: str, terms: Terms) -> list[dict[str, Any]]:
    """Return what keys of each role may see, and who in the company has them."""
    found = ask_service("serving.access", "roles", {"action": "roles", "path": ""})["content"]["roles"]
    hidden = "score:customer" if subject == _AT_WORK else "score:employee"
    return [
        {
            "role": role,
            "scopes": [scope for scope in scopes if not scope.startswith(hidden)],
            "who": terms.viewers.get(role),
        }
        for role, scopes in found.items()
    ]


def _list_missing(told: Mapping[str, Any], subject: str) -> Iterator[str]:
    """Yield the keys of governance.yaml, and of the use case, that nobody has filled in."""
    yield from (name for name in _NAMED if told[name] is None)
    usecase = told["usecase"]
    if told["purpose"] is None:
        yield f"notices.{usecase}.purpose"
    yield from (f"notices.{usecase}.{name}" for name in _IN_WORDS if told[name] is None)
    if subject == _AT_WORK and told["agreement"] is None:
        yield "agreement"
    yield from (f"retention_days.{one['kind']}" for one in told["retention"] if one["days"] is None)
    yield from (f"viewers.{one['role']}" for one in told["roles"] if one["who"] is None and one["scopes"])
