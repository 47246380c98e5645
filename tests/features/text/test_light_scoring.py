"""Scoring verbatims is light: it holds no library of fitting in memory and asks for NumPy alone."""

import json
import subprocess
import sys

from tests.contracts.repository import ROOT

SCORING = """
import json, sys
import numpy as np
from features.text.actionability import find_actionable
from features.text.corrections import Corrections
from features.text.effort import rate_effort
from features.text.languages import find_languages
from features.text.redaction import Redactor

texts = ["Sehr einfach, sagt Anna Meier!", "Please call me at 0171 2345678.", ""]
cleaned = [Redactor(["Anna Meier"]).clean(one) for one in texts]
languages = find_languages(cleaned, ["de", "en"])
corrections = Corrections({"sentiment": {"": 1.0}})
effort = rate_effort(cleaned, languages)
found = {
    "cleaned": cleaned,
    "languages": languages,
    "effort": effort[:1].tolist(),
    "is_actionable": find_actionable(cleaned, languages).tolist(),
    "sentiment": corrections.apply(cleaned, {"sentiment": np.zeros(3)})["sentiment"].tolist(),
    "heavy": sorted({"sklearn", "pandas", "numba", "duckdb", "scipy", "mlflow"} & set(sys.modules)),
}
print(json.dumps(found))
"""


def test_verbatims_are_scored_without_heavy_libraries():
    done = subprocess.check_output([sys.executable, "-c", SCORING], cwd=ROOT, text=True)
    assert json.loads(done) == {
        "cleaned": ["Sehr einfach, sagt [name]!", "Please call me at [phone].", ""],
        "languages": ["de", "en", ""],
        "effort": [2.0],
        "is_actionable": [False, True, False],
        "sentiment": [0.0, 0.0, 1.0],
        "heavy": [],
    }
