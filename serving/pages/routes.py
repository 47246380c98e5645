"""All live pages."""

from serving.pages import (
    actions,
    assets,
    entrance,
    groups,
    health,
    models,
    overview,
    people,
    report,
    trust,
    what_if,
)

ROUTES = (
    *assets.ROUTES,
    *entrance.ROUTES,
    *overview.ROUTES,
    *report.ROUTES,
    *groups.ROUTES,
    *what_if.ROUTES,
    *people.ROUTES,
    *actions.ROUTES,
    *trust.ROUTES,
    *health.ROUTES,
    *models.ROUTES,
)
