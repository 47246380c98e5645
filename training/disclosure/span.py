"""What follows from shown groups by adding and subtracting, as a linear space that grows."""

import numpy as np

from training.statistics import Bools, Floats

_NOTHING = 1e-9  # of a squared length; real distances of 0/1 vectors are larger by many digits


class Span:
    """Hold all that follows from the groups shown so far, and how far away each target still is.

    Groups are added one by one to an orthonormal basis (Gram and Schmidt, twice for exactness). A target is
    given away when nothing of it is left outside of the space.

    Parameters
    ----------
    targets
        Shape (targets, dimensions): vectors that must never follow from what is shown.
    """

    def __init__(self, targets: Floats) -> None:
        self._left = targets.copy()
        self._length = np.einsum("td,td->t", targets, targets)
        dimensions = targets.shape[1]
        self._basis = np.empty((dimensions, dimensions))
        self._rank = 0

    def admit(self, vector: Floats) -> bool:
        """Add a group unless a target would be given away; tell whether it is in."""
        direction = self._outside(vector)
        if direction is None:
            return True
        dots, left = self._after(direction)
        if np.any(left <= _NOTHING * self._length):
            return False
        self._add(direction, dots)
        return True

    def force(self, vector: Floats) -> None:
        """Add a group that is out already; targets that it gives away are lost and no longer guarded."""
        direction = self._outside(vector)
        if direction is None:
            return
        dots, left = self._after(direction)
        self._add(direction, dots)
        kept: Bools = left > _NOTHING * self._length
        self._left, self._length = self._left[kept], self._length[kept]

    def _after(self, direction: Floats) -> tuple[Floats, Floats]:
        """Return what a new direction takes from each target, and the squared length that is left."""
        dots = self._left @ direction
        return dots, np.einsum("td,td->t", self._left, self._left) - dots**2

    def _add(self, direction: Floats, dots: Floats) -> None:
        """Take a new direction into the basis and out of all targets."""
        self._basis[self._rank] = direction
        self._rank += 1
        self._left -= np.outer(dots, direction)

    def _outside(self, vector: Floats) -> Floats | None:
        """Return the direction of what a group adds, None where it follows from the others already."""
        basis = self._basis[: self._rank]
        rest = vector - (basis @ vector) @ basis
        rest = rest - (basis @ rest) @ basis
        length = float(rest @ rest)
        if length <= _NOTHING * float(vector @ vector):
            return None
        return np.asarray(rest / np.sqrt(length), dtype=np.float64)
