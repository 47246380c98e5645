"""What monitoring and the action ledger leave for pages, made up, in the folders of a site."""

import json

from serving.settings import Settings
from tests.serving.health_samples import make_health, write_health
from tests.serving.hindsight_samples import make_hindsight, make_hindsight_at_work, write_hindsight
from tests.training.reports import action_samples
from training.actions import show_actions
from training.statistics import plain_values


def leave_findings(settings: Settings) -> None:
    """Write what monitoring found, what is seen in hindsight, and the summary of the actions."""
    write_health(settings.health, make_health())
    write_hindsight(settings.health, make_hindsight())
    write_hindsight(settings.health, make_hindsight_at_work())
    shown = plain_values(show_actions(action_samples.entries()))
    content = {"format": "xm-predict actions", "format_version": 1, "shown": shown, "entries": []}
    place = settings.actions / "churn" / "ledger.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(content), encoding="utf-8")
