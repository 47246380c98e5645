"""What people write about: topics of the newest wave of each source, with quotes that people approved."""

from dataclasses import dataclass

from training.reports.inputs import ReportInputs
from training.themes import Quote, SourceThemes


@dataclass(frozen=True)
class Themes:
    """Show what people wrote: section 8.

    Attributes
    ----------
    minimum
        Fewest verbatims, and fewest people who wrote them, that are spoken of.
    scale
        Largest upper end of all shares of topics: the right edge of every bar.
    quotes
        Of topics that are shown, by name; only of customers.
    """

    sources: tuple[SourceThemes, ...]
    minimum: int
    scale: float
    quotes: tuple[Quote, ...]


def build_themes(inputs: ReportInputs) -> Themes | None:
    """Return the section; None where nobody wrote, or too few did."""
    sources = tuple(one.content for one in inputs.themes)
    if not sources:
        return None
    privacy = inputs.usecase.privacy
    told = {(one.source, line.topic) for one in sources for line in one.themes if line.topic is not None}
    return Themes(
        sources,
        max(privacy.minimum_group, privacy.minimum_group_verbatims),
        max(line.share.high for one in sources for line in one.themes),
        tuple(quote for quote in inputs.quotes if (quote.source, quote.topic) in told)
        if privacy.subject == "customer"
        else (),
    )
