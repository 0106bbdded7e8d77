"""Instances written as data: a few responses on the line t -> theta + t w, with simple numbers.

A ``Line`` says what log pi(o) is at t and what its score is claimed to be; nothing forces it to be
a policy. An ``Instance`` adds rewards, a step size and constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from flint import arb, fmpq

from numeric.core.balls import Array, log_sum_exp

Number: TypeAlias = int | Fraction
Numbers: TypeAlias = tuple[Number | arb, ...]
Row: TypeAlias = Callable[[Any], Array]
"""From a place t on a line to one ball for each response."""

SAMPLES = 16
"""Of the real numbers between 0 and eta, and as many between -eta and 0."""
REMEMBERED = 100


def ball(x: Number | arb) -> arb:
    """A rational number at the ambient precision."""
    return x if isinstance(x, arb) else arb(fmpq(x.numerator, x.denominator))


def balls(xs: Iterable[Number | arb]) -> Array:
    return np.array([ball(x) for x in xs], dtype=object)


def table(xs: Iterable[Number | arb]) -> Callable[..., arb]:
    """The numbers as a function of an element; further arguments don't matter."""
    row = balls(xs)
    return lambda o, *_: row[o]


def on_line(row: Row) -> Callable[[int, Any], arb]:
    """The row as a function of (o, t), computed once for each t."""
    known: dict[int, tuple[Any, Array]] = {}

    def value(o: int, t: Any) -> arb:
        if id(t) not in known:
            if len(known) > REMEMBERED:
                known.clear()
            known[id(t)] = t, row(arb(t))  # t is kept, so that its id stays its own
        return known[id(t)][1][o]

    return value


def reals(*sizes: Number | arb) -> list[arb]:
    """Places between minus and plus each of these step sizes, or around 0 if all are 0."""
    reach = list({str(size): size for size in sizes if size != 0}.values()) or [1]
    parts = range(-SAMPLES, SAMPLES + 1)
    return [arb(0), *(ball(size) * j / SAMPLES for size in reach for j in parts if j)]


def text(value: Any) -> str:
    """A number, or several in parentheses."""
    return f"({', '.join(map(str, value))})" if isinstance(value, tuple) else str(value)


# -- lines -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    logp: Row
    score: Row
    formula: str

    def misreported(self, factor: Number = 1, shift: Number = 0) -> Line:
        """The same probabilities, with factor * score + shift handed out as the score."""
        return replace(
            self,
            score=lambda t: ball(factor) * self.score(t) + ball(shift),
            formula=f"{self.formula}; reported score = {factor} * score + {shift}",
        )


def two_arms(odds: Number, slope: Number = 1, bend: Number = 0) -> Line:
    """Two responses with log odds f(t) = log(odds) + slope t + bend t^2.

    Scores f'(1 - pi) and -f' pi for pi = sigmoid(f); their derivatives are at most
    |f''| + f'^2/4 in size."""
    return logistic(
        lambda t: ball(odds).log() + ball(slope) * t + ball(bend) * t * t,
        lambda t: ball(slope) + 2 * ball(bend) * t,
        f"log odds log({odds}) + {slope} t + {bend} t^2",
    )


def logistic(f: Callable[[arb], arb], slope: Callable[[arb], arb], formula: str = "") -> Line:
    """pi = (sigmoid(f), sigmoid(-f)) with scores slope (1 - pi(0)) and -slope pi(0)."""

    def logp(t: arb) -> Array:
        return np.array([-(1 + (-f(t)).exp()).log(), -(1 + f(t).exp()).log()], dtype=object)

    def score(t: arb) -> Array:
        steep, (first, second) = slope(t), np.exp(logp(t))
        return np.array([steep * second, -steep * first], dtype=object)

    return Line(logp, score, formula)


def log_linear(probabilities: Numbers, slopes: Numbers) -> Line:
    """pi(o) proportional to probabilities[o] e^(slopes[o] t): score = slope - E[slope].

    The derivative of every score is -Var(slopes)."""

    def logits(t: arb) -> Array:
        return np.log(balls(probabilities)) + balls(slopes) * t

    def logp(t: arb) -> Array:
        return logits(t) - log_sum_exp(logits(t))

    def score(t: arb) -> Array:
        return balls(slopes) - (np.exp(logp(t)) * balls(slopes)).sum()

    formula = f"softmax of log p + s t, p = {text(probabilities)}, s = {text(slopes)}"
    return Line(logp, score, formula)


