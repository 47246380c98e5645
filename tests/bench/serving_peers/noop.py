"""BentoML that does nothing: a dictionary in, the same out, default settings."""

from typing import Any

import bentoml


@bentoml.service
class Noop:
    """Return what came."""

    @bentoml.api
    def score(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Return what came."""
        return payload
