"""All checks in one go, and what is said in both languages."""

import re
import string

from tests.training.monitoring.faults import FAULTS
from tests.training.monitoring.past_frames import look
from training.monitoring import crowd_words, feed_words, input_words, limits_of_inputs, score_words
from training.monitoring import since_baseline as baseline_words

MODULES = (crowd_words, feed_words, input_words, score_words, baseline_words)


def places(text):
    """Return the places to fill in a template."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things():
    for module in MODULES:
        english, german = (module._TEMPLATES[language] for language in ("en", "de"))
        assert english.keys() == german.keys()
        for name in english:
            assert places(english[name]) == places(german[name]), (module.__name__, name)


def test_every_check_has_one_full_sentence_in_both_languages(company, batch):
    for check in look(company, batch):
        for language in ("en", "de"):
            assert check.sentence[language].endswith("."), check
            assert not re.search(r"[{}]|\bnan\b|[xo]_[a-z]+\.", check.sentence[language]), check
            assert check.label[language]


def test_every_check_has_a_p_value_or_a_range(company, batch):
    for check in look(company, batch):
        assert check.usual is not None
        assert check.value is not None
        assert check.usual[0] <= check.usual[1]
        if check.p_value is not None:
            assert 0 <= check.p_value <= 1


def test_names_of_faults_are_told_apart():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 12


def test_a_model_of_an_earlier_version_says_what_it_cannot_see(company):
    from dataclasses import replace

    assert limits_of_inputs(company.bundle) == ()
    (limit,) = limits_of_inputs(replace(company.bundle, reference=None))
    assert set(limit) == {"en", "de"}
