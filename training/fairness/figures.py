"""The figures of every group of every protected attribute, and what differs from the largest group."""

from collections.abc import Mapping
from typing import Any

from training.fairness.comparing import Difference, compare
from training.fairness.judged import JudgedRows
from training.fairness.rates import OF_ANSWERS, OF_EVENTS, draw_figures, rates_by_group
from training.fairness.showing import Groups, large_groups, show_groups
from training.statistics import Floats, from_draws
from training.statistics.families import holm

N_DRAWS = 500
_ON_EVENTS, _ON_OTHERS = ("true_positive_rate",), ("false_positive_rate",)
_ON_BOTH = ("observed", "level_error", "auc")


def judge_groups(
    tested: JudgedRows, groups: Mapping[str, Groups], minimum: int, *, seed: int = 0
) -> dict[str, Any]:
    """Return the figures of each attribute as plain values.

    Parameters
    ----------
    groups
        By attribute the group of every row of training; None where it is not known.
    minimum
        Fewest entities of a group that is shown; rates among people with the event ask for as many of them.

    Returns
    -------
    dict
        By attribute what :class:`training.fairness.showing.Shown` says, the largest group (``reference``),
        the figures of the groups, and ``alarms``: differences that are large and, over all attributes
        together, more than chance (Holm).
    """
    found: dict[str, dict[str, Any]] = {}
    differences: list[Difference] = []
    for name, of_row in groups.items():
        found[name], more = _judge_attribute(tested, name, of_row[tested.positions], minimum, seed)
        differences += more
    clear = holm([one.p_value for one in differences])
    for one, is_clear in zip(differences, clear, strict=True):
        if is_clear and one.is_large:
            found[one.attribute]["alarms"].append({"group": one.group, "figure": one.figure, **one.to_json()})
    return found


def _judge_attribute(
    tested: JudgedRows, attribute: str, group: Groups, minimum: int, seed: int
) -> tuple[dict[str, Any], list[Difference]]:
    """Return the figures of one attribute, and the differences to look at."""
    cut = show_groups(group, tested.entity, minimum)
    verdict: dict[str, Any] = {**cut.to_json(), "reference": None, "groups": {}, "alarms": []}
    if cut.state != "judged":
        return verdict, []
    tested, group, shown = tested.take(cut.is_shown), cut.group[cut.is_shown], cut.names
    allowed = _allowed_figures(tested, group, shown, minimum)
    values = rates_by_group(tested, group.tolist())
    drawn: dict[str, dict[str, Floats]] = {}
    for place, name in enumerate(shown):
        of_group = tested.take(group == name)
        drawn[name] = draw_figures(of_group, n_draws=N_DRAWS, seed=seed + place)
        verdict["groups"][name] = _describe(of_group, drawn[name], values[name], allowed[name])
    reference = max(shown, key=lambda name: (verdict["groups"][name]["n_entities"], name))
    verdict["reference"] = reference
    differences = [
        difference
        for name in shown
        if name != reference
        for difference in compare(
            attribute, name, drawn[name], drawn[reference], allowed[name] & allowed[reference], tested
        )
    ]
    for one in differences:
        verdict["groups"][one.group]["against_reference"][one.figure] = one.to_json()
    return verdict, differences


def _allowed_figures(
    tested: JudgedRows, group: Groups, shown: tuple[str, ...], minimum: int
) -> dict[str, set[str]]:
    """Return the figures of each group that rest on enough entities of the kind they speak of."""
    if not tested.is_event:
        return {name: set(OF_ANSWERS) for name in shown}
    with_event, without = (
        set(large_groups(group[chosen], tested.entity[chosen], minimum))
        for chosen in (tested.outcome == 1, tested.outcome == 0)
    )
    return {
        name: {
            figure
            for figure in OF_EVENTS
            if (name in with_event or figure not in (*_ON_EVENTS, *_ON_BOTH))
            and (name in without or figure not in (*_ON_OTHERS, *_ON_BOTH))
        }
        for name in shown
    }


def _describe(
    of_group: JudgedRows, drawn: Mapping[str, Floats], values: Mapping[str, float], allowed: set[str]
) -> dict[str, Any]:
    """Return the figures of one group; what rests on too few people is None."""
    n_rows = len(of_group.entity)
    figures = {
        figure: from_draws(values.get(figure, float(table[0])), table[1:], n_rows).to_json()
        if figure in allowed
        else None
        for figure, table in drawn.items()
    }
    n_entities = len(set(of_group.entity))
    return {"n_rows": n_rows, "n_entities": n_entities, "figures": figures, "against_reference": {}}
