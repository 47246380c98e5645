"""Corrections: read line by line, applied to the named field of the named texts and to nothing else."""

import math
import unicodedata

import numpy as np
import pytest
from hypothesis import strategies as st

from features.errors import ContractError, SourceError
from features.text.corrections import FIELDS, Corrections, guard_spreadsheet, normalise
from tests.properties import law

LANGUAGES, TOPICS = ("de", "en"), ("Delivery", "Invoice")


def read(tmp_path, content, *, encoding="utf-8"):
    path = tmp_path / "corrections.csv"
    path.write_bytes(content.encode(encoding))
    return Corrections.read(path, LANGUAGES, TOPICS)


def columns_of(count):
    return {
        "sentiment": np.zeros(count),
        "effort": np.full(count, math.nan),
        "is_actionable": np.zeros(count, dtype=bool),
        "topic": ["Delivery"] * count,
        "language": np.array(["de"] * count),
        "length": np.arange(count),
    }


def test_a_file_is_read_and_applied(tmp_path):
    corrections = read(
        tmp_path,
        "text,field,value,note\n"
        'So gut,sentiment,-2,"ironic, surely"\n'
        '"Zwei\nZeilen, mit Komma",topic,invoice,\n'
        "SO  GUT ,effort,2,\n"
        "so gut,is_actionable,yes,\n"
        "so gut,language,en,\n"
        "nie,effort,none,\n",
    )
    assert len(corrections) == 6
    texts = ["so gut", "zwei zeilen, mit komma", "nie", "etwas anderes"]
    found = corrections.apply(texts, columns_of(4))
    assert found["sentiment"].tolist() == [-2, 0, 0, 0]
    assert found["topic"] == ["Delivery", "Invoice", "Delivery", "Delivery"]
    assert np.array_equal(found["effort"], [2, math.nan, math.nan, math.nan], equal_nan=True)
    assert found["is_actionable"].tolist() == [True, False, False, False]
    assert found["language"].tolist() == ["en", "de", "de", "de"]
    assert found["length"].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "content",
    [
        "text;field;value\nGut, sehr gut;sentiment;2\n",
        '\ufefftext,field,value\r\n"Gut, sehr gut",sentiment,2\r\n',
        'value,note,field,text\n2.0,,Sentiment,"gut, sehr gut"\n\n,,,\n',
        "text;field;value;language;guess;probability;doubt;copies\ngut, sehr gut;sentiment;+2;de;1;.3;.9;1\n",
    ],
)
def test_what_spreadsheets_save_is_read(tmp_path, content):
    assert read(tmp_path, content).by_field == {"sentiment": {"gut, sehr gut": 2.0}}


def test_rows_without_a_value_are_not_decided(tmp_path):
    assert len(read(tmp_path, "text,field,value\nso,sentiment,\nso,topic, \n")) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "text,field\na,sentiment\n",
            "line 1: column 'value' stands 0 times in the header; the header is text",
        ),
        ("text,text,field,value\n", "line 1: column 'text' stands 2 times"),
        ("text,field,value,colour\n", "line 1: column 'colour' is unknown; known: text"),
        ("", "line 1: column 'text' stands 0 times"),
        ("text,field,value\na,mood,1\n", "line 2: field 'mood' is unknown; known: sentiment"),
        (
            "text,field,value\na,sentiment,1\nb,sentiment,3\n",
            "line 3: sentiment cannot be '3'; one of: -2, -1, 0",
        ),
        ("text,field,value\na,sentiment,none\n", "line 2: sentiment cannot be 'none'"),
        ("text,field,value\na,effort,hard\n", "line 2: effort cannot be 'hard'; one of: .*none"),
        ("text,field,value\na,is_actionable,maybe\n", "line 2: is_actionable cannot be 'maybe'; one of: yes"),
        ("text,field,value\na,topic,Colour\n", "line 2: topic cannot be 'Colour'; one of: delivery, invoice"),
        ("text,field,value\na,language,german\n", "line 2: language cannot be 'german'; one of: de, en"),
        ('text,field,value\n"a\nb",sentiment,9\n', "line 3: sentiment cannot be '9'"),
        ("text,field,value\n ,sentiment,1\n", "line 2: the text is empty"),
        ("text,field,value\na, b,sentiment,1\n", "line 2: has 4 cells, the header 3; put texts"),
        (
            "text,field,value\na,topic,Invoice\nA ,topic,Delivery\n",
            "line 3: topic is 'Delivery', on an earlier",
        ),
    ],
)
def test_errors_name_the_line_the_value_and_the_remedy(tmp_path, content, message):
    with pytest.raises(ContractError, match=f"corrections.csv: {message}"):
        read(tmp_path, content)


