"""Which words of a text speak of leaving, of keeping people, or of a risk; in English and German."""

import re

LEAVING = re.compile(
    r"\b(leav(e|es|ing|er|ers)|left|churn\w*|attrition|stayed|at risk|risks?|kept|lost|whom to call"
    r"|kündig\w*|abwander\w*|\w*verlassen|gehalten\w*|gingen|gegangen|blieben|Weggang\w*|Weggänge\w*"
    r"|Abg[aä]ng\w*|Risik\w*|Warnzeichen|verloren|anruft|gehen voraussichtlich|voraussichtlich gehen)\b",
    re.IGNORECASE,
)
# Words of methods: rows kept back, others held equal, what is left of a column, and a field of the matrix.
OF_METHODS = re.compile(
    r"kept[- ]back|zurückgehalten\w*|gleich gehalten|is left of each to leave no effect|leave as it is"
    r"|left out|nobody hears those",
    re.IGNORECASE,
)


def speaks_of_leaving(text: str) -> list[str]:
    """Return the words of a text that speak of leaving; words of methods are none."""
    return [found.group(0) for found in LEAVING.finditer(OF_METHODS.sub(" ", text))]
