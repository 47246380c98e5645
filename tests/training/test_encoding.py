import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalogue import Catalogue, Feature
from features.errors import BundleError, ContractError
from training.encoding import Encoder

CATALOGUE = Catalogue((Feature("tenure", "number", "table"), Feature("plan", "category", "table")))

numbers = st.none() | st.integers(-(2**53), 2**53) | st.floats(allow_infinity=False) | st.booleans()
levels = st.none() | st.sampled_from(["basic", "plus", "gold", "ünter", "a b", ""]) | st.text(max_size=3)
rows = st.lists(st.tuples(numbers, levels), min_size=1, max_size=40)


def columns_of(pairs):
    return {"tenure": [pair[0] for pair in pairs], "plan": [pair[1] for pair in pairs]}


def trained():
    return Encoder.fit(
        {"tenure": range(13), "plan": ["basic"] * 6 + ["plus"] * 5 + ["trial", "test"]}, CATALOGUE
    )


class TestGaps:
    @pytest.mark.parametrize(
        ("columns", "complete"),
        [
            ({"tenure": [1, 2.5], "plan": ["basic", "plus"]}, ("tenure", "plan")),
            ({"tenure": np.array([1.0, np.nan]), "plan": ["basic", "plus"]}, ("plan",)),
            ({"tenure": [1, None], "plan": ["basic", "plus"]}, ("plan",)),
            ({"tenure": [0, 2], "plan": ["basic", None]}, ("tenure",)),
            ({"tenure": [0, 2], "plan": np.array(["basic", ""], dtype=object)}, ("tenure",)),
            ({"tenure": [], "plan": []}, ()),
        ],
    )
    def test_what_training_always_had_is_known(self, columns, complete):
        encoder = Encoder.fit(columns, CATALOGUE)
        assert encoder.complete == complete
        assert Encoder.from_json(encoder.to_json()) == encoder

    def test_what_is_missing_and_never_was_is_named_in_the_order_of_columns(self):
        encoder = Encoder.fit({"tenure": [1, 2], "plan": ["basic", "plus"]}, CATALOGUE)
        assert encoder.doubts([np.nan, np.nan], ()) == ((), ("tenure", "plan"))
        assert encoder.doubts([0.0, 1.0], ()) == ((), ())
        sparse = Encoder.fit({"tenure": [1, None], "plan": ["basic", "plus"]}, CATALOGUE)
        assert sparse.doubts([np.nan, np.nan], ()) == ((), ("plan",))

    def test_a_level_that_was_never_seen_is_no_gap(self):
        encoder = Encoder.fit({"tenure": [1, 2], "plan": ["basic", "plus"]}, CATALOGUE)
        cells, unseen = encoder.encode_row({"tenure": 1, "plan": "gold"})
        warning = "plan: this value was not seen in training and counts as a rare one"
        assert encoder.doubts(cells, unseen) == ((warning,), ())

    def test_an_encoder_of_before_knows_of_nothing_that_was_complete(self):
        content = trained().to_json()
        del content["complete"]
        old = Encoder.from_json(content)
        assert (old.vocabularies, old.complete) == (trained().vocabularies, ())

    @pytest.mark.parametrize("complete", ["tenure", ["tenure", 3], ["age"], {"tenure": 1}])
    def test_a_broken_list_of_them_is_refused(self, complete):
        with pytest.raises(BundleError, match=r"encoder\.complete: .* are not names of its features"):
            Encoder.from_json({**trained().to_json(), "complete": complete})


