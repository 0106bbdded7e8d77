"""The effective steps (20), coordinate by coordinate.

`interior` is not needed: at J = 0 or J = 1 rewards of 0 and 1 have no spread, and sigma > 0 fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from numeric.checks import _step
from numeric.checks._base import BITS, Counter
from numeric.checks._grpo import Counters
from numeric.checks._psi1 import evaluated_counter, responses
from numeric.checks._raw_trajectory import Exact, exact
from numeric.checks._vectors import Row, numbers
from numeric.core.balls import Array, ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.effective_step import STATEMENT


def gradient_gap(pi: Array, reward: Array, gradient: Array) -> Array:
    """g+ - g-, (d,), from pi and reward (n,) and gradients of log pi (n, d)."""
    right, wrong = reward * pi, (1 - reward) * pi
    J = right.sum()
    return right @ gradient / J - wrong @ gradient / (1 - J)


@dataclass(frozen=True, eq=False)
class Gradients:
    """pi, reward and length (n,), gradients of log pi (n, d), and the gap as delta w, w (d,)."""

    pi: Array
    reward: Array
    length: Array
    gradient: Array
    delta: arb
    w: Array

    def numbers(self, i: int, tokens: arb, alpha: arb, sigma: arb | None = None) -> dict[str, Any]:
        """Both gradients at coordinate i, summed over responses."""
        with ball_precision(BITS):
            J = (self.reward * self.pi).sum()
            advantage, score = self.reward - J, self.gradient[:, i]
            if sigma is None:
                sigma = (self.pi * advantage**2).sum().sqrt()
            return {
                "J": J,
                "F": 1 - J,
                "sigma": sigma,
                "alpha": alpha,
                "tokens": tokens,
                "delta": self.delta,
                "along": (self.w * gradient_gap(self.pi, self.reward, self.gradient)).sum(),
                "w_i": self.w[i],
                "grpo": (self.pi * (advantage / sigma) * (score / self.length)).sum(),
                "dr_grpo": (self.pi * advantage * score).sum(),
            }


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """One length up to a million, learning rates over twelve decades, and any coordinate."""
    step = _step.draw(rng, log_odds)
    with ball_precision(BITS):
        theta, reward = to_balls(step.theta), to_balls(step.reward)
        pi, gradient = np.exp(step.policy.log_probs(theta)), step.policy.scores(theta)
        gap, tokens = gradient_gap(pi, reward, gradient), arb(int(10 ** rng.uniform(0, 6)))
        delta = (gap**2).sum().sqrt()
        found = Gradients(pi, reward, 0 * pi + tokens, gradient, delta, gap / delta)
        i, alpha = int(rng.integers(step.policy.d)), float(10 ** rng.uniform(-9, 3))
    return found.numbers(i, tokens, arb(alpha))


def instance(
    note: str,
    drop: str | None = None,
    pi: Row = (Fraction(1, 4), Fraction(3, 4)),
    reward: Row = (1, 0),
    length: Row = (2, 2),
    delta: Exact = 5,
    w: Row = (Fraction(3, 5), Fraction(4, 5)),
    sigma: Exact | None = None,
) -> Callable[[], Counter]:
    """J = 1/4 and the gap (3, 4) = 5 w: gradients (3/4)(3, 4) and -(1/4)(3, 4); 2 tokens each."""
    rows: tuple[Row, ...] = ((Fraction(9, 4), 3), (Fraction(-3, 4), -1))

    def make() -> Counter:
        gradient = np.array([numbers(row) for row in rows])
        direction = numbers(w)
        found = Gradients(
            numbers(pi), numbers(reward), numbers(length), gradient, exact(delta), direction
        )
        values = found.numbers(0, arb(2), arb(1), None if sigma is None else exact(sigma))
        functions = {
            **responses(logp=np.log(found.pi), r=found.reward, length=found.length),
            "gradient": lambda i, o, t: gradient[o, i],
            "w": lambda i: direction[i],
            "Coordinate": range(2),
            "Real": (arb(0),),
        }
        why = {
            "normalised": "the probabilities sum to one, at every t",
            "interior": f"J = {values['J'].str(4)}",
            "binary": "the rewards are 0 and 1",
            "spread": "sigma is measured",
            "one_length": "2 tokens each",
            "direction": f"the gap is {delta} times w",
            "unit": "w = (3/5, 4/5)",
        }
        return evaluated_counter(
            STATEMENT,
            values,
            note,
            drop,
            why,
            functions=functions,
            pi=pi,
            reward=reward,
            length=length,
            delta=delta,
            w=w,
        )

    return make


TWO_TOKENS = instance(
    "J = 1/4 and 2 tokens: coordinate 0 of the gap is 3; Dr. GRPO has 9/16, GRPO 3 sqrt(3)/8"
)

COUNTERS: Counters = {
    "Dr. GRPO divided by the length": TWO_TOKENS,
    "GRPO not divided": TWO_TOKENS,
    "GRPO with the variance": TWO_TOKENS,
    "drop normalised": instance(
        "half of the probability is missing: sigma^2 = 5/32, not 3/16",
        "normalised",
        pi=(Fraction(1, 4), Fraction(1, 4)),
        delta=Fraction(25, 6),
    ),
    "drop binary": instance(
        "graded rewards spread less than J(1-J)",
        "binary",
        reward=(1, Fraction(1, 2)),
        delta=2,
    ),
    "drop spread": instance("sigma^2 = 1, not 3/16", "spread", sigma=1),
    "drop one_length": instance("1 token and 2 tokens", "one_length", length=(1, 2)),
    "drop direction": instance("delta = 1, though w.(g+ - g-) = 5", "direction", delta=1),
    "drop unit": instance(
        "w = (6/5, 8/5): w.(g+ - g-) = 10",
        "unit",
        delta=Fraction(5, 2),
        w=(Fraction(6, 5), Fraction(8, 5)),
    ),
}
