"""One column of a raw table becomes one that questions are asked of: its kind, its values, what is odd."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.errors import SourceError
from features.reading import Staged, guess_column, to_moment, to_text
from training.explore import Kind, TableColumn
from training.statistics import Floats

YES: Final = frozenset({"yes", "y", "true", "t", "1", "ja", "j"})
NO: Final = frozenset({"no", "n", "false", "f", "0", "nein"})
_NO_VALUE: Final = frozenset({"na", "n/a", "#n/a", "nan", "null"})
_TOP_OF_RATINGS, _FEWEST_LEVELS, _MOST_LEVELS = 10, 3, 11
_FEW_ODD: Final = 0.05
_ROWS_PER_LEVEL, _MOST_LEVELS_OF_FEW, _MANY_WORDS = 5, 20, 3.0
_FEWEST_IDS, _SURELY_IDS = 30, 1000
_N_SHOWN: Final = 5


@dataclass(frozen=True)
class Declared:
    """Hold what a use case or the command line says of a column; nothing where nothing is said.

    Attributes
    ----------
    is_spoken_for
        Whether a use case lists what is missing: words such as NA are values then, if it does not list them.
    """

    scale: tuple[float, float] | None = None
    metric: str | None = None
    unit: str | None = None
    survey: str | None = None
    is_category: bool = False
    is_text: bool = False
    is_id: bool = False
    positive: str | None = None
    recode: Mapping[str, str] = field(default_factory=dict)
    does_not_apply: str | None = None
    is_spoken_for: bool = False


def read_column(staged: Staged, name: str, declared: Declared) -> TableColumn:
    """Return a column with its kind; what is taken as missing is counted in its remarks."""
    column = staged.columns[name]
    made = TableColumn(
        name,
        "text",
        scale=declared.scale,
        metric=declared.metric,
        unit=declared.unit,
        survey=declared.survey,
    )
    if column.type == "DATE" or column.type.startswith("TIMESTAMP"):
        return replace(made, kind="date", numbers=_fetch_days(staged, name))
    texts = _fetch_texts(staged, name)
    remarks: list[str] = []
    _take_as_missing(texts, declared, remarks)
    known = [text for text in texts if text is not None]
    if not known or declared.is_category or declared.is_text or declared.is_id or declared.positive:
        return _name_words(made, texts, declared, remarks)
    return _guess(staged, made, texts, known, declared, remarks)


def _guess(
    staged: Staged,
    made: TableColumn,
    texts: NDArray[np.object_],
    known: list[str],
    declared: Declared,
    remarks: list[str],
) -> TableColumn:
    """Return a column by what its values look like."""
    guess = guess_column(known, declared.scale)
    if guess.kind == "date":
        days = _read_days(staged, made.name, guess.forms, guess.missing)
        if days is not None:
            odd = [
                f"'{word}' ({known.count(word):,} rows) is no date, taken as missing."
                for word in guess.missing
            ]
            return replace(made, kind="date", numbers=days, remarks=(*remarks, *odd))
    if guess.kind == "number":
        decimal = staged.options.decimal
        if guess.has_decimal_comma is not None and not declared.is_spoken_for:
            decimal = "," if guess.has_decimal_comma else "."
        numbers = _read_numbers(texts, guess.missing, decimal, declared, remarks)
        if numbers is not None:
            return _name_numbers(made, numbers, texts, remarks)
    return _name_words(made, texts, declared, remarks)


def _take_as_missing(texts: NDArray[np.object_], declared: Declared, remarks: list[str]) -> None:
    """Recode texts and set those to nothing that stand for no value; counted aloud."""
    if declared.recode:
        texts[:] = [text if text is None else declared.recode.get(text, text) for text in texts]
    counts = Counter(text for text in texts if text is not None)
    gone = {word for word in counts if word.lower() in _NO_VALUE and not declared.is_spoken_for}
    remarks += [f"'{word}' ({counts[word]:,} rows) is taken as missing." for word in sorted(gone)]
    beside = declared.does_not_apply
    if beside in counts:
        gone.add(str(beside))
        remarks.append(f"'{beside}' ({counts[str(beside)]:,} rows) does not apply and is left out.")
    if gone:
        texts[:] = [None if text in gone else text for text in texts]


def _read_numbers(
    texts: NDArray[np.object_], codes: tuple[str, ...], decimal: str, declared: Declared, remarks: list[str]
) -> Floats | None:
    """Return numbers; None where so many values are none that the column is not one of numbers."""
    counts = Counter(text for text in texts if text is not None)
    values = {text: _to_float(text, decimal) for text in counts}
    coded = set() if declared.is_spoken_for else set(codes)
    odd = {text: n for text, n in counts.items() if values[text] is None or text in coded}
    words = {text: n for text, n in odd.items() if text not in codes}
    if sum(words.values()) > _FEW_ODD * sum(counts.values()):
        return None
    low, high = declared.scale or (-np.inf, np.inf)
    outside = {
        text: counts[text]
        for text, value in values.items()
        if value is not None and text not in odd and not low <= value <= high
    }
    for found, why in ((odd, "no number here"), (outside, f"outside the scale {low:g}..{high:g}")):
        if found:
            shown = ", ".join(f"'{text}' ({n:,} rows)" for text, n in Counter(found).most_common(_N_SHOWN))
            more = f" and {len(found) - _N_SHOWN} others" if len(found) > _N_SHOWN else ""
            remarks.append(f"{shown}{more}: {why}, taken as missing.")
    gone = odd.keys() | outside.keys()
    kept = {text: np.nan if text in gone else value for text, value in values.items()}
    return np.array([np.nan if text is None else kept[text] for text in texts], dtype=np.float64)


def _name_numbers(
    made: TableColumn, numbers: Floats, texts: NDArray[np.object_], remarks: list[str]
) -> TableColumn:
    """Return numbers as a number, a rating, yes and no, or ids."""
    known = numbers[~np.isnan(numbers)]
    distinct = np.unique(known)
    is_whole = bool((known == np.round(known)).all())
    if made.scale is not None:
        return replace(made, kind="rating", numbers=numbers, remarks=tuple(remarks))
    if distinct.tolist() == [0.0, 1.0]:
        words = np.array([None if np.isnan(value) else f"{value:.0f}" for value in numbers], dtype=object)
        return replace(made, kind="yes-no", texts=words, yes="1", remarks=tuple(remarks))
    steps = np.diff(known)
    is_rising = bool((steps > 0).all()) and known.size >= _FEWEST_IDS
    if is_whole and distinct.size == known.size and (is_rising or known.size >= _SURELY_IDS):
        return replace(made, kind="id", texts=texts, remarks=tuple(remarks))
    is_rating = is_whole and _FEWEST_LEVELS <= distinct.size <= _MOST_LEVELS
    if is_rating and distinct[0] >= 0 and distinct[-1] <= _TOP_OF_RATINGS:
        return replace(made, kind="rating", numbers=numbers, remarks=tuple(remarks))
    return replace(made, kind="number", numbers=numbers, remarks=tuple(remarks))


def _name_words(
    made: TableColumn, texts: NDArray[np.object_], declared: Declared, remarks: list[str]
) -> TableColumn:
    """Return words as yes and no, categories, ids or free text."""
    known = [text for text in texts if text is not None]
    distinct = set(known)
    kind, yes = _kind_of_words(known, distinct, declared), None
    if declared.positive is not None and declared.positive in distinct and len(distinct) == 2:
        kind, yes = "yes-no", declared.positive
    elif kind == "yes-no":
        yes = next(word for word in distinct if word.lower() in YES)
    return replace(made, kind=kind, texts=texts, yes=yes, scale=None, remarks=tuple(remarks))


def _kind_of_words(known: list[str], distinct: set[str], declared: Declared) -> Kind:
    """Return the kind of a column of words."""
    if declared.is_text or declared.is_id:
        return "text" if declared.is_text else "id"
    lower = sorted(word.lower() for word in distinct)
    if len(lower) == 2 and any(w in YES for w in lower) and any(w in NO for w in lower):
        return "yes-no"
    has_levels = len(distinct) * _ROWS_PER_LEVEL <= len(known)
    has_few = len(distinct) <= _MOST_LEVELS_OF_FEW and len(distinct) * 2 <= len(known)
    if declared.is_category or has_levels or has_few:
        return "category"
    mean_words = float(np.mean([len(word.split()) for word in known])) if known else 0.0
    return "id" if len(distinct) >= (1 - _FEW_ODD) * len(known) and mean_words < _MANY_WORDS else "text"


def _fetch_texts(staged: Staged, name: str) -> NDArray[np.object_]:
    """Return the values as texts in the order of the file, None where missing."""
    found = _fetch(staged, to_text(staged, name))
    texts = np.ma.getdata(found).astype(object)
    texts[np.ma.getmaskarray(found)] = None
    return texts


def _fetch_days(staged: Staged, name: str) -> Floats:
    """Return dates and times as days since 1970, NaN where missing."""
    options = staged.options.model_copy(update={"timezone": staged.options.timezone or "UTC"})
    found = _fetch(staged, to_moment(replace(staged, options=options), name))
    moments = np.ma.getdata(found).astype("datetime64[us]")
    days = (moments - np.datetime64(0, "us")) / np.timedelta64(1, "D")
    days[np.ma.getmaskarray(found) | np.isnat(moments)] = np.nan
    return np.asarray(days, dtype=np.float64)


def _read_days(staged: Staged, name: str, forms: tuple[str, ...], missing: tuple[str, ...]) -> Floats | None:
    """Return texts as days in the forms found; None where some are of none of them."""
    is_iso = all(form.startswith("%Y-%m-%d") for form in forms)
    told = {"dates": None if is_iso else list(forms), "missing": [*staged.options.missing, *missing]}
    column = replace(staged.columns[name], is_clean=False)
    cleaned = replace(
        staged, options=staged.options.model_copy(update=told), columns={**staged.columns, name: column}
    )
    try:
        return _fetch_days(cleaned, name)
    except SourceError:
        return None


def _fetch(staged: Staged, value: str) -> Any:
    """Return one column in file order; masked where missing."""
    query = f"SELECT {value} AS cell FROM {staged.table} ORDER BY rowid"
    return staged.connection.execute(query).fetchnumpy()["cell"]


def _to_float(text: str, decimal: str) -> float | None:
    """Return the number that a text is; None for what is none."""
    plain = text.replace(".", "").replace(",", ".") if decimal == "," else text
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if np.isfinite(value) and "_" not in plain else None
