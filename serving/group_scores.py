"""Forecasts of the groups of a cut for whoever asks: of the interface and of the page the same."""

from functools import partial

from msgspec import structs
from starlette.requests import Request

from serving.access.permission import check_groups, pick_groups
from serving.answers import score_groups
from serving.champions import Champion
from serving.desk import find_actor, find_desk, note_request
from serving.schemas import ScoreGroupsAnswer, ScoreGroupsRequest


async def ask_groups(request: Request, champion: Champion, asked: ScoreGroupsRequest) -> ScoreGroupsAnswer:
    """Return what is expected of the groups of a cut that a key may see, and write down that it was told.

    Raises
    ------
    ProblemError
        403 without the scope or a unit of the cut; else as :func:`~serving.answers.score_groups`.
    """
    desk, actor = find_desk(request), find_actor(request)
    check_groups(actor, champion.subject)
    own = pick_groups(actor, asked.cut)
    latest = desk.champions.get_latest(asked.usecase)
    n_people = 0 if latest is None else len(latest)
    note_request(request, champion, n_people)
    answer = await desk.run(partial(score_groups, champion, asked, latest), n_people, 0)
    if own is not None:
        # What is hidden was decided with all groups in view; of the rest, only one's own are shown.
        answer = structs.replace(answer, groups=[group for group in answer.groups if group.name in own])
    # From here on it is known that there is such a cut, so its name may be written down.
    unit = asked.cut if own is None else ",".join(f"{asked.cut}={name}" for name in sorted(own))
    note_request(request, champion, n_people, unit)
    desk.books.take_groups(answer, n_people)
    return answer
