"""Which groups may be shown, so that nobody hidden can be found by subtracting what is shown."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

_Group = TypeVar("_Group", bound=Hashable)


def shown_groups(sizes: Mapping[_Group, int], minimum: int, *, n_without: int = 0) -> tuple[_Group, ...]:
    """Return the groups of one cut that may be shown beside the total, in the order given.

    A group below the minimum is hidden. If all that is hidden together is still smaller than the minimum, it
    could be computed as total minus shown groups; then the smallest shown group is hidden as well, and so on.

    Parameters
    ----------
    sizes
        Number of people by group.
    minimum
        Fewest people that may be shown.
    n_without
        People who belong to no group but to the total.

    Examples
    --------
    >>> shown_groups({"sales": 40, "legal": 3, "service": 12}, 5)
    ('sales',)
    >>> shown_groups({"sales": 40, "legal": 3, "board": 4}, 5)
    ('sales',)
    """
    shown = [group for group, size in sizes.items() if size >= minimum]
    n_hidden = n_without + sum(size for size in sizes.values() if size < minimum)
    while shown and 0 < n_hidden < minimum:
        smallest = min(shown, key=lambda group: sizes[group])
        shown.remove(smallest)
        n_hidden += sizes[smallest]
    return tuple(shown)
