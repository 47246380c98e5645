"""What a label of two classes means: that people leave, something that is wanted, or another bad event."""

import re
from collections.abc import Iterable
from typing import Final, Literal

Means = Literal["leaving", "good", "bad"]

_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
_STEMS: Final = (
    "churn",
    "attrit",
    "resign",
    "quit",
    "abwander",
    "kündig",
    "kuendig",
    "gekündigt",
    "gekuendigt",
    "weggang",
    "weggäng",
    "abgang",
    "abgäng",
    "austritt",
    "fluktuation",
)
_WHOLE: Final = frozenset({"leave", "leaves", "leaving", "leaver", "leavers", "left", "exit", "exited"})


def speaks_of_leaving(texts: Iterable[str]) -> bool:
    """Tell whether one of the names that a use case gives says that people leave, in English or German.

    Names are all there is where nobody says what a label means. They are not asked whether an event is good:
    a wrong guess there would turn every colour and every piece of advice round.

    Examples
    --------
    >>> speaks_of_leaving(["telco_churn"]), speaks_of_leaving(["Kündigung Telefon"])
    (True, True)
    >>> speaks_of_leaving(["satisfied", "Yes"]), speaks_of_leaving(["leftover_stock"])
    (False, False)
    """
    words = [word.lower() for text in texts for word in _WORD.findall(_CAMEL.sub(" ", text))]
    return any(word in _WHOLE or word.startswith(_STEMS) for word in words)
