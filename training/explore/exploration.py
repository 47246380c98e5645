"""The answer to a question: sheets to read, sentences, remarks, plain values for programs, a figure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from training.statistics import Estimate, Floats


@dataclass(frozen=True)
class Sheet:
    """Hold a small table of texts."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def lines(self) -> list[str]:
        r"""Return the sheet as aligned lines, the first column to the left and all others to the right.

        Examples
        --------
        >>> print("\n".join(Sheet("Waiting", ("group", "mean"), (("north", "12"), ("south", "7"))).lines()))
        Waiting
          group  mean
          north    12
          south     7
        """
        table = [self.header, *self.rows]
        widths = [max(len(row[at]) for row in table) for at in range(len(self.header))]
        return [
            self.title,
            *(
                "  "
                + "  ".join(
                    [
                        row[0].ljust(widths[0]),
                        *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
                    ]
                ).rstrip()
                for row in table
            ),
        ]


@dataclass(frozen=True)
class Bar:
    """Hold one estimate of a figure with its label, and whether it is beyond chance."""

    label: str
    estimate: Estimate
    is_clear: bool = True


@dataclass(frozen=True)
class Bars:
    """Hold a figure of estimates with ranges below each other."""

    title: str
    axis: str
    bars: tuple[Bar, ...]
    reference: float | None = None


@dataclass(frozen=True)
class Grid:
    """Hold a figure of coloured cells: rows by columns with a text in each; NaN is a cell without colour."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats
    texts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Exploration:
    """Hold all that a question was answered with.

    Parameters
    ----------
    ask
        The question: describe, relate, ...
    sheets
        What is shown as tables.
    findings
        True plain sentences, the strongest first.
    remarks
        What has to be known beside: what was left out, hidden, or taken in a certain way.
    content
        Plain values for programs.
    figure
        What is drawn; None where nothing can be.
    """

    ask: str
    sheets: tuple[Sheet, ...]
    findings: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    content: dict[str, Any] = field(default_factory=dict)
    figure: Bars | Grid | None = None

    def text(self) -> str:
        """Return the answer for a terminal."""
        parts: list[str] = []
        for sheet in self.sheets:
            parts += [*sheet.lines(), ""]
        parts += ["Findings", *(f"  {sentence}" for sentence in self.findings or ("Nothing to tell.",))]
        if self.remarks:
            parts += ["", "Remarks", *(f"  {sentence}" for sentence in self.remarks)]
        return "\n".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        return {
            "ask": self.ask,
            **self.content,
            "findings": list(self.findings),
            "remarks": list(self.remarks),
        }


def limit(items: Sequence[str], most: int = 8) -> str:
    """Return a list in words, cut after some.

    Examples
    --------
    >>> limit(["'a'", "'b'", "'c'"]), limit(["'a'", "'b'", "'c'"], 2)
    ("'a', 'b', 'c'", "'a', 'b' and 1 more")
    """
    more = len(items) - most
    shown = ", ".join(items[:most])
    return f"{shown} and {more} more" if more > 0 else shown
