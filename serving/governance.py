"""What was agreed on about scores of single people at work: ``governance.yaml``, named by ``XM_GOVERNANCE``.

Without it there are none. With it, a request still needs a key with a scope that no role has, a purpose that
is named here, and a line in the audit log before the answer.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field

from features.errors import InputError
from features.governance import Terms, Text, Word, read_terms
from serving.access.roles import ON_AGREEMENT
from serving.problems import ProblemError, refuse_single
from training.scoring import IndividualLeave


class Governance(Terms):
    """Hold an agreement that opens scores of single people at work: these keys have to be there.

    Attributes
    ----------
    agreement, purposes, legal_basis, valid_until, usecases
        As of :class:`~features.governance.Terms`; a request names one of the purposes in ``X-Purpose``.
    """

    agreement: Text
    purposes: Annotated[list[Word], Field(min_length=1, max_length=20)]
    legal_basis: Text
    valid_until: date
    usecases: Annotated[list[Word], Field(min_length=1, max_length=50)]

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the agreement still holds."""
        return day <= self.valid_until

    def grant(self, usecase: str, role: str, purpose: str, day: date) -> IndividualLeave:
        """Return leave to score single people at work in one request.

        Raises
        ------
        ProblemError
            403 if use case, role, day or purpose are not covered.
        """
        if usecase not in self.usecases or role not in ON_AGREEMENT:
            raise refuse_single()
        if not self.is_valid_on(day):
            detail = "The agreement about scores of single people at work has ended."
            raise ProblemError(403, "agreement_ended", detail)
        if purpose not in self.purposes:
            detail = "Name in the header X-Purpose one of the purposes that were agreed on."
            raise ProblemError(403, "purpose_missing", detail)
        return IndividualLeave(self.agreement, purpose, usecase)


def read_governance(path: Path, today: date | None = None) -> Governance:
    """Read an agreement.

    Parameters
    ----------
    today
        The day of the check (UTC); an agreement that has ended is refused.

    Raises
    ------
    InputError
        If it cannot be used: file, key and remedy in one line.
    """
    found = read_terms(path, Governance)
    day = today or datetime.now(UTC).date()
    if not found.is_valid_on(day):
        problem = f"the agreement '{found.agreement}' ended on {found.valid_until}"
        raise InputError(f"{path}: valid_until", problem, "renew it, or unset XM_GOVERNANCE")
    return found
