"""Leave to score single people at work: given by the service alone, from what was agreed on in writing."""

from dataclasses import dataclass

from features.errors import InputError


class IndividualScoreRefusedError(InputError):
    """Report that the use case answers for groups only."""


@dataclass(frozen=True)
class IndividualLeave:
    """Say by what agreement, and to what end, single people at work may be scored.

    By default nobody is given such scores. The service builds this object for one request, after it has
    checked the agreement, the key and the purpose, and after the audit log holds the request. Nothing else
    builds it: files, SQL, other model servers and explanations of change stay closed.

    Parameters
    ----------
    agreement
        Id of the agreement with those who speak for the people concerned.
    purpose
        One of the purposes named in it.
    usecase
        The use case that it is for; it opens no other.
    """

    agreement: str
    purpose: str
    usecase: str

    def __post_init__(self) -> None:
        for name in ("agreement", "purpose", "usecase"):
            if not getattr(self, name).strip():
                message = f"{name} is '{getattr(self, name)}'; leave to score single people names all three"
                raise ValueError(message)


def demand_leave(found: object, usecase: str) -> None:
    """Refuse scores of single people at work without leave for this use case.

    Raises
    ------
    IndividualScoreRefusedError
        If what was given is no leave, or is for another use case.
    """
    if not (isinstance(found, IndividualLeave) and found.usecase == usecase):
        problem = "scores of single employees are not given"
        raise IndividualScoreRefusedError(usecase, problem, "ask for groups")
