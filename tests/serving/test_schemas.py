import msgspec
import pytest

from serving.schemas import MAX_NUMBER, MAX_ROWS, MAX_TEXT_LENGTH, make_rows_decoder


def read(text: str, numbers=("n",), categories=("c",)):
    return make_rows_decoder(numbers, categories)(text.encode())


def test_values_come_out_under_the_names_of_the_features_and_only_those_that_were_sent():
    row = read('[{"features": {"n": 5, "c": null}}]', numbers=("n", "m"))[0]
    assert msgspec.to_builtins(row.features) == {"n": 5.0, "c": None}
    assert row.entity_id is msgspec.UNSET


@pytest.mark.parametrize(
    "name", ["o_tickets.count_90d", "Monthly Charges", "größe", "a-b", "class", "1", "[0]", "`", ""]
)
def test_any_column_name_can_be_a_feature(name):
    body = msgspec.json.encode([{"features": {name: 1.5}}]).decode()
    assert msgspec.to_builtins(read(body, numbers=(name,))[0].features) == {name: 1.5}


def test_many_features_are_read():
    names = [f"f{number}" for number in range(2000)]
    body = msgspec.json.encode([{"features": dict.fromkeys(names, 1)}]).decode()
    assert len(msgspec.to_builtins(read(body, numbers=names)[0].features)) == 2000


def test_a_use_case_may_have_no_categories_or_no_numbers():
    assert msgspec.to_builtins(read('[{"features": {"n": 1}}]', categories=())[0].features) == {"n": 1.0}
    assert msgspec.to_builtins(read('[{"features": {"c": "x"}}]', numbers=())[0].features) == {"c": "x"}


@pytest.mark.parametrize(
    "text",
    [
        f'[{{"features": {{"n": {MAX_NUMBER * 1.001}}}}}]',
        f'[{{"features": {{"n": {-MAX_NUMBER * 1.001}}}}}]',
        '[{"features": {"n": "1"}}]',
        '[{"features": {"c": 1}}]',
        '[{"features": {"x": 1}}]',
        '[{"features": {"n": 1}, "extra": 1}]',
        f'[{{"features": {{"c": "{"x" * (MAX_TEXT_LENGTH + 1)}"}}}}]',
        "[" + ",".join(['{"features":{}}'] * (MAX_ROWS + 1)) + "]",
        "[]",
    ],
    ids=["high", "low", "quoted", "number", "stranger", "extra", "long", "many", "none"],
)
def test_what_is_outside_is_refused_while_reading(text):
    with pytest.raises(msgspec.ValidationError):
        read(text)


def test_the_bounds_themselves_are_inside():
    text = f'[{{"features": {{"n": {MAX_NUMBER}, "c": "{"x" * MAX_TEXT_LENGTH}"}}}}]'
    assert msgspec.to_builtins(read(text)[0].features)["n"] == MAX_NUMBER
