"""A call while it runs: turns come in one by one, in any order, and leave numbers behind, not words."""

from bisect import bisect_left
from collections.abc import Iterable

from features.calls.heard import HeardTurn, Turn, TurnReader, hear, order_of
from features.calls.measures import CallMeasures, measure
from features.calls.risk import RiskModel
from features.errors import ContractError


class Conversation:
    """Measure a call turn by turn.

    After each turn the measures are those of all turns so far, whatever their order: a turn that comes late
    takes its place by its time, and one that comes twice counts once. No words are kept.

    Parameters
    ----------
    reader
        Reads the words of the customer.
    customer
        Name of the customer among the speakers.
    risk
        Rates how much the call is at risk; without one, the cold start.
    heard
        What was kept of earlier turns, to go on with a call elsewhere.

    Examples
    --------
    >>> from features.calls import ColdStartReader, Turn
    >>> call = Conversation(ColdStartReader())
    >>> call.add(Turn("agent", 0.0, 2.0, "Hello, how can I help?")).talk_share
    0.0
    >>> call.add(Turn("customer", 3.0, 5.0, "I want to speak to your manager.")).escalation_s
    3.0
    """

    def __init__(
        self,
        reader: TurnReader,
        *,
        customer: str = "customer",
        risk: RiskModel | None = None,
        heard: Iterable[HeardTurn] = (),
    ) -> None:
        self._reader = reader
        self._customer = customer
        self._risk = RiskModel.cold_start() if risk is None else risk
        self._turns = sorted(set(heard), key=order_of)

    @property
    def heard(self) -> tuple[HeardTurn, ...]:
        """Return what is kept of the turns so far, in the order of the call."""
        return tuple(self._turns)

    def add(self, turn: Turn) -> CallMeasures:
        """Take one turn and return the measures of the call with it.

        Raises
        ------
        ContractError
            If a time cannot be used; the call stays as it was.
        """
        return self.extend([turn])

    def extend(self, turns: Iterable[Turn]) -> CallMeasures:
        """Take some turns and return the measures of the call with all of them; errors as of :meth:`add`."""
        self._take(hear(turns, self._reader, self._customer))
        return self.measure()

    def measure(self) -> CallMeasures:
        """Return the measures of the call so far.

        Raises
        ------
        ContractError
            If there was no turn yet.
        """
        if not self._turns:
            raise ContractError("turns", "there are 0 of them", "add one before asking for measures")
        return measure(self._turns, self._risk)

    def _take(self, heard: Iterable[HeardTurn]) -> None:
        """Put turns where they belong, each once."""
        for turn in heard:
            place = bisect_left(self._turns, order_of(turn), key=order_of)
            if place == len(self._turns) or self._turns[place] != turn:
                self._turns.insert(place, turn)
