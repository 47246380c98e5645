"""What is done with data of people in a use case: described once, for notices and for those who assess it.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.runs.processing.description import describe_processing
from training.runs.processing.evidence import list_evidence
from training.runs.processing.risks import RISKS, Risk

__all__ = ["RISKS", "Risk", "describe_processing", "list_evidence"]
