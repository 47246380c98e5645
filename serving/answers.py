"""Scores and model facts for the API, from a champion and a checked request, without HTTP."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from features.errors import InputError
from features.objections import Objections
from serving.champions import Champion
from serving.latest import LatestRows
from serving.problems import Finding, ProblemError, refuse_single, refuse_unusable
from serving.reading import refuse_value
from serving.schemas import (
    FeatureFacts,
    Interval,
    ModelFacts,
    Range,
    Reason,
    SchemaAnswer,
    ScoreAnswer,
    ScoreByIdAnswer,
    ScoreByIdRequest,
    ScoredGroup,
    ScoredRow,
    ScoreGroupsAnswer,
    ScoreGroupsRequest,
    ScoringRequest,
)
from training.scoring import (
    GroupScore,
    IndividualLeave,
    IndividualScoreRefusedError,
    ModelNotUsableError,
    RowScore,
)

_Scored = TypeVar("_Scored")
_MOST_FOUND = 20
# Other routes have them, which know what is hidden from whom; a model that is not usable has none.
_OF_DRIVERS = frozenset({"levers", "views", "quadrants", "driver_segments", "beliefs"})


def score_rows(
    champion: Champion, request: ScoringRequest, rows: Sequence[Any], leave: IndividualLeave | None = None
) -> ScoreAnswer:
    """Score rows of features.

    Parameters
    ----------
    rows
        As :attr:`Champion.decode_rows` gives them.
    leave
        Without it single people at work are not scored.

    Raises
    ------
    ProblemError
        422 for a row without features or an unknown horizon; 403 where single persons are not scored; 409
        for a model whose figures do not support scores.
    """
    values = [astuple(row.features) for row in rows]
    for index, found in enumerate(values):
        if found.count(UNSET) == len(found):
            raise refuse_value(f"rows.{index}.features", "holds no feature; send at least one")
    try:
        if len(rows) == 1:
            taken = champion.take_values(values[0])
            one = partial(champion.scorer.score_typed, taken, leave=leave)
            scores: Sequence[RowScore] = [_ask_scorer(champion, request, one)]
        else:
            features = [msgspec.to_builtins(row.features) for row in rows]
            scores = _ask_scorer(champion, request, partial(champion.scorer.score, features, leave=leave))
    except InputError as error:
        raise refuse_value("rows", "do not fit the champion; see /v1/model/schema") from error
    answered = [_to_row(score, entity_id=row.entity_id) for score, row in zip(scores, rows, strict=True)]
    return ScoreAnswer(**_origin_of(champion, datetime.now(UTC).date().isoformat()), rows=answered)


def score_entities(
    champion: Champion,
    request: ScoreByIdRequest,
    latest: LatestRows | None,
    leave: IndividualLeave | None = None,
    objections: Objections | None = None,
) -> ScoreByIdAnswer:
    """Score entities by their newest known features; unknown ids, and who objected, are listed.

    Raises
    ------
    ProblemError
        As :func:`score_rows`; 503 if there are no latest rows, or only some of another use-case version.
    """
    rows = _demand_latest(latest)
    try:
        asked = request.entity_ids if objections is None else objections.keep(request.entity_ids)
        found, unknown = rows.find(asked, champion.feature_names)
        features = [row.features for row in found]
        scores = _ask_scorer(champion, request, partial(champion.scorer.score, features, leave=leave))
    except InputError as error:
        raise _refuse_unfit() from error
    answered = [
        _to_row(score, entity_id=row.entity_id, as_of=row.as_of)
        for score, row in zip(scores, found, strict=True)
    ]
    objected = list(dict.fromkeys(one for one in request.entity_ids if objections and one in objections))
    return ScoreByIdAnswer(
        **_origin_of(champion, rows.as_of), rows=answered, unknown=unknown, objected=objected
    )


def refuse_objected(rows: Sequence[Any], objections: Objections) -> None:
    """Refuse rows that name somebody who objected to being scored.

    Raises
    ------
    ProblemError
        422 that names the rows, and nobody.
    """
    places = [place for place, row in enumerate(rows) if objections and row.entity_id in objections]
    if places:
        found = tuple(Finding(f"rows.{place}.entity_id", "objected; leave the row out") for place in places)
        detail = "Somebody among these rows has objected to being scored."
        raise ProblemError(422, "objected", detail, found[:_MOST_FOUND])


def score_groups(
    champion: Champion, request: ScoreGroupsRequest, latest: LatestRows | None
) -> ScoreGroupsAnswer:
    """Score the groups of one cut of the newest rows; the only answer about people at work.

    Raises
    ------
    ProblemError
        422 for an unknown cut; 409 as :func:`score_rows`; 503 as :func:`score_entities`.
    """
    rows = _demand_latest(latest)
    if request.cut not in rows.cuts:
        known = f"there are: {', '.join(rows.cuts)}" if rows.cuts else "there are none"
        raise refuse_value("cut", f"is not a cut of this use case; {known}")
    try:
        shown = rows.show(champion.bundle.usecase.privacy)
        scored = champion.scorer.score_groups(rows.read_features(champion.feature_names), shown, request.cut)
    except ModelNotUsableError as error:
        raise refuse_unusable(champion.scorer.doubts, "scores") from error
    except InputError as error:
        raise _refuse_unfit() from error
    return ScoreGroupsAnswer(
        **_origin_of(champion, rows.as_of),
        cut=request.cut,
        minimum_group=champion.bundle.usecase.privacy.minimum_group,
        groups=[_to_group(group) for group in scored],
    )


def describe_model(champion: Champion, refused: str | None) -> ModelFacts:
    """Return version, data window, figures."""
    bundle = champion.bundle
    return ModelFacts(
        usecase=bundle.usecase.name,
        subject=champion.subject,
        model_version=bundle.model_version,
        spec_hash=bundle.manifest.spec_hash,
        feature_fingerprint=bundle.manifest.feature_fingerprint,
        horizons=list(champion.scorer.horizons),
        primary_horizon=champion.scorer.primary_horizon,
        usable=not champion.scorer.doubts,
        doubts=list(champion.scorer.doubts),
        libraries=bundle.manifest.libraries,
        facts=dict(bundle.facts),
        evaluation={name: part for name, part in bundle.evaluation.items() if name not in _OF_DRIVERS},
        refused=refused,
    )


def describe_schema(champion: Champion) -> SchemaAnswer:
    """Return what a row looks like, with a request that works."""
    bundle = champion.bundle
    features = [
        FeatureFacts(
            name=feature.name,
            kind=feature.kind,
            source=feature.source,
            data=feature.data,
            unit=feature.unit,
            driver=feature.driver,
            role=feature.role,
        )
        for feature in bundle.catalogue
    ]
    values = {feature.name: 1.0 if feature.kind == "number" else None for feature in features[:3]}
    return SchemaAnswer(
        usecase=bundle.usecase.name,
        model_version=bundle.model_version,
        horizons=list(champion.scorer.horizons),
        outputs=list(bundle.output_names),
        features=features,
        example={
            "usecase": bundle.usecase.name,
            "rows": [{"entity_id": "example", "features": values}],
            "reasons": 3,
        },
    )


def _ask_scorer(champion: Champion, request: ScoringRequest, score: Callable[..., _Scored]) -> _Scored:
    """Ask the scorer what the request asks; its refusals become problems."""
    scorer = champion.scorer
    for index, horizon in enumerate(request.horizons or ()):
        if horizon not in scorer.horizons:
            raise refuse_value(
                f"horizons.{index}", f"is not a horizon; there are: {', '.join(scorer.horizons)}"
            )
    try:
        return score(horizons=request.horizons, reasons=request.reasons, language=request.language)
    except IndividualScoreRefusedError as error:
        raise refuse_single() from error
    except ModelNotUsableError as error:
        raise refuse_unusable(champion.scorer.doubts, "scores") from error


def _to_row(score: RowScore, **stamps: Any) -> ScoredRow:
    """Translate the answer for one row; ``stamps`` say who and as of when."""
    reasons = [
        Reason(reason.feature, reason.driver, reason.role, reason.words, reason.attribution, reason.value)
        for reason in score.reasons
    ]
    return ScoredRow(
        probability=score.probabilities,
        risk_band=score.risk_band or UNSET,
        value=_if_known(score.value),
        interval=UNSET if score.low is None or score.high is None else Interval(score.low, score.high),
        reasons=reasons,
        warnings=list(score.warnings),
        base_log_odds=_if_known(score.base_log_odds),
        base_value=_if_known(score.base_value),
        surprising_gaps=list(score.surprising_gaps) or UNSET,
        **stamps,
    )


def _to_group(group: GroupScore) -> ScoredGroup:
    """Translate the answer for one group."""
    shares = {name: Range(share.value, share.low, share.high) for name, share in group.probabilities.items()}
    mean = group.value
    return ScoredGroup(
        name=group.name,
        people=group.n,
        probability=shares,
        risk_band=group.risk_band or UNSET,
        value=UNSET if mean is None else Range(mean.value, mean.low, mean.high),
    )


def _if_known(number: float | None) -> float | UnsetType:
    """Return a number, or leave it out of the answer."""
    return UNSET if number is None else number


def _demand_latest(latest: LatestRows | None) -> LatestRows:
    """Return the latest rows, which have to be there."""
    if latest is None:
        detail = "There is no table of latest rows for this use case; build its feature table."
        raise ProblemError(503, "latest_absent", detail, headers={"retry-after": "30"})
    return latest


def _refuse_unfit() -> ProblemError:
    """Return the error for latest rows of another version of the use case."""
    detail = "The table of latest rows does not fit the champion; build the feature table again."
    return ProblemError(503, "latest_unfit", detail, headers={"retry-after": "30"})


def _origin_of(champion: Champion, as_of: str | None) -> dict[str, Any]:
    """Return what every answer says of its origin."""
    bundle = champion.bundle
    return {
        "usecase": bundle.usecase.name,
        "model_version": bundle.model_version,
        "spec_hash": bundle.manifest.spec_hash,
        "as_of": as_of,
        "primary_horizon": champion.scorer.primary_horizon,
    }
