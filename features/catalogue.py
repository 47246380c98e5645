"""What each feature is: name, kind, source, unit, driver, role, sensitivity; plain data, also for serving."""

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Literal, Protocol, Self, get_args

from features.errors import BundleError, ContractError

Kind = Literal["number", "category"]
Data = Literal["O", "X"]
Role = Literal["lever", "mediator", "signal", "context"]
Sensitivity = Literal["none", "personal", "protected"]
Direction = Literal["rising", "falling"]
CUT_PREFIX = "cut_"
"""What the names of columns begin with that say in which group of a declared cut a row was."""
_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[._\s]+")


class DriverGroup(Protocol):
    """What assigning drivers needs to know of one: its feature patterns and its role."""

    @property
    def features(self) -> Sequence[str]:
        """Return the patterns; ``*`` stands for anything."""

    @property
    def role(self) -> Role:
        """Return what may be concluded from the driver."""


@dataclass(frozen=True)
class Feature:
    """Describe one column that a model may read.

    Parameters
    ----------
    name
        Column name in the frame: ``o_tickets.count_90d``; the user's own name in a flat table.
    kind
        ``number`` (float64) or ``category`` (text).
    source
        Source it is made from; ``table`` for a flat table.
    data
        ``X`` for what people said, ``O`` for what happened.
    unit
        Unit shown to people, if one was declared.
    driver, role
        The driver it belongs to and what may be concluded from it; both ``None`` outside every driver.
    sensitivity
        ``protected`` attributes never reach a model; ``personal`` ones are named with care.
    """

    name: str
    kind: Kind
    source: str
    data: Data = "O"
    unit: str | None = None
    driver: str | None = None
    role: Role | None = None
    sensitivity: Sensitivity = "none"

    @property
    def bare_name(self) -> str:
        """Return the name without ``o_`` or ``x_``, as driver patterns see it.

        Examples
        --------
        >>> Feature("o_tickets.count_90d", "number", "tickets").bare_name
        'tickets.count_90d'
        >>> Feature("x_ray", "number", "table").bare_name
        'x_ray'
        """
        prefix = f"{self.data.lower()}_"
        return (
            self.name.removeprefix(prefix) if self.name.startswith(f"{prefix}{self.source}.") else self.name
        )

    def fits(self, pattern: str) -> bool:
        """Tell whether a driver's pattern means this feature; brackets in it stand for themselves.

        Examples
        --------
        >>> Feature("o_tickets.hours.mean_90d", "number", "tickets").fits("tickets.hours*")
        True
        """
        return fnmatchcase(self.bare_name, pattern.replace("[", "[[]"))


