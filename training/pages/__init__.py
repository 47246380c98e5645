"""Pages in plain words: templates, charts, German texts; made of JSON, light enough for the service.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.pages.kinds import LANGUAGES, Kind, Label, Subject
from training.pages.render import render_page, render_report

__all__ = ["LANGUAGES", "Kind", "Label", "Subject", "render_page", "render_report"]
