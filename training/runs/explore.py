"""Verb ``explore``: ask a table with all its rows, or the surveys and journeys of a whole use case."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.errors import InputError
from features.files import whole_folder
from features.tombstones import Tombstones
from training.console import Console
from training.explore import Exploration, Table, cluster, compare, describe, pivot, regress, relate
from training.runs.explore_table import Wanted, read_file, read_scales, read_source
from training.runs.explore_whole import WHOLE, Told, check_whole, hide_below
from training.runs.workspace import Workspace, load_usecase


@dataclass(frozen=True)
class Question:
    """Hold what is asked.

    Attributes
    ----------
    columns, by
        Names of columns.
    person
        Column that says whose rows they are; may be empty.
    positive
        The value of a target that counts as 1; may be empty.
    """

    columns: Sequence[str] = ()
    by: Sequence[str] = ()
    person: str = ""
    positive: str = ""


@dataclass(frozen=True)
class Ask:
    """Say what a question takes, and how it is answered.

    Attributes
    ----------
    columns, by
        Fewest and most names that it takes.
    takes
        Which of ``person`` and ``positive`` it takes.
    answer
        The function.
    """

    columns: tuple[int, int]
    by: tuple[int, int]
    takes: frozenset[str]
    answer: Callable[[Table, Question], Exploration]


_MANY = 1_000
ASKS: dict[str, Ask] = {
    "describe": Ask(
        (0, _MANY), (0, 0), frozenset(), lambda table, question: describe(table, question.columns)
    ),
    "relate": Ask(
        (1, _MANY),
        (0, _MANY),
        frozenset(),
        lambda table, question: relate(table, question.columns, question.by),
    ),
    "compare": Ask(
        (1, _MANY),
        (1, 1),
        frozenset({"person"}),
        lambda table, question: compare(table, question.columns, question.by[0], question.person),
    ),
    "regress": Ask(
        (1, 1),
        (0, _MANY),
        frozenset({"person", "positive"}),
        lambda table, question: regress(
            table, question.columns[0], question.by, person=question.person, positive=question.positive
        ),
    ),
    "cluster": Ask((0, _MANY), (0, 0), frozenset(), lambda table, question: cluster(table, question.columns)),
    "pivot": Ask(
        (0, 1),
        (1, 2),
        frozenset(),
        lambda table, question: pivot(table, "".join(question.columns), question.by),
    ),
}


def run(
    console: Console,
    ask: str,
    file: str,
    usecase: str,
    source: str,
    data: str,
    columns: str,
    by: str,
    person: str,
    positive: str,
    scales: str,
    minimum_group: int,
    out: str,
) -> None:
    """Answer one question about a table or a use case, print it, and keep it with its figure.

    Raises
    ------
    InputError
        If the question is not complete, or the table cannot answer it.
    """
    if ask in WHOLE:
        others = {"--file": file, "--source": source, "--columns": columns, "--by": by}
        others |= {"--person": person, "--positive": positive, "--scales": scales}
        check_whole(ask, usecase, others)
        workspace = _prepare(minimum_group, out)
        told, name = _ask_whole(console, ask, usecase, data, minimum_group, workspace)
        _answer(console, told, workspace.folder / "explore" / f"{name}-{ask}")
        return
    question = Question(read_names(columns), read_names(by), person.strip(), positive.strip())
    check_question(ask, question)
    workspace = _prepare(minimum_group, out)
    named = [*question.columns, *question.by, *filter(None, [question.person])]
    wanted = Wanted(named, read_scales(scales), minimum_group)
    table, name = _open(console, file, usecase, source, data, wanted, workspace)
    console.report(f"{ask}: {table.n_rows:,} rows")
    answer = ASKS[ask].answer(table, question)
    content = {"table": table.name, "n_rows": table.n_rows, **answer.to_json()}
    told = Told(answer.text(), content, answer.figure)
    _answer(console, told, workspace.folder / "explore" / f"{name}-{ask}")


def check_question(ask: str, question: Question) -> None:
    """Demand that a question is complete and has nothing that it does not take.

    Raises
    ------
    InputError
        Naming the option and what to do.
    """
    wanted = ASKS[ask]
    for option, found, (fewest, most) in (
        ("--columns", question.columns, wanted.columns),
        ("--by", question.by, wanted.by),
    ):
        if len(found) < fewest:
            raise InputError(option, f"names {len(found)} columns", f"{ask} needs {_count(fewest, most)}")
        if len(found) > most:
            shown = ", ".join(f"'{name}'" for name in found)
            raise InputError(option, f"names {shown}", f"{ask} takes {_count(fewest, most)}")
    for option, value in (("person", question.person), ("positive", question.positive)):
        if value and option not in wanted.takes:
            able = ", ".join(name for name, one in ASKS.items() if option in one.takes)
            raise InputError(f"--{option}", f"'{value}' is not used by {ask}", f"leave it out; {able} use it")


def read_names(text: str) -> tuple[str, ...]:
    """Return names between commas, each once; one that holds a comma stands in double quotes.

    Examples
    --------
    >>> read_names('wait, "on time, really",wait')
    ('wait', 'on time, really')
    """
    rows = list(csv.reader([text], skipinitialspace=True))
    names = [name.strip() for row in rows for name in row]
    return tuple(dict.fromkeys(name for name in names if name))


def _count(fewest: int, most: int) -> str:
    """Return how many columns are taken, in words."""
    if most == 0:
        return "none"
    if fewest == most:
        return f"exactly {fewest}"
    return f"at least {fewest}" if most == _MANY else f"{fewest} to {most}"


def _open(
    console: Console, file: str, usecase: str, source: str, data: str, wanted: Wanted, workspace: Workspace
) -> tuple[Table, str]:
    """Return the table and what the folder of its answers is named after."""
    if bool(file) == bool(usecase):
        found = "both --file and --usecase are there" if file else "neither --file nor --usecase is there"
        raise InputError("explore", found, "name a file, or a use case with its source")
    if file:
        if source:
            raise InputError(
                "--source", f"'{source}' stands beside --file", "leave it out, or name a use case"
            )
        return read_file(Path(file), wanted, console.report), Path(file).name.partition(".")[0]
    spec = load_usecase(usecase, data)
    erased = Tombstones.read(workspace.tombstones(spec.name))
    table = read_source(spec, source, wanted, erased, console.report)
    return table, f"{spec.name}-{source}" if source else spec.name


def _prepare(minimum_group: int, out: str) -> Workspace:
    """Return the place of the answer."""
    workspace = Workspace(Path(out))
    if minimum_group < 0:
        raise InputError("--minimum-group", f"is {minimum_group}", "write 0 or more")
    return workspace


def _ask_whole(
    console: Console, ask: str, usecase: str, data: str, minimum_group: int, workspace: Workspace
) -> tuple[Told, str]:
    """Return what a use case answers, and its name."""
    spec = hide_below(load_usecase(usecase, data), minimum_group)
    erased = Tombstones.read(workspace.tombstones(spec.name))
    return WHOLE[ask](spec, erased, console.report), spec.name


def _answer(console: Console, told: Told, folder: Path) -> None:
    """Keep an answer for people, for programs and as a figure, completely or not at all, and print it."""
    from training.runs.explore_figures import draw

    with whole_folder(folder) as draft:
        (draft / "answer.txt").write_text(told.text + "\n", encoding="utf-8")
        text = json.dumps(told.content, ensure_ascii=False, allow_nan=False, indent=2)
        (draft / "answer.json").write_text(text + "\n", encoding="utf-8")
        if told.figure is not None:
            draw(told.figure, draft / "figure.svg")
    console.result(f"{told.text}\n\nkept in {folder}", {**told.content, "folder": str(folder)})
