"""What is said of rules: numbers as people write them, the same in both languages."""

from training.monitoring import advice_words as words


def test_age_says_what_it_counts():
    data, training = (words.tell_age(1_200, 100, is_of_training=flag) for flag in (False, True))
    assert data["en"] == (
        "Outcomes are known for 1,200 days beyond what the model learned from; "
        "the use case asks for a new training from 100 on."
    )
    assert training["de"] == (
        "Das Modell wurde vor 1.200 Tagen trainiert; der Anwendungsfall verlangt ab 100 ein neues Training."
    )


def test_alerts_are_named():
    found = words.tell_alerts([{"en": "One", "de": "Eins"}, {"en": "Two", "de": "Zwei"}])
    assert found["en"].endswith("new training: One; Two.")
    assert found["de"].endswith("neues Training: Eins; Zwei.")


def test_both_languages_say_the_same_things():
    assert set(words._TEMPLATES["en"]) == set(words._TEMPLATES["de"])
