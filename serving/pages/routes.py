"""All live pages."""

from serving.pages import assets, entrance, groups, models, overview, people, report, trust, what_if

ROUTES = (
    *assets.ROUTES,
    *entrance.ROUTES,
    *overview.ROUTES,
    *report.ROUTES,
    *groups.ROUTES,
    *what_if.ROUTES,
    *people.ROUTES,
    *trust.ROUTES,
    *models.ROUTES,
)
