"""Landscapes on which steps along the gradient lead down if they are too long (Theorems 2 and 4).

A landscape is a real function of the parameters, zero at the origin, where every path starts. It
is the log odds of success, or of a correct token, up to a constant. Step k goes along the unit
vector ``direction(k)``. At every iterate the slope along it is the same positive number, and yet
the values fall, if the step exceeds, in units of slope / L where L bounds the curvature,

    2 pi    Wave, cosine: one parameter, smooth
    4       Wave, triangle: one parameter, Lipschitz gradient
    2       Ridge: two parameters, directions aligned with the gradient but not parallel to it
    29/6    numeric.experiments.collapse.rays: one landscape for all steps at once, directions along
    the gradient

No landscape falls for a step of 2 slope/L while J is small, by the claim `sharp_step`.

Parameters of landscapes and coordinates of points are exact rational numbers, so that what has to
be equal is decided. Values are balls at the ambient precision.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

from flint import arb, fmpq

from numeric.core.balls import Scalar, ball_precision

Exact: TypeAlias = Any
"""A `flint.fmpq`."""

Point: TypeAlias = tuple[Exact, ...]
"""Parameters, one exact number for each dimension."""


@dataclass(frozen=True, slots=True)
class Property:
    """What an instance must satisfy. ``holds`` only if it is certain; ``value`` is measured."""

    name: str
    says: str
    holds: bool
    value: Any


class Landscape(Protocol):
    """A function of `dimension` parameters with Lipschitz gradient, and a direction at each step.

    Over all points, `steepest_squared` >= |gradient|^2, and the gradient is `bend`-Lipschitz. Both
    are exact numbers where they may be equal to what they are compared with.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def steepest_squared(self) -> Exact: ...

    @property
    def bend(self) -> Scalar: ...

    def value(self, x: Point) -> arb:
        """The value at x, 0 at the origin."""
        ...

    def gradient(self, x: Point) -> list[arb]:
        """The gradient at x, one ball for each dimension."""
        ...

    def direction(self, k: int) -> Point:
        """The unit vector of step k >= 0. ValueError: the landscape ends before step k."""
        ...

    def height(self, k: int, step_size: Exact) -> arb:
        """The value at iterate k, in closed form."""
        ...

    def steps_to_fall(self, depth: arb, step_size: Exact) -> int:
        """A number of steps from which on the value is certainly at most -depth, depth > 0."""
        ...

    def properties(self, slope: Exact, step_size: Exact) -> Iterator[Property]:
        """What makes the slope along every step equal to `slope`, and every step lead down."""
        ...


# -- exact numbers -------------------------------------------------------------------------------


def exact(number: Any) -> Exact:
    """The rational number that a float, int, Fraction, text ("1/3", "1e-12") or fmpq is.
    ValueError: not finite, or not a number."""
    if isinstance(number, fmpq):
        return number
    try:
        fraction = Fraction(number)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise ValueError(f"parameters must be finite numbers, got {number}") from error
    return fmpq(fraction.numerator, fraction.denominator)


def root_above(x: Exact) -> Exact:
    """A rational number >= sqrt x, x > 0, larger by at most a factor 1 + 2^-60."""
    with ball_precision(64):
        mantissa, exponent = arb(x).sqrt().upper().man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def root_below(x: Exact) -> Exact:
    """A rational number in (0, sqrt x], x > 0, smaller by at most a factor 1 + 2^-60."""
    return x / root_above(x)


def ceiling(ball: arb) -> int:
    """An integer that is certainly >= every point of the ball."""
    mantissa, exponent = ball.upper().man_exp()
    return int((fmpq(mantissa) * fmpq(2) ** int(exponent)).ceil())


# -- one parameter -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wave:
    """One parameter x, w = 1, slope drift + amplitude * shape(x / period). The shape, "cosine" or
    "triangle", has period 1, lies in [-1, 1], is 1 at the integers and has mean 0.

    With steps of one period every iterate sees the largest slope, drift + amplitude, and the value
    changes by the mean slope, drift, times the step.
    """

    shape: str
    drift: Exact
    amplitude: Exact
    period: Exact
    dimension = 1

    @property
    def name(self) -> str:
        return f"{self.shape} wave"

    @property
    def steepest_squared(self) -> Exact:
        return (abs(self.drift) + abs(self.amplitude)) ** 2

    @property
    def bend(self) -> Scalar:
        """The steepest slope of the shape is 4, exactly, or 2 pi."""
        steep = 4 if self.shape == "triangle" else 2 * arb.pi()
        return steep * abs(self.amplitude / self.period)

    def value(self, x: Point) -> arb:
        phase = x[0] / self.period
        if self.shape == "triangle":
            offset = _from_nearest(phase)
            area = arb(offset - 2 * offset * abs(offset))
        else:
            area = arb.sin_pi_fmpq(2 * phase) / (2 * arb.pi())
        return arb(self.drift * x[0]) + self.amplitude * self.period * area

    def gradient(self, x: Point) -> list[arb]:
        phase = x[0] / self.period
        if self.shape == "triangle":
            return [arb(self.drift + self.amplitude * (1 - 4 * abs(_from_nearest(phase))))]
        return [self.drift + self.amplitude * arb.cos_pi_fmpq(2 * phase)]

    def direction(self, k: int) -> Point:
        return (fmpq(1),)

    def height(self, k: int, step_size: Exact) -> arb:
        return arb(self.drift * step_size * k)

    def steps_to_fall(self, depth: arb, step_size: Exact) -> int:
        return ceiling(depth / (-self.drift * step_size))

    def properties(self, slope: Exact, step_size: Exact) -> Iterator[Property]:
        yield Property("shape", "a cosine or a triangle", self.shape in SHAPES, self.shape)
        positive = self.period > 0 and step_size > 0
        periods = step_size / self.period if positive else self.period
        whole = positive and periods.denominator == 1
        yield Property("period", "a step is a whole number of periods", whole, periods)
        top = self.drift + self.amplitude
        yield Property("alignment", "f' = drift + amplitude at every iterate", top == slope, top)
        yield Property("falling", "f changes by drift eta < 0", self.drift < 0, self.drift)


