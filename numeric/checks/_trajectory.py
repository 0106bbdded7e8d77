"""Trajectories theta_{k+1} = theta_k + eta_k w_k of finite policies, measured in balls.

A run is finite, a claim is about all steps. Each run is the start of an endless trajectory that
satisfies the same hypotheses: it stays put from step K on (eta_k = 0), or, where a claim wants a
gap for ever, it goes on with pi+ and pi- fixed and log odds that rise with any slope D <= G. That
line has scores D (1 - J) and -D J, at most G, and curvature at most D^2/4 <= L for the families
of ``numeric.core.policies``, whose closed-form L is at least G^2/4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb

from numeric.core.balls import Array
from numeric.core.policies import Policy
from numeric.core.step import ball_precision, draw_step, gradient_gap, to_balls
from theory.evaluate import Values

MOST_LOG_ODDS = 27.6  # J(0) from 1e-12 to 1 - 1e-12
LEAST_GAP = 1e-6  # of the first gap, in units of G: below it a start is drawn anew
SHRINK = 0.3  # from one guess of the least gap to the next
INSIDE = 1 - 1e-15  # keeps |w| <= 1 after rounding


@dataclass(frozen=True)
class Point:
    """Step k of a trajectory: J, 1 - J and the gap where it starts, and its step size."""

    J: arb
    F: arb
    gap: arb
    eta: arb


@dataclass(frozen=True)
class Start:
    """A policy, theta_0 (d,), rewards (n,), and constants L, G that are valid for all theta."""

    policy: Policy
    theta: Array
    reward: Array
    L: arb
    G: arb


StepSize = Callable[[arb, arb], float]
"""From the gap along w and 1 - J to the step size."""


def trajectory_values(points: Sequence[Point], **constants: Any) -> dict[str, Any]:
    """J, F, gap, eta and M as functions of the step, with K = len(points) - 1."""
    with ball_precision():
        M = [arb(0)]
        for point in points:
            M.append(M[-1] + point.gap.max(arb(0)) * point.eta)
    return {
        "J": by_step([p.J for p in points]),
        "F": by_step([p.F for p in points]),
        "gap": by_step([p.gap for p in points]),
        "eta": by_step([p.eta for p in points]),
        "M": by_step(M),
        "K": len(points) - 1,
        **constants,
    }


def by_step(numbers: Sequence[arb]) -> Callable[[int | arb], arb]:
    """The numbers as a function of the step, which may be a ball of radius 0."""
    return lambda k: numbers[int(float(k))]


def draw_start(rng: np.random.Generator, log_odds: float | None) -> Start:
    """Any policy family, with the given log odds of success; the first gap is not negligible."""
    target = rng.uniform(-MOST_LOG_ODDS, MOST_LOG_ODDS) if log_odds is None else log_odds
    while True:
        policy, theta, _, _, reward = draw_step(rng, target)
        bounds = policy.constants()
        gap = gradient_gap(policy, theta, reward).gap
        if np.linalg.norm(gap) > LEAST_GAP * bounds.G > 0:
            return Start(policy, theta, reward, arb(bounds.L), arb(bounds.G))


def draw_direction(rng: np.random.Generator, gap: Array, first: bool) -> Array:
    """w (d,) with |w| <= 1: the gap, the gap with noise, any direction, or against the gap.

    The first direction has a positive gap, so that something is gained in every run."""
    target = gap.astype(np.float64)
    length = np.linalg.norm(target)
    unit = target / length if length > 0 else target
    kinds = ["gap", "noisy"] if first else ["gap", "noisy", "any", "against"]
    w = {
        "gap": unit,
        "noisy": unit + rng.uniform(0, 0.9) * _unit(rng.normal(size=len(unit))),
        "any": rng.normal(size=len(unit)),
        "against": -unit,
    }[rng.choice(kinds)]
    if not np.any(w):
        w = np.ones(len(unit))
    return _unit(w) * rng.choice([1.0, rng.uniform(0.2, 1)]) * INSIDE


def trajectory(
    rng: np.random.Generator,
    start: Start,
    updates: int,
    step_size: StepSize,
    ahead: bool = False,
) -> list[Point]:
    """The trajectory of ``updates`` updates; ``ahead``: every direction has a positive gap."""
    with ball_precision():
        theta = to_balls(start.theta)
        points = []
        for k in range(updates + 1):
            now = gradient_gap(start.policy, theta, start.reward)
            w = to_balls(draw_direction(rng, now.gap, ahead or k == 0))
            along = (w * now.gap).sum()
            eta = arb(step_size(along, now.fail)) if k < updates else arb(0)
            points.append(Point(now.J, now.fail, along, eta))
            theta = theta + eta * w
        return points


def draw_run(
    rng: np.random.Generator, log_odds: float | None, step_size: Callable[[Start], StepSize]
) -> tuple[Start, list[Point]]:
    """A start and 5 to 30 updates from there."""
    start = draw_start(rng, log_odds)
    return start, trajectory(rng, start, int(rng.integers(5, 31)), step_size(start))


def adapted(rng: np.random.Generator, start: Start) -> StepSize:
    """A fraction of the largest step that (15a) allows."""
    return lambda gap, _: below(rng, gap.max(arb(0)) / (2 * (start.L + 8 * start.G**2)))


def adapted_sharp(rng: np.random.Generator, start: Start) -> StepSize:
    """A fraction of (1 - J) [gap]_+ / L."""
    return lambda gap, F: below(rng, F * gap.max(arb(0)) / start.L)


def adapted_longer(rng: np.random.Generator, start: Start) -> StepSize:
    """A fraction of the larger of (1 - J) [gap]_+ / L and [gap]_+ / (2L + G^2)."""
    score = 1 / (2 * start.L + start.G**2)
    return lambda gap, F: below(rng, (F / start.L).max(score) * gap.max(arb(0)))


def fixed_size(size: float) -> StepSize:
    return lambda gap, F: size


def below(rng: np.random.Generator, most: arb) -> float:
    """A step size below ``most``: close to it, or any part of it."""
    return float(rng.choice([0.999, rng.uniform(0.05, 1) * 0.999])) * float(most.mid())


def draw_uniform(
    rng: np.random.Generator, log_odds: float | None, longest: Callable[[Start, arb], arb]
) -> dict[str, Any]:
    """Steps of one size, below ``longest`` of a guess of the least gap; if a gap is less, guess
    again."""
    start, updates = draw_start(rng, log_odds), int(rng.integers(5, 16))
    least = float(np.linalg.norm(gradient_gap(start.policy, start.theta, start.reward).gap))
    points: list[Point] = []
    with ball_precision():
        while not points or not all(p.gap >= least for p in points):
            least *= SHRINK
            size = below(rng, longest(start, arb(least)))
            points = trajectory(rng, start, updates, fixed_size(size), ahead=True)
        values = trajectory_values(points, L=start.L, G=start.G)
        return {**values, "eta": arb(size), "least_gap": arb(least)}


def draw_stagnation(
    rng: np.random.Generator, log_odds: float | None, square: Callable[[arb, arb], arb]
) -> Values:
    """Any step sizes. C0 is at least M(K), C1 at least ``square(L, G)`` times the squares."""
    budget = 10 ** rng.uniform(-6, 1.3)

    def free(start: Start) -> StepSize:
        scale = float((budget / square(start.L, start.G) / 30).sqrt().mid())
        return lambda gap, F: scale * rng.uniform(0.05, 1)

    with ball_precision():
        start, points = draw_run(rng, log_odds, free)
        values = trajectory_values(points)
        slack = [arb(1 + float(10 ** rng.uniform(-9, 0))) for _ in range(2)]
        squares = sum((p.eta**2 for p in points), arb(0))
        return {
            **values,
            "L": start.L,
            "G": start.G,
            "C0": slack[0] * values["M"](values["K"]),
            "C1": slack[1] * square(start.L, start.G) * squares,
        }


def draw_convergence(
    rng: np.random.Generator,
    log_odds: float | None,
    rule: Callable[[np.random.Generator, Start], StepSize],
) -> Values:
    """Step sizes that follow ``rule``: ``adapted`` or ``adapted_sharp``."""
    start, points = draw_run(rng, log_odds, lambda start: rule(rng, start))
    return trajectory_values(points, L=start.L, G=start.G)


def draw_limit(
    rng: np.random.Generator,
    log_odds: float | None,
    rule: Callable[[np.random.Generator, Start], StepSize],
) -> Values:
    """As ``draw_convergence``, with a tolerance: M(K) is enough for it, or (1 in 8) not yet.

    N(B) is the first K of the run with M(K) >= B. If there is none it lies beyond the run, where
    the trajectory goes on with a fixed gap; how far does not matter for what is measured."""
    with ball_precision():
        values = draw_convergence(rng, log_odds, rule)
        J, F, M, K = (values[name] for name in "JFMK")
        part = 1.25 if rng.uniform() < 1 / 8 else rng.uniform(0.02, 0.98)
        eps = F(0) / J(0) * (-arb(part) * M(K) / 2).exp()

    def N(B: arb) -> int:
        return next((k for k in range(K + 1) if M(k) >= B), K + 1)

    return {**values, "eps": eps.mid(), "N": N}


def _unit(w: Array) -> Array:
    return w / np.linalg.norm(w)
