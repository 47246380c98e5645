from dataclasses import dataclass, field
from pathlib import Path

import pytest

from features.errors import InputError
from serving.variables import folders, number, path, read_variables, spell_variables, switch, variable


@dataclass(frozen=True)
class Inner:
    seconds: float = field(default=0.1, metadata=number("XM_SECONDS", float, 0, 10))


@dataclass(frozen=True)
class Outer:
    count: int = field(default=3, metadata=number("XM_COUNT", int, 0, 9))
    is_on: bool = field(default=False, metadata=switch("XM_ON"))
    place: Path = field(default=Path("here"), metadata=path("XM_PLACE"))
    file: Path | None = field(default=None, metadata=path("XM_FILE"))
    places: tuple[Path, ...] = field(default=(), metadata=folders("XM_PLACES"))
    word: str | None = field(default=None, metadata=variable("XM_WORD", lambda _, text: text or None))
    inner: Inner = field(default_factory=Inner)


def test_what_is_not_given_is_as_usual_and_folders_are_absolute():
    found = read_variables(Outer, {})
    assert found == Outer(place=Path.cwd() / "here")


def test_every_field_goes_to_its_variable_and_back(tmp_path):
    outer = Outer(0, True, tmp_path, tmp_path / "f", (tmp_path / "a", tmp_path / "b"), "w", Inner(0.30000004))
    spelled = spell_variables(outer)
    assert spelled["XM_COUNT"] == "0"
    assert spelled["XM_ON"] == "1"
    assert read_variables(Outer, spelled) == outer


def test_what_is_nothing_is_an_empty_text():
    spelled = spell_variables(Outer())
    assert [spelled[name] for name in ("XM_FILE", "XM_PLACES", "XM_WORD")] == ["", "", ""]
    assert read_variables(Outer, spelled).file is None


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("XM_COUNT", "ten", "XM_COUNT: 'ten' is not a number; write a number from 0 to 9"),
        ("XM_COUNT", "10", "XM_COUNT: '10' is out of range; write a number from 0 to 9"),
        ("XM_SECONDS", "nan", "XM_SECONDS: 'nan' is out of range; write a number from 0 to 10"),
        ("XM_ON", "yes", "XM_ON: 'yes' is neither 0 nor 1; write 1 for yes, 0 for no"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_variable(name, text, told):
    with pytest.raises(InputError) as caught:
        read_variables(Outer, {name: text})
    assert str(caught.value) == told
