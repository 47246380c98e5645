"""Every message of the templates stands in the German catalogue, with its placeholders, in clean words."""

import re
from pathlib import Path

from babel.messages.extract import extract

from serving.pages import entrance, problems, trust
from serving.pages.frame import OF_USECASE
from training.pages.language import read_catalogue, translations
from training.pages.outcome_words import messages
from training.pages.render import TEMPLATES

KEYWORDS = {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
OPTIONS = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
FORBIDDEN = re.compile(r"\b(caus(e|es|ed|ing)\b|verursach|bewirk|CI\b|outlier|instance)| - |(?<!: )\bSie\b")
NAMES = {"English", "Deutsch", "xm", "predict"}
Message = tuple[str | None, tuple[str, ...]]


def _messages(template: Path) -> set[Message]:
    with template.open("rb") as file:
        found = list(extract("jinja2.ext:babel_extract", file, keywords=KEYWORDS, options=OPTIONS))
    return {(context, texts if isinstance(texts, tuple) else (texts,)) for _, texts, _, context in found}


OF_OUTCOMES: set[Message] = {(None, (text,) if isinstance(text, str) else text) for text in messages()}
OF_LIVE_PAGES: set[Message] = {
    (None, (text,))
    for text in (
        *entrance.list_messages(),
        *problems.list_messages(),
        *trust.list_messages(),
        *OF_USECASE.values(),
    )
}
USED = OF_OUTCOMES.union(OF_LIVE_PAGES, *(_messages(template) for template in TEMPLATES.glob("*.jinja")))
CATALOGUE = read_catalogue("de")


def _texts(found: object) -> tuple[str, ...]:
    return tuple(str(text) for text in found) if isinstance(found, (tuple, list)) else (str(found),)


GERMAN = {
    (message.context, _texts(message.id)): _texts(message.string) for message in CATALOGUE if message.id
}


def test_templates_and_catalogue_hold_the_same_messages() -> None:
    assert len(USED) > 80
    assert sorted(USED - GERMAN.keys(), key=str) == []
    assert sorted(GERMAN.keys() - USED, key=str) == []


def test_placeholders_are_the_same() -> None:
    for (_, english), german in GERMAN.items():
        wanted = set(PLACEHOLDER.findall(" ".join(english)))
        for translated in german:
            assert translated.strip(), english
            assert set(PLACEHOLDER.findall(translated)) == wanted, english
            assert not re.search(r"%(?!\(\w+\)s)", translated), english


def test_no_message_claims_a_cause_or_speaks_jargon() -> None:
    for message in USED:
        text = " ".join((*message[1], *GERMAN[message]))
        assert not FORBIDDEN.search(text), text


def test_no_text_stands_outside_the_messages() -> None:
    """What is left of a template without tags, Jinja and entities holds no words."""
    for template in TEMPLATES.glob("*.jinja"):
        text = template.read_text(encoding="utf-8")
        text = re.sub(r"{%-?\+?\s*trans\b.*?endtrans\s*\+?-?%}", " ", text, flags=re.DOTALL)
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>|&nbsp;", " ", text, flags=re.DOTALL)
        assert set(re.findall(r"[A-Za-z]{2,}", text)) <= {"English", "Deutsch", "xm", "predict"}, (
            template.name
        )


def test_plurals_follow_the_number() -> None:
    german = translations("de")
    assert german.ngettext("%(shown)s row", "%(shown)s rows", 1) == "%(shown)s Zeile"
    assert german.ngettext("%(shown)s row", "%(shown)s rows", 2) == "%(shown)s Zeilen"
    assert translations("en").gettext("Driver") == "Driver"
