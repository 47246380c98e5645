"""Compile a function to machine code, once per machine: numba keeps the result beside the source."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., object])
Words: TypeAlias = NDArray[Any]  # int64; compiled code mixes its elements with plain numbers
Places: TypeAlias = NDArray[Any]  # int32


def compiled(function: Function) -> Function:
    """Return a function compiled by numba at its first call; it keeps its type.

    Division by zero gives infinity or NaN as in NumPy, and sums keep their order: no fast mathematics.
    """
    return cast("Function", numba.njit(cache=True, error_model="numpy", nogil=True)(function))


def inlined(function: Function) -> Function:
    """Return a function that becomes part of each compiled function that calls it.

    A call hands every array over as ten numbers: inside the innermost loops that costs more than the work.
    """
    return cast("Function", numba.njit(inline="always", error_model="numpy", nogil=True)(function))


# Numba compiles a function once more for every literal number in a call; of this it sees the type alone.
as_whole = cast("Callable[[int], int]", np.int64)


def _reinterpret(source: Any, target: Any) -> Any:
    """Return the intrinsic that reads 64 bits in another way."""

    def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(target))

    def typing(_: Any, value: Any) -> Any:  # noqa: ARG001 - numba looks at the number of arguments
        return target(source), codegen

    return intrinsic(typing)


as_real = cast("Callable[[int], float]", _reinterpret(types.int64, types.float64))
as_word = cast("Callable[[float], int]", _reinterpret(types.float64, types.int64))
