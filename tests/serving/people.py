"""Forty people with two cuts into groups, as the table of newest rows."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from tests.training.sample_bundles import plain_rows

SITES = ["north"] * 20 + ["south"] * 12 + ["west"] * 8
DESKS = ["front"] * 30 + ["back"] * 6 + ["boss"] * 4


def write_people(folder, usecase, kind, *, with_cuts=True):
    """Write the newest rows of forty people."""
    people = [
        {"entity_id": f"p-{number}", "snapshot_date": date(2025, 6, 1), **row}
        for number, row in enumerate(plain_rows(kind, 40))
    ]
    cuts = {"cut_site": SITES, "cut_desk": DESKS} if with_cuts else {}
    (folder / usecase).mkdir(parents=True)
    table = pa.Table.from_pylist(people)
    for name, groups in cuts.items():
        table = table.append_column(name, pa.array(groups))
    pq.write_table(table, folder / usecase / "latest.parquet")
