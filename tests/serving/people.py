"""Sixty people with two cuts into groups, as the table of newest rows."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from tests.training.sample_bundles import plain_rows

SITES = ["north"] * 30 + ["south"] * 20 + ["west"] * 10
DESKS = ["front"] * 50 + ["back"] * 6 + ["boss"] * 4


def write_people(folder, usecase, kind, *, with_cuts=True):
    """Write the newest rows of sixty people."""
    people = [
        {"entity_id": f"p-{number}", "snapshot_date": date(2025, 6, 1), **row}
        for number, row in enumerate(plain_rows(kind, 60))
    ]
    cuts = {"cut_site": SITES, "cut_desk": DESKS} if with_cuts else {}
    (folder / usecase).mkdir(parents=True)
    table = pa.Table.from_pylist(people)
    for name, groups in cuts.items():
        table = table.append_column(name, pa.array(groups))
    pq.write_table(table, folder / usecase / "latest.parquet")
