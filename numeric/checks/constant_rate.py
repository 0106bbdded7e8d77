"""A constant learning rate. `normalised` and `positive_L` are not needed.

`normalised`: as in multi_prompt. `positive_L`: if L < 0 then 2/L < 0 and no rate is left; if L = 0
then 2/L is undefined, and whatever it is the score g+.grad stays |g+|^2 on average, so log J still
gains alpha |g+|^2. Of `interior`, J > 0 makes g+ defined; J = 1 would do no harm, as then g+ = 0.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import Counter
from numeric.checks._raw_trajectory import Exact, Path, exact, logistic
from numeric.checks._trajectory import draw_start
from numeric.checks._vectors import rate_values, vector_counter
from numeric.core.step import ball_precision, gradient_gap, measure_step, to_balls
from theory.evaluate import Values
from theory.statements.constant_rate import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """One update along g+ with a rate anywhere below 2/L."""
    start = draw_start(rng, log_odds)
    with ball_precision():
        theta = to_balls(start.theta)
        g_plus = gradient_gap(start.policy, theta, start.reward).g_plus
        part = rng.choice([10 ** rng.uniform(-6, 0), rng.uniform(), 1]) * 0.999
        alpha = arb(float(part) * float((2 / start.L).mid()))
        step = measure_step(start.policy, theta, g_plus, alpha, start.reward)
        norm2 = (g_plus**2).sum()
    return {"J": step.J, "J_next": step.J_next, "norm2": norm2, "alpha": alpha, "L": start.L}


def instance(
    path: Path,
    alpha: Exact,
    note: str,
    drop: str | None = None,
    meaningless: bool = False,
    **why: str,
) -> Counter:
    reasons = {"positive_L": f"L = {path.L}", "rate": f"alpha = {alpha} <= 2/L", **path.why, **why}
    shown: dict[str, Any] = {"alpha": alpha, "L": path.L, "rewards": path.rewards}
    values = rate_values(path, alpha)
    return vector_counter(STATEMENT, values, note, drop, reasons, meaningless, **shown)


def line(slope: Exact = 1, rewards: tuple[int, ...] = (1, 0)) -> Path:
    """pi(0) = sigmoid(theta), theta = 0; the gradients may claim another slope."""
    return logistic(
        lambda k, t: t,
        lambda k, t: exact(slope),
        lambda k: arb(0),
        L=Fraction(1, 4),
        G=1,
        why={"lipschitz": "a gradient's slope is at most 1/4"},
        rewards=rewards,
    )


def sine(odds: Exact, L: Exact, rewards: tuple[int, ...] = (1, 0)) -> Path:
    """pi(0) = sigmoid(log odds + sin theta), theta = 0."""
    return logistic(
        lambda k, t: exact(odds).log() + t.sin(),
        lambda k, t: t.cos(),
        lambda k: arb(0),
        L=L,
        G=1,
        why={"lipschitz": "a gradient's slope is at most max (1 - J)(1 + J) = 1"},
        rewards=rewards,
    )


def still() -> Path:
    """J = 1/2 for all theta; the gradients say that the log odds rise with slope 1."""
    return logistic(
        lambda k, t: arb(0),
        lambda k, t: arb(1),
        lambda k: arb(0),
        L=Fraction(1, 4),
        G=1,
        why={"lipschitz": "the gradients are constant"},
    )


COUNTERS: dict[str, Callable[[], Counter]] = {
    "no curvature": lambda: instance(line(), 1, "log sigmoid is concave"),
    "half the curvature": lambda: instance(line(), 1, "log sigmoid has curvature -1/4 at 0"),
    "the success rate falls": lambda: instance(line(), 1, "it rises"),
    "drop differentiable": lambda: instance(still(), 1, "J stays", "differentiable"),
    "drop lipschitz": lambda: instance(
        sine(1, Fraction(1, 100)), 10, "L = 1/100 allows theta = 5, where sin < 0", "lipschitz"
    ),
    "drop verifiable": lambda: instance(
        sine(Fraction(91, 90), 1, (1, -1)),
        Fraction(1, 29),
        "rewards 1 and -1 make J = 1/181 and g+ = 90.5: log J cannot gain the 277 promised",
        "verifiable",
    ),
    "drop interior": lambda: instance(
        line(rewards=(0, 0)), 1, "J = 0: g+ is a mean over no response", "interior", True
    ),
    "drop rate": lambda: instance(sine(1, 1), 10, "theta = 5, where sin < 0", "rate"),
}
