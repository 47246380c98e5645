"""Put the card together and write it."""

import json
from datetime import date
from pathlib import Path

from features.files import write_atomically
from features.usecase import Language
from training.bundle import Bundle
from training.card.cautions import judge_use, list_findings, list_limits
from training.card.completeness import missing_parts
from training.card.data import describe_data
from training.card.fairness import describe_fairness
from training.card.making import describe_making
from training.card.performance import describe_performance
from training.card.purpose import describe_purpose
from training.card.record import Card
from training.card.texts import describe_texts
from training.frozen import BaselineReference
from training.pages import LANGUAGES, render_page, to_shown


def build_card(bundle: Bundle, *, made_on: date, baseline: BaselineReference | None = None) -> Card:
    """Return the card of a bundle; all else in it comes from the bundle, so it can be made again.

    The sections follow Mitchell et al., Model Cards for Model Reporting, FAT* 2019.

    Parameters
    ----------
    made_on
        The day that the card shows; passed in, so that equal bundles give equal bytes.
    baseline
        The frozen baseline that the card refers to.
    """
    purpose, making, fairness = describe_purpose(bundle), describe_making(bundle), describe_fairness(bundle)
    return Card(
        made_on=made_on,
        languages=LANGUAGES,
        verdict=judge_use(bundle),
        purpose=purpose,
        data=describe_data(bundle),
        performance=describe_performance(bundle),
        fairness=fairness,
        texts=describe_texts(bundle),
        findings=list_findings(bundle),
        limits=list_limits(purpose, making, fairness),
        making=making,
        missing=missing_parts(bundle),
        baseline=baseline,
    )


def render_card(card: Card, language: Language) -> str:
    """Return the card as one self-contained page: the view of its JSON."""
    return render_page("card.html.jinja", language, card=to_shown(card.to_json()))


def write_card(card: Card, folder: Path) -> tuple[Path, ...]:
    """Write ``model-card.json`` and a page per language, each in one step.

    Returns
    -------
    tuple of Path
        The files, JSON first. The same card gives the same bytes.
    """
    texts = {
        "model-card.json": json.dumps(card.to_json(), ensure_ascii=False, indent=2, allow_nan=False) + "\n",
        **{f"model-card_{language}.html": render_card(card, language) for language in card.languages},
    }
    for name, text in texts.items():
        write_atomically(folder / name, text)
    return tuple(folder / name for name in texts)
