"""What monitoring found, made up, written as the verb writes it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from training.monitoring import Advice, Check, Health, Performance
from training.statistics import Estimate

MISSING = Check(
    kind="missing",
    about="x_tickets",
    label={"en": "Support: tickets", "de": "Support: Tickets"},
    value=Estimate(0.63, 0.6, 0.66, 800),
    usual=(0.04, 0.09),
    unit="%",
    p_value=1e-9,
    state="alert",
    sentence={"en": "Tickets are missing.", "de": "Tickets fehlen."},
)
FEED = replace(MISSING, kind="feed", about="tickets", value=None, usual=None, p_value=None, state="not known")


def make_health(**changes) -> Health:
    """Return a batch with one alert and a horizon whose outcomes are known of the earlier snapshot alone."""
    figure = Estimate(0.81, 0.79, 0.83, 700)
    first = Performance(date(2026, 3, 1), "90d", "auc", figure, figure, replace(figure, value=0.8))
    newest = Performance(date(2026, 6, 1), "90d", "auc", figure, replace(figure, value=0.82), None)
    health = Health(
        usecase="churn",
        model_version="churn-0123456789ab",
        as_of=date(2026, 6, 1),
        made_on=date(2026, 6, 2),
        n_rows=800,
        checks=(MISSING, FEED),
        performance=(first, newest),
        limits=({"en": "What cannot be seen.", "de": "Was man nicht sieht."},),
        advice=Advice(is_due=True, reasons=({"en": "It is old.", "de": "Es ist alt."},)),
    )
    return replace(health, **changes)


def write_health(folder: Path, health: Health) -> Path:
    """Write a file of the newest batch, and one of its day."""
    place = folder / health.usecase
    place.mkdir(parents=True, exist_ok=True)
    if health.as_of is not None:
        (place / f"{health.as_of.isoformat()}.json").write_text(health.to_text(), encoding="utf-8")
    (place / "latest.json").write_text(health.to_text(), encoding="utf-8")
    return place / "latest.json"
