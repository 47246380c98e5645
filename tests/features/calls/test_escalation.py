import pytest

from features.calls import LANGUAGES
from features.calls.escalation import load_escalation, make_words
from features.errors import InputError

ESCALATES = {
    "en": [
        "I'd like to speak to a manager.",
        "Let me talk with your supervisor",
        "GET ME YOUR BOSS",
        "Could I speak to someone senior please?",
        "I want to be put through to anybody who is allowed to decide this.",
        "We will cancel if this goes on.",
        "I'd like to cancel our contract.",
        "Then I’ll take my business elsewhere.",
        "You will hear from my lawyer",
        "I am considering legal action.",
        "I'm going to make a complaint about this.",
        "This is simply unacceptable!",
        "It's the third time I am calling.",
        "I have called five times already.",
        "No, I will complain about this.",
        "If you don't fix this now I will cancel.",
    ],
    "de": [
        "Ich will mit Ihrem Vorgesetzten reden.",
        "Verbinden Sie mich mit der Teamleiterin!",
        "Geben Sie mir Ihren Chef",
        "Ich brauche jemanden, der das entscheiden kann.".replace(",", ""),
        "Dann kündigen wir eben.",
        "Ich habe schon zum vierten Mal angerufen.",
        "Das ist jetzt der dritte Anruf.",
        "Das geht an meinen Anwalt.",
        "Ich werde rechtliche Schritte einleiten.",
        "Ich beschwere mich über Ihre Firma.",
        "Das ist eine Frechheit!",
        "Das lassen wir uns nicht mehr bieten, wir wollen das nicht länger hinnehmen.",
        "Ich will mein Geld zurück.",
        "Wir wechseln den Anbieter.",
        "Nein, ich KÜNDIGE.",
    ],
}
DOES_NOT = {
    "en": [
        "",
        "Thank you, that was quick.",
        "I don't want to speak to a manager.",
        "We will not cancel.",
        "I will never cancel",
        "I'd like to move my appointment.",
        "Can you cancel the appointment on Monday?",
        "My number is 4711.",
        "I have no complaint.",
        "She managed to bossily superimpose it.",
        "It is the third item on the invoice.",
        "I called once.",
    ],
    "de": [
        "",
        "Danke, das ging schnell.",
        "Ich will nicht kündigen.",
        "Ich kündige nicht.",
        "Ich möchte keine Beschwerde einreichen.",
        "Ohne Anwalt geht das auch.",
        "Die dritte Rechnung fehlt.",
        "Ich habe eine Frage zur Lieferung.",
        "Ich beschwere mich ja nicht.",
        "Da bin ich zum ersten Mal.",
    ],
}


@pytest.mark.parametrize(
    ("language", "text"), [(name, text) for name in LANGUAGES for text in ESCALATES[name]]
)
def test_who_wants_somebody_else_wants_out_or_threatens_escalates(language, text):
    assert load_escalation(language).is_in(text)


@pytest.mark.parametrize(
    ("language", "text"), [(name, text) for name in LANGUAGES for text in DOES_NOT[name]]
)
def test_plain_and_negated_words_do_not(language, text):
    assert not load_escalation(language).is_in(text)


def test_a_language_without_a_list_is_named():
    with pytest.raises(InputError, match="'fr' has no list"):
        load_escalation("fr")


def words(*phrases, negations=("not",), before=2, after=1):
    content = {
        "phrases": {"kind": list(phrases)},
        "negations": list(negations),
        "near": {"before": before, "after": after},
    }
    return make_words(content, "mine.yaml")


class TestPhrases:
    def test_words_are_whole_unless_a_star_ends_them(self):
        assert not words("cancel").is_in("cancellation")
        assert words("cancel*").is_in("cancellation")
        assert not words("cancel*").is_in("uncancelled")

    def test_one_of_several_and_one_of_any_kind(self):
        found = words("speak|talk to _ boss")
        assert found.is_in("talk to his boss")
        assert not found.is_in("talk to boss")
        assert not found.is_in("talk to his big boss")

    def test_case_accents_of_writing_and_quotes_make_no_difference(self):
        assert words("straße don't").is_in("STRASSE DON’T")

    def test_a_phrase_does_not_go_over_the_end_of_a_clause(self):
        assert not words("legal action").is_in("legal. Action")
        assert words("legal action").is_in("(legal   action)")

    @pytest.mark.parametrize("mark", list(".,;:!?…\n"))
    def test_neither_does_a_negation(self, mark):
        assert words("quit").is_in(f"not{mark} quit")
        assert words("quit").is_in(f"quit{mark} not")

    @pytest.mark.parametrize(
        ("text", "holds"),
        [("not a quit", False), ("not a b quit", True), ("quit not", False), ("quit a not", True)],
    )
    def test_a_negation_counts_when_it_is_near(self, text, holds):
        assert words("quit").is_in(text) is holds

    def test_a_phrase_that_is_negated_once_and_meant_once_is_meant(self):
        assert words("quit").is_in("not quit. Well, quit")

    def test_a_phrase_inside_a_longer_one_shares_its_fate(self):
        assert not words("speak to the boss", "the boss", before=1, after=0).is_in("not speak to the boss")

    @pytest.mark.parametrize("phrase", ["a.b", "speak(to)", "x|", "*", "a* *"])
    def test_a_phrase_that_cannot_be_read_is_named(self, phrase):
        with pytest.raises(InputError, match=r"mine\.yaml: '.*' is no word of a phrase"):
            words(phrase)