@dataclass(frozen=True)
class Catalogue:
    """Hold all features of a frame in column order.

    Examples
    --------
    >>> tenure = Feature("tenure", "number", "table")
    >>> catalogue = Catalogue((tenure, Feature("plan", "category", "table")))
    >>> catalogue.names, catalogue.numbers, catalogue.by_name["plan"].kind
    (('tenure', 'plan'), ('tenure',), 'category')
    """

    features: tuple[Feature, ...]

    def __post_init__(self) -> None:
        """Demand that every name is there once."""
        seen: set[str] = set()
        for feature in self.features:
            if feature.name in seen:
                raise ContractError(
                    f"feature {feature.name}", "is there twice", "give each feature a name of its own"
                )
            seen.add(feature.name)

    def __iter__(self) -> Iterator[Feature]:
        """Go through the features in column order."""
        return iter(self.features)

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.features)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return all names in column order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def by_name(self) -> Mapping[str, Feature]:
        """Return the features under their names."""
        return {feature.name: feature for feature in self.features}

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Return the names of numeric features."""
        return tuple(feature.name for feature in self.features if feature.kind == "number")

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Return the names of categorical features."""
        return tuple(feature.name for feature in self.features if feature.kind == "category")

    @cached_property
    def drivers(self) -> Mapping[str, tuple[str, ...]]:
        """Return the feature names of each driver, drivers in order of their first feature."""
        groups: dict[str, list[str]] = {}
        for feature in self.features:
            if feature.driver is not None:
                groups.setdefault(feature.driver, []).append(feature.name)
        return {driver: tuple(names) for driver, names in groups.items()}

    @cached_property
    def fingerprint(self) -> str:
        """Return a SHA-256 over order, names, kinds and units: what a model must find unchanged to score."""
        seen_by_model = [[feature.name, feature.kind, feature.unit] for feature in self.features]
        return hashlib.sha256(json.dumps(seen_by_model, separators=(",", ":")).encode()).hexdigest()

    def with_drivers(self, drivers: Mapping[str, DriverGroup]) -> Self:
        """Return the catalogue with driver and role filled in.

        Parameters
        ----------
        drivers
            Name of each driver with its patterns and role, as in the use-case file.

        Raises
        ------
        ContractError
            If a pattern matches no feature, or a feature falls to two drivers.
        """
        owners = _find_owners(self.features, drivers)
        assigned = (_assign(feature, owners.get(feature.name), drivers) for feature in self.features)
        return type(self)(tuple(assigned))

    def directions(self, declared: Mapping[str, Direction]) -> tuple[int, ...]:
        """Return 1 for each feature declared rising, -1 for falling, 0 else; empty if none is declared.

        Parameters
        ----------
        declared
            Feature patterns as drivers write them, each with its direction.

        Raises
        ------
        ContractError
            If a pattern matches no feature or a category, or gives a feature the other direction.

        Examples
        --------
        >>> catalogue = Catalogue((Feature("hours", "number", "table"), Feature("age", "number", "table")))
        >>> catalogue.directions({"hours": "rising"})
        (1, 0)
        """
        found: dict[str, Direction] = {}
        for pattern, direction in declared.items():
            for name in _match("monotone", pattern, self.features):
                _demand_number(self.by_name[name], pattern)
                if found.setdefault(name, direction) != direction:
                    problem = f"'{pattern}' lets {name} be {direction}, another pattern {found[name]}"
                    raise ContractError("monotone", problem, "give each feature one direction")
        signs = {None: 0, "rising": 1, "falling": -1}
        return tuple(signs[found.get(name)] for name in self.names) if found else ()

    def to_json(self) -> dict[str, Any]:
        """Return plain values: ``{"features": [{"name": ..., ...}, ...]}``."""
        return {"features": [asdict(feature) for feature in self.features]}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        BundleError
            If a key is missing or unknown, or a value is not one of the allowed words.
        """
        rows = content.get("features")
        if not isinstance(rows, list):
            raise BundleError("catalogue", f"has no list of features but {rows!r}", "build it again")
        return cls(tuple(_read_feature(row, place) for place, row in enumerate(rows)))


def _find_owners(features: Iterable[Feature], drivers: Mapping[str, DriverGroup]) -> dict[str, str]:
    """Return the driver of each feature that has one."""
    listed = tuple(features)
    owners: dict[str, str] = {}
    for driver, group in drivers.items():
        for pattern in group.features:
            for name in _match(f"drivers.{driver}.features", pattern, listed):
                if owners.setdefault(name, driver) != driver:
                    problem = f"'{pattern}' takes {name}, which driver '{owners[name]}' already has"
                    raise ContractError(
                        f"drivers.{driver}.features", problem, "leave each feature to one driver"
                    )
    return owners


def _demand_number(feature: Feature, pattern: str) -> None:
    """Refuse a direction for a category: its levels have no order."""
    if feature.kind == "category":
        problem = f"'{pattern}' takes {feature.name}, a category, which has no direction"
        raise ContractError("monotone", problem, "name numbers only")


def _match(where: str, pattern: str, features: Sequence[Feature]) -> list[str]:
    """Return the names of the features that a pattern means."""
    found = [feature.name for feature in features if feature.fits(pattern)]
    if not found:
        bare_names = [feature.bare_name for feature in features]
        nearest = difflib.get_close_matches(pattern.replace("*", ""), bare_names, n=3, cutoff=0.3)
        hint = (
            f"the nearest features are {', '.join(nearest)}"
            if nearest
            else f"features are {', '.join(bare_names)}"
        )
        raise ContractError(where, f"'{pattern}' matches no feature", hint)
    return found


def _assign(feature: Feature, driver: str | None, drivers: Mapping[str, DriverGroup]) -> Feature:
    """Return the feature with its driver and role, or with neither."""
    return replace(feature, driver=driver, role=None if driver is None else drivers[driver].role)


_ALLOWED: dict[str, tuple[object, ...]] = {
    "kind": get_args(Kind),
    "data": get_args(Data),
    "role": (None, *get_args(Role)),
    "sensitivity": get_args(Sensitivity),
}


def _read_feature(row: object, place: int) -> Feature:
    """Return one feature from its plain values."""
    expected = {field.name for field in fields(Feature)}
    if not isinstance(row, dict) or row.keys() != expected:
        found = sorted(row) if isinstance(row, dict) else row
        raise BundleError(
            f"catalogue.features[{place}]", f"{found} does not describe a feature", "build it again"
        )
    for key, words in _ALLOWED.items():
        if row[key] not in words:
            raise BundleError(
                f"catalogue.features[{place}].{key}", f"'{row[key]}' is not allowed", "build it again"
            )
    return Feature(**row)


def plain_name(name: str) -> str:
    """Write the name of a column or driver as words: no prefix, no dots, no underscores.

    Examples
    --------
    >>> plain_name("YearlyFees"), plain_name("o_invoices.amount_eur.mean_90d")
    ('Yearly fees', 'Invoices amount eur mean 90d')
    """
    bare = name[2:] if name[:2] in ("o_", "x_") else name
    words = [word for word in _WORD_BREAK.split(bare) if word]
    lowered = [word if word.isupper() else word.lower() for word in words]
    return " ".join([lowered[0][:1].upper() + lowered[0][1:], *lowered[1:]]) if lowered else name
