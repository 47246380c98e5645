"""Requests that stand in the OpenAPI document as examples; each is sent to a service in a test."""

from collections.abc import Mapping
from typing import Any

_FEATURES = {"o_tickets.count_90d": 4, "x_surveys.nps.last": 3, "o_customers.plan": "basic"}

BODIES: Mapping[str, Mapping[str, Any]] = {
    "/v1/score": {
        "one row": {"usecase": "churn", "rows": [{"features": _FEATURES}]},
        "one horizon with reasons": {
            "usecase": "churn",
            "rows": [{"entity_id": "c-7", "features": _FEATURES}, {"features": {"x_surveys.nps.last": None}}],
            "horizons": ["90d"],
            "reasons": 3,
            "language": "de",
        },
    },
    "/v1/score-by-id": {
        "two customers": {"usecase": "churn", "entity_ids": ["c-1", "c-3"], "reasons": 3},
    },
    "/v1/score-groups": {
        "regions": {"usecase": "churn", "cut": "region"},
    },
    "/v1/calls/{call_id}/turns": {
        "one turn": {
            "usecase": "churn",
            "turns": [
                {
                    "speaker": "customer",
                    "start_s": 2.4,
                    "end_s": 6.1,
                    "text": "I want to speak to your supervisor.",
                }
            ],
        },
        "several, the last one not over": {
            "usecase": "churn",
            "turns": [
                {"speaker": "agent", "start_s": 0, "end_s": 2.1},
                {"speaker": "customer", "start_s": 2.4, "text": "My order has not come."},
            ],
        },
    },
    "/v1/what-if": {
        "everybody, all of the way": {"usecase": "churn", "lever": "resolution_time"},
        "half of them, half of the way": {
            "usecase": "churn",
            "lever": "resolution_time",
            "way": 0.5,
            "reach": {"share": 0.5},
        },
        "a number of people, a target, a cost": {
            "usecase": "churn",
            "lever": "resolution_time",
            "target": 30,
            "reach": {"people": 40},
            "cost": {"per_person_eur": 150, "fixed_eur": 20000},
        },
    },
}
IDS: Mapping[str, str] = {"call_id": "call-4711"}
QUERIES: Mapping[str, str] = {"usecase": "churn", "segment": "region:South"}
