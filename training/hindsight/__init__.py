"""What forecasts said of those who were lost, 30, 60 and 90 days before.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.hindsight.looking_back import look_back
from training.hindsight.record import LEAD_DAYS, Hindsight, LeadTime, Loss, PastForecast
from training.hindsight.told import Told, read_batches, read_kept_back

__all__ = [
    "LEAD_DAYS",
    "Hindsight",
    "LeadTime",
    "Loss",
    "PastForecast",
    "Told",
    "look_back",
    "read_batches",
    "read_kept_back",
]
