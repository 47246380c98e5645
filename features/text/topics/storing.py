"""Topics as one JSON file, and back; a damaged file is refused."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.errors import BundleError
from features.text.topics.themes import load_themes
from features.text.topics.topic import Topic, Words
from features.text.topics.words import LANGUAGES

FILE = "topics.json"
_FORMAT = "xm-topics"
_HINT = "copy the bundle again, or fit the topics anew"

_Code = Annotated[str, Field(pattern="^(de|en)$")]
_Share = Annotated[float, Field(ge=0.0, le=1.0)]
_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class _StoredTopic(_Stored):
    id: _Id
    label: dict[_Code, str]
    words: dict[_Code, dict[str, _Share]]
    shown: dict[_Code, list[str]]
    stability: _Share
    size: Annotated[int, Field(ge=0)]
    always: dict[_Code, list[str]]
    never: dict[_Code, list[str]]
    is_hidden: bool


class _StoredModel(_Stored):
    format: Literal["xm-topics"]
    version: Literal[1]
    stems: str
    n_verbatims: Annotated[int, Field(ge=0)]
    topics: list[_StoredTopic]


def write_topics(topics: tuple[Topic, ...], n_verbatims: int) -> dict[str, bytes]:
    """Return the file of topics: JSON with a checksum of its content."""
    content = {
        "format": _FORMAT,
        "version": 1,
        "stems": mark_of_stems(),
        "n_verbatims": n_verbatims,
        "topics": [_to_plain(topic) for topic in topics],
    }
    sealed = {"sha256": _seal(content), **content}
    return {FILE: (json.dumps(sealed, ensure_ascii=False, indent=1) + "\n").encode()}


def read_topics(files: Mapping[str, bytes]) -> tuple[tuple[Topic, ...], int]:
    """Return the topics of a file, and the number of verbatims they were found in.

    Raises
    ------
    BundleError
        If the file is missing, is no JSON, was changed, is of another version, or was made with other stems.
    """
    if FILE not in files:
        raise BundleError(FILE, f"is missing among {', '.join(sorted(files)) or 'no files'}", _HINT)
    try:
        content = json.loads(files[FILE])
    except (ValueError, RecursionError) as error:
        raise BundleError(FILE, f"is not JSON ({error})", _HINT) from error
    if not isinstance(content, dict) or content.pop("sha256", None) != _seal(content):
        raise BundleError(FILE, "was changed or cut: its content does not fit its checksum", _HINT)
    try:
        stored = _StoredModel.model_validate_json(json.dumps(content))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BundleError(f"{FILE}: {where}", f"{first['input']!r:.60}: {first['msg']}", _HINT) from error
    if stored.stems != mark_of_stems():
        problem = f"its words were cut to stems by other rules ({stored.stems}, here {mark_of_stems()})"
        raise BundleError(f"{FILE}: stems", problem, "fit the topics anew with the installed snowballstemmer")
    return tuple(_to_topic(topic) for topic in stored.topics), stored.n_verbatims


def mark_of_stems() -> str:
    """Return a mark of the rules that cut words to stems: another mark, other stems."""
    keys = [key for theme in load_themes() for language in LANGUAGES for key in theme.keys[language]]
    return hashlib.sha256(" ".join(keys).encode()).hexdigest()[:16]


def _seal(content: Mapping[str, Any]) -> str:
    """Return the checksum of plain values."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _to_plain(topic: Topic) -> dict[str, Any]:
    """Return a topic as plain values."""
    return {
        "id": topic.id,
        "label": dict(topic.label),
        "words": {language: dict(words) for language, words in topic.words.items()},
        "shown": _to_lists(topic.shown),
        "stability": topic.stability,
        "size": topic.size,
        "always": _to_lists(topic.always),
        "never": _to_lists(topic.never),
        "is_hidden": topic.is_hidden,
    }


def _to_lists(words: Words) -> dict[str, list[str]]:
    return {language: list(each) for language, each in words.items()}


def _to_topic(stored: _StoredTopic) -> Topic:
    """Return the topic that was stored."""
    return Topic(
        id=stored.id,
        label=dict(stored.label),
        words={language: dict(words) for language, words in stored.words.items()},
        shown=_to_tuples(stored.shown),
        stability=stored.stability,
        size=stored.size,
        always=_to_tuples(stored.always),
        never=_to_tuples(stored.never),
        is_hidden=stored.is_hidden,
    )


def _to_tuples(lists: Mapping[Any, list[str]]) -> Words:
    return {language: tuple(each) for language, each in lists.items()}
