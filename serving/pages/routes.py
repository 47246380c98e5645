"""All live pages."""

from serving.pages import assets, entrance, models, overview

ROUTES = (*assets.ROUTES, *entrance.ROUTES, *overview.ROUTES, *models.ROUTES)
