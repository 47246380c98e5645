"""Section 4 of the card: how the groups of protected attributes fare, and what stands for them."""

from collections.abc import Mapping
from typing import Any

from training.bundle import Bundle
from training.card.figures import Figure, read_figure
from training.card.record import (
    Alarm,
    AttributeFairness,
    Carrier,
    Contrast,
    Fairness,
    GroupFigures,
    Order,
    Proxies,
)
from training.fairness import TOP_SHARE
from training.pages import LANGUAGES
from training.reasons import name_feature
from training.text_names import read_topic_labels


def describe_fairness(bundle: Bundle) -> Fairness:
    """Return the comparison; attributes that the bundle says nothing of are ``not_checked``."""
    judged = bundle.evaluation.get("fairness", {})
    found = judged.get("attributes", {})
    proxies = bundle.evaluation.get("proxies", {}).get("attributes", {})
    return Fairness(
        selected_share=judged.get("selected_share", TOP_SHARE),
        minimum_group=judged.get("minimum_group", bundle.usecase.privacy.minimum_group),
        attributes=tuple(
            _describe_attribute(bundle, name, found.get(name), proxies.get(name))
            for name in bundle.usecase.protected_columns
        ),
    )


def _describe_attribute(
    bundle: Bundle, name: str, found: Mapping[str, Any] | None, proxies: Mapping[str, Any] | None
) -> AttributeFairness:
    """Return what is known of one attribute."""
    if found is None:
        return AttributeFairness(name, "not_checked", None, 0, False, (), (), None)
    return AttributeFairness(
        attribute=name,
        state=found["state"],
        reference=found["reference"],
        n_hidden=found["n_hidden"],
        is_absorbed=found["is_absorbed"],
        groups=tuple(_describe_group(group, content) for group, content in found["groups"].items()),
        alarms=tuple(
            Alarm(one["group"], one["figure"], read_figure(one["difference"]), _read(one["ratio"]))
            for one in found["alarms"]
        ),
        proxies=_describe_proxies(bundle, proxies) if proxies and proxies["state"] == "judged" else None,
    )


def _describe_group(group: str, content: Mapping[str, Any]) -> GroupFigures:
    """Return the figures of one group."""
    return GroupFigures(
        group=group,
        n_rows=content["n_rows"],
        n_entities=content["n_entities"],
        figures={name: _read(figure) for name, figure in content["figures"].items()},
        contrasts=tuple(
            Contrast(figure, read_figure(one["difference"]), _read(one["ratio"]))
            for figure, one in content["against_reference"].items()
        ),
    )


def _describe_proxies(bundle: Bundle, content: Mapping[str, Any]) -> Proxies:
    """Return the proxy test, its features in words."""
    features, topics = bundle.catalogue.by_name, read_topic_labels(bundle.facts.get("texts"))
    return Proxies(
        auc=read_figure(content["auc"]),
        is_clear=content["auc"]["is_clear"],
        carriers=tuple(
            Carrier(
                feature=one["feature"],
                label={
                    language: name_feature(features[one["feature"]], bundle.usecase, language, topics)
                    for language in LANGUAGES
                },
                role=features[one["feature"]].role,
                cost=read_figure(one["cost"]),
            )
            for one in content["carriers"]
        ),
        orders=tuple(
            Order(group, read_figure(one), one["is_clear"]) for group, one in content["order"].items()
        ),
    )


def _read(content: Mapping[str, Any] | None) -> Figure | None:
    """Return a figure, or None where it may not be shown."""
    return None if content is None else read_figure(content)
