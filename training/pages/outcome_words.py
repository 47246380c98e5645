"""What reports and cards say of an event: one table of messages for each meaning, read by all templates.

English stands here, German in ``locale/de.po``. ``%(event)s`` is what they do who have the event ("are
satisfied"). In German its verb comes first, so a message puts it where a main clause has its verb, and never
behind "that", "who" or "if".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from training.pages.kinds import Kind


@dataclass(frozen=True)
class OutcomeWords:
    """Hold each message that depends on what the predicted event means.

    Attributes
    ----------
    forecast, forecast_within, expected
        What is expected of all: a sentence, that with a horizon, and the name of the figure.
    unclear_order, unclear_level
        Why the forecasts are not reliable enough.
    goes_with, higher, lower, groups, signs
        What goes with the event: the title, what its direction is, and the title of the signs.
    gain, gain_by_lever, gain_of_first, nothing
        What levers bring: the column, a sentence in the table, one for the lead, and what comes without any.
    upper_end, upper_end_of_plan, by_model, gain_by_model
        More than there can be, and what the model says itself.
    heat_title, heat_hint
        Expected by groups.
    pair, capture, tested, trust_good, trust_rough, forecast_axis, observed_axis, method
        How far forecasts can be trusted; ``tested`` in singular and plural.
    card_forecast, card_forecast_within, card_reason
        What the model of a card is for, and is not.
    chosen, of_those_with, of_those_without, chosen_with, chosen_without, observed
        How groups are compared in a card.
    """

    forecast: str
    forecast_within: str
    expected: str
    unclear_order: str
    unclear_level: str
    goes_with: str
    higher: str
    lower: str
    groups: str
    signs: str
    gain: str
    gain_by_lever: str
    gain_of_first: str
    nothing: str
    upper_end: str
    upper_end_of_plan: str
    by_model: str
    gain_by_model: str
    heat_title: str
    heat_hint: str
    pair: str
    capture: str
    tested: tuple[str, str]
    trust_good: str
    trust_rough: str
    forecast_axis: str
    observed_axis: str
    method: str
    card_forecast: str
    card_forecast_within: str
    card_reason: str
    chosen: str
    of_those_with: str
    of_those_without: str
    chosen_with: str
    chosen_without: str
    observed: str


_LEAVING: Final = OutcomeWords(
    forecast="%(share)s of %(people)s are expected to leave.",
    forecast_within="%(share)s of %(people)s are expected to leave %(horizon)s.",
    expected="Expected to leave",
    unclear_order="The model cannot tell clearly enough who will leave: its ranking quality is %(auc)s "
    "(likely range %(low)s to %(high)s); 0.50 is chance, and the range has to stay above 0.60.",
    unclear_level="Among the tenth with the highest risk, forecast and outcome lie %(gap)s points apart; "
    "more than 5 points are too many.",
    goes_with="What goes with leaving",
    higher="Higher values go with a higher risk.",
    lower="Lower values go with a higher risk.",
    groups="The risk differs between the groups.",
    signs="Warning signs: they show risk early; look behind them",
    gain="Fewer who leave",
    gain_by_lever="%(kept)s fewer are expected to leave (likely range %(low)s to %(high)s); "
    "%(affected)s %(people)s miss the goal today.",
    gain_of_first="If everybody who can be brought to the goal met that of “%(lever)s”, %(kept)s fewer are "
    "expected to leave (likely range %(low)s to %(high)s).",
    nothing="%(count)s %(people)s are then expected to leave.",
    upper_end="That is more than are expected to leave: read it as an upper end.",
    upper_end_of_plan="more than are expected to leave: read it as an upper end",
    by_model="If everybody met the goal, the model expects %(change)s leaving: its answer, not a comparison, "
    "and not used above.",
    gain_by_model="Beside it: fewer, if one asks the model",
    heat_title="Where is the risk?",
    heat_hint="The share of the %(people)s of each group who are expected to leave, and how many they are. "
    "The stronger the colour, the higher.",
    pair="picks the leaver out of a pair in %(value)s of 100 cases (%(low)s to %(high)s); 50 is chance",
    capture="Part of all leavers among the %(tenth)s with the highest risk",
    tested=(
        "that the model had not seen, %(shown)s of them left",
        "that the model had not seen, %(shown)s of them left",
    ),
    trust_good="Good for deciding whom to call first. No verdict on single %(people)s.",
    trust_rough="A rough guide for deciding whom to call first, with many misses. "
    "No verdict on single %(people)s.",
    forecast_axis="forecast risk",
    observed_axis="really left",
    method="Expected to leave: the mean of all single forecasts. A forecast of %(share)s means that about 30 "
    "of 100 such cases leave; it says nothing certain about one of them.",
    card_forecast="It forecasts how likely %(people)s are to leave.",
    card_forecast_within="It forecasts how likely %(people)s are to leave in the next %(days)s days.",
    card_reason="Saying why somebody leaves or is unhappy: what goes with it need not be its reason.",
    chosen="in the tenth with the highest risk",
    of_those_with="of those who left",
    of_those_without="of those who stayed",
    chosen_with="chosen among those who left",
    chosen_without="chosen among those who stayed",
    observed="Really left",
)
_BAD: Final = OutcomeWords(
    forecast="Expected: %(share)s of %(people)s %(event)s.",
    forecast_within="Expected %(horizon)s: %(share)s of %(people)s %(event)s.",
    expected="Expected: %(event)s",
    unclear_order="The model cannot tell the outcome clearly enough: its ranking quality is %(auc)s "
    "(likely range %(low)s to %(high)s); 0.50 is chance, and the range has to stay above 0.60.",
    unclear_level="Among the tenth with the highest forecasts, forecast and outcome lie %(gap)s points "
    "apart; more than 5 points are too many.",
    goes_with="What goes with “%(event)s”",
    higher="Higher values go with the worse outcome: more %(people)s %(event)s.",
    lower="Lower values go with the worse outcome: more %(people)s %(event)s.",
    groups="The share differs between the groups.",
    signs="Signs: they show the outcome early; look behind them",
    gain="Expected: fewer %(event)s",
    gain_by_lever="Expected: %(kept)s fewer %(event)s (likely range %(low)s to %(high)s); "
    "%(affected)s %(people)s miss the goal today.",
    gain_of_first="If everybody who can be brought to the goal met that of “%(lever)s”, one could expect: "
    "%(kept)s fewer %(event)s (likely range %(low)s to %(high)s).",
    nothing="Expected then: %(count)s %(people)s %(event)s.",
    upper_end="That is more than are expected with the outcome: read it as an upper end.",
    upper_end_of_plan="more than are expected with the outcome: read it as an upper end",
    by_model="If everybody met the goal, the model expects %(change)s cases with the outcome: its answer, "
    "not a comparison, and not used above.",
    gain_by_model="Beside it: fewer, if one asks the model",
    heat_title="Where is the outcome frequent?",
    heat_hint="The expected share of the %(people)s of each group (“%(event)s”), and how many they are. "
    "The stronger the colour, the higher.",
    pair="puts a case with the outcome before one without it in %(value)s of 100 pairs "
    "(%(low)s to %(high)s); 50 is chance",
    capture="Part of all cases with the outcome among the %(tenth)s with the highest forecasts",
    tested=(
        "that the model had not seen, %(shown)s of them with the outcome",
        "that the model had not seen, %(shown)s of them with the outcome",
    ),
    trust_good="Good for seeing where the outcome is frequent or rare. No verdict on single %(people)s.",
    trust_rough="A rough guide to where the outcome is frequent or rare, with many misses. "
    "No verdict on single %(people)s.",
    forecast_axis="forecast share",
    observed_axis="observed share",
    method="Expected share: the mean of all single forecasts. A forecast of %(share)s means: about 30 of 100 "
    "such cases %(event)s; it says nothing certain about one of them.",
    card_forecast="It forecasts how likely this is: %(people)s %(event)s.",
    card_forecast_within="It forecasts how likely this is in the next %(days)s days: %(people)s %(event)s.",
    card_reason="Saying why an outcome comes about: what goes with it need not be its reason.",
    chosen="in the tenth with the highest forecast",
    of_those_with="of those with the outcome",
    of_those_without="of those without the outcome",
    chosen_with="chosen among those with the outcome",
    chosen_without="chosen among those without the outcome",
    observed="Observed share",
)
_GOOD: Final = replace(
    _BAD,
    higher="Higher values go with the better outcome: more %(people)s %(event)s.",
    lower="Lower values go with the better outcome: more %(people)s %(event)s.",
    gain="Expected: more %(event)s",
    gain_by_lever="Expected: %(kept)s more %(event)s (likely range %(low)s to %(high)s); "
    "%(affected)s %(people)s miss the goal today.",
    gain_of_first="If everybody who can be brought to the goal met that of “%(lever)s”, one could expect: "
    "%(kept)s more %(event)s (likely range %(low)s to %(high)s).",
    upper_end="That is more than are expected without the outcome: read it as an upper end.",
    upper_end_of_plan="more than are expected without the outcome: read it as an upper end",
    gain_by_model="Beside it: more, if one asks the model",
    heat_title="Where is the outcome rare?",
    heat_hint="The expected share of the %(people)s of each group (“%(event)s”), and how many they are. "
    "The stronger the colour, the lower.",
)
_OF_KIND: Final[Mapping[Kind, OutcomeWords]] = {
    "churn": _LEAVING,
    "attrition": _LEAVING,
    "good": _GOOD,
    "bad": _BAD,
}


def words_of(kind: Kind) -> OutcomeWords | None:
    """Return what is said of the event that a report or a card is about; None where answers are forecast.

    Examples
    --------
    >>> words_of("good").gain, words_of("bad").gain, words_of("churn").gain
    ('Expected: more %(event)s', 'Expected: fewer %(event)s', 'Fewer who leave')
    """
    return _OF_KIND.get(kind)


def messages() -> frozenset[str | tuple[str, str]]:
    """Return all messages of all meanings; a pair is one in singular and plural."""
    return frozenset(message for words in _OF_KIND.values() for message in vars(words).values())
