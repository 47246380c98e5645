"""What was agreed on: ``governance.yaml``, one file for the service, for notices and for those who check.

It says who answers for the processing, what it is for, on what it rests, how long things are kept and who may
see them. Every key may be absent; whoever needs one names it as missing and makes nothing up. What opens
scores of single people at work is demanded by the service (:mod:`serving.governance`).
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from features.errors import InputError

AUDIT_FLOOR_DAYS = 183
"""Six months: how long logs of use are kept at least (AI Act, Art. 19 and 26(6))."""

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,63}$")]
Text = Annotated[str, Field(min_length=3, max_length=600, pattern=r"\S")]
Days = Annotated[int, Field(ge=1, le=36_500)]
_Found = TypeVar("_Found", bound="Terms")


class _Part(BaseModel):
    """A part of the file: frozen, and every key is a known one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class InWords(_Part):
    """Hold the same in English and German."""

    en: Text
    de: Text


class UsecaseTerms(_Part):
    """Hold what was settled for one use case.

    Attributes
    ----------
    purpose
        What its forecasts are for.
    out_of_scope
        What they must not be used for.
    legal_basis
        On what the processing rests.
    recipients
        Who gets results, inside and outside of the company.
    """

    purpose: InWords | None = None
    out_of_scope: InWords | None = None
    legal_basis: InWords | None = None
    recipients: InWords | None = None


class RetentionDays(_Part):
    """Hold how many days each kind of file is kept; None: nothing was settled.

    Attributes
    ----------
    audit
        Of the audit log; below 183 only with a reason.
    audit_override
        The reason for that; every removal writes it into the log.
    """

    journal: Days | None = None
    calls: Days | None = None
    sessions: Days | None = None
    health: Days | None = None
    scores: Days | None = None
    audit: Days | None = None
    audit_override: Text | None = None

    @model_validator(mode="after")
    def _demand_floor(self) -> Self:
        """Demand a reason where the audit log is to go before its time."""
        if self.audit is not None and self.audit < AUDIT_FLOOR_DAYS and self.audit_override is None:
            message = f"below {AUDIT_FLOOR_DAYS} days only with a reason in audit_override"
            raise ValueError(message)
        return self


class Terms(_Part):
    """Hold what was agreed on.

    Attributes
    ----------
    agreement
        Id of the works agreement, as it stands in its title.
    purposes
        Words for what scores of single people at work may be used for.
    legal_basis
        What the processing rests on, for those who check.
    valid_until
        Last day (UTC) on which the agreement holds.
    usecases
        Use cases whose single scores it opens.
    controller, contact, officer, authority
        Who answers for the processing, whom to ask, the data protection officer, where to complain.
    notices
        By use case what its notice says.
    retention_days
        How long what is kept.
    viewers
        By role of keys who in the company has it.
    """

    version: Literal[1]
    agreement: Text | None = None
    purposes: Annotated[list[Word], Field(min_length=1, max_length=20)] | None = None
    legal_basis: Text | None = None
    valid_until: date | None = None
    usecases: Annotated[list[Word], Field(min_length=1, max_length=50)] | None = None
    controller: Text | None = None
    contact: Text | None = None
    officer: Text | None = None
    authority: Text | None = None
    notices: dict[Word, UsecaseTerms] = {}
    retention_days: RetentionDays = RetentionDays()
    viewers: dict[Word, Text] = {}

    def of_usecase(self, name: str) -> UsecaseTerms:
        """Return what was settled for a use case; nothing, if it is not named.

        Examples
        --------
        >>> Terms(version=1).of_usecase("churn").purpose is None
        True
        """
        return self.notices.get(name, UsecaseTerms())


def read_terms(path: Path, kind: type[_Found]) -> _Found:
    """Read the file.

    Parameters
    ----------
    kind
        :class:`Terms`, or a class that demands more of its keys.

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
        return kind.model_validate(content)
    except ValidationError as error:
        raise _explain(path, error, kind) from error


def _explain(path: Path, error: ValidationError, kind: type[Terms]) -> InputError:
    """Name the first thing that is wrong."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    known = ", ".join(kind.model_fields)
    if first["type"] == "missing":
        return InputError(f"{path}: {where}", "is missing", f"the keys are: {known}")
    if first["type"] == "extra_forbidden":
        is_top = len(first["loc"]) == 1
        hint = f"the keys are: {known}" if is_top else "leave it out; a text with a comma needs quotes"
        return InputError(f"{path}: {where}", "is not a key of this file", hint)
    problem = f"'{first['input']}' cannot be used ({first['msg'].lower()})"
    return InputError(f"{path}: {where}", problem, "see docs/audit.md and docs/regulation.md")
