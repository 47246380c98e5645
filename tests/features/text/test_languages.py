"""Languages: declared ones win unless a text is clearly another; short, shouted and empty texts too."""

import csv
import gzip
import json
import subprocess
import sys

import pytest
from hypothesis import strategies as st

from features.errors import SpecError
from features.text.languages import CANDIDATES, find_languages
from tests.contracts.repository import ROOT
from tests.properties import law

DECLARED = ("de", "en")
SENTENCES = {
    "de": [
        "Die Hotline war eine halbe Stunde nicht zu erreichen.",
        "Alles bestens, gerne wieder!",
        "ich warte seit drei wochen auf meine gutschrift",
        "Die App stuerzt staendig ab, das nervt.",
        "KEINE ANTWORT AUF MEINE MAIL",
        "Preis ok, Lieferung lahm.",
        "Nette Beratung am Telefon, aber am Ende hat niemand zurückgerufen.",
        "Passt.",
    ],
    "en": [
        "I was on hold for half an hour.",
        "All good, would buy again!",
        "still waiting for my refund after three weeks",
        "The app keeps crashing and it is driving me mad.",
        "NO REPLY TO MY EMAIL",
        "Price fine, delivery slow.",
        "Friendly advice on the phone, but in the end nobody called me back.",
        "Great.",
    ],
    "fr": [
        "La livraison est arrivée avec deux semaines de retard.",
        "Le service client ne répond jamais au téléphone.",
        "Très bon produit, je recommande vivement.",
        "Je suis très déçu de la qualité.",
    ],
    "es": [
        "El pedido llegó con dos semanas de retraso.",
        "Nadie contesta el teléfono en atención al cliente.",
        "Muy buen producto, lo recomiendo a todos.",
        "Estoy muy decepcionado con la calidad.",
    ],
    "it": [
        "La consegna è arrivata con due settimane di ritardo.",
        "Il servizio clienti non risponde mai al telefono.",
        "Ottimo prodotto, lo consiglio vivamente a tutti.",
        "Sono molto deluso dalla qualità della merce.",
    ],
    "pt": [
        "O produto chegou com duas semanas de atraso.",
        "Ninguém atende o telefone no atendimento ao cliente.",
        "Muito bom produto, recomendo a todos.",
        "Estou muito decepcionada com a qualidade.",
    ],
    "nl": [
        "De levering kwam twee weken te laat aan.",
        "De klantenservice neemt nooit de telefoon op.",
        "Heel goed product, ik raad het iedereen aan.",
        "Ik ben erg teleurgesteld over de kwaliteit.",
    ],
    "pl": [
        "Przesyłka przyszła dwa tygodnie za późno.",
        "Nikt nie odbiera telefonu w obsłudze klienta.",
        "Bardzo dobry produkt, polecam wszystkim.",
        "Jestem bardzo rozczarowany jakością.",
    ],
    "tr": [
        "Sipariş iki hafta geç geldi.",
        "Müşteri hizmetleri telefona hiç cevap vermiyor.",
        "Çok iyi bir ürün, herkese tavsiye ederim.",
    ],
    "ru": ["Доставка опоздала на две недели.", "Очень хороший товар, всем рекомендую."],
    "zh": ["快递晚了两个星期才到,非常失望。"],
}
ROWS = [(text, language) for language, texts in SENTENCES.items() for text in texts]


def test_sentences_get_their_language():
    found = find_languages([text for text, _ in ROWS], DECLARED)
    missed = [(*row, said) for row, said in zip(ROWS, found, strict=True) if said != row[1]]
    assert [language for _, language, said in missed if {language, said} & set(DECLARED)] == []
    assert len(missed) <= 1, missed  # sisters such as Bulgarian and Russian share short sentences


