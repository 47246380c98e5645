"""Customers who renew or do not: the causal world of the SHAP documentation, in our own formulas.

"Be careful when interpreting predictive models in search of causal insights" describes customers who get
sales calls, which bring interactions and a need for the product. Need, which nobody measures, brings use and
renewals, and is answered with smaller discounts. Use brings bugs faced (not measured) and advertisement;
those who need the product report more of the bugs. Discounts help, advertisement and reports do nothing; a
forecast says the opposite of all three. What is described there stands here; strengths are our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from tests.bench.driver_worlds.world import Column, ColumnFacts, DriverWorld
from training.statistics import Floats

# Goals of the levers: calls, interactions, months since the last upgrade, discount.
GOALS: Mapping[str, float] = {"sales_calls": 3.0, "interactions": 3.0, "last_upgrade": 4.0, "discount": 0.3}


@dataclass(frozen=True)
class _Chance:
    """Hold all that chance decides for each customer, so that another policy meets the same customers."""

    calls: Floats
    contacts: Floats
    economy: Floats
    upgrade: Floats
    need: Floats
    discount: Floats
    usage: Floats
    spend: Floats
    bugs: Floats
    reported: Floats
    renewal: Floats

    @classmethod
    def draw(cls, n_rows: int, chance: np.random.Generator) -> "_Chance":
        """Draw customers."""
        return cls(
            calls=chance.integers(0, 5, n_rows).astype(np.float64),
            contacts=chance.poisson(0.4, n_rows).astype(np.float64),
            economy=chance.uniform(size=n_rows),
            upgrade=chance.uniform(0, 20, n_rows),
            need=chance.normal(size=n_rows),
            discount=chance.uniform(size=n_rows),
            usage=chance.normal(size=n_rows),
            spend=chance.uniform(0.7, 1.0, n_rows),
            bugs=chance.uniform(size=n_rows),
            reported=chance.uniform(size=n_rows),
            renewal=chance.uniform(size=n_rows),
        )


@dataclass(frozen=True)
class _Customers:
    """Hold what happened to the customers under a policy."""

    columns: Mapping[str, Floats]
    probability: Floats


def retention(n_rows: int, chance: np.random.Generator) -> DriverWorld:
    """Return who renews, with the levers of a company that knows nothing of need."""
    drawn = _Chance.draw(n_rows, chance)
    now = _live(drawn, {})
    met = {name: _live(drawn, {name: _meet(name, now.columns[name])}) for name in GOALS}
    contrasts = {name: float((then.probability - now.probability).mean()) for name, then in met.items()}
    columns = now.columns
    alone = np.column_stack([columns["economy"], _freshness(columns["last_upgrade"])])
    others = [columns[name] for name in ("sales_calls", "need", "usage")]
    return DriverWorld(
        target=(drawn.renewal < now.probability).astype(np.float64),
        columns=tuple(Column(facts, columns[facts.name]) for facts in _declare()),
        contrasts=contrasts,
        oracle={
            "sales_calls": alone,
            "interactions": np.column_stack([alone, columns["sales_calls"]]),
            "last_upgrade": np.column_stack([columns["economy"], columns["sales_calls"]]),
            "discount": np.column_stack([alone, *others]),
        },
        false_levers=frozenset({"bugs_reported"}),
        unidentified=frozenset({"discount"}),
    )


def _meet(name: str, values: Floats) -> Floats:
    """Return the values if everybody met the goal."""
    return np.minimum(values, GOALS[name]) if name == "last_upgrade" else np.maximum(values, GOALS[name])


def _freshness(months: Floats) -> Floats:
    """Return how much an upgrade still counts: most of it is gone after some months."""
    return 1.0 / (1.0 + months / 4.0)


def _live(drawn: _Chance, policy: Mapping[str, Floats]) -> _Customers:
    """Return what happens if a policy sets some of the columns, and chance is as drawn."""
    calls = policy.get("sales_calls", drawn.calls)
    contacts = policy.get("interactions", calls + drawn.contacts)
    months = policy.get("last_upgrade", drawn.upgrade)
    need = 0.25 * (calls - 2.0) + drawn.need
    discount = policy.get("discount", 0.5 * (0.6 * (1.0 - expit(1.5 * need)) + 0.4 * drawn.discount))
    usage = expit(0.6 * need + drawn.usage)
    spend = usage * drawn.spend + 0.5 * (months < 2.0)
    bugs = np.floor(-np.log1p(-drawn.bugs) * 2.0 * usage)
    reported = np.floor(bugs * expit(need) + drawn.reported)
    lean = (
        -1.1
        + 0.9 * need
        + 0.6 * usage
        + 0.6 * drawn.economy
        + 1.5 * discount
        + 0.1 * contacts
        + 0.05 * calls
        + 1.8 * _freshness(months)
        - 0.2 * bugs
    )
    columns = {
        "sales_calls": calls,
        "interactions": contacts,
        "economy": drawn.economy,
        "last_upgrade": months,
        "need": need,
        "discount": discount,
        "usage": usage,
        "ad_spend": spend,
        "bugs_reported": reported,
    }
    return _Customers(columns, expit(lean))


def _declare() -> tuple[ColumnFacts, ...]:
    """Return the columns in the order of time; need and bugs faced are not among them."""
    lever = ColumnFacts("", actor="company")

    def during(facts: ColumnFacts, name: str, first: int, last: int) -> ColumnFacts:
        goal = GOALS.get(name, 1.0 if facts.role == "lever" else None)
        return replace(facts, name=name, window_from_days=first, window_to_days=last, goal=goal)

    context = ColumnFacts("", role="context")
    return (
        during(context, "economy", 720, 600),
        during(lever, "sales_calls", 540, 420),
        during(lever, "interactions", 400, 330),
        replace(during(lever, "last_upgrade", 540, 330), is_lower_better=True),
        during(context, "usage", 320, 200),
        during(lever, "discount", 180, 60),
        during(lever, "ad_spend", 180, 60),
        replace(during(lever, "bugs_reported", 180, 60), actor="person"),
    )
