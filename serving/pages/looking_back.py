"""What the page of models says of forecasts before each loss, as far as somebody may see it."""

import logging
from pathlib import Path
from typing import Any

import msgspec

from features.errors import SourceError
from serving.access.permission import may_see_single
from serving.access.roles import Actor
from serving.champions import Champion
from serving.hindsight import HindsightOutline, read_hindsight

LOG = logging.getLogger("xm_predict.pages")
MOST_ON_PAGE = 50


def look_back(folder: Path, champion: Champion, actor: Actor) -> dict[str, Any] | None:
    """Return what the page shows; None where the use case has no losses on a day. Blocks.

    Single customers are listed for those who may see all of them. Of people at work nobody is
    listed, whatever a key may do.

    Parameters
    ----------
    folder
        What monitoring found.
    """
    bundle = champion.bundle
    if bundle.is_of_answers or bundle.usecase.table is not None:
        return None
    try:
        found = read_hindsight(folder, bundle.usecase.name, is_about_employees=champion.is_about_employees)
    except SourceError as error:
        LOG.error("%s", error)  # noqa: TRY400 - the line says it all
        return {"state": "unreadable"}
    if found is None:
        return {"state": "absent"}
    is_listed = (
        not champion.is_about_employees and may_see_single(actor, champion.subject) and actor.units is None
    )
    return _show(found, is_listed=is_listed)


def _show(found: HindsightOutline, *, is_listed: bool) -> dict[str, Any]:
    """Return the figures, and the list where it may be seen."""
    told = msgspec.to_builtins(found)
    losses = told.pop("losses") if is_listed else []
    told.pop("losses", None)
    leads = sorted(lead.days for lead in found.leads)
    rows = [
        {**loss, "forecasts": [loss["forecasts"].get(days) for days in leads]}
        for loss in losses[:MOST_ON_PAGE]
    ]
    return {
        **told,
        "state": "shown",
        "is_listed": is_listed,
        "list_days": leads,
        "losses": rows,
        "n_listed": len(losses),
        "n_low_until_the_end": sum(loss.is_low_until_the_end for loss in found.losses) if is_listed else None,
    }
