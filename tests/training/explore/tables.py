"""Tables with known truth for the questions of ``training.explore``."""

import numpy as np

from training.explore import Table, TableColumn


def number(name, values, kind="number", **said):
    """Return a column of numbers."""
    return TableColumn(name, kind, numbers=np.asarray(values, dtype=np.float64), **said)


def words(name, values, kind="category", **said):
    """Return a column of words."""
    return TableColumn(name, kind, texts=np.asarray(values, dtype=object), **said)


def yes_no(name, is_yes, **said):
    """Return a yes-no column."""
    return words(name, ["yes" if one else "no" for one in is_yes], "yes-no", yes="yes", **said)


def table_of(*columns, name="survey.csv", **said):
    """Return a table."""
    n_rows = len(columns[0].is_known)
    return Table(name, {column.name: column for column in columns}, n_rows, **said)


def survey(seed=0, n=600):
    """Return answers: the wait goes with the rating, the region with the wait, nothing with the noise."""
    random = np.random.default_rng(seed)
    region = random.choice(["north", "south", "west"], n, p=[0.5, 0.3, 0.2])
    wait = random.gamma(4, 2, n) + 6 * (region == "west")
    mood = -0.25 * wait + random.normal(0, 1.5, n)
    rating = np.digitize(mood, np.quantile(mood, [0.1, 0.3, 0.5, 0.8])) + 1.0
    left = random.random(n) < 1 / (1 + np.exp(rating - 2))
    return table_of(
        number("wait", wait, unit="min"),
        number("rating", rating, "rating", scale=(1.0, 5.0), survey="pulse"),
        number("ease", np.clip(rating + random.integers(-1, 2, n), 1, 5), "rating", survey="pulse"),
        number("noise", random.normal(size=n)),
        words("region", region),
        yes_no("left", left),
    )
