"""The waves of surveys, with what O-data said of each entity when a wave closed: membership and cuts."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pyarrow as pa

from features.cohort import EPOCH, Rows, list_status
from features.frame.apart import look_up_cuts, name_cut
from features.sources import Sources
from features.usecase import UseCase
from features.waves import SCHEMA, Wave, collect_waves, find_waves

_ROWS = "xm_wave_rows"


def collect_with_status(sources: Sources, usecase: UseCase, observed_day: int) -> pa.Table:
    """Return the waves of all surveys, with membership and cuts as known on the day each wave closed.

    Parameters
    ----------
    observed_day
        First day that is not observed, in days since 1970-01-01.

    Returns
    -------
    pyarrow.Table
        Columns of :data:`features.waves.SCHEMA` and a text column ``cut_<column>`` for each declared cut;
        empty when no source declares ``metrics``.
    """
    waves = find_waves(sources, usecase, observed_day)
    if not waves:
        return _empty(usecase)
    status = _list_status(sources, usecase, waves, observed_day)
    collected = collect_waves(sources, usecase, waves, status, observed_day)
    return _add_cuts(sources, usecase, collected, observed_day) if usecase.cuts else collected


def _empty(usecase: UseCase) -> pa.Table:
    """Return a table without rows, for a use case whose sources declare no metric."""
    cuts = [pa.field(name_cut(path), pa.string()) for path in usecase.cuts]
    return pa.schema([*SCHEMA, *cuts]).empty_table()


def _list_status(sources: Sources, usecase: UseCase, waves: Sequence[Wave], observed_day: int) -> pa.Table:
    """Return who belonged to the cohort on the day each wave closed.

    Nobody's status is known where answers say who belongs: answering would then be taken for staying.
    """
    _, _, cohort, _ = usecase.settled()
    if usecase.sources[cohort.base].data == "X":
        days, belongs = (
            Rows(pa.chunked_array([[]], pa.string()), np.empty(0, np.int32)),
            np.empty(0, np.bool_),
        )
    else:
        dates = [EPOCH + timedelta(days=day) for day in sorted({wave.status_day for wave in waves})]
        days, belongs = list_status(sources, cohort, usecase.sources, dates, known_day=observed_day)
    columns = {
        "entity_id": days.entity_ids,
        "status_day": pa.array(days.snapshot_days, pa.int32()),
        "is_member": pa.array(belongs),
    }
    return pa.table(columns)


def _add_cuts(sources: Sources, usecase: UseCase, collected: pa.Table, observed_day: int) -> pa.Table:
    """Add the declared cuts of each entity as known on the day the wave closed; each is looked up once."""
    connection = sources.connection
    closing = np.asarray(collected.column("closes_on").cast(pa.int32()).to_numpy(), dtype=np.int32)
    places = pa.array(np.arange(collected.num_rows))
    columns = [collected.column("entity_id"), pa.array(np.minimum(closing, observed_day)), places]
    connection.register("xm_draft", pa.table(columns, names=["entity_id", "snapshot_day", "place"]))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {_ROWS} AS SELECT row_number() OVER () - 1 AS row_id, *
        FROM (SELECT DISTINCT entity_id, snapshot_day FROM xm_draft WHERE entity_id IS NOT NULL)
        """
    )
    query = f"""
        SELECT r.row_id FROM xm_draft LEFT JOIN {_ROWS} AS r USING (entity_id, snapshot_day) ORDER BY place
    """
    rows = connection.sql(query).to_arrow_table().column(0)
    connection.unregister("xm_draft")
    for name, groups in look_up_cuts(sources, usecase, _ROWS).items():
        collected = collected.append_column(name, groups.take(rows))
    return collected
