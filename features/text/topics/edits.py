"""The file ``topics.yaml``: what a person changes about topics, read and checked against a model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.errors import SpecError
from features.text.topics.model import TopicModel
from features.text.topics.topic import Topic
from features.text.topics.words import ANY, find_words, fold, is_meant, to_key
from features.usecase.vocabulary import propose

Code = Annotated[str, Field(pattern="^(de|en)$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TopicEdit(_Part):
    """Change one topic: its labels, pinned words, whether it is hidden; what is left out stays."""

    label: dict[Code, str] = Field(default_factory=dict)
    always: dict[Code, list[str]] = Field(default_factory=dict)
    never: dict[Code, list[str]] = Field(default_factory=dict)
    hide: bool = False


class Merge(_Part):
    """Let one topic take the words of others, which end."""

    into: str
    topics: list[str] = Field(alias="from", min_length=1)


class Split(_Part):
    """Make a topic of its own from some words of another."""

    topic: str
    into: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: dict[Code, str] = Field(default_factory=dict)
    words: dict[Code, list[str]] = Field(min_length=1)


class _Content(_Part):
    version: Literal[1]
    topics: dict[str, TopicEdit] = Field(default_factory=dict)
    merge: list[Merge] = Field(default_factory=list)
    split: list[Split] = Field(default_factory=list)


@dataclass(frozen=True)
class TopicEdits:
    """Hold the edits of a person in the order in which they act: split, merge, then one topic at a time."""

    split: tuple[Split, ...]
    merge: tuple[Merge, ...]
    topics: Mapping[str, TopicEdit]

    @classmethod
    def read(cls, path: Path, model: TopicModel) -> "TopicEdits":
        """Read a file of edits and check it against the topics that it is about.

        Raises
        ------
        SpecError
            If the file cannot be read or used: file, key, the value found and the nearest spelling.
        """
        content = _check_form(_read_yaml(path), path.name)
        _Checking(path.name, {topic.id: topic for topic in model.topics}).check(content)
        return cls(tuple(content.split), tuple(content.merge), dict(content.topics))


def _read_yaml(path: Path) -> object:
    """Return the plain values of a file."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SpecError(str(path), f"cannot be read ({error.strerror})", "name an existing file") from error
    except UnicodeDecodeError as error:
        raise SpecError(path.name, f"is not UTF-8 text (byte {error.start})", "save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f": line {mark.line + 1}" if mark else ""
        problem = f"is not valid YAML ({getattr(error, 'problem', None) or 'syntax'})"
        raise SpecError(f"{path.name}{line}", problem, "mend this line or the one above") from error


def _check_form(found: object, file_name: str) -> _Content:
    """Return the edits if every key and type is right."""
    if not isinstance(found, dict):
        raise SpecError(file_name, "holds no keys with values", "begin with 'version: 1' and 'topics:'")
    try:
        return _Content.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _explain(first, file_name) from error


def _explain(finding: Mapping[str, Any], file_name: str) -> SpecError:
    """Return what pydantic found as one line."""
    place = [str(part) for part in finding["loc"] if part != "[key]"]
    where = f"{file_name}: {'.'.join(place)}"
    kind, value = finding["type"], finding["input"]
    if kind == "extra_forbidden":
        keys: dict[str | int, type[BaseModel]] = {
            0: _Content,
            "topics": TopicEdit,
            "merge": Merge,
            "split": Split,
        }
        section = keys[place[0] if len(place) > 1 else 0]
        known = [field.alias or name for name, field in section.model_fields.items()]
        return SpecError(where, f"'{place[-1]}' is not a key here", propose(place[-1], known))
    if kind == "missing":
        return SpecError(where, "is missing", f"add the key '{place[-1]}'")
    if isinstance(value, bool) and kind == "string_type":
        return SpecError(where, f"'{str(value).lower()}' is read as yes or no", "put the word into quotes")
    return SpecError(where, f"{value!r:.60} does not fit", finding["msg"])


class _Checking:
    """Check edits one after the other, against the topics that there are by then."""

    def __init__(self, file_name: str, topics: dict[str, Topic]) -> None:
        self._file = file_name
        self._topics = topics
        self._ids = dict.fromkeys(topics)

    def check(self, content: _Content) -> None:
        """Raise the first fault."""
        for place, split in enumerate(content.split):
            self._check_split(f"split.{place}", split)
        for place, merge in enumerate(content.merge):
            self._check_merge(f"merge.{place}", merge)
        for topic_id, edit in content.topics.items():
            self._demand("topics", topic_id)
            self._check_words(f"topics.{topic_id}.always", edit.always)
            self._check_words(f"topics.{topic_id}.never", edit.never)
            self._check_label(f"topics.{topic_id}.label", edit.label)

    def _check_split(self, key: str, split: Split) -> None:
        self._demand(f"{key}.topic", split.topic)
        if split.into in self._ids:
            problem = f"'{split.into}' is a topic already"
            raise SpecError(f"{self._file}: {key}.into", problem, "choose an id that is not in use")
        self._check_words(f"{key}.words", split.words)
        self._check_label(f"{key}.label", split.label)
        for language, words in split.words.items():
            for word in words:
                self._demand_word(f"{key}.words.{language}", split.topic, language, word)
        self._ids[split.into] = None

    def _check_merge(self, key: str, merge: Merge) -> None:
        self._demand(f"{key}.into", merge.into)
        for topic_id in merge.topics:
            self._demand(f"{key}.from", topic_id)
            if topic_id == merge.into:
                problem = f"'{topic_id}' cannot be merged into itself"
                raise SpecError(f"{self._file}: {key}.from", problem, "leave it out of 'from'")
            del self._ids[topic_id]

    def _check_words(self, key: str, by_language: Mapping[Code, list[str]]) -> None:
        for language, words in by_language.items():
            for word in words:
                if len(find_words(word.replace(ANY, ""))) != 1 or word.replace(ANY, "") != word.strip(ANY):
                    hint = "write one word of two letters or more, a star only at its start or end"
                    raise SpecError(f"{self._file}: {key}.{language}", f"'{word}' is not a word", hint)

    def _check_label(self, key: str, label: Mapping[Code, str]) -> None:
        for language, text in label.items():
            if not text.strip():
                raise SpecError(f"{self._file}: {key}.{language}", "'' is no name", "write a name")

    def _demand(self, key: str, topic_id: str) -> None:
        if topic_id not in self._ids:
            problem = f"'{topic_id}' is not a topic"
            raise SpecError(f"{self._file}: {key}", problem, propose(topic_id, list(self._ids)))

    def _demand_word(self, key: str, topic_id: str, language: str, word: str) -> None:
        """Demand that the word is one of the topic's, where the topic comes from the model."""
        topic = self._topics.get(topic_id)
        if topic is None or tells(topic, language, word):
            return
        problem = f"'{word}' is not a word of the topic '{topic_id}'"
        raise SpecError(f"{self._file}: {key}", problem, propose(word, list(topic.shown.get(language, ()))))


def tells(topic: Topic, language: str, written: str) -> bool:
    """Tell whether a word that a person wrote, maybe with stars, is one of those that tell a topic."""
    keys = [key for key, evidence in topic.words.get(language, {}).items() if evidence > 0]
    wanted = to_key(written, language)
    if wanted in keys:
        return True
    if ANY in wanted:
        return any(
            is_meant(wanted, fold(key, language), language) for key in _spellings(topic, language, keys)
        )
    return any(ANY in key and is_meant(key, written.lower(), language) for key in keys)


def _spellings(topic: Topic, language: str, keys: Iterable[str]) -> list[str]:
    """Return words of a topic as letters: those that are shown, and its stems."""
    return [*topic.shown.get(language, ()), *(key.replace(ANY, "") for key in keys)]


def write_starter(model: TopicModel) -> str:
    """Return the text of a file that changes nothing, with the words of each topic beside it.

    Examples
    --------
    >>> print(write_starter(TopicModel((), 0)).splitlines()[-1])
    topics: {}
    """
    lines = [
        "# Names and limits of topics. It acts on the next run; delete what should stay.",
        "# topics: label {de, en}, always / never {de, en: [words]}, hide: true",
        "# merge: [{into: id, from: [id, id]}]   split: [{topic: id, into: new_id, words: {de: [word]}}]",
        "# A word stands for all its forms, a star for any letters: '*rechnung*'.",
        "version: 1",
        "topics:" if model.topics else "topics: {}",
    ]
    for topic in model.topics:
        lines.append(f"  {topic.id if yaml.safe_load(topic.id) == topic.id else _quote(topic.id)}:")
        share = topic.size / max(model.n_verbatims, 1)
        lines.append(
            f"    # {share:.1%} of the verbatims, found again in {topic.stability:.0%} of the halves"
        )
        lines += [f"    # {language}: {', '.join(words)}" for language, words in topic.shown.items()]
        label = ", ".join(f"{language}: {_quote(topic.label[language])}" for language in sorted(topic.label))
        lines.append(f"    label: {{{label}}}")
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    """Return a text as YAML reads it back, on one line."""
    return "'" + text.replace("'", "''") + "'"