class TestEncode:
    def test_gives_one_column_per_feature_in_the_order_of_the_catalogue(self):
        encoded = trained().encode({"plan": ["plus"], "tenure": [3], "more": ["x"]})
        assert encoded.names == ("tenure", "plan")
        assert encoded.n_codes == (0, 3)
        assert encoded.matrix.tolist() == [[3.0, 1.0]]
        assert encoded.matrix.flags.c_contiguous

    def test_rare_levels_share_one_code(self):
        assert trained().encode({"tenure": [1, 2], "plan": ["trial", "test"]}).matrix[:, 1].tolist() == [
            2.0,
            2.0,
        ]

    def test_unseen_levels_count_as_rare_ones_and_are_reported_once(self):
        encoded = trained().encode({"tenure": [1] * 4, "plan": ["gold", "basic", "gold", "bronze"]})
        assert encoded.matrix[:, 1].tolist() == [2.0, 0.0, 2.0, 2.0]
        assert encoded.unseen == {"plan": ["bronze", "gold"]}

    def test_unseen_levels_are_missing_where_training_knew_no_rare_ones(self):
        columns = {"tenure": range(10), "plan": ["basic", "plus"] * 5}
        encoded = Encoder.fit(columns, CATALOGUE).encode({"tenure": [1] * 2, "plan": ["gold", "basic"]})
        assert np.isnan(encoded.matrix[:, 1]).tolist() == [True, False]
        assert encoded.unseen == {"plan": ["gold"]}

    @pytest.mark.parametrize("missing", [None, math.nan, ""])
    def test_missing_categories_are_not_reported(self, missing):
        encoded = trained().encode({"tenure": [1], "plan": [missing]})
        assert np.isnan(encoded.matrix[0, 1])
        assert encoded.unseen == {}

    @pytest.mark.parametrize("missing", [None, math.nan, np.float64("nan")], ids=["none", "float", "numpy"])
    def test_missing_numbers_are_nan(self, missing):
        assert np.isnan(trained().encode({"tenure": [missing], "plan": [None]}).matrix[0, 0])

    def test_truth_values_count_as_zero_and_one(self):
        assert trained().encode({"tenure": [True, False], "plan": [None] * 2}).matrix[:, 0].tolist() == [
            1.0,
            0.0,
        ]

    def test_a_category_of_truth_values_or_numbers_is_written_as_in_json(self):
        catalogue = Catalogue((Feature("flag", "category", "table"),))
        encoder = Encoder.fit({"flag": [True] * 5 + [False] * 5 + [3.0] * 5 + [2.5] * 5}, catalogue)
        assert encoder.encode({"flag": ["true", "false", "3", 3, "2.5"]}).matrix[:, 0].tolist() == [
            3,
            2,
            1,
            1,
            0,
        ]

    @pytest.mark.parametrize("dtype", [np.float32, np.int64, np.uint8, np.bool_], ids=str)
    def test_takes_arrays_of_any_number_type(self, dtype):
        column = np.array([0, 1, 1], dtype=dtype)
        assert trained().encode({"tenure": column, "plan": [None] * 3}).matrix[:, 0].tolist() == [
            0.0,
            1.0,
            1.0,
        ]

    def test_takes_arrays_of_objects(self):
        columns = {
            "tenure": np.array([1, None], dtype=object),
            "plan": np.array(["plus", None], dtype=object),
        }
        np.testing.assert_array_equal(trained().encode(columns).matrix, [[1.0, 1.0], [np.nan, np.nan]])

    def test_no_rows_give_an_empty_matrix(self):
        assert trained().encode({"tenure": [], "plan": []}).matrix.shape == (0, 2)

    def test_take_returns_some_rows(self):
        encoded = trained().encode({"tenure": [1, 2, 3], "plan": ["plus", "gold", None]})
        assert encoded.take(np.array([True, False, True])).matrix[:, 0].tolist() == [1.0, 3.0]
        assert encoded.take(np.array([2])).names == encoded.names


class TestRefusals:
    @pytest.mark.parametrize(
        ("tenure", "found"),
        [
            (["5"], "'5' is not a number"),
            ([1.0, [2]], r"\[2\] is not a number"),
            ([math.inf], "is infinite in row 0"),
            (np.array([1.0, -math.inf]), "is infinite in row 1"),
            ([10**400], "beyond 1.8e308"),
            (["x" * 500], "x{30}.{0,12}\\.\\.\\. is not"),
        ],
    )
    def test_a_number_has_to_be_a_finite_number(self, tenure, found):
        with pytest.raises(ContractError, match=f"column tenure: .*{found}"):
            trained().encode({"tenure": tenure, "plan": [None] * len(tenure)})

    def test_a_column_that_is_not_there_is_named(self):
        with pytest.raises(ContractError, match="column plan: is missing"):
            trained().encode({"tenure": [1]})

    def test_columns_of_other_length_are_named_with_both_lengths(self):
        with pytest.raises(ContractError, match="column plan: has 1 rows, column tenure has 2"):
            trained().encode({"tenure": [1, 2], "plan": ["plus"]})

    def test_fit_names_a_column_that_is_not_there(self):
        with pytest.raises(ContractError, match="column plan: is missing"):
            Encoder.fit({"tenure": [1]}, CATALOGUE)


