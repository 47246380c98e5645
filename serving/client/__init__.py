"""A small client of the service, made of the standard library alone: ``from serving.client import Client``.

It needs none of what the server needs. See ``docs/client.md``.
"""

from serving.client.answers import (
    CallMeasures,
    CallState,
    Card,
    Driver,
    Drivers,
    Group,
    Groups,
    Interval,
    Model,
    ModelSchema,
    Plan,
    Reason,
    Report,
    Row,
    Scores,
)
from serving.client.calls import Client
from serving.client.conversation import Call
from serving.client.errors import (
    Finding,
    MalformedAnswerError,
    NotAllowedError,
    NotFoundError,
    NotUsableError,
    RequestRefusedError,
    ServiceError,
    SignatureError,
    UnavailableError,
)
from serving.client.transport import Patience
from serving.client.webhook import verify_signature

__all__ = [
    "Call",
    "CallMeasures",
    "CallState",
    "Card",
    "Client",
    "Driver",
    "Drivers",
    "Finding",
    "Group",
    "Groups",
    "Interval",
    "MalformedAnswerError",
    "Model",
    "ModelSchema",
    "NotAllowedError",
    "NotFoundError",
    "NotUsableError",
    "Patience",
    "Plan",
    "Reason",
    "Report",
    "RequestRefusedError",
    "Row",
    "Scores",
    "ServiceError",
    "SignatureError",
    "UnavailableError",
    "verify_signature",
]
