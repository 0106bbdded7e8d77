"""Trajectories of autoregressive policies on response trees, measured in balls.

A run is finite, a claim is about all steps: as in ``_trajectory``, the run stays put from step K
on, or goes on with pi+ and pi- fixed and log odds that rise with any slope D <= G, D^2 <= 4 L. On
that line the score of a token is D times what it adds to the probability of success given the
prefix: at most D, with a slope of at most D^2/4. T_psi suits pi+ too and so stays valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from flint import arb

from numeric.checks._trajectory import (
    LEAST_GAP,
    MOST_LOG_ODDS,
    Point,
    by_step,
    draw_direction,
    trajectory_values,
)
from numeric.core.balls import Array, ball_precision, round_up, to_balls
from numeric.core.step import gradient_gap
from numeric.core.trees import Autoregressive, draw_token_step, mean_length, psi1_norm
from theory.evaluate import Values, comparisons
from theory.kernel.statement import Hypothesis
from theory.statements._tree_trajectory import ADAPTED, ADAPTED_SHARP, SHORT

Rule = tuple[tuple[Hypothesis, int], ...]
"""Conditions c eta^n <= d on the size of a step, each with its n."""

PRINTED: Rule = ((ADAPTED, 1), (SHORT, 2))  # (18a)
FIRST_BRANCH: Rule = ((ADAPTED, 1),)
SHARP: Rule = ((ADAPTED_SHARP, 1),)

MOST_RESPONSES = 15
SLACK = 1.5  # of the constants that are tried first, over those at the start


class Bounds(NamedTuple):
    """The constants of Assumptions 2 and 3."""

    L: float
    G: float
    T_psi: float


@dataclass(frozen=True, eq=False)
class TreeStart:
    """A policy, theta_0 (d,) and rewards (n,)."""

    policy: Autoregressive
    theta: Array
    reward: Array

    @cached_property
    def everywhere(self) -> Bounds:
        """Valid for all theta: L and G bound gradient vectors, and T_psi is T/log 2."""
        nodes = [node.constants() for node in self.policy.nodes]
        with ball_precision():
            T_psi = round_up(self.policy.tree.longest / arb(2).log())
        return Bounds(max(x.L for x in nodes), max(x.G for x in nodes), T_psi)

    @cached_property
    def nearby(self) -> Bounds:
        """A little more than is valid at theta_0 along the gap; maybe not valid for a run."""
        policy, theta = self.policy, self.theta
        gap = gradient_gap(policy, theta, self.reward).gap
        w, pi = gap / np.linalg.norm(gap), np.exp(policy.log_probs(theta))
        found = (
            policy.token_smoothness(theta, w, 0.0, pieces=1),
            policy.token_score_bound(theta, w),
            psi1_norm(policy.tree.lengths, pi),
        )
        return Bounds(*(min(SLACK * x, y) for x, y in zip(found, self.everywhere, strict=True)))


@dataclass(frozen=True, eq=False)
class TreePoint(Point):
    """Also E+[len], theta and w (d,) and the probabilities of the responses (n,), in balls."""

    length_plus: arb
    theta: Array
    w: Array
    pi: Array


@dataclass(frozen=True, eq=False)
class TreeRun:
    """Steps that follow a rule with these constants."""

    start: TreeStart
    bounds: Bounds
    points: list[TreePoint]

    def values(self) -> dict[str, Any]:
        """Everything that the claims speak of, with K = len(points) - 1."""
        given = constants(self.start.policy, self.bounds)
        lengths = by_step([p.length_plus for p in self.points])
        return trajectory_values(self.points, length_plus=lengths, **given)

    def is_valid(self) -> bool:
        """Whether Assumptions 2 and 3 certainly hold with these constants: on the segments walked
        and, for the length, at the end under pi+ too."""
        policy, (L, G, T_psi) = self.start.policy, self.bounds
        with ball_precision():
            weight = np.exp(to_balls(policy.tree.lengths) / arb(T_psi))
            last = self.points[-1]
            laws = [*(p.pi for p in self.points), last.pi * self.start.reward / last.J]
            light = all((weight * pi).sum() <= 2 for pi in laws)
        return light and all(
            policy.token_score_bound(p.theta, p.w) <= G
            and policy.token_smoothness(p.theta, p.w, p.eta, pieces=1) <= L
            for p in self.points
        )


def constants(policy: Autoregressive, bounds: Bounds) -> dict[str, arb]:
    """T, L, G and T_psi in balls."""
    return {"T": arb(policy.tree.longest), **{x: arb(y) for x, y in bounds._asdict().items()}}


# -- step sizes ----------------------------------------------------------------------------------


def most(condition: Hypothesis, power: int, here: Values) -> arb:
    """The largest eta with c eta^n <= d, at the step that ``here`` lists as step 0."""
    _, body = condition.formula.args
    (at_one,) = comparisons(body, {"one": arb(1), **here, "eta": lambda k: arb(1), "k": 0})
    return (at_one.right / at_one.left).root(power)


def longest_step(rule: Rule, here: Values) -> float:
    """A float that certainly satisfies the conditions, and is hardly below the largest."""
    return max(0.0, min(-round_up(-most(*condition, here)) for condition in rule))


# -- runs ----------------------------------------------------------------------------------------


def draw_start(rng: np.random.Generator, log_odds: float | None = None) -> TreeStart:
    """A small tree policy with the given log odds of success; the first gap is not negligible."""
    target = rng.uniform(-MOST_LOG_ODDS, MOST_LOG_ODDS) if log_odds is None else log_odds
    while True:
        step = draw_token_step(rng, target)
        if step.policy.n <= MOST_RESPONSES:
            start = TreeStart(step.policy, step.theta, step.reward)
            gap = gradient_gap(step.policy, step.theta, step.reward).gap
            if np.linalg.norm(gap) > LEAST_GAP * start.everywhere.G > 0:
                return start


def tree_trajectory(
    rng: np.random.Generator,
    start: TreeStart,
    updates: int,
    rule: Rule,
    bounds: Bounds,
    stretch: float = 1.0,
) -> TreeRun:
    """The updates that ``rule`` allows: half of them as long as it allows, half of them any part
    of that. With ``stretch`` > 1 they are longer."""
    policy, reward, points = start.policy, to_balls(start.reward), []
    with ball_precision():
        theta = to_balls(start.theta)
        for k in range(updates + 1):
            now = gradient_gap(policy, theta, start.reward)
            w = to_balls(draw_direction(rng, now.gap, k == 0))
            gap, pi = (w * now.gap).sum(), np.exp(policy.log_probs(theta))
            length_plus = mean_length(policy.tree.lengths, pi, reward)
            measured = {"F": now.fail, "gap": gap, "length_plus": length_plus}
            here = {name: by_step([x]) for name, x in measured.items()}
            part = rng.choice([1.0, rng.uniform(0.05, 1)]) * stretch if k < updates else 0.0
            eta = arb(part * longest_step(rule, here | constants(policy, bounds)))
            points.append(TreePoint(now.J, now.fail, gap, eta, length_plus, theta, w, pi))
            theta = theta + eta * w
    return TreeRun(start, bounds, points)


def walk(rng: np.random.Generator, start: TreeStart, updates: int, rule: Rule) -> TreeRun:
    """A run with constants that are valid for it: if possible its own, else those for all theta.

    Constants belong to what is walked, and steps depend on them: they are tried, then checked."""
    if start.nearby.L > 0:
        found = tree_trajectory(rng, start, updates, rule, start.nearby)
        if found.is_valid():
            return found
    return tree_trajectory(rng, start, updates, rule, start.everywhere)


def draw_convergence(rng: np.random.Generator, log_odds: float | None, rule: Rule) -> Values:
    """5 to 8 steps that follow ``rule``."""
    return walk(rng, draw_start(rng, log_odds), int(rng.integers(5, 9)), rule).values()


def draw_limit(rng: np.random.Generator, log_odds: float | None, rule: Rule) -> Values:
    """With a tolerance, as in ``_trajectory``: M(K) is enough for it, or (1 in 8) not yet."""
    values = draw_convergence(rng, log_odds, rule)
    J, F, M, K = (values[name] for name in "JFMK")
    part = 1.25 if rng.uniform() < 1 / 8 else rng.uniform(0.02, 0.98)
    with ball_precision():
        eps = F(0) / J(0) * (-arb(part) * M(K) / 2).exp()

    def N(B: arb) -> int:
        return next((k for k in range(K + 1) if M(k) >= B), K + 1)

    return {**values, "eps": eps.mid(), "N": N}
