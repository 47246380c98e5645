"""What each key of a model card means, in words for its JSON schema: part, key, meaning.

The record holds the shape, this table the words: they would hide the shape if they stood in it.
"""

from collections.abc import Mapping
from typing import Any, Final

MEANINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "Card": {
        "format": "always 'xm-predict model card'",
        "format_version": "version of this format; it changes only if keys change their meaning or go",
        "made_on": "day on which the card was written",
        "languages": "languages in which pages of this card exist",
        "verdict": "whether the figures support the use of the model",
        "purpose": "what the model is for, and what it must not be used for",
        "data": "what the model was made from",
        "performance": "how good forecasts were on rows that no part of the fit had seen",
        "fairness": "how groups of protected attributes compare",
        "texts": "text models that read verbatims, one for each source; empty where no words are read",
        "findings": "what the leakage audit found",
        "limits": "limits of the forecasts that apply to this model, as words for pages to spell out",
        "making": "how the model was made, so that it can be made again",
        "missing": "places in the bundle where something is missing; empty where the card is complete",
        "baseline": "the frozen baseline that there was when the card was written, or null",
    },
    "Verdict": {
        "is_usable": "whether forecasts may be used, by the figures at the primary horizon",
        "doubts": "each figure that speaks against it; empty where the model is usable",
    },
    "Doubt": {
        "problem": "what is wrong: ranking, level, level_top_tenth, order or coverage",
        "found": "the end of the interval of the figure that decided; null if it does not exist",
        "limit": "the value that it had to reach, or had to stay below",
    },
    "Purpose": {
        "usecase": "name of the use case",
        "label": "its name in plain words, by language",
        "kind": "which words pages use: churn, attrition, satisfaction, good or bad",
        "event": "what they do who have the event, after 'they', by language; else empty",
        "subject": "who is scored: customer, employee, supplier, applicant or case",
        "outcome": "what is forecast: event, silence, binary, ordinal, numeric or nps_group",
        "horizons": "horizons of the forecasts, shortest first, such as 90d; one of a flat table",
        "primary_horizon": "the horizon that reports lead with and that decides on use",
        "purpose": "what the forecasts are for, as the use-case file says, by language; null if it does not",
        "owner": "person or team that answers for the model; null if not said",
        "uses": "what it may be used for",
        "misuses": "what it must never be used for",
        "own_misuses": "further uses that the use-case file rules out, by language",
        "is_simulated": "whether the data are made up, as in the example company",
    },
    "Data": {
        "rows": "number of rows that the model was made from",
        "entities": "number of different people (entities) among them",
        "events": "number of rows with the event; of answers, number of rows with one",
        "first_snapshot": "first day on which rows were known; null of a flat table",
        "last_snapshot": "last day on which rows were known; null of a flat table",
        "observed_until": "first day that the data no longer cover; null of a flat table",
        "gap_days": "days between a snapshot and the begin of its horizon; null of a flat table",
        "features": "number of features",
        "sources": "what each source gave",
        "protected": "attributes that are kept out of the features",
        "competing": "exits for another cause, modelled apart; null where none are declared",
    },
    "SourceLine": {
        "source": "name of the source in the use-case file",
        "features": "number of features made from it",
        "rows": "number of rows in it; null where that is not known",
    },
    "CompetingExits": {
        "exits": "number of people who left for another cause",
        "causes": "the causes that count as such",
        "is_one_rate": "whether they were too few to tell people apart, so that all have one rate",
        "auc": "how well the risk of leaving so is ranked; null where that was not judged",
        "level_error": "mean forecast minus observed share of such exits; null where that was not judged",
    },
    "Figure": {
        "value": "the figure; null where it does not exist",
        "low": "lower end of its 95 % interval, with people resampled; null where there is none",
        "high": "upper end of that interval; null where there is none",
        "n": "number of rows, or people, behind it",
    },
    "Performance": {
        "horizons": "figures at each horizon that could be judged",
        "left_out": "horizons that could not be judged, each with the reason in English",
        "segments": "figures at the primary horizon by each declared cut",
        "waves": "figures at the primary horizon by snapshot; null of a flat table",
        "feature_kinds": "what answers add to what happened; null in older bundles",
        "learning_curve": "whether more people would help; null in older bundles",
        "money": "what contacts earn; null of answers, of employees, and of models that are not usable",
        "silence": "what everybody who was asked thinks; null where no answers are forecast",
    },
    "HorizonFigures": {
        "horizon": "the horizon, such as 90d",
        "is_primary": "whether it is the one that decides on use",
        "figures": "figures by name on all rows kept back, such as auc; of answers such as rps",
        "of_new_entities": "the same on rows of people who were never learned from; empty if there are none",
        "bins": "forecast beside what was observed, in tenths of the rows",
        "baselines": "the model beside simple rules on the same rows",
        "n_rows": "number of rows judged",
        "n_events": "number of them with the event; null of answers",
    },
    "Bin": {
        "forecast": "mean forecast of the rows",
        "observed": "share of them with the event, with Wilson's interval",
    },
    "Baseline": {
        "rule": "the simple rule: the mean, the last survey score, a plain regression",
        "loss": "loss of the model minus that of the rule on the same rows; negative is better",
        "is_better": "whether the whole interval of that difference lies below 0",
    },
    "Breakdown": {
        "cut": "what rows are divided by: an attribute, or the snapshot",
        "parts": "figures of each part that may be shown",
        "suppressed": "names of parts with too few people, of which nothing else is told",
    },
    "PartFigures": {
        "name": "value of the cut, or day of the snapshot",
        "n_rows": "number of rows judged",
        "n_entities": "number of different people among them",
        "n_events": "number of rows with the event; null of answers, and where it would tell of few people",
        "figures": "figures by name; empty where there is too little for an interval",
    },
    "FeatureKinds": {
        "state": "compared, one_kind (all features are of one kind) or too_few (events)",
        "features": "figures by X+O, O and X: from answers and events, from events, from answers",
        "x_adds": "figures of X+O minus O on the same rows; negative is better for a loss",
    },
    "LearningCurve": {
        "points": "figures after learning from a part of the people",
        "half_to_all": "figures of all minus one half, on the same rows; negative is better for a loss",
        "helps": "whether the whole interval of the loss lies below 0; null where that cannot be told",
    },
    "LearningPoint": {
        "share": "part of the people that were learned from: 1/8, 1/4, 1/2 or all",
        "n_entities": "number of people that this is",
        "figures": "figures by name; empty where the part had too few events",
    },
    "Money": {
        "scored": "number of people who are scored at a time",
        "share": "part of them, highest forecasts first, that it pays best to contact",
        "cutoff": "the forecast from which on one contacts then",
        "profit": "EUR that contacting them earns more than contacting nobody, over all who are scored",
        "over_random": "EUR that it earns more than contacting as many by lot; null in older bundles",
        "reference_values": "costs that the use case does not declare and that are taken from the literature",
    },
    "Silence": {
        "measure": "what is told: nps, share of good answers, or mean",
        "answered": "number of people who answered",
        "silent": "number of people who did not",
        "as_answered": "the measure over those who answered",
        "corrected": "the measure over everybody, if silence depends on nothing but what is known",
        "low": "lowest value if silence also depends on the answer, as strongly as on 'strongest'",
        "high": "highest value under the same",
        "strongest": "driver that keeps people from answering most; empty where nothing is known",
        "worst": "value if all the silent gave the lowest answer",
        "best": "value if all the silent gave the best answer",
    },
    "Fairness": {
        "selected_share": "part of the rows that counts as chosen: those with the highest risk, 0.1",
        "minimum_group": "fewest people of a group that is shown",
        "attributes": "the comparison for each protected attribute",
    },
    "AttributeFairness": {
        "attribute": "name of the protected attribute",
        "state": "judged, one_group (all others too small), no_data (no value is known) or not_checked",
        "reference": "the largest group, which all others are held against; null where nothing was compared",
        "n_hidden": "number of groups that are too small to show",
        "is_absorbed": "whether their people count with the largest group, since a total would tell of them",
        "groups": "figures of each group that is shown",
        "alarms": "differences that are large and more than chance over all figures together",
        "proxies": "how well the features tell the attribute; null where that was not looked at",
    },
    "GroupFigures": {
        "group": "name of the group",
        "n_rows": "number of its rows judged",
        "n_entities": "number of its people",
        "figures": "figures by name, such as the share chosen; null where they rest on too few people",
        "contrasts": "the group against the largest one, by figure",
    },
    "Contrast": {
        "figure": "name of the figure",
        "difference": "value of the group minus that of the largest one",
        "ratio": "value of the group over that of the largest one; null where it does not exist",
    },
    "Alarm": {
        "group": "name of the group",
        "figure": "name of the figure",
        "difference": "value of the group minus that of the largest one",
        "ratio": "value of the group over that of the largest one; null where it does not exist",
    },
    "Proxies": {
        "auc": "how well the attribute can be told from the features; 0.5 is chance",
        "is_clear": "whether that is beyond chance",
        "carriers": "features that carry most of it; empty where it is not clear",
        "orders": "how far the score follows the attribute beyond the outcome, by group",
    },
    "Carrier": {
        "feature": "name of the feature",
        "label": "its name in plain words, by language",
        "role": "role of its driver: lever, mediator, signal or context; null without a driver",
        "cost": "AUC that the guess loses when its values are dealt out anew among people",
    },
    "Order": {
        "group": "name of the group",
        "share": "share of pairs of people with the same outcome in which the one of the group scores higher",
        "is_clear": "whether that differs from one half beyond chance",
    },
    "TextModelFacts": {
        "source": "name of the source whose words are read",
        "version": "version of the text model",
        "fitted_until": "texts known before this day taught it; null where nothing was learned",
        "tones": "how tone is read, by language",
        "removals": "how much personal data was found where it was put on purpose, by language and kind",
        "false_per_1000": "by language: of 1,000 texts without personal data those that lost something",
        "read": "number of verbatims that were read; null where that is not known",
        "passed_through": "number of verbatims in a language that it does not read; null where not known",
        "corrections": "number of corrections by people; null where that is not known",
    },
    "ToneQuality": {
        "language": "the language: en or de",
        "learned_from": "column with the rating that tone was learned from; null where a word list judges",
        "rows": "number of texts that it was learned from; null where a word list judges",
        "macro_f1": "mean over the grades of F1 on kept-back texts, 0 to 1; null where it was not judged",
        "reason": "why a word list judges, or why nothing was measured, in English; null where neither is so",
    },
    "RemovalQuality": {
        "language": "the language: en or de",
        "kind": "what was planted, such as email, phone or name",
        "planted": "number of texts into which one was put",
        "found": "number of those in which no letter of it was left",
        "recall": "found over planted, with Wilson's interval",
    },
    "Finding": {
        "column": "column, source or place that the finding speaks of",
        "kind": "kind of leak, such as value, auc or known_late",
        "severity": "error or warning; an error needs a reason for which it is accepted",
        "evidence": "what was seen, in English",
        "accepted": "the reason for which it was accepted; null where it was not",
    },
    "Making": {
        "model_version": "name of this model: its use case and the begin of its hash",
        "bundle_hash": "SHA-256 over all files of the bundle",
        "bundle_format": "version of the format of the bundle",
        "spec_hash": "SHA-256 of the use case",
        "data_digest": "digest of the data that it learned from; null in older bundles",
        "seed": "seed of the random numbers; null in older bundles",
        "members": "members of the blend with their weights",
        "learned_events": "number of events that it learned from; null in older bundles",
        "is_pooled": "whether there were too few events for trees, so that a linear model stands alone",
        "is_tuned": "whether a searched recipe was clearly better than the default one, and is used",
        "libraries": "versions of the libraries that took part",
    },
    "Member": {
        "name": "name of the member: linear, or a shape of trees",
        "weight": "its weight in the log-odds of the blend, 0 or more",
    },
    "BaselineReference": {
        "id": "id of the frozen baseline: the begin of the SHA-256 of its content",
        "frozen_on": "day on which it was frozen",
    },
}


def describe_keys(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON schema of the card with a description at each of its keys.

    Raises
    ------
    KeyError
        If the table above does not know a part or a key.
    """
    parts = {name: _describe(part, MEANINGS[name]) for name, part in schema["$defs"].items()}
    return _describe(schema, MEANINGS["Card"]) | {"$defs": parts}


def _describe(part: Mapping[str, Any], meanings: Mapping[str, str]) -> dict[str, Any]:
    """Return a part of a schema with a description at each of its own keys."""
    keys = {key: {**value, "description": meanings[key]} for key, value in part["properties"].items()}
    return {**part, "properties": keys}