def test_the_model_without_our_rule_does_worse_on_what_people_type():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    typed = [
        "Passt.",
        "Great.",
        "ok",
        "gut",
        "no",
        "best",
        "super Beratung",
        "bad service",
        "exelent servise",
    ]
    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    strange = [text for text in typed if whole.classify(text)[0] not in DECLARED]
    assert strange
    assert set(find_languages(typed, DECLARED)) <= set(DECLARED)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("gut", "de"),
        ("bad", "en"),
        ("BEST", "en"),
        ("nein", "de"),
        ("no", "en"),
        ("Nichts.", "de"),
        ("nothing", "en"),
        ("sehr zufrieden", "de"),
        ("very happy", "en"),
    ],
)
def test_answers_of_a_word_are_known(text, language):
    assert find_languages([text], DECLARED) == [language]


@pytest.mark.parametrize(
    "text", ["", " ", "-", "?!", "5", "10/10", "k", ":-)", "????? ??", "👍👍", "https://a.example/b"]
)
def test_texts_without_words_have_no_language(text):
    assert find_languages([text], DECLARED) == [""]


def test_addresses_and_what_redaction_leaves_say_nothing():
    plain = "Bitte rufen Sie mich an, die Lieferung fehlt."
    marked = f"RT @someone [email] [phone] {plain} https://example.com/this/is/the/english/page"
    assert find_languages([plain, marked], DECLARED) == ["de", "de"]


def test_other_languages_can_be_declared_and_then_win_when_in_doubt():
    assert find_languages(["Ottimo", "Muito bom"], ["it"]) == ["it", "it"]
    assert find_languages(SENTENCES["pt"], ["pt", "en"]) == ["pt"] * 4


def test_a_language_outside_the_candidates_can_be_declared():
    assert "is" not in CANDIDATES
    assert find_languages(["Sendingin kom tveimur vikum of seint og enginn svaraði."], ["is"]) == ["is"]


def test_the_order_of_declared_languages_does_not_matter():
    texts = [text for text, _ in ROWS] + ["ok", "super", "xgkx", "ᚠᚠᚠ"]
    assert find_languages(texts, ["en", "de"]) == find_languages(texts, ["de", "en"])


def test_unknown_and_missing_languages_are_refused():
    with pytest.raises(SpecError, match=r"'german' is no language that can be told; known: .*de"):
        find_languages(["gut"], ["german"])
    with pytest.raises(SpecError, match="no language is declared; name at least one"):
        find_languages(["gut"], [])


@law(40, st.lists(st.text(max_size=80), max_size=6), many=1000)
def test_every_text_is_judged_for_itself_and_the_same_each_time(texts):
    found = find_languages(texts, DECLARED)
    assert found == [find_languages([text], DECLARED)[0] for text in texts]
    assert set(found) <= {"", *CANDIDATES}


def test_the_model_is_read_when_first_needed():
    command = (
        "import sys, json, features.text.languages as l;"
        "print(json.dumps(['py3langid' in sys.modules, l.find_languages(['gut'], ['de']),"
        "sorted({'sklearn', 'pandas', 'numba', 'duckdb'} & set(sys.modules))]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [False, ["de"], []]


def read_column(path, column):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return [row[column] for row in csv.DictReader(lines) if row[column].strip()]


def share_of(language, texts):
    found = [said for said in find_languages(texts, DECLARED) if said]
    return found.count(language) / len(found)


def test_public_verbatims_get_their_language(shared_data):
    dresses = read_column(shared_data / "womens-clothing-reviews" / "train" / "reviews.csv.gz", "Review Text")
    assert share_of("en", dresses[:2000]) >= 0.999
    with gzip.open(shared_data / "germeval2017-db" / "train" / "dev.tsv.gz", "rt", encoding="utf-8") as lines:
        posts = [line.split("\t")[1] for line in lines if line.count("\t") > 2]
    assert share_of("de", posts) >= 0.985
    remarks = shared_data / "support-csat-deepcsat" / "train" / "support_csat.csv.gz"
    assert share_of("en", read_column(remarks, "Customer Remarks")) >= 0.95
    orders = shared_data / "olist-orders-sample" / "olist_order_reviews_dataset.csv.gz"
    assert share_of("pt", read_column(orders, "review_comment_message")) >= 0.93
