"""Instances written in code: a few responses on the line t -> theta + t w, with simple numbers.

A ``Line`` says what log pi(o) is at t and what its score is claimed to be; nothing forces it to be
a policy. An ``Instance`` adds rewards, a step size and constants. Values are computed straight from
the definitions, and ``counter`` refuses an instance that visibly breaks a hypothesis that it claims
to keep, or that keeps the one it claims to break.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import BITS, Counter, check_hypotheses
from numeric.checks._step import from_definitions
from numeric.core.balls import Array, ball_precision, log_sum_exp
from theory.evaluate import Values
from theory.kernel.statement import Statement

Number = int | Fraction

NUDGE = arb(2) ** -60
"""Step of central differences: error NUDGE^2 times a third derivative, rounding 2^-256 / NUDGE."""
CLOSE = arb(2) ** -100
PIECES = 64


def ball(x: Number) -> arb:
    """A rational number at the ambient precision."""
    return arb(x.numerator) / x.denominator


def balls(xs: tuple[Number, ...]) -> Array:
    return np.array([ball(x) for x in xs], dtype=object)


@dataclass(frozen=True)
class Line:
    """``logp`` and ``score`` map t to (n,) balls; ``reasons`` says why hypotheses hold."""

    logp: Callable[[arb], Array]
    score: Callable[[arb], Array]
    reasons: Mapping[str, str]
    formula: str

    def misreported(self, factor: Number = 1, shift: Number = 0) -> Line:
        """The same probabilities, with factor * score + shift handed out as the score."""
        return replace(
            self,
            score=lambda t: ball(factor) * self.score(t) + ball(shift),
            reasons={**self.reasons, "smooth": "a constant does not change differences of scores"},
            formula=f"{self.formula}; reported score = {factor} * score + {shift}",
        )


SOFTMAX = {
    "normalised": "softmax: the probabilities sum to one at every t",
    "differentiable": "the score is the derivative of log pi in closed form",
}


def two_arms(odds: Number, slope: Number = 1, bend: Number = 0) -> Line:
    """Two responses with log odds f(t) = log(odds) + slope t + bend t^2.

    Scores f'(1 - pi) and -f' pi for pi = sigmoid(f); their derivatives are at most
    |f''| + f'^2/4 in size."""

    def f(t: arb) -> arb:
        return ball(odds).log() + ball(slope) * t + ball(bend) * t**2

    def logp(t: arb) -> Array:
        return np.array([-(1 + (-f(t)).exp()).log(), -(1 + f(t).exp()).log()], dtype=object)

    def score(t: arb) -> Array:
        steep, (first, second) = ball(slope) + 2 * ball(bend) * t, np.exp(logp(t))
        return np.array([steep * second, -steep * first], dtype=object)

    reasons = {**SOFTMAX, "smooth": "|score'| <= |f''| + f'^2/4 <= L for 0 <= t <= eta"}
    return Line(logp, score, reasons, f"log odds log({odds}) + {slope} t + {bend} t^2")


def log_linear(probabilities: tuple[Number, ...], slopes: tuple[Number, ...]) -> Line:
    """pi(o) proportional to probabilities[o] e^(slopes[o] t): score = slope - E[slope].

    The derivative of every score is -Var(slopes)."""

    def logits(t: arb) -> Array:
        return np.array([x.log() for x in balls(probabilities)], dtype=object) + balls(slopes) * t

    def logp(t: arb) -> Array:
        return logits(t) - log_sum_exp(logits(t))

    def score(t: arb) -> Array:
        return balls(slopes) - (np.exp(logp(t)) * balls(slopes)).sum()

    reasons = {**SOFTMAX, "smooth": "|score'| = Var(slopes) <= L for 0 <= t <= eta"}
    return Line(
        logp,
        score,
        reasons,
        f"softmax of log p + s t, p = {_text(probabilities)}, s = {_text(slopes)}",
    )


def unnormalised(weights: tuple[Number, ...], slopes: tuple[Number, ...]) -> Line:
    """logp = log(weight) + slope t with nothing to make the sum one: the scores are constant."""

    def logp(t: arb) -> Array:
        return np.array([x.log() for x in balls(weights)], dtype=object) + balls(slopes) * t

    reasons = {
        "differentiable": "log pi is linear in t and its slope is the score",
        "smooth": "the scores do not change",
    }
    return Line(
        logp,
        lambda t: balls(slopes),
        reasons,
        f"p = {_text(weights)} e^(s t), s = {_text(slopes)}, not normalised",
    )


