"""All live pages."""

from serving.pages import assets, entrance, groups, overview, people, what_if

ROUTES = (*assets.ROUTES, *entrance.ROUTES, *overview.ROUTES, *groups.ROUTES, *what_if.ROUTES, *people.ROUTES)
