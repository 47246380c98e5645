"""The routes for running calls: turns come in, measures go out; no words are kept."""

import re
import time
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from features.calls import CallMeasures, Turn
from serving.access.permission import check_single
from serving.access.roles import SCORE_CUSTOMER, Actor
from serving.call_events import MEDIA_TYPE, Source, stream
from serving.call_schemas import CALL_ID_PATTERN, CallAnswer, TurnRequest, TurnsRequest
from serving.champions import Champion
from serving.desk import Desk, answer_json, find_actor, find_champion, find_desk, note_request, read_body
from serving.open_calls import CallName
from serving.problems import ProblemError
from serving.reading import refuse_value
from serving.turn_readers import CallModel

_READ_TURNS = msgspec.json.Decoder(TurnsRequest)
_ENCODE = msgspec.json.Encoder().encode
_CALL_ID = re.compile(CALL_ID_PATTERN, re.ASCII)


async def _turns(request: Request) -> Response:
    """Take turns of a call and answer its measures."""
    desk, actor, call_id = find_desk(request), find_actor(request), _read_call_id(request)
    asked = read_body(request, _READ_TURNS)
    champion = desk.find(actor, asked.usecase)
    model = _find_model(desk, actor, champion)
    note_request(request, champion, len(asked.turns))
    turns = [_to_turn(place, turn) for place, turn in enumerate(asked.turns)]
    name = CallName(actor.key_id, asked.usecase, call_id)
    measures = await desk.run_apart(partial(desk.calls.take, name, turns, model))
    desk.books.take_turns(asked.usecase, len(turns))
    return answer_json(_describe(champion, call_id, measures, model))


async def _events(request: Request) -> Response:
    """Tell of a call as long as it runs."""
    call_id = _read_call_id(request)
    champion, _ = find_champion(request)
    desk, actor = find_desk(request), find_actor(request)
    model = _find_model(desk, actor, champion)
    name = CallName(actor.key_id, champion.bundle.usecase.name, call_id)

    def spell() -> bytes | None:
        measures = desk.calls.measure(name, model)
        return None if measures is None else _ENCODE(_describe(champion, call_id, measures, model))

    def may_go_on() -> bool:
        now = desk.guard.ring.find_by_id(actor.key_id, time.time())
        return now is not None and now.may(SCORE_CUSTOMER) and not desk.is_ending()

    if desk.calls.find_stamp(name) is None:
        detail = "There is no such call: it has no turn yet, was forgotten, or is of another key."
        raise ProblemError(404, "call_unknown", detail)
    if request.method == "HEAD":
        return Response(headers={"content-type": MEDIA_TYPE})
    source = Source(partial(desk.calls.find_stamp, name), spell, may_go_on)
    return stream(source, desk.listeners, desk.settings.calls.max_listen_seconds)


def _read_call_id(request: Request) -> str:
    """Return the id of the call in the path."""
    call_id: str = request.path_params["call_id"]
    if not _CALL_ID.fullmatch(call_id):
        raise refuse_value("call_id", "must be 1 to 128 letters, digits or any of . _ ~ -")
    return call_id


def _find_model(desk: Desk, actor: Actor, champion: Champion) -> CallModel:
    """Return what measures calls; how people at work feel is nobody's to know, whatever the key."""
    if champion.is_about_employees:
        detail = "Calls are measured for customers; the tone of people at work is not recognised here."
        raise ProblemError(403, "calls_of_customers_only", detail)
    check_single(actor, champion.subject)
    model = desk.find_call_model(champion)
    if model is None:
        detail = (
            "The champion of this use case has no text model; train it with texts, and turns can be read."
        )
        raise ProblemError(409, "text_model_absent", detail)
    return model


def _to_turn(place: int, turn: TurnRequest) -> Turn:
    """Return a turn as it is measured."""
    if turn.end_s is not None and turn.end_s < turn.start_s:
        raise refuse_value(f"turns.{place}.end_s", "must not be before start_s")
    return Turn(turn.speaker, turn.start_s, turn.end_s, turn.text)


def _describe(champion: Champion, call_id: str, measures: CallMeasures, model: CallModel) -> CallAnswer:
    """Return the answer."""
    return CallAnswer(
        usecase=champion.bundle.usecase.name,
        model_version=champion.bundle.model_version,
        call_id=call_id,
        measures=measures,
        risk_is_probability=model.risk.is_probability,
    )


ROUTES = (
    Route("/v1/calls/{call_id}/turns", _turns, methods=["POST"]),
    Route("/v1/calls/{call_id}/events", _events, methods=["GET"]),
)
