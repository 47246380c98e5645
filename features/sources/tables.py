"""The open tables of a use case."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from features.errors import ContractError
from features.sources.match import SourceFacts
from features.sources.streaming import EventFiles
from features.sql import quoted_name
from features.usecase import UseCase


@dataclass(frozen=True)
class Sources:
    """Hold the open tables of a use case; :func:`features.sources.open_sources` makes and closes them."""

    usecase: UseCase
    connection: duckdb.DuckDBPyConnection
    all_facts: Mapping[str, SourceFacts]
    all_files: Mapping[str, EventFiles] = field(default_factory=dict)

    def table(self, name: str) -> str:
        """Return the quoted name of the table of source ``name``."""
        return quoted_name(self.facts(name).name)

    def files(self, name: str) -> EventFiles | None:
        """Return the files of a log that is read where it lies; ``None`` if the table is a copy."""
        return self.all_files.get(name)

    def facts(self, name: str) -> SourceFacts:
        """Return what was found in source ``name``.

        Raises
        ------
        ContractError
            If there is no such source.
        """
        if name not in self.all_facts:
            hint = f"sources are {', '.join(self.all_facts)}"
            raise ContractError("sources", f"'{name}' is not a source of '{self.usecase.name}'", hint)
        return self.all_facts[name]
