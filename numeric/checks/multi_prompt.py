"""Several prompts, one update. `normalised` is not needed.

The proof sums log E+[e^X] >= E+[X] over the prompts and never asks what the weights sum to.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import Counter
from numeric.checks._raw_trajectory import Exact, Path, exact, logistic
from numeric.checks._trajectory import MOST_LOG_ODDS, draw_direction
from numeric.checks._vectors import Row, draw_prompt, prompt_values, vector_counter
from numeric.core.step import ball_precision, gradient_gap, measure_step, to_balls
from theory.evaluate import Values
from theory.statements.multi_prompt import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """Two to four prompts share theta; ``log_odds`` is that of the first. Some shares are 0."""
    d, count = int(rng.integers(1, 5)), int(rng.integers(2, 5))
    theta = rng.normal(size=d)
    targets = rng.uniform(-MOST_LOG_ODDS, MOST_LOG_ODDS, size=count)
    targets[0] = targets[0] if log_odds is None else log_odds
    prompts = [draw_prompt(rng, theta, float(target)) for target in targets]
    share = rng.exponential(size=count)
    share[1:] *= rng.integers(0, 2, size=count - 1)
    policy, reward = prompts[0]
    w = draw_direction(rng, gradient_gap(policy, theta, reward).gap, first=False)
    L = max(policy.constants().L for policy, _ in prompts)
    eta = float(10 ** rng.uniform(-6, 1)) / float(np.sqrt(L))
    with ball_precision():
        shares = to_balls(share)
        steps = [measure_step(p, to_balls(theta), w, eta, r) for p, r in prompts]
        objective = sum((a * s.J.log() for a, s in zip(shares, steps, strict=True)), arb(0))
        gain = sum((a * s.log_J_ratio for a, s in zip(shares, steps, strict=True)), arb(0))
        slope = sum((a * s.mean_plus for a, s in zip(shares, steps, strict=True)), arb(0))
        return {
            "A": shares.sum(),
            "objective": objective,
            "objective_next": objective + gain,
            "slope": slope,
            "L": arb(L),
            "eta": arb(eta),
        }


WHY = {
    "smooth": "J (1 - J) <= 1/4 bounds the slope of a score",
    "solvable": "J > 0 at every t",
    "shares": "as listed",
}


def instance(
    path: Path,
    note: str,
    drop: str | None = None,
    share: Row = (1,),
    eta: Exact = 1,
    L: Exact | None = None,
    meaningless: bool = False,
    **why: str,
) -> Counter:
    values = prompt_values(path, share, eta)
    if L is not None:
        with ball_precision():
            values["L"] = exact(L)
    shown: dict[str, Any] = {
        "share": share,
        "eta": eta,
        "L": path.L if L is None else L,
        "rewards": path.rewards,
    }
    return vector_counter(STATEMENT, values, note, drop, WHY | why, meaningless, **shown)


def even(rewards: tuple[int, ...] = (1, 0), steep: Exact = 1) -> Path:
    """J = sigmoid(t), or 1 - sigmoid(t), at every prompt; the scores may claim another slope."""
    return logistic(
        lambda q, t: t,
        lambda q, t: exact(steep),
        lambda q: arb(0),
        L=Fraction(1, 4),
        G=1,
        why={},
        rewards=rewards,
    )


def nearly_unsolved() -> Path:
    """Rewards 1 and -1, J = tanh(g/2) for g = (t + 1/10)^2 + 1/100: small at 0, positive always."""
    tenth = Fraction(1, 10)
    return logistic(
        lambda q, t: (t + exact(tenth)) ** 2 + exact(tenth) ** 2,
        lambda q, t: 2 * (t + exact(tenth)),
        lambda q: arb(0),
        L=4,
        G=1,
        why={},
        rewards=(1, -1),
    )


COUNTERS: dict[str, Callable[[], Counter]] = {
    "half the curvature": lambda: instance(
        even(), "log sigmoid has curvature -1/4 at 0", eta=Fraction(1, 10)
    ),
    "curvature not weighted": lambda: instance(
        even(), "the same, with total weight 3", share=(1, 2), eta=Fraction(1, 10)
    ),
    "sign flipped": lambda: instance(even((0, 1)), "the slope is -1/2, and J falls"),
    "drop differentiable": lambda: instance(
        even(steep=9),
        "the scores say that log odds rise nine times faster",
        "differentiable",
        smooth="on 0 <= t <= 1 a score changes by 9 (J(t) - J(0)) <= 9 t/4 = L t",
        L=Fraction(9, 4),
    ),
    "drop smooth": lambda: instance(
        even(), "log sigmoid is curved, and L = 1/100", "smooth", L=Fraction(1, 100)
    ),
    "drop verifiable": lambda: instance(
        nearly_unsolved(),
        "log J has slope 10 and rises by 4",
        "verifiable",
        smooth="for t <= 1: |s'| <= g'' + g'^2/4 <= 2 + 1.21 < 4 = L",
    ),
    "drop solvable": lambda: instance(
        even((0, 0)), "no correct response: log 0", "solvable", meaningless=True
    ),
    "drop shares": lambda: instance(
        even(),
        "the inequality for one prompt, reversed",
        "shares",
        share=(-1,),
        L=1,
    ),
    "drop forward": lambda: instance(
        even(),
        "log sigmoid is curved for t < 0 too, and L = 1/100",
        "forward",
        eta=-1,
        L=Fraction(1, 100),
        smooth="0 <= t <= -1 holds for no t",
    ),
}
