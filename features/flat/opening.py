"""Read a flat table with all that the use case says of it."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from features.catalogue import Feature, Kind
from features.errors import ContractError, SourceError, SpecError
from features.flat.cells import Cells
from features.flat.durations import measure_durations
from features.flat.joins import join_file
from features.flat.label import read_ratings, read_target
from features.flat.recoding import recode_columns
from features.flat.rows import FlatFacts, FlatRows, Values, WaitingRows
from features.flat.sifting import (
    INDICATOR,
    find_copies,
    find_useless,
    is_missing,
    mark_not_applicable,
    number_alike,
)
from features.flat.weights import read_weights
from features.progress import Report, silent
from features.reading import (
    Place,
    Readable,
    Staged,
    demand_columns,
    hint_at_values,
    proposing,
    stage_file,
    to_text,
)
from features.sql import open_database, quoted_texts
from features.tombstones import Tombstones
from features.usecase import FlatTable, UseCase

_PLACE = Place("table", "table")


def read_flat(usecase: UseCase, *, report: Report = silent, tombstones: Tombstones | None = None) -> FlatRows:
    """Read the table of a use case, join what belongs to it, and tell features from the rest.

    A column is a number when every value that is there is one; else a category. Constant columns, dates, and
    texts that differ in every row (ids, free text), become no features and are named in the facts.

    Parameters
    ----------
    usecase
        A use case with a flat table.
    report
        Told which file is being read.
    tombstones
        Who was erased: rows of theirs are left out before anything is made of them.

    Raises
    ------
    SpecError
        If the use case has no flat table, or people were erased from it and it names no id any more.
    SourceError
        If a file cannot be read as declared.
    ContractError
        If a named column is missing, an id or key stands twice, the label has one class, or files disagree.
    """
    if usecase.table is None:
        raise SpecError(
            f"{usecase.name}: table", "the use case is made from sources", "build its snapshots instead"
        )
    with tempfile.TemporaryDirectory(prefix="xm-") as scratch, open_database(scratch=scratch) as connection:
        reading = _Reading(usecase, usecase.table, connection, report, tombstones or Tombstones())
        files = reading.list_files()
        with proposing(*files):
            rows = reading.run()
    for file in files:
        if (hint := hint_at_values(file)) is not None:
            report(f"{file.place.key}: {hint}")
    return rows


@dataclass
class _Reading:
    """Hold what is needed while one flat table is read."""

    usecase: UseCase
    table: FlatTable
    connection: duckdb.DuckDBPyConnection
    report: Report
    tombstones: Tombstones

    def list_files(self) -> list[Readable]:
        """Return the file and those joined to it, as they are declared."""
        table, folder = self.table, self.usecase.folder
        main = Readable(_PLACE, folder / table.file, table.read)
        joined = [
            Readable(_place_join(number), folder / join.file, join.read)
            for number, join in enumerate(table.join)
        ]
        return [main, *joined]

    def run(self) -> FlatRows:
        """Read the files and sort their columns."""
        table = self.table
        cells, staged, unmatched = self._gather()
        self._demand_named(cells)
        is_labelled = ~is_missing(cells[table.label].texts())
        is_copy = self._find_copies(cells)
        written, cells = cells, recode_columns(cells, table.recode, _PLACE)
        kept, waiting = is_labelled & ~is_copy, ~is_labelled & ~is_copy
        target = self._read_label(cells, kept)
        columns, protected = self._sort_columns(cells, kept)
        durations = measure_durations(cells, table, kept)
        columns |= durations.columns
        marked = mark_not_applicable(columns, table.not_applicable)
        dropped = find_useless(columns)
        for name, reason in dropped.items():
            self.report(f"left out {name}: {reason}")
        features = tuple(
            self._describe(name, values) for name, values in columns.items() if name not in dropped
        )
        ids = self._read_ids(cells, ~is_copy)
        weight, weight_waiting = self._read_weights(cells, kept, waiting)
        return FlatRows(
            columns={feature.name: columns[feature.name] for feature in features},
            features=features,
            entity_id=ids[kept],
            target=target,
            weight=weight,
            value_revenue=self._read_revenue(cells, kept),
            group=None if table.group is None else cells[table.group].texts()[kept],
            cuts={name: cells[name].texts()[kept] for name in self.usecase.cuts},
            protected=protected,
            likeness=self._number_alike(written, kept),  # copies are those of the file
            waiting=self._read_waiting(cells, waiting, features, ids[waiting], weight_waiting),
            facts=FlatFacts(
                rows=len(kept),
                kept=len(target),
                copies=int((is_copy & is_labelled).sum()),
                positives=int(target.sum()) if table.kind == "binary" else len(target),
                dropped=dropped,
                not_applicable=marked,
                impossible=durations.impossible,
                not_known_yet=durations.not_known_yet,
                unmatched=unmatched,
                fingerprints={name: found.fingerprint for name, found in staged.items()},
            ),
        )

    def _gather(self) -> tuple[dict[str, Cells], dict[str, Staged], dict[str, int]]:
        """Stage the file and all that is joined to it."""
        table, folder = self.table, self.usecase.folder
        self.report(f"reading {table.file}")
        main = stage_file(self.connection, _PLACE, folder / table.file, table.read)
        self._leave_out(main)
        cells = {name: Cells(main, name) for name in main.columns}
        staged, unmatched = {table.file: main}, {}
        for number, join in enumerate(table.join):
            self.report(f"joining {join.file}")
            place = _place_join(number)
            found = join_file(self.connection, cells, join, place, folder, set(table.exclude))
            staged[join.file], unmatched[join.file] = found
        return cells, staged, unmatched

    def _leave_out(self, main: Staged) -> None:
        """Delete the rows of erased ids; row numbers in messages count the rows that are left."""
        if not self.tombstones:
            return
        if self.table.id is None:
            problem = f"{len(self.tombstones.digests)} people were erased, but no column says who is who"
            raise SpecError(f"{self.usecase.name}: table.id", problem, "name the column with the ids")
        demand_columns(_PLACE, [self.table.id], main.columns)
        column = to_text(main, self.table.id)
        found = self.connection.execute(f"SELECT DISTINCT {column} FROM {main.table}").fetchall()
        ids = [str(row[0]) for row in found if row[0] is not None]
        is_erased = self.tombstones.covers(ids)
        erased = [one for one, covered in zip(ids, is_erased, strict=True) if covered]
        if erased:
            self.connection.execute(f"DELETE FROM {main.table} WHERE {column} IN ({quoted_texts(erased)})")

    def _demand_named(self, cells: Mapping[str, Cells]) -> None:
        """Demand that every column that the use case names is there."""
        table, value = self.table, self.usecase.value
        named = [
            table.label,
            table.id,
            table.group,
            table.weight_column,
            value.revenue if value is not None else None,
        ]
        named += [*table.moments, *self.usecase.cuts]
        named += [
            *table.exclude,
            *table.experience,
            *table.categories,
            *table.recode,
            *self.usecase.privacy.protected,
        ]
        named += table.not_applicable.columns if table.not_applicable is not None else []
        demand_columns(_PLACE, [name for name in named if name is not None], cells)

    def _find_copies(self, cells: Mapping[str, Cells]) -> NDArray[np.bool_]:
        """Tell which rows to leave out because they equal an earlier one in all but the id."""
        if self.table.duplicates == "keep":
            return np.zeros(len(cells[self.table.label].texts()), np.bool_)
        return find_copies(found.texts() for name, found in cells.items() if name != self.table.id)

    def _number_alike(self, cells: Mapping[str, Cells], kept: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return equal numbers for rows that are equal in all but id and label, and in all but the id."""
        labels = cells[self.table.label].texts()[kept]
        apart = {self.table.id, self.table.label}
        compared = [found.texts()[kept] for name, found in cells.items() if name not in apart]
        alike = number_alike(compared) if compared else np.arange(len(labels))
        return np.stack([alike, number_alike([alike, labels])])

    def _read_label(
        self, cells: Mapping[str, Cells], kept: NDArray[np.bool_]
    ) -> NDArray[np.int8] | NDArray[np.float64]:
        """Return the target of the rows that are kept."""
        table, labels = self.table, cells[self.table.label]
        if table.kind == "binary" and table.positive is not None:
            return read_target(labels.texts()[kept], table.positive, table.label)
        rows = np.flatnonzero(kept) + table.read.header_rows + 1
        try:
            numbers = labels.numbers()
        except SourceError as error:
            hint = f"say under table.recode which number each word of '{table.label}' stands for, "
            hint += "or predict one word: positive instead of kind"
            raise SourceError(error.where, error.problem, hint) from error
        return read_ratings(numbers[kept], rows, kind=table.kind, column=table.label)

    def _sort_columns(
        self, cells: Mapping[str, Cells], kept: NDArray[np.bool_]
    ) -> tuple[dict[str, Values], dict[str, Values]]:
        """Return the columns that may become features, and the protected ones."""
        table = self.table
        apart = {table.label, table.id, table.group, table.weight_column, *table.moments, *table.exclude}
        columns, protected = {}, {}
        for name, found in cells.items():
            if name in self.usecase.privacy.protected:
                protected[name] = found.values(is_category=name in table.categories)[kept]
            elif name not in apart:
                columns[name] = found.values(is_category=name in table.categories)[kept]
        return columns, protected

    def _read_waiting(
        self,
        cells: Mapping[str, Cells],
        waiting: NDArray[np.bool_],
        features: Sequence[Feature],
        entity_id: NDArray[np.object_],
        weight: NDArray[np.float64] | None,
    ) -> WaitingRows:
        """Return the rows without a label with the features that the other rows have."""
        columns, _ = self._sort_columns(cells, waiting)
        columns |= measure_durations(cells, self.table, waiting).columns
        mark_not_applicable(columns, self.table.not_applicable)
        nowhere = np.zeros(len(entity_id))  # an indicator is made only where its value occurs
        return WaitingRows(
            {feature.name: columns.get(feature.name, nowhere) for feature in features},
            entity_id,
            {name: cells[name].texts()[waiting] for name in self.usecase.cuts},
            weight,
        )

    def _describe(self, name: str, values: Values) -> Feature:
        """Return what a column is; an indicator is of the same kind of data as the column it speaks of."""
        spoken_of = name.removesuffix(INDICATOR)
        is_experience = name in self.table.experience or spoken_of in self.table.experience
        kind: Kind = "number" if values.dtype == np.float64 else "category"
        unit = "h" if name in self.table.durations else None
        return Feature(name, kind, "table", "X" if is_experience else "O", unit)

    def _read_ids(self, cells: Mapping[str, Cells], is_needed: NDArray[np.bool_]) -> NDArray[np.object_]:
        """Return the ids of all rows, those that are needed each once."""
        if self.table.id is None:
            return np.array([str(row + 1) for row in range(len(is_needed))], object)
        ids = cells[self.table.id].texts()
        seen: set[str] = set()
        for row in np.flatnonzero(is_needed):
            value = ids[row]
            if value is None or value in seen:
                number = int(row) + self.table.read.header_rows + 1
                problem = f"row {number} has no id" if value is None else f"the id '{value}' stands twice"
                hint = "keep one row with an id for each entity, or, where an entity has several rows, "
                hint += f"leave out table.id and write group: {self.table.id}"
                raise ContractError(_PLACE.column(self.table.id), problem, hint)
            seen.add(value)
        return ids

    def _read_weights(
        self, cells: Mapping[str, Cells], kept: NDArray[np.bool_], waiting: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
        """Return the weights of the rows with a label and of those that wait for one."""
        if self.table.weight is None:
            return None, None
        read = kept | waiting
        weights = read_weights(cells, self.table.weight, read, _PLACE)
        return weights[kept[read]], weights[waiting[read]]

    def _read_revenue(
        self, cells: Mapping[str, Cells], kept: NDArray[np.bool_]
    ) -> NDArray[np.float64] | None:
        """Return the revenue of each entity."""
        value = self.usecase.value
        return None if value is None else cells[value.revenue].numbers()[kept]


def _place_join(number: int) -> Place:
    """Return where the use case names a joined file."""
    return Place(f"table.join[{number}]", f"table.join[{number}]")
