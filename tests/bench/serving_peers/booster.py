"""The largest tree member of a bundle, and what its columns are: what simple servers predict with."""

import json
import os
from pathlib import Path
from typing import Any

from training.bundle import Bundle, load
from training.models import BoosterModel, HazardModel

BUNDLE = "BENCH_BUNDLE"


class Served:
    """Hold a booster with the codes of its categories.

    Attributes
    ----------
    names
        Features in column order.
    codes
        Code of each level, by feature; features without are numbers.
    extra
        Values of further columns: the first period, where there are several.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.names = list(bundle.encoder.names)
        self.codes = {
            name: dict(words.codes)
            for name, words in bundle.encoder.vocabularies.items()
            if words is not None
        }
        model = bundle.model
        assert isinstance(model, HazardModel)
        boosters = [one.model for one in model.blend.members if isinstance(one.model, BoosterModel)]
        self.text = max((one.text for one in boosters), key=len)
        self.extra = [0.0] if len(model.horizons) > 1 else []

    @classmethod
    def from_environment(cls) -> "Served":
        """Read the bundle that the benchmark names."""
        return cls(load(Path(os.environ[BUNDLE])))


def questions(bundle: Bundle) -> list[dict[str, Any]]:
    """Return rows to ask about: those of the canary, which nobody is."""
    return [json.loads(json.dumps(row)) for row in bundle.canary.rows]
