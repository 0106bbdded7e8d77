"""Finite sums over responses, coordinates or prompts, measured in balls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from flint import arb

from numeric.checks._base import Counter
from numeric.checks._raw_trajectory import WHY, Exact, Path, dot, exact
from numeric.core.balls import Array
from numeric.core.policies import LogLinear, NonlinearLogits, Policy
from numeric.core.step import ball_precision, gradient_gap, to_balls
from theory.evaluate import Values
from theory.kernel.statement import Statement

Row: TypeAlias = Sequence[Exact]


def numbers(xs: Row) -> Array:
    """Rational numbers as balls, (n,)."""
    with ball_precision():
        return np.array([exact(x) for x in xs], dtype=object)


def draw_weighted(rng: np.random.Generator) -> tuple[Array, Array]:
    """Weights >= 0, two or more of them positive, and values of any size up to 100, both (n,)."""
    n = int(rng.integers(2, 9))
    weight = rng.exponential(size=n) * 10 ** rng.uniform(-9, 2, size=n)
    weight[2:] *= rng.integers(0, 2, size=n - 2)
    value = rng.normal(size=n) * 10 ** rng.uniform(-6, 1.5)
    return to_balls(rng.permutation(weight)), to_balls(value)


def means(weight: Array, value: Array, u: Any = 1) -> dict[str, Any]:
    """mass, mean, and the mean of exp(u * value) as mean_exp and as moment."""
    with ball_precision():
        mass = weight.sum()
        moment = (weight * np.exp(u * value)).sum() / mass
        mean = (weight * value).sum() / mass
    return {"mass": mass, "mean": mean, "mean_exp": moment, "moment": moment}


def products(a: Array, b: Array) -> Values:
    """a.b, |a|^2 and |b|^2."""
    with ball_precision():
        return {"dot": (a * b).sum(), "norm2_a": (a * a).sum(), "norm2_b": (b * b).sum()}


def vector_counter(
    statement: Statement,
    values: Mapping[str, Any],
    note: str,
    drop: str | None = None,
    why: Mapping[str, str] | None = None,
    meaningless: bool = False,
    **shown: object,
) -> Counter:
    """A counterexample with the given values; ``shown`` are its numbers, for a person."""
    reasons = {**WHY, **(why or {})}
    return Counter(
        values=values,
        holds={h.name: reasons[h.name] for h in statement.hypotheses if h.name != drop},
        note=note,
        meaningless=meaningless,
        parameters={name: str(x) for name, x in shown.items()},
    )


def draw_prompt(rng: np.random.Generator, theta: Array, log_odds: float) -> tuple[Policy, Array]:
    """A policy and rewards of one prompt, with the given log odds of success at theta (d,)."""
    n, d, scale = int(rng.integers(2, 6)), len(theta), 10 ** rng.uniform(-1, 1)
    reward = rng.permutation((np.arange(n) < rng.integers(1, n)).astype(np.float64))
    features, units = scale * rng.normal(size=(n, d)), rng.normal(size=(2, d))
    mixing, linear = scale * rng.normal(size=(n, 2)), rng.uniform() < 0.5

    def build(shift: float) -> Policy:
        offsets = shift * reward
        return LogLinear(features, offsets) if linear else NonlinearLogits(mixing, units, offsets)

    now = gradient_gap(build(0.0), theta, reward).log_odds
    return build(log_odds - now), reward


def prompt_values(path: Path, share: Row, eta: Exact) -> dict[str, Any]:
    """The weighted sum of log J_q before and after an update; prompt q is line q of the path."""
    with ball_precision():
        now, after, slope, weights = arb(0), arb(0), arb(0), [exact(a) for a in share]
        for q, a in enumerate(weights):
            mass = [r * x.exp() for r, x in zip(path.rewards, path.logp(q, arb(0)), strict=True)]
            later = [
                r * x.exp() for r, x in zip(path.rewards, path.logp(q, exact(eta)), strict=True)
            ]
            now += a * sum(mass, arb(0)).log()
            after += a * sum(later, arb(0)).log()
            slope += a * dot(mass, path.score(q, arb(0))) / sum(mass, arb(0))
        return {
            "A": sum(weights, arb(0)),
            "objective": now,
            "objective_next": after,
            "slope": slope,
            "L": exact(path.L),
            "eta": exact(eta),
        }


def rate_values(path: Path, alpha: Exact) -> dict[str, Any]:
    """theta' = theta + alpha g+ for one coordinate; the path is the policy on the line of theta."""
    with ball_precision():
        rewards = path.rewards
        mass = [r * x.exp() for r, x in zip(rewards, path.logp(0, arb(0)), strict=True)]
        J = sum(mass, arb(0))
        g_plus = dot(mass, path.score(0, arb(0))) / J
        after = path.logp(0, exact(alpha) * g_plus)
        return {
            "J": J,
            "J_next": sum((r * x.exp() for r, x in zip(rewards, after, strict=True)), arb(0)),
            "norm2": g_plus**2,
            "alpha": exact(alpha),
            "L": exact(path.L),
        }