SHAPES = ("cosine", "triangle")

PAPER_LIKE, SMOOTH, SHARP = fmpq(8), fmpq(44, 7), fmpq(4)
"""A wave of amplitude L eta / s falls if eta > s slope/L. It is L-smooth if it is a cosine and
s >= 2 pi (44/7 is), or a triangle and s >= 4."""


def wave(
    slope: Any, smoothness: Any, step_size: Any, shape: str = "cosine", s: Exact = PAPER_LIKE
) -> Wave:
    """The wave of period eta with this slope at the iterates and amplitude L eta / s, or less where
    the steepest slope would exceed sqrt L. It falls if eta > s slope/L and slope < sqrt L."""
    top, L, eta = exact(slope), exact(smoothness), exact(step_size)
    amplitude = min(L * eta / s, (root_below(L) + top) / 2)
    return Wave(shape, top - amplitude, amplitude, eta)


def _from_nearest(phase: Exact) -> Exact:
    """The signed distance to the nearest integer, in [-1/2, 1/2)."""
    return phase - (phase + fmpq(1, 2)).floor()


# -- two parameters ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ridge:
    """Two parameters (y, z): a wave across, in y, and a descent along z, with slope -descent < 0.

    Step k goes along (+-cosine, sine), to and fro over the ridge, half a period of the wave each
    time, so that every iterate is at the same height on one of its two sides. The gradient points
    back over the ridge and against z; the direction is aligned with it, but not parallel to it.
    """

    across: Wave
    descent: Exact
    cosine: Exact
    sine: Exact
    name = "ridge"
    dimension = 2

    @property
    def steepest_squared(self) -> Exact:
        return self.across.steepest_squared + self.descent**2

    @property
    def bend(self) -> Scalar:
        return self.across.bend

    def value(self, x: Point) -> arb:
        return self.across.value(x[:1]) - self.descent * x[1]

    def gradient(self, x: Point) -> list[arb]:
        return [*self.across.gradient(x[:1]), arb(-self.descent)]

    def direction(self, k: int) -> Point:
        return (-self.cosine if k % 2 else self.cosine), self.sine

    def height(self, k: int, step_size: Exact) -> arb:
        return arb(-self.descent * self.sine * step_size * k)

    def steps_to_fall(self, depth: arb, step_size: Exact) -> int:
        return ceiling(depth / (self.descent * self.sine * step_size))

    def properties(self, slope: Exact, step_size: Exact) -> Iterator[Property]:
        shape, drift = self.across.shape, self.across.drift
        yield Property("shape", "a cosine or a triangle", shape in SHAPES, shape)
        length = self.cosine**2 + self.sine**2
        yield Property("direction", "||w|| = 1", length == 1, length)
        half, stride = self.across.period / 2, step_size * self.cosine
        over = half > 0 and half == stride
        yield Property(
            "period", "a step moves y by half a period", over, stride / half if half else 0
        )
        yield Property("level", "both sides of the ridge are equally high", drift == 0, drift)
        aligned = self.across.amplitude * self.cosine - self.descent * self.sine
        yield Property("alignment", "amplitude cosine - descent sine", aligned == slope, aligned)
        fall = self.descent * self.sine
        yield Property("falling", "f changes by -descent sine eta < 0", fall > 0, -fall)


def ridge(slope: Any, smoothness: Any, step_size: Any) -> Ridge:
    """The triangular ridge with this slope along every step. It falls if eta > 2 slope/L.

    The larger the step, the further w may turn from the gradient, up to a limit: the amplitude is
    at most 2 slope, and the steepest slope is below 4.1 slope.
    """
    along, L, eta = exact(slope), exact(smoothness), exact(step_size)
    reach = min(L * eta / 2, 2 * along)
    tilt = min(abs(1 - along / reach), fmpq(1)) / 4  # 0 at eta = 2 slope/L
    cosine, sine = (1 - tilt**2) / (1 + tilt**2), 2 * tilt / (1 + tilt**2)
    amplitude = reach * cosine
    descent = (amplitude * cosine - along) / sine if sine else fmpq(0)
    return Ridge(Wave("triangle", fmpq(0), amplitude, 2 * eta * cosine), descent, cosine, sine)
