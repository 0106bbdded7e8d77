"""One landscape on which every step size from a constant on leads down (after Theorem 2).

In units of slope / L for lengths, and of slope^2 / L for values, with coordinates y_1, y_2, ...,

    F(y) = -pull (sqrt(1 + sum_i chi(y_i)^2) - 1) + sum_k y_{k+1} h(dist(y, ray_k)).

Ray k is {t (e_1 + ... + e_k): t >= reach}, ray 0 the origin: whatever the step size t >= reach,
iterate k is on ray k. There chi is 1 or 0 with slope 0, and h = 1, so that the gradient is e_{k+1}
exactly, the direction of the next step. The values on the rays are -pull (sqrt(1 + k) - 1).

Two rays are at least `reach` apart, so tubes of radius reach/2 about them do not meet, and h is 0
outside. With D the distance to a ray, D h(D) starts with slope 1, bends down at the rate `bend_in`
up to `join` and up at the rate `bend_out` until it ends flat at 0. Let n be the outer normal of the
tube, e the vector e_{k+1}, c = e . n, s^2 = 1 - c^2, p = h'(D) and q = (D h)''. The Hessian of the
term is [[c q, s p], [s p, c p]] on the span of n and e, and between 0 and c p elsewhere. If b is
`bend_in`, |q| <= b and -b/2 <= p <= 0, so (b - c q)(b - c p) >= s^2 p^2 for both signs of c: the
Hessian lies between -b and b. The gradient of the term is at most 1.

chi goes from 0 at 0 to 1 at `reach` on two parabolas: |chi'| <= 2/reach, |chi''| <= 4/reach^2. The
norm it is put into has gradient and curvature at most 1. So the first term of F has a gradient of
at most 2 pull/reach and a curvature of at most 8 pull/reach^2, in any number of dimensions. A sum
of chi(y_i) in its place would have an unbounded gradient.

The values must level off. Steps in new directions go no further than eta sqrt k, and so a landscape
with gradients up to M falls by at most M eta sqrt k in k of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from flint import arb, fmpq

from numeric.core.balls import Scalar
from numeric.experiments.collapse.landscapes import Exact, Point, Property, ceiling, exact

LEAST_REACH = fmpq(29, 6)
"""Tubes of this reach, in units of slope / L, have curvature L and leave nothing for the pull."""


@dataclass(frozen=True)
class Rays:
    """The landscape above in the first `dimension` coordinates. `slope` is that at the iterates and
    `unit` the unit of length; the other lengths are in this unit, and `join` < `radius`."""

    slope: Exact
    unit: Exact
    reach: Exact
    radius: Exact
    join: Exact
    bend_in: Exact
    bend_out: Exact
    pull: Exact
    dimension: int
    name = "rays"

    @property
    def steepest_squared(self) -> Exact:
        return (self.slope * (1 + 2 * self.pull / self.reach)) ** 2

    @property
    def bend(self) -> Scalar:
        return self.slope / self.unit * (self.bend_in + 8 * self.pull / self.reach**2)

    def value(self, x: Point) -> arb:
        y = [a / self.unit for a in x]
        total = -self.pull * (_norm([self._on(a) for a in y]) - 1)
        if (tube := self._tube(y)) is not None:
            k, _, square = tube
            total += y[k] * self._profile(square)[0]
        return self.slope * self.unit * total

    def gradient(self, x: Point) -> list[arb]:
        y = [a / self.unit for a in x]
        norm = _norm([self._on(a) for a in y])
        found = [-self.pull * self._on(a) * self._on_slope(a) / norm for a in y]
        if (tube := self._tube(y)) is not None:
            k, t, square = tube
            h, slope = self._profile(square)
            if square:
                across = y[k] * slope / arb(square).sqrt()
                found = [
                    g + across * (a - (t if i < k else 0))
                    for i, (g, a) in enumerate(zip(found, y, strict=True))
                ]
            found[k] += h
        return [self.slope * g for g in found]

    def direction(self, k: int) -> Point:
        if k >= self.dimension:
            raise ValueError(f"a landscape of {self.dimension} dimensions has no step {k}")
        return tuple(fmpq(int(i == k)) for i in range(self.dimension))

    def height(self, k: int, step_size: Exact) -> arb:
        return -self.slope * self.unit * self.pull * (arb(1 + k).sqrt() - 1)

    def steps_to_fall(self, depth: arb, step_size: Exact) -> int:
        """More than `dimension` is a number of steps with as many dimensions."""
        return ceiling((1 + depth / (self.slope * self.unit * self.pull)) ** 2 - 1)

    def properties(self, slope: Exact, step_size: Exact) -> Iterator[Property]:
        yield Property("unit", "lengths are positive", self.unit > 0 < self.reach, self.unit)
        steps = step_size / self.unit
        yield Property("reach", "a step reaches the next ray", steps >= self.reach, steps)
        apart = 2 * self.radius <= self.reach
        yield Property("separate", "tubes do not meet: 2 radius <= reach", apart, 2 * self.radius)
        rest = self.radius - self.join
        inside = 0 < self.join < self.radius
        yield Property("inside", "0 < join < radius", inside, self.join)
        slopes = 1 - self.bend_in * self.join, -self.bend_out * rest
        yield Property("flat", "D h(D) ends with slope 0", slopes[0] == slopes[1], slopes[0])
        levels = self.join - self.bend_in * self.join**2 / 2, self.bend_out * rest**2 / 2
        yield Property("closed", "D h(D) ends at 0", levels[0] == levels[1], levels[0])
        mild = self.bend_out <= self.bend_in
        yield Property("bends", "bend_out <= bend_in", mild, self.bend_out)
        yield Property(
            "alignment", "the gradient at iterate k is slope e_{k+1}", self.slope == slope, slope
        )
        yield Property("falling", "f falls by pull (sqrt(1 + k) - 1)", self.pull > 0, self.pull)

    def _on(self, y: Exact) -> Exact:
        """chi(y)."""
        u = min(max(y / self.reach, fmpq(0)), fmpq(1))
        return 2 * u**2 if 2 * u <= 1 else 1 - 2 * (1 - u) ** 2

    def _on_slope(self, y: Exact) -> Exact:
        """chi'(y)."""
        u = min(max(y / self.reach, fmpq(0)), fmpq(1))
        return 4 * min(u, 1 - u) / self.reach

    def _tube(self, y: list[Exact]) -> tuple[int, Exact, Exact] | None:
        """The k whose tube y is in, the t of the point of ray k next to y, and its distance^2."""
        square = sum((a**2 for a in y), fmpq(0))
        for k, total in enumerate(accumulate(y[:-1], initial=fmpq(0))):
            t = max(total / k, self.reach) if k else fmpq(0)
            distance = square - 2 * t * total + k * t**2
            if distance < self.radius**2:
                return k, t, distance
        return None

    def _profile(self, square: Exact) -> tuple[arb, arb]:
        """h and h' at the distance whose square is given, below radius^2."""
        D = arb(square).sqrt()
        if square <= self.join**2:
            return 1 - self.bend_in * D / 2, arb(-self.bend_in / 2)
        h = self.bend_out * (self.radius - D) ** 2 / (2 * D)
        return h, -self.bend_out / 2 * (self.radius**2 / square - 1)


def rays(slope: Any, smoothness: Any, reach: Any = 5, dimension: int = 8) -> Rays:
    """The landscape for all steps eta >= reach slope/L, reach > 29/6, with the largest pull.

    Its steepest slope is (6 reach - 5)/24 times `slope`: 25/24 for reach 5. The tubes are as tight
    as 12/17 allows, a fraction just below 1/sqrt 2: D h(D) goes down to the slope -12/17.
    """
    top, L, e = exact(slope), exact(smoothness), exact(reach)
    bend = LEAST_REACH / e
    return Rays(
        slope=top,
        unit=top / L,
        reach=e,
        radius=e / 2,
        join=fmpq(29, 17) / bend,
        bend_in=bend,
        bend_out=bend * fmpq(144, 145),
        pull=e**2 * (1 - bend) / 8,
        dimension=dimension,
    )


def _norm(row: list[Exact]) -> arb:
    """sqrt(1 + sum of squares)."""
    return arb(sum((a**2 for a in row), fmpq(1))).sqrt()
