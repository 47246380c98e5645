"""The waves of surveys of a use case: levels, changes and what they are made of, trends, silence, lags.

Pure over arrays; :mod:`training.runs.survey_waves` reads a use case and its data. Import from here; the
modules inside are an arrangement, not an interface.
"""

from training.surveys.answering import explore_waves
from training.surveys.answers import SurveyAnswers
from training.surveys.record import SurveyFigures, measure_surveys

__all__ = ["SurveyAnswers", "SurveyFigures", "explore_waves", "measure_surveys"]
