"""What a page is about: the words that decide on its sentences."""

from collections.abc import Mapping
from typing import Literal

from features.usecase import Language

LANGUAGES: tuple[Language, ...] = ("en", "de")
Label = Mapping[Language, str]
Subject = Literal["customer", "employee", "supplier", "applicant", "case"]
Kind = Literal["churn", "attrition", "good", "bad", "satisfaction"]
"""What it is about: that customers or employees leave, another event that is wanted or not, an answer."""
