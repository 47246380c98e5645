import codecs
from pathlib import Path

import pytest

from features.errors import SpecError
from features.usecase import UseCase, load, parse

HERE = Path(__file__).parent
VALID = sorted((HERE / "valid").glob("*.yaml"))
INVALID = sorted((HERE / "invalid").glob("*.yaml"))
FLAT = "version: 1\nname: churn\ntable: {file: customers.csv, label: churn, positive: Yes}\n"


def message_of(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_sample_loads(path):
    assert isinstance(load(path), UseCase)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_sample_gets_the_line_that_it_states(path):
    stated = path.read_text(encoding="utf-8").splitlines()[0]
    assert f"# {message_of(path)}" == stated


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_message_is_one_line_with_file_and_remedy(path):
    message = message_of(path)
    assert message.startswith(f"{path.name}: ")
    assert len(message.splitlines()) == 1
    assert "; " in message
    assert "pydantic" not in message


def test_samples_are_many_enough_to_mean_something():
    assert len(VALID) >= 7
    assert len(INVALID) >= 120


def test_missing_file_is_named(tmp_path):
    message = message_of(tmp_path / "churn.yaml")
    assert (
        message
        == f"{tmp_path / 'churn.yaml'}: cannot be read (No such file or directory); name an existing file"
    )


def test_folder_in_place_of_a_file_is_named(tmp_path):
    assert "cannot be read (Is a directory)" in message_of(tmp_path)


def test_file_of_no_bytes_is_empty(tmp_path):
    (tmp_path / "churn.yaml").write_bytes(b"")
    assert (
        message_of(tmp_path / "churn.yaml") == "churn.yaml: is empty; begin with 'version: 1' and 'name: ...'"
    )


def test_file_of_another_encoding_is_named_with_the_place(tmp_path):
    (tmp_path / "churn.yaml").write_bytes("name: Kündigung\n".encode("cp1252"))
    assert message_of(tmp_path / "churn.yaml") == "churn.yaml: is not UTF-8 text (byte 7); save it as UTF-8"


def test_file_of_another_kind_is_refused_in_one_line(tmp_path):
    (tmp_path / "churn.yaml").write_bytes(b"PAR1\x15\x04\x15")
    assert "control character" in message_of(tmp_path / "churn.yaml")


def test_deep_nesting_is_refused_in_one_line(tmp_path):
    (tmp_path / "churn.yaml").write_text("[" * 5_000)
    assert "is not valid YAML" in message_of(tmp_path / "churn.yaml")


def test_aliases_of_aliases_do_not_grow(tmp_path):
    """A hundred million texts in nine lines are refused where they stand, and not looked through."""
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (tmp_path / "churn.yaml").write_text(FLAT + "\n".join(rows) + "\n")
    assert len(message_of(tmp_path / "churn.yaml")) < 500


def test_a_tag_makes_no_object(tmp_path):
    mark = tmp_path / "made"
    (tmp_path / "churn.yaml").write_text(f"name: !!python/object/apply:os.mkdir ['{mark}']\n")
    assert "churn.yaml" in message_of(tmp_path / "churn.yaml")
    assert not mark.exists()


def test_windows_file_with_byte_order_mark_loads(tmp_path):
    (tmp_path / "churn.yaml").write_bytes(codecs.BOM_UTF8 + FLAT.replace("\n", "\r\n").encode())
    assert load(tmp_path / "churn.yaml").name == "churn"


def test_long_value_is_cut_in_the_message(tmp_path):
    (tmp_path / "churn.yaml").write_text(FLAT + f"simulated: {'x' * 500}\n")
    assert len(message_of(tmp_path / "churn.yaml")) < 150


def test_data_starts_beside_the_file_or_in_the_named_folder(tmp_path):
    (tmp_path / "churn.yaml").write_text(FLAT)
    assert load(tmp_path / "churn.yaml").folder == tmp_path.resolve()
    assert load(tmp_path / "churn.yaml", tmp_path / "data").folder == (tmp_path / "data").resolve()


def test_text_stays_text_where_older_yaml_saw_something_else():
    table = load(HERE / "valid" / "words_that_yaml_once_took_for_booleans.yaml").table
    assert table is not None
    assert (table.file, table.label, table.positive) == ("no", "off", "no")
    assert table.exclude == ["y", "n", "Yes", "2025-01-01"]
    assert table.join[0].on == "zip"


@pytest.mark.parametrize("content", [[], "churn", 1, 2.5, True])
def test_values_that_are_no_section_are_refused(content):
    with pytest.raises(SpecError, match="not keys with values"):
        parse(content, "churn.yaml")


def test_rejected_values_stay_out_of_the_cause():
    secret = "the customer said something private"
    with pytest.raises(SpecError) as caught:
        parse({"version": 1, "name": "churn", "simulated": secret}, "churn.yaml")
    assert secret not in str(caught.value.__cause__)
