"""All live pages."""

from serving.pages import assets, entrance, overview, report, trust

ROUTES = (*assets.ROUTES, *entrance.ROUTES, *overview.ROUTES, *report.ROUTES, *trust.ROUTES)
