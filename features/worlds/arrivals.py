"""When the company gets to know of things: most at once, about one in ten days or weeks late."""

import numpy as np

from features.worlds.vocabulary import DAY, HOUR, Seconds

LATE_SHARE = 0.10
_USUAL_HOURS = 6.0
_LATE_DAYS = (3.0, 35.0)


def draw_arrivals(happened: Seconds, random: np.random.Generator) -> Seconds:
    """Return when each row is known: within hours, or for one in ten 3 to 35 days later."""
    usual = _USUAL_HOURS * HOUR * random.random(happened.size)
    late = DAY * random.uniform(*_LATE_DAYS, happened.size)
    wait = np.where(random.random(happened.size) < LATE_SHARE, late, usual)
    return np.asarray(happened + 60 + wait.astype(np.int64), dtype=np.int64)
