"""Pages that were drawn already: once for the same documents, each with the secret of its own session."""

from dataclasses import replace

import pytest

from serving.pages.drawn import DrawnPages
from serving.pages.frame import Frame, Link

FRAME = Frame("/reports/report", {"usecase": "churn"}, "en", "proof-of-anna")


@pytest.fixture
def drawer():
    """Return a function that draws pages and counts how often it had to."""
    drawn = []

    def draw(frame):
        drawn.append(frame)
        return f"<p>{len(drawn)}</p><input value='{frame.proof}'>"

    return draw, drawn


def test_the_same_page_of_the_same_documents_is_drawn_once(drawer):
    draw, drawn = drawer
    pages, parts = DrawnPages(), [object(), object()]
    first, second = (pages.find(FRAME, "report", list(parts), draw) for _ in range(2))
    assert first == second == "<p>1</p><input value='proof-of-anna'>"
    assert len(drawn) == 1


def test_each_person_gets_the_own_secret_and_no_other(drawer):
    draw, drawn = drawer
    pages, parts = DrawnPages(), [object()]
    pages.find(FRAME, "report", parts, draw)
    page = pages.find(replace(FRAME, proof="proof-of-ben"), "report", parts, draw)
    assert page == "<p>1</p><input value='proof-of-ben'>"
    assert "anna" not in page
    assert all("proof-of" not in frame.proof for frame in drawn)


@pytest.mark.parametrize(
    "other",
    [
        replace(FRAME, language="de"),
        replace(FRAME, query={"usecase": "churn", "wave": "2026-06-30"}),
        replace(FRAME, path="/reports/trust"),
        replace(FRAME, links=(Link("/reports/models", "Models", is_here=False),)),
    ],
    ids=["language", "query", "path", "links"],
)
def test_another_frame_is_another_page(drawer, other):
    draw, drawn = drawer
    pages, parts = DrawnPages(), [object()]
    for frame in (FRAME, other, FRAME, other):
        pages.find(frame, "report", parts, draw)
    assert len(drawn) == 2


def test_what_else_is_asked_makes_another_page(drawer):
    draw, drawn = drawer
    pages, parts = DrawnPages(), [object()]
    for asked in ("with names", "without names", "with names"):
        pages.find(FRAME, asked, parts, draw)
    assert len(drawn) == 2


def test_a_new_document_takes_the_place_of_the_old_one(drawer):
    draw, drawn = drawer
    pages, parts = DrawnPages(), [b"a", b"b"]
    pages.find(FRAME, "report", parts, draw)
    assert pages.find(FRAME, "report", [parts[0], bytes(bytearray(b"b"))], draw).startswith("<p>2</p>")
    assert pages.find(FRAME, "report", parts[:1], draw).startswith("<p>3</p>")
    assert len(drawn) == 3


def test_no_more_are_kept_than_there_is_room_for(drawer):
    draw, drawn = drawer
    pages, parts = DrawnPages(most=2), [object()]
    for asked in ("a", "b", "c", "b", "c", "a"):
        pages.find(FRAME, asked, parts, draw)
    assert len(drawn) == 4


def test_what_cannot_be_drawn_is_not_kept(drawer):
    draw, _ = drawer
    pages, parts = DrawnPages(), [object()]

    def fail(frame):
        raise ValueError("no page")

    with pytest.raises(ValueError, match="no page"):
        pages.find(FRAME, "report", parts, fail)
    assert pages.find(FRAME, "report", parts, draw).startswith("<p>1</p>")


def test_a_page_without_a_session_has_no_secret(drawer):
    draw, _ = drawer
    page = DrawnPages().find(replace(FRAME, proof=""), "report", [object()], draw)
    assert page == "<p>1</p><input value=''>"
