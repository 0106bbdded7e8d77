"""Numbers in two arithmetics: float64 arrays, and object arrays of `flint.arb` balls.

Balls are rigorous enclosures, computed at the ambient flint precision: see `ball_precision`.
"""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""A float64 array, or an object array of `flint.arb`."""

Scalar: TypeAlias = Any
"""A float, or a `flint.arb`."""


@contextmanager
def ball_precision(bits: int = 256) -> Iterator[None]:
    """Work with balls of `bits` >= 2 bits; the precision found on entry is restored on exit."""
    if bits < 2:
        raise ValueError(f"ball precision must be at least 2 bits, got {bits}")
    with ctx.workprec(bits):
        yield


def is_balls(value: object) -> TypeGuard[Any]:
    """Whether `value` is a ball or an object array (of balls), rather than float64."""
    return isinstance(value, arb) or (isinstance(value, np.ndarray) and value.dtype == object)


def to_balls(array: object) -> Array:
    """Exact conversion of float64 numbers of any shape to balls of radius 0; balls pass through."""
    if is_balls(array):
        return np.asarray(array)
    numbers = np.asarray(array, dtype=np.float64)
    balls = np.empty(numbers.shape, dtype=object)
    for index, number in np.ndenumerate(numbers):
        balls[index] = arb(float(number))
    return balls


def lift(parameter: Any, like: Array) -> Any:
    """`parameter` in the arithmetic of `like`."""
    if not is_balls(like):
        return parameter
    return to_balls(parameter) if isinstance(parameter, np.ndarray) else arb(parameter)


def midpoints(array: Array) -> Array:
    """Float64 midpoints of balls, (any shape); float64 arrays pass through."""
    return array.astype(np.float64) if is_balls(array) else array


def round_up(ball: Scalar) -> float:
    """The least float that we can certify to be >= every point of `ball`; inf if there is none."""
    top = arb(ball).upper()
    if not top.is_finite():
        return math.inf
    number = float(top)
    while not arb(number) >= top:
        number = math.nextafter(number, math.inf)
    return number


def largest(values: Iterable[Any]) -> Scalar:
    """Maximum of floats, or a ball that encloses the maximum of balls."""
    return reduce(lambda a, b: a.max(b) if isinstance(a, arb) else max(a, b), values)


def log_sum_exp(x: Array) -> Scalar:
    """log sum_i exp x_i for x of shape (n,), n >= 1: shifted by the maximum in float64."""
    if is_balls(x):
        return np.exp(x).sum().log()
    top = x.max()
    return top + np.log(np.exp(x - top).sum())


def sigmoid(x: Any) -> Any:
    """1/(1 + e^-x), entrywise, with small relative error on the whole line and no overflow."""
    if is_balls(x):
        return 1 / (1 + np.exp(-x))
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def checked(name: str, value: object, shape: tuple[int | None, ...]) -> Array:
    """`value` as a finite array of the given shape (None: any length); ValueError otherwise."""
    array: Array = value if is_balls(value) else np.array(value, dtype=np.float64)
    wrong = len(array.shape) != len(shape) or any(
        wanted not in (None, found) for wanted, found in zip(shape, array.shape, strict=True)
    )
    if wrong:
        wanted_text = "(" + ", ".join("any" if k is None else str(k) for k in shape) + ")"
        raise ValueError(f"{name} must have shape {wanted_text}, got {array.shape}")
    for number in array.flat:
        if not (number.is_finite() if isinstance(number, arb) else math.isfinite(number)):
            raise ValueError(f"{name} must be finite, got {number}")
    return array