@dataclass(frozen=True)
class Instance:
    """A line with rewards, step size, and the constants of Assumption 1 that are claimed for it.

    ``response`` is the one that a claim about a single response speaks of; ``curvatures`` are the
    Lipschitz constants of the scores one by one, where a claim speaks of them, else all are L."""

    line: Line
    eta: Number
    L: Number = 0
    G: Number = 0
    reward: tuple[Number, ...] = (1, 0)
    response: int = 0
    because: Mapping[str, str] = field(default_factory=dict)
    curvatures: tuple[Number, ...] = ()

    def values(self) -> Values:
        with ball_precision(BITS):
            eta, here, there = (
                ball(self.eta),
                self.line.logp(arb(0)),
                self.line.logp(ball(self.eta)),
            )
            score = self.line.score(arb(0))
            return {
                **from_definitions(here, there, score, balls(self.reward)),
                "eta": eta,
                "L": ball(self.L),
                "G": ball(self.G),
                "X": (there - here)[self.response],
                "s": score[self.response],
                **self._mean_curvatures(np.exp(here)),
            }

    def _mean_curvatures(self, pi: Array) -> dict[str, Any]:
        """E+[B] and E-[B], if the instance has ``curvatures``."""
        if not self.curvatures:
            return {}
        reward, own = balls(self.reward), balls(self.curvatures)
        J, lost = (reward * pi).sum(), ((1 - reward) * pi * own).sum()
        return {"curvature_plus": (reward * pi * own).sum() / J, "curvature_minus": lost / (1 - J)}

    def visibly_broken(self, statement: Statement) -> set[str]:
        """Hypotheses that certainly fail: at t = 0, at sampled t, or as a comparison of numbers."""
        values = self.values()
        broken = {
            name
            for name, checks in check_hypotheses(statement, values).items()
            if any(c.holds is False for c in checks)
        }
        with ball_precision(BITS):
            eta, start = ball(self.eta), self.line.score(arb(0))
            steady = balls(self.curvatures or (self.L,) * len(self.reward))
            times = [eta * j / PIECES for j in range(-PIECES, PIECES + 1)]
            for t in times:
                if not np.exp(self.line.logp(t)).sum().overlaps(arb(1)):
                    broken.add("normalised")
                rise = self.line.logp(t + NUDGE) - self.line.logp(t - NUDGE)
                slopes = rise / (2 * NUDGE)
                if _exceeds(slopes - self.line.score(t), CLOSE):
                    broken.add("differentiable")
                turned = abs(self.line.score(t) - start) - steady * t
                if 0 <= t <= eta and any(excess > 0 for excess in turned):
                    broken.add("smooth")
            if _exceeds(start, ball(self.G)):
                broken.add("bounded")
            if not 0 < values["J"] < 1:
                broken.add("interior")
        if any(not 0 <= r <= 1 for r in self.reward):
            broken.add("verifiable")
        return broken & {h.name for h in statement.hypotheses}

    def reasons(self) -> Mapping[str, str]:
        """Why each hypothesis holds, as far as this instance can know."""
        return {
            "verifiable": "the rewards are 0 and 1",
            "interior": "0 < J < 1, measured",
            "bounded": f"max |score(0)| <= G = {self.G}, measured",
            "forward": f"eta = {self.eta} >= 0",
            "short": f"L = {self.L} > 0 and 4 L eta^2 = {4 * self.L * self.eta**2} <= 1",
            "positive_L": f"L = {self.L} > 0",
            "below_threshold": f"0 < eta = {self.eta} < eta_safe, measured",
            **self.line.reasons,
            **self.because,
        }


def counter(
    statement: Statement,
    instance: Instance,
    note: str,
    drop: str | None = None,
    meaningless: bool = False,
) -> Counter:
    """The instance, keeping every hypothesis but ``drop``; ValueError if it visibly does not."""
    broken = instance.visibly_broken(statement)
    if broken != ({drop} if drop else set()):
        raise ValueError(f"{statement.slug}: the instance breaks {sorted(broken)}, not {drop}")
    reasons = instance.reasons()
    return Counter(
        values=instance.values(),
        holds={h.name: reasons[h.name] for h in statement.hypotheses if h.name != drop},
        note=note,
        meaningless=meaningless,
        parameters={
            "line": instance.line.formula,
            "reward": _text(instance.reward),
            "eta": str(instance.eta),
            **({"B": _text(instance.curvatures)} if instance.curvatures else {}),
            "L": str(instance.L),
            "G": str(instance.G),
        },
    )


def without_success(statement: Statement) -> Counter:
    """J = 0: no response is correct, and the mean over correct responses is 0/0."""
    instance = Instance(two_arms(1), Fraction(1, 2), Fraction(1, 4), Fraction(1, 2), reward=(0, 0))
    note = "J = 0: the mean over correct responses is 0/0"
    return counter(statement, instance, note, "interior", meaningless=True)


def _exceeds(numbers: Array, bound: arb) -> bool:
    """Some number is certainly larger in size than the bound."""
    return any(abs(x) > bound for x in numbers)


def _text(numbers: tuple[Number, ...]) -> str:
    return "(" + ", ".join(map(str, numbers)) + ")"