def test_files_that_are_no_csv_in_utf_8(tmp_path):
    with pytest.raises(SourceError, match=r"corrections.csv: byte 0xfc at 18 is not UTF-8; save it as"):
        read(tmp_path, "text,field,value\nfür,sentiment,1\n", encoding="latin-1")
    with pytest.raises(SourceError, match=r"line \d: is not CSV"):
        read(tmp_path, 'text,field,value\n"a" b,sentiment,1\n')
    with pytest.raises(SourceError, match="cannot be read"):
        Corrections.read(tmp_path / "nothing.csv", LANGUAGES, TOPICS)


def test_the_same_correction_twice_is_one(tmp_path):
    assert len(read(tmp_path, "text,field,value\na,effort,none\nA,effort,none\na,effort,none\n")) == 1


def test_the_digest_tells_corrections_apart_and_not_files(tmp_path):
    head = "text,field,value\n"
    one = read(tmp_path, head + "a,sentiment,1\nb,topic,Invoice\n").digest
    assert read(tmp_path, head + "B,topic,invoice\n\na ,sentiment,1.0\n").digest == one
    assert read(tmp_path, head + "a,sentiment,2\nb,topic,Invoice\n").digest != one
    assert read(tmp_path, head).digest == Corrections({}).digest != one


def test_labels_are_pairs_for_the_next_fit(tmp_path):
    corrections = read(tmp_path, "text,field,value\nb,sentiment,1\nA,sentiment,-1\nc,topic,Invoice\n")
    assert corrections.labels() == [("a", -1.0), ("b", 1.0)]
    assert corrections.labels("topic") == [("c", "Invoice")]
    assert corrections.labels("effort") == []
    assert corrections.covers(["A", "c"], "sentiment") == [True, False]


def test_types_of_columns_grow_where_they_must():
    corrections = Corrections({"sentiment": {"a": 1.5}, "language": {"a": "portuguese"}})
    columns = {"sentiment": np.array([0, 0]), "language": np.array(["de", "de"])}
    found = corrections.apply(["a", "b"], columns)
    assert found["sentiment"].tolist() == [1.5, 0]
    assert found["language"].tolist() == ["portuguese", "de"]
    assert columns["sentiment"].tolist() == [0, 0]


def test_columns_of_another_length_are_refused():
    with pytest.raises(ContractError, match="column 'sentiment': has 1 values for 2 texts"):
        Corrections({}).apply(["a", "b"], {"sentiment": [0]})


@pytest.mark.parametrize("text", ["=1+1", "+49", "-", "@so", "so", "'so"])
def test_guarded_texts_come_back(tmp_path, text):
    written = guard_spreadsheet(text)
    assert not written.startswith(("=", "+", "-", "@"))
    assert read(tmp_path, f"text,field,value\n{written},sentiment,1\n").by_field == {"sentiment": {text: 1.0}}


TEXTS = st.lists(
    st.sampled_from(["gut", "Gut ", " GUT", "schlecht", "scho\u0308n", "schön", "guter", ""]), max_size=8
)
VALUES = {"sentiment": 2.0, "effort": -1.0, "is_actionable": True, "topic": "Invoice", "language": "en"}


@law(60, TEXTS, st.sampled_from(FIELDS), st.sampled_from(["gut", "schön", "fehlt"]), many=1000)
def test_only_the_named_field_of_the_named_texts_changes(texts, field, corrected):
    before = columns_of(len(texts))
    after = Corrections({field: {corrected: VALUES[field]}}).apply(texts, before)
    assert list(after) == list(before)
    for name, column in before.items():
        for row, text in enumerate(texts):
            is_named = (
                name == field and " ".join(unicodedata.normalize("NFC", text).lower().split()) == corrected
            )
            wanted = VALUES[field] if is_named else column[row]
            assert after[name][row] == wanted or (math.isnan(wanted) and math.isnan(after[name][row]))


@law(60, st.text(max_size=20), many=2000)
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)
    assert normalise(f" {unicodedata.normalize('NFD', text)}\n") == normalise(text)
