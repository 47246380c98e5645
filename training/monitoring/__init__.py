"""Watch a model after it was trained: what comes in, what it says, how well it does, and when to train again.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.monitoring.record import Advice, Check, Health, Kind, Performance, State

__all__ = ["Advice", "Check", "Health", "Kind", "Performance", "State"]
