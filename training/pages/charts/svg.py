"""Write SVG elements as text: escaped, with short numbers, attributes in the order given."""

from collections.abc import Iterable

from markupsafe import Markup, escape


def element(name: str, /, *children: str, **attributes: object) -> Markup:
    """Write one element.

    Parameters
    ----------
    children
        Text is escaped, markup is kept.
    attributes
        A trailing underscore is dropped (``class_``), others become hyphens; None is left out.

    Examples
    --------
    >>> str(element("text", "<b>", class_="tick", x=1.50))
    '<text class="tick" x="1.5">&lt;b&gt;</text>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(escape(child) for child in children)
    # Every part was escaped above; the name is a literal of this package.
    return Markup(f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>")  # noqa: S704


def join(parts: Iterable[str]) -> Markup:
    """Join elements without anything between them."""
    return Markup("").join(parts)


def short(number: float) -> str:
    """Write a coordinate with at most one decimal.

    Examples
    --------
    >>> short(12.0), short(-0.04), short(7.25)
    ('12', '0', '7.2')
    """
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def path(points: Iterable[tuple[float, float]]) -> str:
    """Write points as the text of a path or polyline: ``x,y x,y``."""
    return " ".join(f"{short(x)},{short(y)}" for x, y in points)


def _value(value: object) -> str:
    """Write an attribute: numbers short, all else escaped."""
    return short(value) if isinstance(value, (int, float)) else str(escape(value))
