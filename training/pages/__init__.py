"""Pages in plain words: templates, charts, German texts; made of JSON, light enough for the service.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.pages.kinds import LANGUAGES, Kind, Label, Subject, event_of, kind_of, subject_of, unit_of
from training.pages.ramp import place_on_ramp
from training.pages.render import UNFIT, render_live, render_live_style, render_page, render_report
from training.pages.shown import Shown, to_shown

__all__ = [
    "LANGUAGES",
    "UNFIT",
    "Kind",
    "Label",
    "Shown",
    "Subject",
    "event_of",
    "kind_of",
    "place_on_ramp",
    "render_live",
    "render_live_style",
    "render_page",
    "render_report",
    "subject_of",
    "to_shown",
    "unit_of",
]
