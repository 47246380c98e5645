from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from training.pages.charts.svg import element, join, path, short

# XML cannot hold control characters or half surrogates, however they are written.
TEXTS = st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters="\x7f\ufffe\uffff"))


@given(text=TEXTS, attribute=TEXTS)
def test_any_text_survives_and_stays_text(text: str, attribute: str) -> None:
    node = ET.fromstring(element("text", text, aria_label=attribute))
    assert (node.text or "") == text
    assert node.attrib["aria-label"] == attribute
    assert list(node) == []


def test_markup_inside_is_kept_and_text_is_not() -> None:
    inner = element("circle", r=3)
    assert element("g", inner) == '<g><circle r="3"/></g>'
    assert element("g", str(inner)) == "<g>&lt;circle r=&#34;3&#34;/&gt;</g>"
    assert join([inner, inner]) == Markup('<circle r="3"/><circle r="3"/>')


def test_attributes_keep_their_order_and_nothing_is_left_out() -> None:
    assert (
        element("line", class_="zero", x1=1, stroke_width=None, view_box="0 0")
        == '<line class="zero" x1="1" view-box="0 0"/>'
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (12.0, "12"), (12.34, "12.3"), (-0.01, "0"), (-1.26, "-1.3"), (1e3, "1000")],
    ids=["zero", "whole", "short", "minus-nothing", "negative", "large"],
)
def test_coordinates_are_short(number: float, text: str) -> None:
    assert short(number) == text


@given(st.floats(-1e4, 1e4))
def test_coordinates_lose_less_than_a_tenth(number: float) -> None:
    assert abs(float(short(number)) - number) <= 0.05 + 1e-9


def test_points_become_a_path() -> None:
    assert path([(1, 2.25), (3.0, 4)]) == "1,2.2 3,4"
