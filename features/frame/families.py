"""The features of a use case by rule: what each rule asks for, and how it is computed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa

from features.attributes import look_up
from features.catalogue import Catalogue, Feature
from features.cohort import Tables
from features.columns import list_types, resolve_measures
from features.fold import FoldLog, fold_events, fold_files
from features.frame.units import fold_units
from features.measures import Measure, list_measures, list_response_rates
from features.progress import Report, silent
from features.survey import fold_invitations
from features.usecase import ResponseRateRule, Source, UseCase


@dataclass(frozen=True)
class Family:
    """Hold the features that one rule makes.

    Attributes
    ----------
    rule
        Name of the rule in the use case.
    source_name, source
        The source they are made from; for response rates, streaks and lags that of the answers.
    measures
        The features, with the shapes of their columns.
    invited
        Source of the invitations, for response rates, streaks and lags.
    """

    rule: str
    source_name: str
    source: Source
    measures: tuple[Measure, ...]
    invited: str | None = None

    def describe(self) -> Iterable[Feature]:
        """Return what each feature is, without driver and role."""
        for measure in self.measures:
            unit = measure.unit(self.source)
            yield Feature(measure.name, measure.kind, self.source_name, self.source.data, unit)

    def compute(
        self,
        tables: Tables,
        usecase: UseCase,
        rows: str,
        *,
        partials: Path | None = None,
        fold_log: FoldLog | None = None,
        report: Report = silent,
    ) -> pa.Table:
        """Return one column per feature, one line per row of the table ``rows``.

        Parameters
        ----------
        tables, usecase
            The open tables and what they belong to.
        rows
            Table with ``row_id``, ``entity_id``, ``snapshot_day``.
        partials
            Folder for the partial results of large logs; nothing is kept when absent.
        fold_log
            Folds large logs in another place; without partial results then.
        report
            Told how far a large log has been read.
        """
        table = tables.table(self.source_name)
        if self.source.is_anonymous:
            return fold_units(tables, usecase, self.source_name, self.measures, rows)
        if self.invited is not None:
            return fold_invitations(
                tables.connection,
                answers=table,
                invitations=tables.table(self.invited),
                rows=rows,
                measures=self.measures,
            )
        if fold_log is None and partials is not None:
            fold_log = partial(fold_files, partials=partials / self.rule)
        return compute_measures(
            tables, self.source_name, self.source, self.measures, rows, fold_log=fold_log, report=report
        )


def compute_measures(
    tables: Tables,
    source_name: str,
    source: Source,
    measures: Sequence[Measure],
    rows: str,
    *,
    fold_log: FoldLog | None = None,
    report: Report = silent,
) -> pa.Table:
    """Return measures of one source, be it events or attributes, for every row of the table ``rows``.

    Large logs are folded by ``fold_log``; by :func:`features.fold.fold_files` when absent.
    """
    table = tables.table(source_name)
    if not source.is_events:
        return look_up(tables.connection, history=table, rows=rows, measures=measures)
    if (files := tables.files(source_name)) is not None:
        fold = fold_log or fold_files
        return fold(tables.connection, files=files, rows=rows, measures=measures, report=report)
    has_id = source.id is not None and source.id in list_types(tables.connection, table)
    id_column = source.id if has_id else None
    return fold_events(tables.connection, events=table, rows=rows, measures=measures, id_column=id_column)


def list_families(tables: Tables, usecase: UseCase) -> tuple[Family, ...]:
    """Return what the use case asks for, in its order, after a look at the columns.

    Raises
    ------
    ContractError
        If a column is not there or does not hold what its function needs.
    """
    return tuple(family for rule in usecase.features if (family := _plan(tables, usecase, rule)).measures)


def describe_families(families: Iterable[Family], usecase: UseCase) -> Catalogue:
    """Return the catalogue of all features, with driver and role."""
    described = tuple(feature for family in families for feature in family.describe())
    catalogue = Catalogue(described).with_drivers(usecase.drivers)
    catalogue.directions(usecase.monotone)  # refused before anything is trained
    return catalogue


def _plan(tables: Tables, usecase: UseCase, name: str) -> Family:
    """Return what one rule asks for."""
    rule = usecase.features[name]
    if isinstance(rule, ResponseRateRule):
        source = usecase.sources[rule.answered]
        return Family(name, rule.answered, source, list_response_rates(name, source, rule), rule.invited)
    source = usecase.sources[name]
    asked = list_measures(name, source, rule)
    return Family(name, name, source, resolve_measures(tables.connection, tables.table(name), name, asked))