class TestProperties:
    @given(rows)
    def test_a_row_is_encoded_as_in_a_batch(self, pairs):
        encoder = trained()
        batch = encoder.encode(columns_of(pairs)).matrix
        alone = [encoder.encode(columns_of([pair])).matrix[0] for pair in pairs]
        np.testing.assert_array_equal(batch, alone)

    @given(rows)
    def test_arrays_are_encoded_as_lists(self, pairs):
        columns = columns_of(pairs)
        arrays = {name: np.array([*values, None], dtype=object)[:-1] for name, values in columns.items()}
        encoder = Encoder.fit(columns, CATALOGUE)
        assert encoder == Encoder.fit(arrays, CATALOGUE)
        np.testing.assert_array_equal(encoder.encode(columns).matrix, encoder.encode(arrays).matrix)

    @given(rows, rows)
    def test_json_gives_the_same_encoder_back(self, seen, other):
        encoder = Encoder.fit(columns_of(seen), CATALOGUE)
        again = Encoder.from_json(json.loads(json.dumps(encoder.to_json())))
        assert again == encoder
        assert json.dumps(again.to_json()) == json.dumps(encoder.to_json())
        first, second = encoder.encode(columns_of(other)), again.encode(columns_of(other))
        np.testing.assert_array_equal(first.matrix, second.matrix)
        assert first.unseen == second.unseen

    @given(rows)
    def test_training_rows_are_never_unseen_and_codes_are_in_range(self, pairs):
        encoder = Encoder.fit(columns_of(pairs), CATALOGUE)
        encoded = encoder.encode(columns_of(pairs))
        codes = encoded.matrix[:, 1]
        assert encoded.unseen == {}
        assert [math.isnan(code) for code in codes] == [not level for _, level in pairs]
        assert all(0 <= code < encoded.n_codes[1] for code in codes if not math.isnan(code))

    @given(st.permutations(["basic"] * 6 + ["plus"] * 5 + ["trial", "test"]))
    def test_the_order_of_training_rows_does_not_matter(self, plans):
        assert Encoder.fit({"tenure": range(13), "plan": plans}, CATALOGUE) == trained()


class TestFromJson:
    @pytest.mark.parametrize(
        "content",
        [
            {},
            {"features": "all"},
            {"features": [7]},
            {"features": [{"levels": []}]},
            {"features": [{"name": 3}]},
            {"features": [{"name": "plan", "levels": ["a"]}]},
            {"features": [{"name": "plan", "levels": ["a"], "rare": "b"}]},
            {"features": [{"name": "plan", "levels": [1], "rare": []}]},
            {"features": [{"name": "plan", "levels": ["a"], "rare": ["a"]}]},
            {"features": [{"name": "plan", "levels": ["a"], "rare": [], "code": "import os"}]},
            {"features": [{"name": "tenure"}, {"name": "tenure"}]},
        ],
        ids=json.dumps,
    )
    def test_what_is_no_encoder_is_refused(self, content):
        with pytest.raises(BundleError, match="encoder"):
            Encoder.from_json(content)


def same(found, expected):
    return all(
        one == other or (math.isnan(one) and math.isnan(other))
        for one, other in zip(found, expected, strict=True)
    )


class TestSingleRows:
    @given(numbers, levels)
    def test_a_row_alone_is_what_it_is_in_a_column(self, tenure, plan):
        encoder = trained()
        whole = encoder.encode(columns_of([(tenure, plan)]))
        cells, unseen = encoder.encode_row({"tenure": tenure, "plan": plan, "other": object()})
        assert same(cells, whole.matrix[0].tolist())
        assert unseen == whole.unseen

    @given(st.none() | st.floats(allow_infinity=False), levels)
    def test_checked_values_give_the_same_as_those_that_are_not(self, tenure, plan):
        encoder = trained()
        cells, unseen = encoder.encode_typed((tenure, plan))
        expected, strangers = encoder.encode_row({"tenure": tenure, "plan": plan})
        assert same(cells, expected)
        assert unseen == strangers

    def test_absent_is_missing(self):
        assert same(trained().encode_row({})[0], [math.nan, math.nan])

    @pytest.mark.parametrize("tenure", [math.inf, -math.inf, "3", 10**400])
    def test_what_is_no_finite_number_is_refused_as_in_a_column(self, tenure):
        with pytest.raises(ContractError) as alone:
            trained().encode_row({"tenure": tenure})
        with pytest.raises(ContractError) as together:
            trained().encode({"tenure": [tenure], "plan": [None]})
        assert str(alone.value) == str(together.value)