def hill(rate: Number, slope: Number, L: Number, wrong: Line) -> Line:
    """J(t) = rate e^(slope t - L t^2/2): the curvature of the correct response is -L. The others
    share what is left as on the line ``wrong``."""

    def right(t: arb) -> arb:
        return ball(rate).log() + ball(slope) * t - ball(L) * t * t / 2

    def logp(t: arb) -> Array:
        return np.array([right(t), *((-right(t).expm1()).log() + wrong.logp(t))], dtype=object)

    def score(t: arb) -> Array:
        steep = ball(slope) - ball(L) * t
        odds = 1 / (-right(t)).expm1()
        return np.array([steep, *(wrong.score(t) - steep * odds)], dtype=object)

    formula = f"log J = log({rate}) + {slope} t - {L} t^2/2; incorrect: {wrong.formula}"
    return Line(logp, score, formula)


def unnormalised(weights: Numbers, slopes: Numbers, bends: Numbers | None = None) -> Line:
    """logp = log(weight) + slope t + bend t^2, with nothing to make the sum one."""
    bend = balls(bends or (0,) * len(weights))
    return Line(
        lambda t: np.log(balls(weights)) + balls(slopes) * t + bend * t * t,
        lambda t: balls(slopes) + 2 * bend * t,
        f"p = {text(weights)} e^(s t), s = {text(slopes)}, not normalised",
    )


# -- one update ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Instance:
    """A line with rewards, step size, and the constants of Assumption 1 that are claimed for it.

    ``response`` is the one that a claim about a single response speaks of; ``curvatures`` are the
    Lipschitz constants of the scores one by one, all L by default. With one coordinate, the score
    is ``w`` times the gradient. ``sigma`` is the standard deviation of the reward by default."""

    line: Line
    eta: Number = 1
    L: Number = 0
    G: Number = 0
    reward: Numbers = (1, 0)
    response: int = 0
    curvatures: Numbers = ()
    w: Number = 1
    length: Numbers = ()
    sigma: Number | None = None
    more: Mapping[str, Number] = field(default_factory=dict)

    def formal(self) -> dict[str, Any]:
        score, w = on_line(self.line.score), ball(self.w)
        return {
            "Response": range(len(self.reward)),
            "Coordinate": range(1),
            "Real": reals(self.eta),
            "logp": on_line(self.line.logp),
            "score": score,
            "r": table(self.reward),
            "B": table(self.curvatures or (self.L,) * len(self.reward)),
            "length": table(self.length),
            "w": lambda i: w,
            "gradient": lambda i, o, t: score(o, t) / w,
            "sigma": self.deviation(),
            "o": self.response,
            **{name: ball(getattr(self, name)) for name in ("eta", "L", "G")},
            **{name: ball(x) for name, x in self.more.items()},
        }

    def deviation(self) -> arb:
        if self.sigma is not None:
            return ball(self.sigma)
        pi, reward = np.exp(self.line.logp(arb(0))), balls(self.reward)
        return (pi * (reward - (pi * reward).sum()) ** 2).sum().sqrt()

    def shown(self) -> dict[str, str]:
        named = ("reward", "eta", "L", "G", "curvatures", "length", "sigma")
        given = {name: getattr(self, name) for name in named}
        if self.length:  # a claim about gradients, which takes no step
            given = {name: given[name] for name in ("reward", "length", "sigma")}
        if self.w != 1:
            given["w"] = self.w
        given |= self.more
        return {"line": self.line.formula} | {
            name: text(x) for name, x in given.items() if x not in ((), None)
        }


# -- numbers and tables ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Tables:
    """Numbers, and functions of one element of a finite index set given by their values.

    ``sets`` are the index sets and their sizes, ``elements`` names of elements."""

    numbers: Mapping[str, Number] = field(default_factory=dict)
    rows: Mapping[str, Numbers] = field(default_factory=dict)
    sets: Mapping[str, int] = field(default_factory=dict)
    elements: Mapping[str, int] = field(default_factory=dict)

    def formal(self) -> dict[str, Any]:
        return {
            **{name: range(n) for name, n in self.sets.items()},
            **{name: table(row) for name, row in self.rows.items()},
            **{name: ball(x) for name, x in self.numbers.items()},
            **self.elements,
        }

    def shown(self) -> dict[str, str]:
        return {name: text(x) for name, x in {**self.rows, **self.numbers}.items()}


def over_responses(**given: Any) -> Tables:
    """Rows of numbers over responses, which are tuples or arrays, and numbers."""
    rows: Any = {name: x for name, x in given.items() if isinstance(x, (tuple, np.ndarray))}
    numbers = {name: x for name, x in given.items() if name not in rows}
    return Tables(numbers, rows, {"Response": len(next(iter(rows.values())))})
