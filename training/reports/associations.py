"""Section 3: what goes with an event or with satisfaction, in groups by role; context is never a row."""

from collections.abc import Sequence

from features.usecase import UseCase
from training.drivers import DriverRow
from training.pages import Label
from training.reports.goals import name_unit
from training.reports.inputs import ReportInputs
from training.reports.sections import Associations, DriverLine

MOST_OTHERS = 5
SMALLEST_OTHER = 0.02


def build_associations(inputs: ReportInputs) -> Associations:
    """Sort the drivers into levers, warning signs and others; context goes into a sentence of its own."""
    drivers = inputs.drivers
    unclaimed = [row for row in drivers if row.role is None]
    others = [row for row in unclaimed if row.share.value >= SMALLEST_OTHER][:MOST_OTHERS]
    rest = [row for row in unclaimed if row not in others]
    context = [row for row in drivers if row.role == "context"]
    shown = [row for row in drivers if row.role not in {None, "context"}] + others
    return Associations(
        levers=_lines(inputs, [row for row in drivers if row.role == "lever"], shown),
        signs=_lines(inputs, [row for row in drivers if row.role in {"signal", "mediator"}], shown),
        others=_lines(inputs, others, shown),
        context=tuple(row.label for row in context),
        context_share=sum(row.share.value for row in context),
        rest_count=len(rest),
        rest_share=sum(row.share.value for row in rest),
        scale=max((row.share.high for row in shown), default=1.0),
        interval_method=drivers[0].interval_method,
    )


def _lines(
    inputs: ReportInputs, rows: Sequence[DriverRow], shown: Sequence[DriverRow]
) -> tuple[DriverLine, ...]:
    """Make the rows of one group; only rows of the same group compete for places."""
    labels = {row.name: row.label for row in shown if row in rows}
    return tuple(
        _line(
            inputs.usecase,
            row,
            tuple(labels[name] for name in row.may_swap_with if name in labels),
            is_good=inputs.is_good,
        )
        for row in rows
    )


def _line(usecase: UseCase, row: DriverRow, may_swap_with: tuple[Label, ...], *, is_good: bool) -> DriverLine:
    """Make one row."""
    met = row.goal_met
    is_counted = not usecase.is_weighted
    return DriverLine(
        name=row.name,
        label=row.label,
        role=row.role,
        share=row.share,
        direction=row.direction,
        goal=row.goal,
        goal_unit=name_unit(usecase, row.goal),
        goal_met=met,
        people_missing_goal=round(met.n * (1 - met.value)) if met is not None and is_counted else None,
        may_swap_with=may_swap_with,
        is_unclear=row.share.low <= 0,
        is_against_goal=row.share.low > 0 and _is_against_goal(row, is_good=is_good),
        is_opposite_alone=row.is_opposite_alone,
        turns_at=row.turns_at,
        rank_low=row.rank_low_joint,
        rank_high=row.rank_high_joint,
        may_be_top_three=row.may_be_top_three,
        evidence_grade=row.evidence_grade,
    )


def _is_against_goal(row: DriverRow, *, is_good: bool) -> bool:
    """Tell whether what the goal asks for goes with the worse outcome, beside the others and alone."""
    if row.goal is None or row.is_opposite_alone or row.direction not in {"higher", "lower"}:
        return False
    wants_more = row.goal.comparison in {">=", ">"}
    goes_with_good = (row.direction == "higher") is is_good
    return row.goal.comparison != "=" and wants_more is not goes_with_good
