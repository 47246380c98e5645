"""Questions to one table, answered with all its rows: describe, relate, compare, regress, cluster, pivot.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.explore.clustering import cluster
from training.explore.comparing import compare
from training.explore.describing import describe
from training.explore.exploration import Bar, Bars, Exploration, Grid, Sheet
from training.explore.pivoting import pivot
from training.explore.regressing import regress
from training.explore.relating import relate
from training.explore.table import Kind, Table, TableColumn

__all__ = [
    "Bar",
    "Bars",
    "Exploration",
    "Grid",
    "Kind",
    "Sheet",
    "Table",
    "TableColumn",
    "cluster",
    "compare",
    "describe",
    "pivot",
    "regress",
    "relate",
]
