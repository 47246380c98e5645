"""What a plan with one lever is expected to bring, from the plans of the newest report.

The report holds each lever's plan for some shares of people and some parts of the way. What a plan brings
goes in proportion to both (:func:`training.drivers.look_ahead`), so every plan between them follows exactly.
The answer of the model itself goes in proportion to the share alone; between two parts of the way it lies on
a line, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from serving.champions import Champion
from serving.driver_schemas import Estimate, StoredLever, read_levers
from serving.plan_schemas import (
    ModelExpectation,
    Reach,
    ReportOutline,
    StoredLine,
    StoredTable,
    WhatIfAnswer,
    WhatIfRequest,
)
from serving.problems import Finding, ProblemError, refuse_absent
from serving.ranking import demand_usable, read_stored, tell_goal
from serving.reading import refuse_value
from serving.schemas import Range

_ALMOST = 1e-9
_STATUS_WORDS = {
    "unclear": "is not offered: no effect beyond chance was found",
    "wrong way": "is not offered: more of it goes with worse outcomes, against its goal",
}


@dataclass(frozen=True)
class Plan:
    """Hold one plan with one lever: a part of the way to its goal for a share of those who miss it.

    Attributes
    ----------
    margin
        Share of the revenue that is earned; None where there is no money to speak of.
    """

    table: StoredTable
    margin: float | None
    way: float
    share: float

    @property
    def whole(self) -> StoredLine:
        """Return the plan for everybody and all of the way."""
        return find_whole(self.table)

    @property
    def people_reached(self) -> float:
        """Return how many are reached."""
        return self.whole.plan.people_reached * self.share

    @property
    def gain(self) -> Range:
        """Return the people kept or won, or the rise of the mean answer."""
        return _scale(self.whole.gain, self.way * self.share)

    @property
    def mean_change(self) -> Range:
        """Return the change of the outcome over everybody."""
        return _scale(self.whole.plan.mean_change, self.way * self.share)

    @property
    def exceeds_expected(self) -> bool:
        """Tell whether more is expected than can be; between two parts of the way the further one answers."""
        further = [line.plan for line in self.table.lines if line.plan.way >= self.way - _ALMOST]
        return min(further, key=lambda plan: plan.way).exceeds_expected

    @property
    def revenue_kept_eur(self) -> Range | None:
        """Return the yearly revenue of those kept."""
        revenue = self.whole.plan.revenue_kept_eur
        return None if revenue is None or self.margin is None else _scale(revenue, self.way * self.share)

    @property
    def value_today(self) -> float | None:
        """Return the mean value of those who miss the goal."""
        known = [line for line in self.table.lines if line.expects is not None and line.plan.way < 1]
        line = min(known, key=lambda one: one.plan.way, default=None)
        if line is None or line.expects is None or line.expects.value is None:
            return None
        way = line.plan.way
        return (line.expects.value - way * self.table.goal.bound) / (1 - way)

    @property
    def target(self) -> float | None:
        """Return the mean value of those reached, then."""
        bound, today = self.table.goal.bound, self.value_today
        if self.way == 1:
            return bound
        return None if today is None else today + self.way * (bound - today)

    @property
    def expected_by_model(self) -> ModelExpectation | None:
        """Return what the model itself expects."""
        gains = {
            line.plan.way: line.gain_by_model
            for line in self.table.lines
            if line.plan.share == 1 and line.gain_by_model is not None
        }
        if not gains:
            return None
        known = {0.0: 0.0, **gains}
        near = max(way for way in known if way <= self.way + _ALMOST)
        far = min(way for way in known if way >= self.way - _ALMOST)
        part = 0.0 if near == far else (self.way - near) / (far - near)
        gain = known[near] + part * (known[far] - known[near])
        return ModelExpectation(gain * self.share, is_interpolated=near != far)

    def cost_eur(self, prices: tuple[float, float] | None) -> float | None:
        """Return what the plan costs, from the prices per person and fixed."""
        return None if prices is None else prices[0] * self.people_reached + prices[1]

    def net_eur(self, cost_eur: float | None) -> Range | None:
        """Return what is earned on the revenue kept, less the cost."""
        revenue, margin = self.revenue_kept_eur, self.margin
        if revenue is None or margin is None or cost_eur is None:
            return None
        value, low, high = (margin * end - cost_eur for end in (revenue.value, revenue.low, revenue.high))
        return Range(value, low, high)

    def break_even_eur(self, prices: tuple[float, float] | None) -> float | None:
        """Return the cost per person up to which it pays at the low end, fixed costs paid."""
        revenue, margin = self.revenue_kept_eur, self.margin
        if revenue is None or margin is None:
            return None
        left = margin * revenue.low - (0.0 if prices is None else prices[1])
        return left / self.people_reached if left > 0 and self.people_reached > 0 else 0.0


def ask_what_if(champion: Champion, request: WhatIfRequest, report: ReportOutline | None) -> WhatIfAnswer:
    """Return what a plan is expected to bring.

    Parameters
    ----------
    report
        The newest report of the use case.

    Raises
    ------
    ProblemError
        409 for a model whose figures do not support its use, or a report of another model; 404 without a
        report; 422 for a lever that is not offered, and for a plan that cannot be.
    """
    demand_usable(champion)
    levers = read_stored(read_levers, champion.bundle.evaluation.get("levers", []))
    lever = demand_offered(levers, request.lever)
    outline = demand_report(champion, report)
    plan = make_plan(request, outline, lever)
    given = request.cost
    prices = plan.table.prices if given is None else (given.per_person_eur, given.fixed_eur)
    cost = plan.cost_eur(prices)
    return WhatIfAnswer(
        usecase=champion.bundle.usecase.name,
        model_version=champion.bundle.model_version,
        as_of=outline.header.snapshot_date,
        made_on=outline.header.made_on,
        lever=lever.name,
        label=lever.label,
        evidence_grade=lever.grade,
        goal=tell_goal(plan.table.goal),
        value_today=plan.value_today,
        target=plan.target,
        way=plan.way,
        share=plan.share,
        people_short=plan.whole.plan.people_reached,
        people_reached=plan.people_reached,
        unit_of_gain="answer" if outline.header.kind == "satisfaction" else "people",
        gain=plan.gain,
        mean_change=plan.mean_change,
        exceeds_expected=plan.exceeds_expected,
        revenue_kept_eur=plan.revenue_kept_eur,
        cost_eur=cost,
        net_eur=plan.net_eur(cost),
        break_even_eur=plan.break_even_eur(prices),
        expected_by_model=plan.expected_by_model,
    )


def demand_offered(levers: Mapping[str, StoredLever], name: str) -> StoredLever:
    """Return a lever that is offered.

    Raises
    ------
    ProblemError
        422, with the reason.
    """
    lever = levers.get(name)
    if lever is None:
        offered = ", ".join(one.name for one in levers.values() if one.status == "offered")
        raise refuse_value("lever", f"is not a lever of this use case; offered are: {offered or 'none'}")
    if lever.status == "offered":
        return lever
    reason = _STATUS_WORDS.get(lever.status)
    if reason is None:
        first = next(iter(lever.refusals), None)
        words = "" if first is None else f": {first.reason['en']} {first.remedy['en']}"
        reason = f"is not offered{words}".rstrip(".")
    finding = Finding("lever", reason)
    raise ProblemError(422, "lever_not_offered", f"lever: {reason}.", (finding,))


def demand_report(champion: Champion, report: ReportOutline | None) -> ReportOutline:
    """Return the report of the champion.

    Raises
    ------
    ProblemError
        404 without a report, 409 for one of another model.
    """
    if report is None:
        raise refuse_absent("report")
    if report.trust.model_version != champion.bundle.model_version:
        detail = "The newest report is about another model than the champion; make the report again."
        raise ProblemError(409, "report_outdated", detail)
    return report


def make_plan(request: WhatIfRequest, outline: ReportOutline, lever: StoredLever) -> Plan:
    """Return the plan that is asked for.

    Raises
    ------
    ProblemError
        422 for one that cannot be; 409 for a report that is older than this question.
    """
    prospects = outline.prospects
    tables = () if prospects is None else prospects.tables
    table = next((one for one in tables if one.name == lever.name), None)
    if prospects is None or table is None:
        if any(not one.name for one in tables):
            detail = "The newest report was made by an older version of xm-predict; make it again."
            raise ProblemError(409, "report_outdated", detail)
        raise refuse_value("lever", "has no plan: everybody with a value meets its goal today")
    whole = Plan(table, prospects.margin, 1.0, 1.0)
    way = _choose_way(request, whole)
    return Plan(table, prospects.margin, way, _choose_share(request.reach, whole.people_reached))


def find_whole(table: StoredTable) -> StoredLine:
    """Return the plan for everybody who misses the goal and all of the way."""
    return next(line for line in table.lines if line.plan.share == line.plan.way == 1)


def _choose_way(request: WhatIfRequest, whole: Plan) -> float:
    """Return which part of the way is meant."""
    if request.target is None:
        return 1.0 if request.way is None else request.way
    if request.way is not None:
        raise refuse_value("way", "stands beside target; send one of the two")
    today, bound = whole.value_today, whole.table.goal.bound
    if today is None or today == bound:
        raise refuse_value("target", "cannot be turned into a part of the way for this lever; send way")
    way = (request.target - today) / (bound - today)
    if not 0 < way <= 1 + _ALMOST:
        between = f"must lie between {today:g}, the mean of today, and {bound:g}, the goal"
        raise refuse_value("target", between)
    return min(way, 1.0)


def _choose_share(reach: Reach | None, people_short: float) -> float:
    """Return which share of those who miss the goal is meant."""
    if reach is None:
        return 1.0
    if (reach.share is None) == (reach.people is None):
        raise refuse_value("reach", "holds share or people; send one of the two")
    if reach.share is not None:
        return reach.share
    people = reach.people or 0.0
    if people > people_short * (1 + _ALMOST):
        raise refuse_value("reach.people", f"must be at most {people_short:g}: no more miss the goal")
    return min(people / people_short, 1.0)


def _scale(estimate: Estimate, factor: float) -> Range:
    """Return a part of an estimate; one without a value counts as nothing."""
    value, low, high = (
        0.0 if end is None else end * factor for end in (estimate.value, estimate.low, estimate.high)
    )
    return Range(value, low, high)
