"""Surveys whose truth is known: people who come and go, silence that follows mood, memory that fades."""

from dataclasses import dataclass

import numpy as np

from training.statistics.changes import WaveAnswers, measure_change


@dataclass(frozen=True)
class PanelAnswers:
    """Hold answers of several waves, one row per answer."""

    ratings: np.ndarray
    waves: np.ndarray
    people: np.ndarray

    def of_wave(self, wave):
        rows = self.waves == wave
        return self.ratings[rows], self.people[rows]


def draw_panel(seed, n_waves=2, n_answers=100, *, stays=0.5, mood=0.7, shifts=None):
    """Return ratings from 0 to 10 of a panel of which a share stays from wave to wave.

    ``mood`` is how much of the variance belongs to the person; ``shifts`` are added to the waves.
    """
    chance = np.random.default_rng(seed)
    moved = np.zeros(n_waves) if shifts is None else np.asarray(shifts, dtype=float)
    n_new = round(n_answers * (1 - stays))
    n_people = n_answers + n_new * (n_waves - 1)
    moods = chance.normal(0, 2 * np.sqrt(mood), size=n_people)
    ratings, waves, people = [], [], []
    for wave in range(n_waves):
        asked = wave * n_new + np.arange(n_answers)
        noise = chance.normal(0, 2 * np.sqrt(1 - mood), size=n_answers)
        ratings.append(np.clip(np.round(7.5 + moved[wave] + moods[asked] + noise), 0, 10))
        waves.append(np.full(n_answers, wave))
        people.append(asked)
    return PanelAnswers(*(np.concatenate(column) for column in (ratings, waves, people)))


@dataclass(frozen=True)
class SilentSurvey:
    """Hold everybody asked: two attributes, what each would answer, and who did."""

    site: np.ndarray
    age: np.ndarray
    rating: np.ndarray
    is_answered: np.ndarray


def measure_segments(metrics, panel, segments):
    """Return the change of each metric in each segment between the two waves of a panel."""
    return {
        (metric.kind, segment): measure_change(
            metric,
            *(
                WaveAnswers(panel.ratings[rows], panel.people[rows])
                for rows in ((segments == segment) & (panel.waves == wave) for wave in (0, 1))
            ),
        )
        for metric in metrics
        for segment in np.unique(segments).tolist()
    }


def draw_silence(seed, n=1000):
    """Return a survey where mood depends on site and age, and so does whether people answer."""
    chance = np.random.default_rng(seed)
    site, age = chance.choice(4, n, p=[0.1, 0.2, 0.3, 0.4]), chance.choice(3, n)
    mood = 7 + 0.8 * (site - 1.5) + 0.6 * (age - 1) + chance.normal(0, 1.8, size=n)
    odds = np.exp(-0.8 + 0.6 * (site - 1.5) + 0.4 * (age - 1))
    is_answered = chance.random(n) < odds / (1 + odds)
    names = np.array(["east", "north", "south", "west"])
    return SilentSurvey(
        names[site], np.array(["old", "mid", "young"])[age], np.clip(np.round(mood), 0, 10), is_answered
    )


@dataclass(frozen=True)
class LateAnswers:
    """Hold ratings with the days since the experience."""

    ratings: np.ndarray
    lag_days: np.ndarray
    people: np.ndarray


def draw_late(seed, n=4000, *, half_life=7.0, fade=2.0, answers_each=1, is_line=False):
    """Return scores that start ``fade`` above 5 and approach it, or fall there in a line over 60 days."""
    chance = np.random.default_rng(seed)
    people = np.repeat(np.arange(n // answers_each), answers_each)
    lag = np.minimum(np.floor(chance.exponential(14, size=people.size)), 60)
    mood = chance.normal(size=people.size // answers_each)[people] + chance.normal(size=people.size)
    left = 1 - lag / 60 if is_line else np.exp2(-lag / half_life)
    return LateAnswers(np.clip(np.round(5 + fade * left + mood), 0, 10), lag, people)
