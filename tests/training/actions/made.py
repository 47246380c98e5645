"""Actions and ledgers for tests."""

from datetime import date

import numpy as np

from training.actions import (
    Action,
    Assigned,
    Cost,
    People,
    PlannedOutcome,
    Target,
    digest_of,
    draw_lots,
    make_plan,
    to_table,
)

DAY = date(2026, 1, 1)
SECRET = bytes(range(32))


def make_action(**changed):
    """Return an action on a lever, with some facts changed."""
    plan = make_plan(PlannedOutcome.of_share(0.1), -0.05, 2000, 0.5)
    facts = {
        "usecase": "churn",
        "label": "Fast lane in support",
        "owner": "Service team",
        "lever": "resolution_time",
        "lever_label": {"en": "Time to resolve tickets", "de": "Bearbeitungszeit"},
        "target": Target("misses_goal"),
        "starts_on": DAY,
        "horizon": "90d",
        "is_share": True,
        "is_more_better": False,
        "cost": Cost(per_person_eur=10.0, fixed_eur=500.0),
        "plan": plan,
        "fewest": 0,
        "no_hold_out_because": None,
        "decided_on": DAY,
    }
    return Action(**facts | changed)


def make_people(n_people=1000, seed=1):
    """Return people with forecasts, revenue and what they lack."""
    generator = np.random.default_rng(seed)
    return People(
        tuple(f"K-{number:05d}" for number in range(n_people)),
        forecast=generator.beta(2, 18, n_people),
        revenue=np.full(n_people, 1000.0),
        shortfall=np.full(n_people, 20.0),
    )


def start(ledger, action=None, people=None, day=DAY):
    """Write an action with its people down; return its entry."""
    action, people = action or make_action(), people or make_people()
    is_treated = draw_lots(people, SECRET, action.plan.hold_out)
    rows = to_table(people, is_treated)
    n_treated = int(is_treated.sum())
    way = people.mean_shortfall(is_treated)
    assigned = Assigned(day, n_treated, len(people) - n_treated, way, digest_of(rows))
    ledger.start(action, SECRET, rows, assigned)
    return ledger.find(action.id)
