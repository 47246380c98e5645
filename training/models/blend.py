"""A weighted sum of models in log-odds; its intercept and scale are Platt's calibration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from features.errors import BundleError
from training.models.boosters import BoosterModel
from training.models.leaf_tables import LeafTables, build_tables
from training.models.odds import Floats
from training.models.records import read_record, to_bytes
from training.models.shapes import ShapeModel

MemberModel = ShapeModel | BoosterModel

_KINDS: dict[str, type[ShapeModel] | type[BoosterModel]] = {"shape": ShapeModel, "booster": BoosterModel}
_FILE = "blend.json"


@dataclass(frozen=True)
class Member:
    """Hold one model of a blend.

    Parameters
    ----------
    name
        Name, unique in the blend; also that of its files.
    weight
        Factor of its log-odds, not negative.
    model
        The model.
    """

    name: str
    weight: float
    model: MemberModel


@dataclass(frozen=True)
class Blend:
    """Hold a stack of models whose log-odds are added up with weights.

    A sum keeps reasons exact: the reasons of the members, weighted, add up to the calibrated log-odds.

    Parameters
    ----------
    intercept
        Log-odds that are added to the weighted sum.
    members
        At least one.
    """

    intercept: float
    members: tuple[Member, ...]

    def log_odds(self, matrix: Floats) -> Floats:
        """Return the calibrated log-odds of each row."""
        total = np.full(len(matrix), self.intercept)
        for member in self.members:
            total += member.weight * member.model.log_odds(matrix)
        return total

    def log_odds_by_period(self, row: list[float], periods: Sequence[float]) -> list[float]:
        """Return the calibrated log-odds of one row in each of its periods.

        The same numbers as :meth:`log_odds` of the repeated row, without what arrays cost for one row.

        Parameters
        ----------
        row
            Values of the features, NaN where missing.
        periods
            Values of the members' last column; without any, all columns are features with one answer.
        """
        totals = [self.intercept] * (len(periods) or 1)
        for member in self.members:
            found = member.model.log_odds_by_period(row, periods)
            totals = [total + member.weight * one for total, one in zip(totals, found, strict=True)]
        return totals

    def attributions_by_period(self, row: list[float], periods: Sequence[float]) -> tuple[float, Floats]:
        """Return base and contributions of one row, shape (periods, columns); see :meth:`attributions`.

        Trees are looked up in tables as far as there are any; the first question works them out.
        """
        tables, others = self._tables.get(bool(periods)) or self._work_out(has_periods=bool(periods))
        if tables is None:
            contributions = np.zeros((len(periods) or 1, len(row) + bool(periods)))
        else:
            contributions = tables.contributions(row, tuple(periods))
        for member in others:
            contributions += member.weight * member.model.attributions_by_period(row, periods)[1]
        return self._base, contributions

    @cached_property
    def _base(self) -> float:
        """Return the base of all members."""
        base = self.intercept
        for member in self.members:
            base += member.weight * member.model.base
        return base

    @cached_property
    def _tables(self) -> dict[bool, tuple[LeafTables | None, tuple[Member, ...]]]:
        """Return what :meth:`_work_out` found, by whether the last column is the period."""
        return {}

    def _work_out(self, *, has_periods: bool) -> tuple[LeafTables | None, tuple[Member, ...]]:
        """Return tables of the attributions of trees, and the members that are not in them."""
        trees = [
            (member, member.model.text) for member in self.members if isinstance(member.model, BoosterModel)
        ]
        tables, is_taken = build_tables(
            [(text, member.weight) for member, text in trees], has_periods=has_periods
        )
        taken = {member.name for (member, _), is_in in zip(trees, is_taken, strict=True) if is_in}
        others = tuple(member for member in self.members if member.name not in taken)
        self._tables[has_periods] = tables, others
        return tables, others

    def attributions(self, matrix: Floats) -> tuple[float, Floats]:
        """Return the base and what each feature adds to it, in calibrated log-odds.

        Returns
        -------
        tuple
            Base, and contributions of shape (rows, features); base and contributions add up to
            :meth:`log_odds`.
        """
        base, contributions = self.intercept, np.zeros(matrix.shape)
        for member in self.members:
            its_base, its_contributions = member.model.attributions(matrix)
            base += member.weight * its_base
            contributions += member.weight * its_contributions
        return base, contributions

    def to_files(self) -> dict[str, bytes]:
        """Return the files of the blend and of its members by name."""
        kinds = {model: kind for kind, model in _KINDS.items()}
        rows = [{"name": m.name, "weight": m.weight, "kind": kinds[type(m.model)]} for m in self.members]
        files = {_FILE: to_bytes({"intercept": self.intercept, "members": rows})}
        for member in self.members:
            files |= member.model.to_files(member.name)
        return files

    @classmethod
    def from_files(cls, contents: Mapping[str, bytes]) -> Self:
        """Read what :meth:`to_files` wrote.

        Raises
        ------
        BundleError
            If a file is missing, altered or does not describe a blend.
        """
        record = read_record(contents, _FILE)
        members = []
        for row in record.records("members"):
            if row.text("kind") not in _KINDS:
                raise row.fail("kind", f"one of {', '.join(_KINDS)}")
            if row.number("weight") < 0:
                raise row.fail("weight", "a number of at least 0")
            model = _KINDS[row.text("kind")].from_files(contents, row.text("name"))
            members.append(Member(row.text("name"), row.number("weight"), model))
        if not members:
            raise BundleError(_FILE, "has no members", "train again")
        return cls(record.number("intercept"), tuple(members))
