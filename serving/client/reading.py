"""JSON becomes frozen dataclasses: new fields are passed over, absent ones take their defaults."""

import dataclasses
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from serving.client.errors import MalformedAnswerError

_Kind = TypeVar("_Kind")


def build(kind: type[_Kind], content: Mapping[str, Any]) -> _Kind:
    """Return a dataclass filled from JSON.

    Raises
    ------
    MalformedAnswerError
        If a field that is needed is not there, or is of another kind.

    Examples
    --------
    >>> from serving.client.answers import Interval
    >>> build(Interval, {"value": 0.2, "low": 0.1, "high": 0.3, "new": True})
    Interval(low=0.1, high=0.3, value=0.2, n=None)
    """
    found: _Kind = _convert(kind, content, kind.__name__)
    return found


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, Any, bool], ...]:
    """Return name, type and whether it is needed, of each field."""
    hints = get_type_hints(kind)
    return tuple(
        (
            field.name,
            hints[field.name],
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
        )
        for field in dataclasses.fields(kind)
    )


def _convert(kind: Any, content: Any, where: str) -> Any:
    """Return content as a type: dataclass, tuple of one type, mapping, union with None, plain value."""
    if kind is Any:
        return content
    if dataclasses.is_dataclass(kind):
        return _fill(kind, content, where)
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return _convert_union(get_args(kind), content, where)
    if origin is tuple:
        _demand(isinstance(content, list), where)
        return tuple(
            _convert(get_args(kind)[0], one, f"{where}.{place}") for place, one in enumerate(content)
        )
    if origin is dict:
        _demand(isinstance(content, dict), where)
        return {name: _convert(get_args(kind)[1], one, f"{where}.{name}") for name, one in content.items()}
    if kind is float:
        _demand(isinstance(content, (int, float)) and not isinstance(content, bool), where)
        return float(content)
    _demand(isinstance(content, kind), where)
    return content


def _convert_union(kinds: tuple[Any, ...], content: Any, where: str) -> Any:
    """Return content as the first of some types that takes it."""
    if content is None:
        _demand(type(None) in kinds, where)
        return None
    others = [kind for kind in kinds if kind is not type(None)]
    for kind in others[:-1]:
        try:
            return _convert(kind, content, where)
        except MalformedAnswerError:
            continue
    return _convert(others[-1], content, where)


def _fill(kind: Any, content: Any, where: str) -> Any:
    """Return a dataclass from a JSON object."""
    _demand(isinstance(content, dict), where)
    given = {}
    for name, hint, is_needed in _fields(kind):
        if name in content:
            given[name] = _convert(hint, content[name], f"{where}.{name}")
        else:
            _demand(not is_needed, f"{where}.{name}")
    return kind(**given)


def _demand(is_right: bool, where: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Refuse an answer of another shape."""
    if not is_right:
        detail = f"The answer has another shape than this client knows, at {where}."
        raise MalformedAnswerError(200, "malformed_answer", detail)
