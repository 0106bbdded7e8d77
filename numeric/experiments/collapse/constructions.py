"""Theorem 2: steps that are too long bring the success rate to 0, with certified instances.

Two responses, and J = sigmoid(f) for log odds f = log odds of J(0) + a landscape. The gap vector
(9) is grad f, the scores are (1 - J) grad f and -J grad f, and with M = sup |grad f| and B the
Lipschitz constant of grad f they have, for all parameters, sizes up to M and derivatives up to

    sup over J in [0, 1] of (1 - J)(B + M^2 J)  =  B if B >= M^2, else (B + M^2)^2 / (4 M^2).

So with G = sqrt L an instance satisfies Assumption 1 if M <= sqrt L and B <= L: the terms of the
score's derivative trade off, and nothing has to be set aside for the second one.

The log odds are a nonlinear function of the parameters, and w has unit length however small J is.
Theorems on convergence for every learning rate are about one free logit per response and steps that
shrink with the gradient: they do not apply here.

``certify`` decides the scalar facts of an instance, in exact numbers or in balls, or names the
first that fails. That these imply alignment, bounds and descent is derived in the texts. No point
of a landscape is sampled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from flint import arb, fmpq

from numeric.core.balls import Scalar, ball_precision
from numeric.experiments.collapse.landscapes import (
    Exact,
    Landscape,
    Point,
    Property,
    exact,
    root_above,
    root_below,
    wave,
)


class Violated(ValueError):
    """A property of an instance does not hold, or is not certain."""

    def __init__(self, violated: Property) -> None:
        self.name, self.value = violated.name, violated.value
        super().__init__(f"{violated.name}: {violated.says}; got {shown(violated.value)}")


class Instance(Protocol):
    """A problem, a landscape and a constant step size: what is certified and simulated."""

    @property
    def landscape(self) -> Landscape: ...

    @property
    def gap(self) -> Exact: ...

    @property
    def smoothness(self) -> Exact: ...

    @property
    def score_bound(self) -> Exact: ...

    @property
    def step_size(self) -> Exact: ...

    def properties(self) -> Iterator[Property]:
        """Everything that is claimed, hypotheses first."""
        ...

    def log_odds(self, x: Point) -> arb:
        """Log odds of success at x."""
        ...

    def gap_vector(self, x: Point) -> list[arb]:
        """g+ - g- of (9) at x: the gradient of the log odds."""
        ...

    def closed_form(self, k: int) -> arb:
        """Log odds of success after k steps."""
        ...

    def collapse_time(self, success_rate: Any) -> int:
        """N with J(k) <= success_rate, in (0, 1), for all k >= N. The instance is certified."""
        ...


@dataclass(frozen=True)
class Certificate:
    """The properties of one instance, all of them certain."""

    instance: Instance
    properties: tuple[Property, ...]

    def lines(self) -> dict[str, str]:
        """Property -> what it says, and the number it was decided on."""
        return {p.name: f"{p.says}: {shown(p.value)}" for p in self.properties}


def certify(instance: Instance) -> Certificate:
    """Decide each scalar fact. Raises Violated, with the name and value of the first that fails."""
    found = []
    with ball_precision():
        for item in instance.properties():
            if not item.holds:
                raise Violated(item)
            found.append(item)
    return Certificate(instance, tuple(found))


def shown(value: Any) -> str:
    """Ten digits of an exact number or a ball; other things as they are."""
    return arb(value).str(10, radius=False) if isinstance(value, fmpq | arb) else str(value)


# -- what both theorems ask for ------------------------------------------------------------------


def constants(gap: Exact, L: Exact, G: Exact) -> Iterator[Property]:
    """The numbers of a problem instance."""
    yield Property("gap", "0 < gap", gap > 0, gap)
    yield Property("smoothness", "0 < L", L > 0, L)
    yield Property("score bound", "G >= sqrt L", G > 0 and G**2 >= L, G)


def printed_range(
    gap: Exact, L: Exact, G: Exact, step_size: Exact, least: int, longest: int = 1
) -> Iterator[Property]:
    """least gap <= eta (L + G^2) T and eta <= 1/(2 sqrt((L + G^2) T)): eq. (19), or with T = 1 the
    condition of Theorem 2."""
    scale = (L + G**2) * longest
    long = step_size * scale / gap
    yield Property("least step", f"eta (L + G^2) T / gap >= {least}", long >= least, long)
    short = 4 * step_size**2 * scale
    yield Property("largest step", "4 eta^2 (L + G^2) T <= 1", short <= 1, short)


def regularity(landscape: Landscape, L: Exact, G: Exact) -> Iterator[Property]:
    """Assumption 1, or 2 for a token, at all parameters: see the module docstring."""
    M2, B = landscape.steepest_squared, landscape.bend
    yield Property("bounded scores", "sup |grad f|^2 <= G^2", M2 <= G**2, M2)
    lipschitz = score_smoothness(M2, B)
    yield Property(
        "smooth scores", "Lipschitz constant of the scores <= L", lipschitz <= L, lipschitz
    )


def score_smoothness(steepest_squared: Exact, bend: Scalar) -> Scalar:
    """Lipschitz constant of the scores of two responses from M^2 > 0 and B; an upper bound where
    balls leave open which case it is."""
    if bend >= steepest_squared:
        return bend
    return (bend + steepest_squared) ** 2 / (4 * steepest_squared)


# -- Theorem 2 -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TwoResponses:
    """An instance of Theorem 2: J(0) in (0, 1), gap, L, G, eta and the landscape of the log odds.

    ``printed``: the step is also in the printed range, which other instances exceed."""

    success_rate: Exact
    gap: Exact
    smoothness: Exact
    score_bound: Exact
    step_size: Exact
    landscape: Landscape
    printed: bool = True

    def properties(self) -> Iterator[Property]:
        J, gap, eta = self.success_rate, self.gap, self.step_size
        L, G = self.smoothness, self.score_bound
        yield Property("success rate", "0 < J(0) < 1", 0 < J < 1, J)
        yield from constants(gap, L, G)
        if self.printed:
            yield from printed_range(gap, L, G, eta, 60)
        yield from self.landscape.properties(gap, eta)
        yield from regularity(self.landscape, L, G)

    def log_odds(self, x: Point) -> arb:
        return self._start + self.landscape.value(x)

    def gap_vector(self, x: Point) -> list[arb]:
        return self.landscape.gradient(x)

    def closed_form(self, k: int) -> arb:
        return self._start + self.landscape.height(k, self.step_size)

    def collapse_time(self, success_rate: Any) -> int:
        aim = probability(success_rate)
        odds = self.success_rate / (1 - self.success_rate) * (1 - aim) / aim
        if odds <= 1:
            return 0
        return self.landscape.steps_to_fall(arb(odds).log(), self.step_size)

    @property
    def _start(self) -> arb:
        return arb(self.success_rate / (1 - self.success_rate)).log()


def theorem_2(
    success_rate: Any,
    gap: Any,
    smoothness: Any,
    step_size: Any,
    score_bound: Any = None,
    landscape: Landscape | None = None,
    printed: bool = True,
) -> TwoResponses:
    """The instance of Theorem 2 for a step in the printed range. G is sqrt L, rounded up, unless it
    is given, and the landscape a cosine wave of amplitude L eta/8, which falls if G^2 < 6.5 L.

    Nothing is checked here, see ``certify``, but L > 0: ValueError."""
    J, mu, L, eta = (exact(x) for x in (success_rate, gap, smoothness, step_size))
    G = score_bound_of(L, score_bound)
    return TwoResponses(J, mu, L, G, eta, landscape or wave(mu, L, eta), printed)


def probability(number: Any) -> Exact:
    """An exact number in (0, 1). ValueError otherwise."""
    found = exact(number)
    if not 0 < found < 1:
        raise ValueError(f"success rate must be inside (0, 1), got {shown(found)}")
    return found


def score_bound_of(L: Exact, given: Any) -> Exact:
    """G as given, or the root of L, rounded up. ValueError: L <= 0."""
    if not L > 0:
        raise ValueError(f"smoothness must be positive, got {shown(L)}")
    return root_above(L) if given is None else exact(given)


def draw_theorem_2(rng: np.random.Generator) -> TwoResponses:
    """A random instance in the printed range: L over 20 decades, the gap over the 20 below its
    limit, J(0) from 1e-12 to 1 - 1e-12, L <= G^2 <= 6.49 L, and eta at either end at times."""
    J = exact(10 ** rng.uniform(-12, np.log10(0.5)))
    gap, L, G, eta = draw_printed(rng, 60)
    return theorem_2(J if rng.uniform() < 0.5 else 1 - J, gap, L, eta, G)


def draw_printed(
    rng: np.random.Generator, least: int, longest: int = 1
) -> tuple[Exact, Exact, Exact, Exact]:
    """Random gap, L, G and eta that meet ``printed_range``, as in ``draw_theorem_2``."""
    L = exact(10 ** rng.uniform(-10, 10))
    G = root_above(L * exact(rng.choice([1.0, rng.uniform(1, 6.49)])))
    scale = (L + G**2) * longest
    gap = root_below(scale) / (2 * least) * exact(10 ** -rng.choice([0.0, rng.uniform(0, 20)]))
    low, high = least * gap / scale, 1 / (2 * root_above(scale))
    share = rng.choice([0.0, 1.0, rng.uniform()])
    between = exact(float(arb(low)) * float(arb(high / low)) ** share)
    return gap, L, G, max(low, min(between, high)) if 0 < share < 1 else (high if share else low)
