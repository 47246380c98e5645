"""Whether text helps: forecasts with and without the words people wrote and said, on the same rows.

``python -m tests.bench.text_help [churn] [satisfaction] [support] [--customers 5000] [--employees 2000]``
compares parts of the features in the product's own assessment: ``o`` (what happened), ``ox`` (ratings
beside it), ``o_words`` (words, no ratings), ``ox_words`` (both) and, of the example company,
``ox_words_calls`` (turns of calls as well). Every text model learnt before the first day that is judged, and
every figure is a mean over fits with three seeds.
``support`` is public data (``XM_SHARED_DATA``). Progress goes to stderr; on stdout stands a line per part
and last one JSON object: ``{"churn": {"rows": ..., "parts": {"ox_words": {"log_loss": {"value": ...},
"minus": {"ox": {"log_loss": {"value": ..., "low": ..., "high": ...}}}}}}}``. Negative differences of a loss
are better.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.frame import build
from features.worlds import build_company
from tests.bench.quality import data_folder
from tests.bench.text_help_company import add_words, list_parts
from tests.bench.text_help_parts import check_days, compare_parts
from tests.bench.text_help_tickets import FILE, learn_words, make_rows, read_tickets, split_in_time
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.rows import rows_of

SEED = 7  # what xm-predict demo takes
N_FITS = 3
SUPPORT = "support"
NAMES = ("churn", "satisfaction", SUPPORT)


@dataclass(frozen=True)
class Asked:
    """Hold what is asked for: which comparisons, the size of the company, how often to fit, the recipe."""

    names: Sequence[str] = NAMES
    customers: int = 5000
    employees: int = 2000
    n_fits: int = N_FITS
    recipe: Recipe = DEFAULT_RECIPE

    @property
    def seeds(self) -> tuple[int, ...]:
        """Return the seed of each fit."""
        return tuple(range(SEED, SEED + self.n_fits))


def measure_company(name: str, folder: Path, asked: Asked) -> dict[str, Any]:
    """Return the figures of one use case of the example company.

    Parameters
    ----------
    folder
        Where the tables of the company are.
    """
    usecase = add_words(name, folder)
    frame = build(usecase, report=_tell)
    rows, parts = rows_of(frame, usecase), list_parts(frame.facts.catalogue.features)
    if rows.snapshot_date is None:
        message = f"'{name}' has no snapshots, so nobody knows which words were known when"
        raise ValueError(message)
    found = compare_parts(rows, parts, seeds=asked.seeds, recipe=asked.recipe, report=_tell)
    until = {text: date.fromisoformat(told["fitted_until"]) for text, told in frame.facts.texts.items()}
    return check_days(until, rows.snapshot_date, found) | found.to_json()


def measure_support(folder: Path, asked: Asked) -> dict[str, Any]:
    """Return the figures of the tickets of a support desk.

    Parameters
    ----------
    folder
        Where the public data lies.
    """
    tickets = read_tickets(folder)
    model = learn_words(tickets, _tell)
    rows, parts = make_rows(tickets, model)
    split = split_in_time(tickets, model.fitted_until)
    found = compare_parts(rows, parts, seeds=asked.seeds, recipe=asked.recipe, split=split, report=_tell)
    return check_days({"remarks": model.fitted_until}, tickets.opened, found) | found.to_json()


def measure(asked: Asked) -> dict[str, Any]:
    """Return the figures of all that is asked for and there, by name."""
    found: dict[str, Any] = {}
    ours = [name for name in NAMES if name in asked.names and name != SUPPORT]
    if ours:
        with tempfile.TemporaryDirectory() as scratch:
            company = Path(scratch) / "company"
            _tell(f"building an example company with {asked.customers:,} customers")
            build_company(company, seed=SEED, n_customers=asked.customers, n_employees=asked.employees)
            found |= {name: measure_company(name, company, asked) for name in ours}
    folder = data_folder()
    if SUPPORT in asked.names and (folder / FILE).exists():
        found[SUPPORT] = measure_support(folder, asked)
    elif SUPPORT in asked.names:
        _tell(f"skipped {SUPPORT}: {folder / FILE} is not there; set XM_SHARED_DATA to its folder")
    return found


def describe(name: str, found: Mapping[str, Any]) -> list[str]:
    """Return a line for each part, with four digits."""
    counts = ", ".join(f"{found[key]:,} {key}" for key in ("rows", "entities", "events") if key in found)
    lines = [f"{name}: {counts}, texts learnt until {found['fitted_until']}"]
    for part, figures in found["parts"].items():
        told = [
            _show(key, figures[key])
            for key in ("log_loss", "auc", "rps", "rank_correlation")
            if key in figures
        ]
        told += [
            _show(f"{key} minus {other}", difference)
            for other, differences in figures["minus"].items()
            for key, difference in differences.items()
        ]
        lines.append(f"{name} {part} ({figures['features']} features): {', '.join(told)}")
    return lines


def main(arguments: Sequence[str] | None = None, recipe: Recipe = DEFAULT_RECIPE) -> int:
    """Measure what is asked for, write the figures and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.text_help")
    parser.add_argument("names", nargs="*", help=f"what to compare, of {', '.join(NAMES)}; all when absent")
    parser.add_argument("--customers", type=int, default=Asked.customers)
    parser.add_argument("--employees", type=int, default=Asked.employees)
    parser.add_argument("--fits", type=int, default=Asked.n_fits, help="how often each part is fitted")
    given = parser.parse_args(arguments)
    for name in given.names:
        if name not in NAMES:
            parser.error(f"'{name}' is not known; write some of: {', '.join(NAMES)}")
    found = measure(Asked(given.names or NAMES, given.customers, given.employees, given.fits, recipe))
    for name, figures in found.items():
        sys.stdout.write("".join(f"{line}\n" for line in describe(name, figures)))
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _show(name: str, found: Mapping[str, float]) -> str:
    """Return a figure with its interval."""
    return f"{name} {found['value']:.4f} ({found['low']:.4f} to {found['high']:.4f})"


def _tell(line: str) -> None:
    """Write a line of progress."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
