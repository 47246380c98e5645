from features.leaks import find_same_survey


def test_answers_beside_an_answer_are_a_warning_that_names_them():
    (found,) = find_same_survey("csat", ["ease", "speed", "tone", "price"])
    assert (found.column, found.kind, found.severity) == ("csat", "same_survey", "warning")
    assert "4 features are answers as the label is" in found.evidence
    assert "('ease', 'speed', 'tone', ...)" in found.evidence


def test_one_answer_is_told_in_the_singular():
    assert find_same_survey("csat", ["ease"])[0].evidence.startswith("1 feature is an answer as the label is")


def test_without_other_answers_nothing_is_said():
    assert find_same_survey("csat", []) == []
