from training.vocabulary import MAX_LEVELS, Vocabulary


class TestVocabulary:
    def test_levels_need_five_rows(self):
        vocabulary = Vocabulary.fit(["often"] * 5 + ["seldom"] * 4)
        assert vocabulary.levels == ("often",)
        assert vocabulary.rare == ("seldom",)
        assert vocabulary.n_codes == 2

    def test_without_rare_levels_there_is_no_code_for_them(self):
        assert Vocabulary.fit(["often"] * 5).n_codes == 1

    def test_keeps_the_most_frequent_levels(self):
        values = [f"level {place:03}" for place in range(100) for _ in range(5 + place)]
        vocabulary = Vocabulary.fit(values)
        assert len(vocabulary.levels) == MAX_LEVELS
        assert vocabulary.levels[0] == "level 036"
        assert len(vocabulary.rare) == 36

    def test_ties_go_by_name_and_not_by_order_of_rows(self):
        values = [f"level {place:03}" for place in range(MAX_LEVELS + 1)] * 5
        assert Vocabulary.fit(values) == Vocabulary.fit(values[::-1])
        assert Vocabulary.fit(values).rare == (f"level {MAX_LEVELS:03}",)

    def test_missing_is_no_level(self):
        assert Vocabulary.fit([None] * 9) == Vocabulary((), ())
