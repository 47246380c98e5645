"""A second program that tries to break a release before it goes out; no step of granting is part of it.

Import from here; the modules inside are an arrangement, not an interface. Nothing of spans, targets or worlds
is used: the rank test counts modulo a prime instead of measuring lengths, few people are searched for in any
combination instead of a list, and sizes are bounded by pairs of whole worlds.
"""

from training.disclosure.attack.attacker import Findings, attack, demand_safe
from training.disclosure.attack.homogeneous import find_homogeneous

__all__ = ["Findings", "attack", "demand_safe", "find_homogeneous"]
