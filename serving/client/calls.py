"""One method per route of the service."""

import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from serving.client.answers import (
    Card,
    Drivers,
    Groups,
    Health,
    Model,
    ModelSchema,
    Plan,
    Report,
    Scores,
)
from serving.client.conversation import Call
from serving.client.reading import build
from serving.client.transport import Patience, Transport

_DEFAULT_PATIENCE = Patience()


class Client:
    """Ask the service.

    It may be shared by threads. Every method raises a :class:`~serving.client.ServiceError` of the kind that
    fits.

    Parameters
    ----------
    url
        Where the service is; ``XM_URL``, or this machine, where it is not given.
    key
        The key; ``XM_KEY`` where it is not given. It stands in no error and no representation.
    patience
        How long to wait, and how often to try.
    ca_file
        Certificates (PEM) to trust beside those of this machine.

    Raises
    ------
    ValueError
        If address or key cannot be used.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        key: str | None = None,
        patience: Patience = _DEFAULT_PATIENCE,
        ca_file: str | None = None,
    ) -> None:
        found = url or os.environ.get("XM_URL") or "http://127.0.0.1:3000"
        given = os.environ.get("XM_KEY", "") if key is None else key
        self._transport = Transport(found, given.strip(), patience, ca_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept."""
        self._transport.close()

    def score(
        self,
        usecase: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        horizons: Sequence[str] | None = None,
        reasons: int = 0,
        language: str = "en",
    ) -> Scores:
        """Score rows.

        Parameters
        ----------
        rows
            Each ``{"features": {...}}``, with ``"entity_id"`` if wanted; at most 1,000.
        horizons
            Which to answer; all of them if absent.
        reasons
            How many reasons each row gets, 0 to 10.
        language
            Of the reasons: ``en`` or ``de``.
        """
        asked = {"rows": [dict(row) for row in rows], "reasons": reasons, "language": language}
        return self._score("/v1/score", {"usecase": usecase, **asked}, horizons)

    def score_by_id(
        self,
        usecase: str,
        entity_ids: Sequence[str],
        *,
        horizons: Sequence[str] | None = None,
        reasons: int = 0,
        language: str = "en",
    ) -> Scores:
        """Score entities by their newest known features; parameters as of :meth:`score`."""
        asked = {"entity_ids": list(entity_ids), "reasons": reasons, "language": language}
        return self._score("/v1/score-by-id", {"usecase": usecase, **asked}, horizons)

    def score_groups(self, usecase: str, cut: str) -> Groups:
        """Score the groups of a cut; the only scores about people at work."""
        return build(Groups, self._post("/v1/score-groups", {"usecase": usecase, "cut": cut}))

    def drivers(self, usecase: str, *, segment: str | None = None) -> Drivers:
        """Rank what goes with the outcome, over everybody or inside one segment, ``cut:group``."""
        return build(Drivers, self._get("/v1/drivers", usecase=usecase, segment=segment))

    def what_if(
        self,
        usecase: str,
        lever: str,
        *,
        target: float | None = None,
        way: float | None = None,
        share: float | None = None,
        people: float | None = None,
        per_person_eur: float | None = None,
        fixed_eur: float | None = None,
    ) -> Plan:
        """Say what a plan with one lever is expected to bring.

        Parameters
        ----------
        lever
            Name of a driver that is offered as lever.
        target, way
            How far those reached are brought, as a value or as a part of the way to the goal; one of the two.
        share, people
            How many of those who miss the goal are reached; one of the two.
        per_person_eur, fixed_eur
            Cost; what the use case declares where neither is given.
        """
        reach = _known(share=share, people=people)
        cost = _known(per_person_eur=per_person_eur, fixed_eur=fixed_eur)
        content: dict[str, Any] = {"usecase": usecase, "lever": lever}
        given = _known(target=target, way=way, reach=reach or None, cost=cost or None)
        return build(Plan, self._post("/v1/what-if", content, **given))

    def call(self, usecase: str, call_id: str) -> Call:
        """Return a call to which turns can be added, and to which one can listen; nothing is sent yet.

        Parameters
        ----------
        call_id
            1 to 128 letters, digits or any of ``. _ ~ -``.

        Raises
        ------
        ValueError
            If the id cannot be used.
        """
        return Call(self._transport, usecase, call_id)

    def report(self, usecase: str) -> Report:
        """Return the newest driver report."""
        return build(Report, self._get("/v1/report", usecase=usecase))

    def models(self) -> tuple[Model, ...]:
        """Return the champions of all use cases that the key is for."""
        found = self._get("/v1/model").get("models", [])
        return tuple(build(Model, one) for one in found)

    def model(self, usecase: str) -> Model:
        """Return the champion of one use case."""
        (found,) = self._get("/v1/model", usecase=usecase)["models"]
        return build(Model, found)

    def model_schema(self, usecase: str) -> ModelSchema:
        """Return what a row looks like, with a request that works."""
        return build(ModelSchema, self._get("/v1/model/schema", usecase=usecase))

    def card(self, usecase: str) -> Card:
        """Return the newest model card."""
        return build(Card, self._get("/v1/model/card", usecase=usecase))

    def is_alive(self) -> bool:
        """Tell whether the process answers."""
        return self._get("/livez").get("alive") is True

    def health(self) -> Health:
        """Say whether there are champions to answer with."""
        return build(Health, self._get("/readyz"))

    def openapi(self) -> dict[str, Any]:
        """Return the description of the interface."""
        return self._get("/openapi.json")

    def _score(self, path: str, content: Mapping[str, Any], horizons: Sequence[str] | None) -> Scores:
        """Ask for scores, at some horizons or at all of them."""
        return build(Scores, self._post(path, content, horizons=None if horizons is None else list(horizons)))

    def _get(self, path: str, **query: str | None) -> dict[str, Any]:
        """Ask a route without a body."""
        given = urlencode(_known(**query))
        return self._transport.ask("GET", f"{path}?{given}" if given else path)

    def _post(self, path: str, content: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Ask a route with a body; what is None is left out."""
        return self._transport.ask("POST", path, {**content, **_known(**more)})


def _known(**given: Any) -> dict[str, Any]:
    """Return what is not None."""
    return {name: value for name, value in given.items() if value is not None}
