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
        None, ge=0, description="EUR that it costs to bring one person who misses the goal to it, e.g. 150"
    )
    fixed_eur: float | None = Field(
        None, ge=0, description="EUR paid once, however many are brought to it, e.g. 20000"
    )
    reach: float = Field(
        1.0,
        gt=0,
        le=1,
        description="share of those who miss the goal that can be brought to it, above 0 to 1; all by "
        "default",
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
        min_length=1,
        description="feature names without x_ or o_, e.g. tickets.hours_to_resolve.mean_90d; * stands for "
        "anything. The first one is what a lever changes",
    )
    role: Role = Field(
        description="lever: it can be changed; mediator: it lies between a lever and the outcome; signal: "
        "it shows trouble without causing it; context: it cannot be changed and is held equal"
    )
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
    goal: Condition | None = Field(
        None,
        description="what the first feature should reach, in its own unit, e.g. '<= 24'; the sign says "
        "which direction is better",
    )
    cost: LeverCost | None = Field(
        None, description="what it takes to bring people to the goal of a lever, in EUR"
    )

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
        description="column with the yearly revenue of an entity in EUR: source.column, or a column of the "
        "flat table"
    )
    margin: float = Field(
        1.0,
        gt=0,
        le=1,
        description="part of the revenue that is earned, above 0 to 1, e.g. 0.4; all of it by default",
    )
    contact_cost_eur: float | None = Field(None, ge=0, description="EUR that one contact costs; 1 if absent")
    incentive_cost_eur: float | None = Field(
        None, ge=0, description="EUR that an offer costs where it is taken; 10 if absent"
    )
    success_rate: float | None = Field(
        None, gt=0, lt=1, description="share of the leavers contacted who stay, 0 to 1; 0.3 if absent"
    )
    success_evidence: float | None = Field(
        None,
        gt=0,
        description="number of past contacts that the success rate rests on; the fewer, the wider the "
        "ranges. 20 if absent",
    )
    budget_contacts: int | None = Field(
        None, gt=0, description="number of entities that can be contacted each time, e.g. 500"
    )
    budget_eur: float | None = Field(
        None, gt=0, description="EUR that contacts and offers may cost together each time"
    )


class Privacy(Part):
    """Say whose data this is and which group sizes may be shown."""

    subject: Literal["customer", "employee", "supplier", "applicant"] = Field(
        "customer",
        description="who is scored. Employees are told of in groups alone, never below the minimum, unless "
        "a written agreement allows single scores",
    )
    minimum_group: int = Field(
        5, ge=5, description="fewest people of a group whose figures may be shown; 5 by default, never less"
    )
    minimum_group_drivers: int = Field(
        25,
        ge=25,
        description="fewest people of a group whose drivers may be shown; 25 by default, never less",
    )
    minimum_group_verbatims: int = Field(
        10,
        ge=10,
        description="fewest people, and fewest texts, of a topic that may be shown; 10 by default, never "
        "less",
    )
    protected: list[str] = Field(
        [],
        description="attributes such as gender or birth year: they never become features, and the card "
        "compares their groups. source.column, or a column of the flat table",
    )
    names: list[ColumnPath] = Field(
        [], description="source.column with names of people, which are taken out of every text"
    )

    @property
    def is_about_employees(self) -> bool:
        """Tell whether people at work are scored, who are told of in groups alone."""
        return self.subject == "employee"


Words = Annotated[dict[Language, Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class CardWords(Part):
    """Say in your own words what the model card cannot know: why there is a model and who answers for it."""

    purpose: Words | None = Field(None, description="what the forecasts are for, by language")
    owner: str | None = Field(None, min_length=1, description="person or team that answers for the model")
    out_of_scope: list[Words] = Field(
        [], description="further uses that are not allowed, each by language; some always stand in the card"
    )
