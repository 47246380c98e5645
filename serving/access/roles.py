"""Roles and what each may do: the one table, and who is asking."""

from collections.abc import Collection

import msgspec

# The subject of use cases about people at work.
EMPLOYEE = "employee"

SCORE_CUSTOMER = "score:customer"
SCORE_CUSTOMER_GROUPS = "score:customer:aggregate"
SCORE_EMPLOYEE_GROUPS = "score:employee:aggregate"
SCORE_EMPLOYEE = "score:employee:individual"
READ_REPORT = "report:read"
READ_MODEL = "model:read"
PROMOTE_MODEL = "model:promote"
READ_DOCS = "docs:read"
READ_METRICS = "metrics:read"
READ_AUDIT = "audit:read"
ADMIN = "admin"

SCOPES: dict[str, str] = {
    SCORE_CUSTOMER: "scores and reasons of single customers, suppliers, applicants",
    SCORE_CUSTOMER_GROUPS: "forecasts for groups of them",
    SCORE_EMPLOYEE_GROUPS: "forecasts for groups of people at work",
    SCORE_EMPLOYEE: "scores of single people at work; no role has it, an agreement can open it",
    READ_REPORT: "drivers and the driver report",
    READ_MODEL: "versions, figures and cards of models",
    PROMOTE_MODEL: "make another version the champion",
    READ_DOCS: "the description of the interface, and what a row looks like",
    READ_METRICS: "counters and times of the service",
    READ_AUDIT: "who asked what, when",
    ADMIN: "settings of the service",
}
ROLES: dict[str, frozenset[str]] = {
    "app": frozenset({SCORE_CUSTOMER, SCORE_CUSTOMER_GROUPS, READ_DOCS}),
    "manager": frozenset({SCORE_CUSTOMER_GROUPS, SCORE_EMPLOYEE_GROUPS, READ_REPORT}),
    "analyst": frozenset(
        {
            SCORE_CUSTOMER,
            SCORE_CUSTOMER_GROUPS,
            SCORE_EMPLOYEE_GROUPS,
            READ_REPORT,
            READ_MODEL,
            READ_DOCS,
        }
    ),
    "data_scientist": frozenset({READ_REPORT, READ_MODEL, PROMOTE_MODEL, READ_METRICS, READ_DOCS}),
    "admin": frozenset({ADMIN, READ_MODEL, PROMOTE_MODEL, READ_METRICS, READ_AUDIT, READ_DOCS}),
    "works_council": frozenset({READ_AUDIT, READ_MODEL}),
}
# What a key of a role can be given beyond it, where a written agreement names the use case. Whoever leads
# people is never shown what is forecast about one of them, and neither are those who build or watch.
ON_AGREEMENT: dict[str, frozenset[str]] = {
    "app": frozenset({SCORE_EMPLOYEE}),
    "analyst": frozenset({SCORE_EMPLOYEE}),
}
# A role that is tied to units unless somebody says otherwise.
OF_UNITS = "manager"
# Without one of these a key learns nothing of a use case about people at work.
_ABOUT_EMPLOYEES = frozenset({SCORE_EMPLOYEE_GROUPS, SCORE_EMPLOYEE, READ_REPORT, READ_MODEL})


def list_scopes(role: str, given: Collection[str] | None = None) -> frozenset[str]:
    """Return the scopes of a key.

    Parameters
    ----------
    given
        Those that it was made with; None: all that its role has.

    Examples
    --------
    >>> sorted(list_scopes("app", ["score:employee:individual", "admin"]))
    ['score:employee:individual']
    """
    if given is None:
        return ROLES[role]
    return (ROLES[role] | ON_AGREEMENT.get(role, frozenset())).intersection(given)


class Actor(msgspec.Struct, frozen=True):
    """Say who is asking; stands in ``request.state.actor`` behind the outer layer.

    Attributes
    ----------
    key_id
        Name of the key; not secret, may be logged.
    role
        One of :data:`ROLES`.
    scopes
        What it may do.
    units
        Groups of cuts that it may see, written ``cut=group``; None: all.
    usecases
        Use cases that it may ask about; None: all.
    """

    key_id: str
    role: str
    scopes: frozenset[str]
    units: frozenset[str] | None = None
    usecases: frozenset[str] | None = None

    def may(self, *scopes: str) -> bool:
        """Tell whether it has one of some scopes."""
        return not self.scopes.isdisjoint(scopes)

    @property
    def may_see_employees(self) -> bool:
        """Tell whether it may know anything of use cases about people at work."""
        return not self.scopes.isdisjoint(_ABOUT_EMPLOYEES)
