"""All live pages."""

from serving.pages import assets, entrance, overview

ROUTES = (*assets.ROUTES, *entrance.ROUTES, *overview.ROUTES)
