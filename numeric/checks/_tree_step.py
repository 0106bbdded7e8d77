"""Random updates of tree policies, and their numbers under the names that the claims use.

The numbers are those of `_step.measured`, from log odds and changes of logits, with the constants
of Assumptions 2 and 3 in place of those of Assumption 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
from flint import arb

from numeric.checks import _step
from numeric.checks._base import BITS
from numeric.checks._step import draw_fraction
from numeric.core.balls import Array, ball_precision, to_balls
from numeric.core.trees import Autoregressive, Tree, draw_token_step, mean_length, psi1_norm
from theory.evaluate import Values

PIECES = 8
"""Of the segment on which token smoothness is certified."""


@dataclass(frozen=True, eq=False)
class Step(_step.Step):
    """One update of a tree policy; ``smoothness`` is the L of Assumption 2."""

    policy: Autoregressive

    @cached_property
    def smoothness(self) -> float:
        """Certified on the segment [0, eta] and rounded up."""
        return self.policy.token_smoothness(self.theta, self.w, self.eta, PIECES)

    @cached_property
    def score_bound(self) -> float:
        """G of Assumption 2, the largest token score at theta, rounded up."""
        return self.policy.token_score_bound(self.theta, self.w)

    @property
    def longest(self) -> int:
        return self.policy.tree.longest

    @cached_property
    def lengths(self) -> Array:
        return to_balls(self.policy.tree.lengths)

    @cached_property
    def logp(self) -> Array:
        """At theta, in balls, (n,)."""
        with ball_precision(BITS):
            return self.policy.log_probs(to_balls(self.theta))

    @cached_property
    def score(self) -> Array:
        """At theta and along w, in balls, (n,)."""
        with ball_precision(BITS):
            return self.policy.scores(to_balls(self.theta)) @ to_balls(self.w)

    @cached_property
    def length_norm(self) -> float:
        """T_psi of Assumption 3, rounded up."""
        with ball_precision(BITS):
            return psi1_norm(self.lengths, np.exp(self.logp))

    @property
    def short(self) -> float:
        """1/(2 G sqrt T_psi), the longest step of Lemma 2."""
        return 1 / (2 * self.score_bound * math.sqrt(self.length_norm))

    def mean_lengths(self) -> tuple[arb, arb]:
        """E+[len] and E-[len]."""
        with ball_precision(BITS):
            pi, r = np.exp(self.logp), to_balls(self.reward)
            plus, minus = (mean_length(self.lengths, pi, given) for given in (r, 1 - r))
            return plus, minus


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Step:
    """Log odds of success are uniform between the extremes, or given."""
    extreme = _step.EXTREME_LOG_ODDS
    wanted = rng.uniform(-extreme, extreme) if log_odds is None else log_odds
    step = draw_token_step(rng, wanted)
    return Step(step.policy, step.theta, step.w, step.eta, step.reward)


def draw_tree(rng: np.random.Generator) -> Tree:
    V = int(rng.integers(2, 5))
    return Tree(V, int(rng.integers(1, 4 if V == 4 else 5)))


def with_step_below(rng: np.random.Generator, step: Step, limit: Callable[[float], float]) -> Step:
    """The same step with eta < limit(L), as for `_step.with_step_below`.

    The closed form that starts it is that of whole responses, an upper bound for their tokens."""
    return cast(Step, _step.with_step_below(rng, step, limit))


def draw_short(rng: np.random.Generator, log_odds: float | None = None) -> Step:
    """4 G^2 T_psi eta^2 < 1, over nine decades or close to the limit."""
    step = draw(rng, log_odds)
    return replace(step, eta=draw_fraction(rng) * step.short)


def measured(step: Step) -> dict[str, Any]:
    length_plus, length_minus = step.mean_lengths()
    return {
        **_step.measured(step),
        "G": arb(step.score_bound),
        "T": arb(step.longest),
        "length_plus": length_plus,
        "length_minus": length_minus,
    }


def light(step: Step) -> Values:
    """The same numbers, with the psi_1 norm of the length."""
    return {**measured(step), "T_psi": arb(step.length_norm)}


def draw_u(rng: np.random.Generator, score_bound: float, largest: float) -> arb:
    """|u| G over six decades up to ``largest``, of either sign."""
    return arb(float(rng.choice([-1, 1]) * 10 ** rng.uniform(-6, 0) * largest) / score_bound)


def draw_aligned(rng: np.random.Generator, log_odds: float | None = None) -> Step:
    """A random step, turned along its gap if the gap along w is negative."""
    step = draw(rng, log_odds)
    return replace(step, w=-step.w) if step.measure().alignment < 0 else step


def numbers(step: Step) -> Mapping[str, float]:
    """What thresholds are made of, but for L; in float64."""
    m = step.measure()
    values = {
        "J": m.J,
        "F": m.fail,
        "gap": abs(m.alignment),
        "G": step.score_bound,
        "T": step.longest,
        "length_plus": step.mean_lengths()[0],
        "T_psi": step.length_norm,
    }
    return {name: float(x) for name, x in values.items()}


# -- one node ----------------------------------------------------------------------------------


def at_node(rng: np.random.Generator, step: Step) -> tuple[Array, Array]:
    """Probabilities and scores of the next token at a random open prefix, in balls, (V,)."""
    node = step.policy.nodes[rng.integers(len(step.policy.nodes))]
    with ball_precision(BITS):
        theta = to_balls(step.theta)
        return np.exp(node.log_probs(theta)), node.scores(theta) @ to_balls(step.w)
