"""Journeys written by hand."""

from collections.abc import Mapping, Sequence

import numpy as np

from training.journey.touches import Journeys, Point, Touches, gather

Told = tuple[str, float] | tuple[str, float, float]


def points_of(*names: str, **questions: str) -> tuple[Point, ...]:
    """Return plain touchpoints; ``bad`` marks what is bad by itself, other words name a question."""
    return tuple(
        Point(
            name,
            {"en": name.title(), "de": name.upper()},
            question=None if questions.get(name) in (None, "bad") else questions[name],
            is_bad=questions.get(name) == "bad",
        )
        for name in names
    )


def touches_of(
    points: Sequence[Point], trips: Mapping[str, Sequence[Told]] | Sequence[Sequence[Told]]
) -> Touches:
    """Return touches from (touchpoint, day) or (touchpoint, day, value) per journey; good from 4 on.

    A mapping names whose journey it is, ``anna/1`` the second one of anna.
    """
    named = trips if isinstance(trips, Mapping) else {f"{n:05d}": trip for n, trip in enumerate(trips)}
    names = [point.name for point in points]
    rows = [
        (
            whose.partition("/")[0],
            int(whose.partition("/")[2] or 0),
            names.index(told[0]),
            told[1],
            told[2] if len(told) > 2 else np.nan,
        )
        for whose, trip in named.items()
        for told in trip
    ]
    entity, journey, point, day, value = zip(*rows, strict=True)
    values = np.array(value, dtype=np.float64)
    is_bad = np.array([points[number].is_bad for number in point])
    good = np.where(is_bad, 0.0, np.where(np.isnan(values), np.nan, (values >= 4).astype(np.float64)))
    return Touches.of(entity=entity, journey=journey, point=point, day=day, value=values, is_good=good)


def journeys_of(
    points: Sequence[Point], trips: Mapping[str, Sequence[Told]] | Sequence[Sequence[Told]]
) -> Journeys:
    """Return what each journey holds of each touchpoint."""
    return gather(touches_of(points, trips), points)
