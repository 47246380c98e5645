"""Reports and model cards as this key may see them."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from features.errors import SourceError
from serving.access.permission import may_see_single
from serving.access.roles import Actor
from serving.champions import Champion
from serving.desk import Desk
from serving.plan_schemas import CardAnswer, CardOutline, ReportAnswer, ReportOutline
from serving.problems import ProblemError, refuse_absent
from serving.reports import Document

LOG = logging.getLogger("xm_predict.reports")
_Found = TypeVar("_Found")
_NOTHING = msgspec.Raw(b"null")
_NONE_OF_THEM = msgspec.Raw(b"[]")
# Sections that tell of single people, and those that tell of groups; the latter are not for keys of units.
_SINGLE: dict[str, Any] = {"calls": _NOTHING}
_GROUPS: dict[str, Any] = {"segments": _NONE_OF_THEM, "heat": _NOTHING}


async def look_up(desk: Desk, find: Callable[[], _Found]) -> _Found:
    """Look for a document in a thread; one that cannot be used is a line in the log.

    Raises
    ------
    ProblemError
        503 for one that cannot be used.
    """
    try:
        return await desk.run_apart(find)
    except SourceError as error:
        LOG.error("%s", error)  # noqa: TRY400 - the line says it all
        raise refuse_unreadable() from error


def show_report(champion: Champion, actor: Actor, report: Document[ReportOutline] | None) -> ReportAnswer:
    """Return the report without what a key may not see.

    Raises
    ------
    ProblemError
        404 without a report.
    """
    if report is None:
        raise refuse_absent("report")
    hidden = {} if may_see_single(actor, champion.subject) else dict(_SINGLE)
    hidden |= {} if actor.units is None else _GROUPS
    left_out = [
        name
        for name in hidden
        if name in report.parts and bytes(report.parts[name]).strip() not in {b"null", b"[]"}
    ]
    version = report.outline.trust.model_version
    return ReportAnswer(
        usecase=champion.bundle.usecase.name,
        model_version=version,
        is_of_champion=version == champion.bundle.model_version,
        made_on=report.outline.header.made_on,
        left_out=left_out,
        report={**report.parts, **{name: hidden[name] for name in left_out}},
    )


def show_card(champion: Champion, card: Document[CardOutline] | None) -> CardAnswer:
    """Return the model card.

    Raises
    ------
    ProblemError
        404 without a card.
    """
    if card is None:
        raise refuse_absent("model card")
    version = card.outline.making.model_version
    return CardAnswer(
        usecase=champion.bundle.usecase.name,
        model_version=version,
        is_of_champion=version == champion.bundle.model_version,
        made_on=card.outline.made_on,
        card=card.parts,
    )


def refuse_unreadable() -> ProblemError:
    """Return the error for a file that is there and cannot be used; which one stands in the log."""
    detail = "The newest report of this use case cannot be read; the log says why."
    return ProblemError(503, "report_unreadable", detail, headers={"retry-after": "30"})
