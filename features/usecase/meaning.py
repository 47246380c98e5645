"""What the numbers mean to people: drivers with their roles, money, privacy."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from features.usecase.rule import Condition
from features.usecase.vocabulary import Actor, ColumnPath, Days, Gap, Labelled, Language, Part, Role


class MeasuredSpan(Part):
    """Say when the columns of a driver were measured, in days before the outcome."""

    start: Days = Field(
        alias="from",
        description="the first day that the values speak of, in days before the outcome, e.g. 365d",
    )
    end: Gap = Field(
        alias="to", description="the last day that the values speak of, in days before the outcome, e.g. 90d"
    )

    @property
    def start_days(self) -> int:
        """Return the days between the first moment and the outcome."""
        return self.start.days

    @property
    def end_days(self) -> int:
        """Return the days between the last moment and the outcome."""
        return 0 if isinstance(self.end, str) else self.end.days

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.start_days < self.end_days:
            message = (
                f"from '{self.start}' is later than to '{self.end}'; write the larger number first, "
                "as both count days before the outcome"
            )
            raise ValueError(message)
        return self


class LeverCost(Part):
    """Say what it takes to bring people to the goal of a lever, declared by those who would do it."""

    per_person_eur: float | None = Field(
        None, ge=0, description="what it costs to bring one person who misses the goal to it"
    )
    fixed_eur: float | None = Field(None, ge=0, description="what it costs however many are brought to it")
    reach: float = Field(
        1.0, gt=0, le=1, description="share of those who miss the goal that can be brought to it; 1"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.model_fields_set:
            message = "is empty; write per_person_eur, fixed_eur or reach"
            raise ValueError(message)
        return self


class Driver(Labelled):
    """Group features under one name that people can speak about.

    The role says what may be concluded: a lever can be acted on, a mediator lies between lever and target, a
    signal shows the trouble but is not its cause, context cannot be changed.
    """

    features: list[str] = Field(
        min_length=1, description="feature names without x_/o_; * stands for anything"
    )
    role: Role = Field(description="lever, mediator, signal or context")
    actor: Actor | None = Field(
        None, description="who decides about it: company or person; every lever needs it"
    )
    window: MeasuredSpan | None = Field(
        None,
        description="flat tables: when it was measured, in days before the outcome: {from: 365d, to: 90d}",
    )
    depends_on: list[str] = Field(
        [], description="drivers that change this one; a lever that another lever changes is refused"
    )
    randomised: str | None = Field(
        None, min_length=1, description="name of the experiment in which it was decided by lot who got it"
    )
    goal: Condition | None = Field(None, description="a condition on the first feature, e.g. '<= 24'")
    cost: LeverCost | None = Field(None, description="what it takes to bring people to the goal of a lever")

    @model_validator(mode="after")
    def _check_cost(self) -> Self:
        if self.cost is None:
            return self
        if self.role != "lever":
            message = f"has a cost, but its role is '{self.role}'; write role: lever, or leave 'cost' out"
            raise ValueError(message)
        if self.goal is None:
            message = "has a cost, but no goal that people are brought to; write for example goal: '<= 24'"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.role == "lever" and self.actor is None:
            message = (
                "a lever needs 'actor'; write actor: company if the company decides about it, "
                "actor: person if those who are scored do it themselves"
            )
            raise ValueError(message)
        if self.role != "lever" and self.randomised is not None:
            message = f"'randomised' belongs to a lever, and role is '{self.role}'; leave one of them out"
            raise ValueError(message)
        return self


class Value(Part):
    """Say what an entity is worth and what an action costs."""

    revenue: str = Field(
        description="column with yearly revenue, source.column or a column of the flat table"
    )
    margin: float = Field(1.0, gt=0, le=1)
    contact_cost_eur: float | None = Field(None, ge=0, description="what one contact costs; 1")
    incentive_cost_eur: float | None = Field(None, ge=0, description="what staying with an offer costs; 10")
    success_rate: float | None = Field(
        None, gt=0, lt=1, description="share of the leavers contacted who stay; 0.3"
    )
    success_evidence: float | None = Field(
        None, gt=0, description="past contacts that the success rate rests on; the fewer, the wider; 20"
    )
    budget_contacts: int | None = Field(None, gt=0, description="how many can be contacted each time")
    budget_eur: float | None = Field(
        None, gt=0, description="what contacts and incentives may cost each time"
    )


class Privacy(Part):
    """Say whose data this is and which group sizes may be shown."""

    subject: Literal["customer", "employee", "supplier", "applicant"] = "customer"
    minimum_group: int = Field(5, ge=5)
    minimum_group_drivers: int = Field(25, ge=25)
    minimum_group_verbatims: int = Field(10, ge=10)
    protected: list[str] = Field([], description="attributes that never become features")
    names: list[ColumnPath] = Field(
        [], description="source.column with names of people, which are taken out of every text"
    )


Words = Annotated[dict[Language, Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class CardWords(Part):
    """Say in your own words what the model card cannot know: why there is a model and who answers for it."""

    purpose: Words | None = Field(None, description="what the forecasts are for, by language")
    owner: str | None = Field(None, min_length=1, description="person or team that answers for the model")
    out_of_scope: list[Words] = Field(
        [], description="further uses that are not allowed, each by language; some always stand in the card"
    )
