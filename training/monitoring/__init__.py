"""Watch a model after it was trained: what comes in, what it says, how well it does, and when to train again.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.monitoring.advice import Newer, advise, measure_newer
from training.monitoring.comparison import newest_day
from training.monitoring.deciding import decide
from training.monitoring.incoming import limits_of_inputs, watch_inputs
from training.monitoring.performing import Watched, watch_model
from training.monitoring.record import Advice, Check, Health, Kind, Performance, State
from training.monitoring.since_baseline import check_baseline

__all__ = [
    "Advice",
    "Check",
    "Health",
    "Kind",
    "Newer",
    "Performance",
    "State",
    "Watched",
    "advise",
    "check_baseline",
    "decide",
    "limits_of_inputs",
    "measure_newer",
    "newest_day",
    "watch_inputs",
    "watch_model",
]
