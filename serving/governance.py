"""What was agreed on about scores of single people at work: ``governance.yaml``, named by ``XM_GOVERNANCE``.

Without it there are none. With it, a request still needs a key with a scope that no role has, a purpose that
is named here, and a line in the audit log before the answer.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.errors import InputError
from serving.access.roles import ON_AGREEMENT
from serving.problems import ProblemError, refuse_single
from training.scoring import IndividualLeave

_Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,63}$")]
_Text = Annotated[str, Field(min_length=3, max_length=200, pattern=r"\S")]


class Governance(BaseModel):
    """Hold an agreement.

    Attributes
    ----------
    agreement
        Id of the works agreement, as it stands in its title.
    purposes
        Words for what scores may be used for; a request names one in ``X-Purpose``.
    legal_basis
        What the processing rests on, for those who check.
    valid_until
        Last day (UTC) on which it holds.
    usecases
        Use cases that it opens.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1]
    agreement: _Text
    purposes: Annotated[list[_Word], Field(min_length=1, max_length=20)]
    legal_basis: _Text
    valid_until: date
    usecases: Annotated[list[_Word], Field(min_length=1, max_length=50)]

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
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "XM_GOVERNANCE names it; leave it out, and single people at work are not scored"
        raise InputError(str(path), f"cannot be read ({error.strerror})", hint) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"is not YAML ({type(error).__name__})", "see docs/audit.md") from error
    if not isinstance(content, dict):
        raise InputError(str(path), "holds no keys", "write it as docs/audit.md shows")
    try:
        found = Governance.model_validate(content)
    except ValidationError as error:
        raise _explain(path, error) from error
    day = today or datetime.now(UTC).date()
    if not found.is_valid_on(day):
        problem = f"the agreement '{found.agreement}' ended on {found.valid_until}"
        raise InputError(f"{path}: valid_until", problem, "renew it, or unset XM_GOVERNANCE")
    return found


def _explain(path: Path, error: ValidationError) -> InputError:
    """Name the first thing that is wrong."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    kind = first["type"]
    known = ", ".join(Governance.model_fields)
    if kind == "missing":
        return InputError(f"{path}: {where}", "is missing", f"the keys are: {known}")
    if kind == "extra_forbidden":
        return InputError(f"{path}: {where}", "is not a key of this file", f"the keys are: {known}")
    problem = f"'{first['input']}' cannot be used ({first['msg'].lower()})"
    return InputError(f"{path}: {where}", problem, "see docs/audit.md")
