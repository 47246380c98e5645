import pytest

from training.pages.charts.axes import axis_names, share_ticks


@pytest.mark.parametrize(
    ("limit", "most", "ticks"),
    [
        (0.02, 4.5, [0.0, 0.01, 0.02]),
        (0.11, 5.5, [0.0, 0.02, 0.04, 0.06, 0.08, 0.1]),
        (0.6, 4.5, [0.0, 0.2, 0.4, 0.6]),
        (1.0, 4.5, [0.0, 0.25, 0.5, 0.75, 1.0]),
    ],
)
def test_ticks_are_few_even_and_inside(limit: float, most: float, ticks: list[float]) -> None:
    assert share_ticks(limit, most) == pytest.approx(ticks)


def test_names_of_axes_are_escaped_and_both_there() -> None:
    written = axis_names("a < b", "up", middle=(100.0, 50.0), bottom=210.0)
    assert "a &lt; b" in written
    assert 'transform="translate(10 50) rotate(-90)"' in written
