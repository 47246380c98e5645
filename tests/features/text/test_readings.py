import numpy as np
import pyarrow as pa

from features.text.readings import Readings
from features.usecase import TEXT_COLUMNS

NAN = float("nan")
READ = Readings(
    texts=["Danke [name]!", "", ":-)", "Le colis de [name] et [name], [phone].", "Fine."],
    language=["de", "", "", "fr", "en"],
    sentiment=np.array([1.0, NAN, NAN, NAN, 0.5]),
    effort=np.array([NAN, NAN, NAN, NAN, -1.0]),
    is_actionable=np.array([0.0, NAN, NAN, NAN, 1.0]),
    topic=["contact", None, None, None, None],
)


def test_what_was_not_read_is_null():
    table = READ.to_table()
    assert table.column_names == ["verbatim", *TEXT_COLUMNS]
    assert table.column("verbatim").to_pylist() == [READ.texts[0], None, *READ.texts[2:]]
    assert table.column("language").to_pylist() == ["de", None, None, "fr", "en"]
    assert table.column("sentiment").to_pylist() == [1.0, None, None, None, 0.5]
    assert table.column("topic").to_pylist() == ["contact", None, None, None, None]
    assert table.schema.field("is_actionable").type == pa.float64()


def test_an_empty_table_has_the_types_of_a_full_one():
    nothing = READ.keep(np.zeros(5, dtype=np.bool_))
    assert nothing.to_table().schema == READ.to_table().schema


def test_some_readings_are_those_of_the_kept_in_their_order():
    kept = READ.keep(np.array([True, False, True, False, True]))
    assert kept.to_table().equals(READ.to_table().take(pa.array([0, 2, 4])))
    assert kept.texts == [READ.texts[0], ":-)", "Fine."]


def test_counts_tell_languages_and_what_was_taken_out():
    assert READ.describe(["de", "en"]) == {
        "languages": {"": 1, "de": 1, "en": 1, "fr": 1},
        "read": 2,
        "passed_through": 1,
        "redacted": {"name": 3, "phone": 1},
    }


def test_a_text_that_is_too_short_to_tell_its_language_is_neither_read_nor_passed_through():
    told = READ.keep(np.array([False, True, True, False, False])).describe(["de"])
    assert (told["languages"], told["read"], told["passed_through"]) == ({"": 1}, 0, 0)
