"""Trained examples as versions that can be compared."""

from dataclasses import replace

from training.promotion import Candidate, KeptBack


def candidate_of(example, version=1):
    kept_back = KeptBack.of(example.learned.rows, example.learned.assessment.forecasts, example.usecase)
    return Candidate(version, example.bundle, kept_back)


def altered(candidate, version, change):
    """Return a version whose forecasts of rows kept back were others."""
    kept = candidate.kept_back
    columns = {name: change(column) for name, column in kept.columns.items()}
    return replace(candidate, version=version, kept_back=replace(kept, columns=columns))
