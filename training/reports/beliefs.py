"""What people say drives the outcome, beside what is measured: the section after the drivers."""

from training.beliefs import BeliefCheck, belief_from_json
from training.reports.inputs import ReportInputs


def build_beliefs(inputs: ReportInputs) -> BeliefCheck | None:
    """Return the belief check of the bundle; None where nobody was asked, or in bundles made before.

    Small groups are hidden in the bundle already.
    """
    found = inputs.tables.get("beliefs")
    return None if found is None else belief_from_json(found)
