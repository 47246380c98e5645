"""A small line over waves with the band of its ranges."""

from collections.abc import Sequence

from markupsafe import Markup

from training.pages.charts.figures import Ranged
from training.pages.charts.svg import element, path

WIDTH, HEIGHT, MARGIN = 150.0, 40.0, 5.0


def spark_band(waves: Sequence[Ranged], description: str) -> Markup:
    """Draw two or more waves, oldest left, newest marked with a dot.

    Parameters
    ----------
    waves
        Values with their ranges; the band is drawn between the ends of the ranges.
    description
        The same in words, for those who cannot see it.

    Returns
    -------
    Markup
        Nothing for fewer than two waves: one point is no trend.
    """
    if len(waves) < 2:
        return Markup("")
    bottom, top = min(wave.low for wave in waves), max(wave.high for wave in waves)
    reach = (top - bottom) or 1.0

    def place(index: int, level: float) -> tuple[float, float]:
        x = MARGIN + (WIDTH - 2 * MARGIN) * index / (len(waves) - 1)
        return x, MARGIN + (HEIGHT - 2 * MARGIN) * (top - level) / reach

    upper = [place(index, wave.high) for index, wave in enumerate(waves)]
    lower = [place(index, wave.low) for index, wave in enumerate(waves)]
    line = [place(index, wave.value) for index, wave in enumerate(waves)]
    return element(
        "svg",
        element("polygon", class_="band", points=path([*upper, *reversed(lower)])),
        element("polyline", class_="line", points=path(line)),
        element("circle", class_="dot", cx=line[-1][0], cy=line[-1][1], r=3.4),
        class_="spark",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        aria_label=description,
    )
