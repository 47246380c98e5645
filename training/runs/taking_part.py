"""Who can take part in an action, and what became of those who did: from frames to people and outcomes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from features.catalogue import CUT_PREFIX
from features.errors import ContractError, InputError
from features.frame import Frame
from features.usecase import UseCase
from training.actions import Action, Entry, People, PlannedOutcome, Seen, Target
from training.bundle import Bundle
from training.drivers import shortfall
from training.levers import levers_from_json
from training.rows import FollowUp, TrainingRows, feature_columns, numbers, rows_of, texts
from training.statistics import Bools, Floats


@dataclass(frozen=True)
class Cohort:
    """Hold everybody at the newest snapshot, and what is forecast of them.

    Attributes
    ----------
    snapshot_date
        Their day.
    expected
        Probability at the horizon of the action, or expected answer.
    objected
        Those who objected to being scored: they are in no action.
    """

    bundle: Bundle
    frame: Frame
    snapshot_date: date
    matrix: Floats
    expected: Floats
    objected: frozenset[str] = frozenset()

    @classmethod
    def of(cls, bundle: Bundle, frame: Frame, horizon: str, objected: Iterable[str] = ()) -> "Cohort":
        """Score the newest rows.

        Raises
        ------
        InputError
            If the use case has no dates, or the model no such horizon.
        """
        if not frame.facts.snapshot_dates:
            problem = "is a flat table: nobody can be followed from a day on"
            raise InputError(bundle.usecase.name, problem, "describe it with sources and snapshots")
        if horizon not in bundle.horizons:
            known = ", ".join(bundle.horizons)
            raise InputError("--horizon", f"the model knows no '{horizon}'", f"name one of: {known}")
        matrix = bundle.encoder.encode(feature_columns(frame.latest, bundle.catalogue)).matrix
        day = max(frame.facts.snapshot_dates)
        return cls(bundle, frame, day, matrix, bundle.expected(matrix, horizon), frozenset(objected))

    def choose(self, target: Target, lever: str | None, busy: Iterable[str]) -> People:
        """Return those who can take part.

        Parameters
        ----------
        busy
            Ids of people who are in another action, and are left out.

        Raises
        ------
        InputError
            If a group or a lever is unknown, or people at work are to be chosen by their forecasts.
        """
        usecase, latest = self.bundle.usecase, self.frame.latest
        is_about_employees = usecase.privacy.is_about_employees
        if is_about_employees and target.who == "riskiest":
            problem = "people at work are not chosen by their forecasts"
            raise InputError("--who", problem, "choose a group, or who misses the goal of a lever")
        way = None if lever is None else self.shortfall(lever)
        people = People(
            entity_ids=tuple(texts(latest, "entity_id").tolist()),
            forecast=None if is_about_employees else self.expected,
            stratum=self._strata() if is_about_employees else None,
            revenue=None if is_about_employees else numbers(latest, "value_revenue"),
            shortfall=way,
        )
        left_out = [*busy, *self.objected]
        chosen = self._in_group(target) & ~np.isin(np.array(people.entity_ids), left_out)
        if target.who == "misses_goal":
            if way is None:
                raise InputError("--who", "who misses a goal needs a lever", "name one with --lever")
            chosen &= np.isfinite(way) & (way > 0)
        if target.who == "riskiest":
            chosen &= self._is_riskiest(chosen, target.share or 0.2)
        return people.where(chosen)

    def shortfall(self, lever: str) -> Floats:
        """Return what each lacks of the goal of a lever, NaN where that is not known.

        Raises
        ------
        InputError
            If there is no such lever, or it has no goal in numbers.
        """
        levers = {one.name: one for one in levers_from_json(self.bundle.evaluation.get("levers", []))}
        if lever not in levers:
            known = ", ".join(levers) or "none is declared"
            raise InputError("--lever", f"'{lever}' is no lever of the use case", f"name one of: {known}")
        goal = levers[lever].goal
        if goal is None:
            problem = f"'{lever}' has no goal in numbers, so nobody misses it"
            raise InputError("--lever", problem, "declare one under drivers in the use case, and train again")
        return shortfall(goal, self.matrix[:, self.bundle.catalogue.names.index(goal.feature)])

    def expect(self, people: People) -> PlannedOutcome:
        """Return what is expected of people without an action.

        Raises
        ------
        InputError
            If nobody can take part.
        """
        if not len(people):
            raise InputError("--group", "nobody can take part", "choose more people, or end another action")
        place = {name: row for row, name in enumerate(texts(self.frame.latest, "entity_id").tolist())}
        level = float(self.expected[[place[name] for name in people.entity_ids]].mean())
        if self.bundle.is_of_answers:
            answers = rows_of(self.frame, self.bundle.usecase).outcome
            spread = 1.0 if isinstance(answers, FollowUp) else float(np.nanstd(answers.target))
            return PlannedOutcome(level, spread, is_share=False)
        return PlannedOutcome.of_share(level)

    def _in_group(self, target: Target) -> Bools:
        """Tell who belongs to the group."""
        n_rows = self.frame.latest.num_rows
        if target.cut is None:
            return np.ones(n_rows, dtype=bool)
        column = f"{CUT_PREFIX}{target.cut.partition('.')[2] or target.cut}"
        if column not in self.frame.latest.column_names:
            known = ", ".join(name.removeprefix(CUT_PREFIX) for name in self.frame.facts.cuts) or "none"
            raise InputError("--group", f"'{target.cut}' is no declared cut", f"declared are: {known}")
        groups = np.array(self.frame.latest.column(column).to_pylist(), dtype=object)
        found = groups == target.group
        if not found.any():
            known = ", ".join(sorted({str(one) for one in groups if one is not None})[:20])
            raise InputError("--group", f"nobody is in '{target.group}'", f"groups are: {known}")
        return np.asarray(found, dtype=bool)

    def _is_riskiest(self, chosen: Bools, share: float) -> Bools:
        """Tell who is in the part of the chosen with the worst forecasts."""
        usecase = self.bundle.usecase
        is_lower_worse = self.bundle.is_of_answers or usecase.means == "good"
        worst = self.expected if not is_lower_worse else -self.expected
        rows = np.flatnonzero(chosen)
        order = rows[np.argsort(-worst[rows], kind="stable")]
        found = np.zeros_like(chosen)
        found[order[: max(1, round(share * rows.size))]] = True
        return found

    def _strata(self) -> list[str] | None:
        """Return the group of the first declared cut of each; None without cuts."""
        if not self.frame.facts.cuts:
            return None
        return [str(one) for one in self.frame.latest.column(self.frame.facts.cuts[0]).to_pylist()]


def list_busy(entries: Iterable[Entry], people: Mapping[str, Mapping[date, pa.Table]]) -> set[str]:
    """Return the ids of everybody who is in a running action."""
    return {
        name
        for entry in entries
        if entry.state == "running"
        for rows in people[entry.id].values()
        for name in rows.column("entity_id").to_pylist()
    }


def see(entry: Entry, frame: Frame, usecase: UseCase) -> dict[date, Seen]:
    """Return what became of the people of an action, by day of their assignment.

    An event counts from the start of the action on, not before the gap is over, for the days of the horizon.
    Who left before is not counted at all: lots had nothing to do with it. Who left for another cause had no
    event; who left the cohort without one before the end is lost. An answer is the one that the target of the
    use case takes, from the gap after the day on.

    Raises
    ------
    ContractError
        If the feature table has no rows of such a day.
    """
    rows = rows_of(frame, usecase)
    snapshots = rows.snapshot_date
    if snapshots is None:
        message = f"use case '{usecase.name}' has no snapshots"
        raise ValueError(message)
    found = {}
    for one in entry.assigned:
        is_then = snapshots.astype("datetime64[D]") == np.datetime64(one.snapshot_date)
        follow_up = one.snapshot_date + timedelta(days=rows.gap_days or 0)
        begins_on = max(follow_up, entry.action.starts_on) if entry.action.is_share else follow_up
        over_on = begins_on + timedelta(days=entry.action.horizon_days)
        until = frame.facts.observed_until
        if not is_then.any() and until is not None and over_on <= until:
            problem = f"has no rows of {one.snapshot_date}, on which people were assigned"
            raise ContractError("feature table", problem, "keep that day among the snapshots of the use case")
        late = (begins_on - follow_up).days
        found[one.snapshot_date] = Seen(over_on, _outcomes(rows.take(is_then), entry.action, late))
    return found


def _outcomes(rows: TrainingRows, action: Action, late_days: int) -> dict[str, float]:
    """Return the outcome of each person who was there when the action began, so many days late."""
    outcome = rows.outcome
    if not isinstance(outcome, FollowUp):
        return dict(zip(rows.entity.tolist(), outcome.target.tolist(), strict=True))
    is_gone = (outcome.days < late_days) & (outcome.event != 0)
    rows, outcome = rows.take(~is_gone), outcome.take(~is_gone)
    is_inside = outcome.days < late_days + action.horizon_days
    values = np.where(is_inside & (outcome.event == 1), 1.0, 0.0)
    values = np.where(is_inside & (outcome.event == 0), np.nan, values)
    return dict(zip(rows.entity.tolist(), values.tolist(), strict=True))
