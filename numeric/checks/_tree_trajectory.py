"""Trajectories of autoregressive policies on response trees, measured in balls.

A run is finite, a claim is about all steps: as in ``_trajectory``, the run stays put from step K
on, or goes on with pi+ and pi- fixed and log odds that rise with any slope D <= G, D^2 <= 4 L. On
that line the score of a token is D times what it adds to the probability of success given the
prefix: at most D, with a slope of at most D^2/4. T_psi suits pi+ too and so stays valid.

A tree of depth 1 is a policy whose responses are one token each: ``in_one_token`` turns the
counterexamples of a claim about responses into counterexamples on trees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from flint import arb

from numeric.checks._base import Counter
from numeric.checks._orbits import EPS, RARE_EPS, SIZE, Counters, limit_counter, thin_failure
from numeric.checks._raw_trajectory import Path, counter, exact, logistic, wave
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
from theory.kernel.statement import Hypothesis, Statement
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


def run(
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
        found = run(rng, start, updates, rule, start.nearby)
        if found.is_valid():
            return found
    return run(rng, start, updates, rule, start.everywhere)


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


# -- counterexamples on a tree of depth 1 ----------------------------------------------------------

LIGHT, TOO_LIGHT = Fraction(3, 2), Fraction(1, 10_000)  # T_psi; e^(1/T_psi) <= 2 or far above
ONE_TOKEN = {
    "rooted": "every response begins with the empty prefix",
    "branching": "what follows the empty prefix is one token, and T = 1",
    "ending": "one response begins with each complete prefix, and is that prefix",
    "indicators": "a response begins with a prefix or does not",
    "nonempty": "every response is one token",
    "light": "lengths are 1, probabilities sum to at most 1.02, and 1.02 e^(1/T_psi) < 2",
    "short": "4 (L + G^2 T_psi) eta^2 < 1 at every step",
}
NO_SHORTER = "; with T = 1, (18a) allows at least what (15a) does, and the sharp conditions agree"


def in_one_token(statement: Statement, flat: Counters) -> Counters:
    """The instances of a claim about responses, for the same claim about trees.

    In (18a) with T = 1 the min is at most 8, so that (15a) is enough."""
    return {
        name: partial(_in_one_token, statement, make, name.removeprefix("drop "))
        for name, make in flat.items()
    }


def _in_one_token(statement: Statement, make: Callable[[], Counter], drop: str) -> Counter:
    found = make()
    T_psi = TOO_LIGHT if drop == "light" else LIGHT
    with ball_precision():
        given: Values = {"T": arb(1), "T_psi": exact(T_psi), "length_plus": lambda k: arb(1)}
    reasons = {**ONE_TOKEN, **found.holds}
    if "adapted" in reasons:
        reasons["adapted"] += NO_SHORTER
    return replace(
        found,
        values={**found.values, **given},
        holds={h.name: reasons[h.name] for h in statement.hypotheses if h.name != drop},
        parameters={**found.parameters, "T": "1", "T_psi": str(T_psi), "lengths": "1"},
    )


@dataclass(frozen=True)
class Planted:
    """A path without one hypothesis, what happens on it, and a tolerance that it misses."""

    path: Callable[[], Path]
    note: str
    eps: Fraction = EPS

    def counter(self, statement: Statement, drop: str) -> Counter:
        return counter(statement, self.path(), 2, self.note, drop)

    def limit_counter(self, statement: Statement, drop: str) -> Counter:
        return limit_counter(statement, self.path, self.note, self.eps, drop)


def planted(statement: Statement, cases: Mapping[str, Planted]) -> Counters:
    """``statement`` is the claim about responses."""
    return {f"drop {h}": partial(case.counter, statement, h) for h, case in cases.items()}


def planted_limit(statement: Statement, cases: Mapping[str, Planted]) -> Counters:
    return {f"drop {h}": partial(case.limit_counter, statement, h) for h, case in cases.items()}


def unreached() -> Path:
    """Two responses of one token that stay, and a third one that no token leads to: its weight 1/50
    falls by t/2 - t^2/2 and comes back."""
    half = exact(Fraction(1, 2))
    return Path(
        logp=lambda k, t: (half.log(), half.log(), -arb(50).log() - t / 2 + t**2 / 2),
        score=lambda k, t: (arb(0), arb(0), t - half),
        eta=lambda k: arb(1),
        L=Fraction(1, 200),
        G=0,
        why={
            "normalised": "both tokens that follow the empty prefix have probability 1/2",
            "smooth": "the scores of both tokens are 0",
            "bounded": "the scores of both tokens are 0",
            "adapted": "eta = 1; the gap is 1/50 and L = 1/200, the bounds are 2 and 2",
        },
        rewards=(1, 0, 0),
    )


def leaking() -> Path:
    """The correct response stays; the other one, of weight 1/40, falls by t/16 - t^2/2 and comes
    back."""
    slope = exact(Fraction(1, 16))
    return Path(
        logp=lambda k, t: (exact(Fraction(199, 200)).log(), -arb(40).log() - slope * t + t**2 / 2),
        score=lambda k, t: (arb(0), t - slope),
        eta=lambda k: exact(Fraction(1, 8)),
        L=1,
        G=Fraction(1, 16),
        why={
            "smooth": "the scores are 0 and t - 1/16",
            "bounded": "the scores are 0 and -1/16 at t = 0",
            "adapted": "eta = 1/8; the gap is 5/16, the bound is 5/33",
        },
    )


def short_wave() -> Path:
    """J = 1/2 and gap 1; 30 waves to the unit, one for each step."""
    return wave(1, Fraction(1, 30), 190, SHORT_WAVE)


def signed_wave() -> Path:
    """The same with rewards 1 and -1: J = 1/240, and the gap is 241/2."""
    why = {**SHORT_WAVE, "adapted": "eta = 1/30; the gap is 241/2, the bound is above 1/4"}
    return wave(Fraction(241, 239), Fraction(1, 30), 190, why, (1, -1))


SHORT_WAVE = {"smooth": "|s'| <= omega = 60 pi < 190 = L, as omega >= 1 bounds f'^2"}


def back_and_forth() -> Path:
    """Up by 1/17 on a slope of 1, then down again by a step of -1/17 from the top of a hill."""
    return logistic(
        lambda k, t: exact(SIZE) - t**2 / exact(SIZE) if k % 2 else t,
        lambda k, t: -2 * t / exact(SIZE) if k % 2 else arb(1),
        lambda k: exact(-SIZE if k % 2 else SIZE),
        L=Fraction(1, 4),
        G=1,
        why={
            "smooth": "even steps are log-linear; 0 <= t <= -1/17 holds for no t",
            "bounded": "the scores are 1/2 and -1/2, or 0, at t = 0",
            "adapted": "eta = 1/17 where the gap is 1, below 2/33 and 2; else eta = -1/17 <= 0",
        },
    )


def slow_thin_failure() -> Path:
    """``thin_failure``, with its true G and with steps of 1/200 after the first one."""
    path, size = thin_failure(), Fraction(1, 200)

    def place(k: int, t: arb) -> tuple[int, arb]:
        return (1, exact((k - 1) * size) + t) if k else (0, t)

    return replace(
        path,
        logp=lambda k, t: path.logp(*place(k, t)),
        score=lambda k, t: path.score(*place(k, t)),
        eta=lambda k: exact(size) if k else arb(1),
        G=Fraction(101, 100),
        why={
            **path.why,
            "bounded": "the scores are 0 and near 1 and -1, then below 1/10",
            "adapted": "eta = 1, the gap is 1/5 and the bound above 2; then eta = 1/200, the gap is"
            " 1/10 and the bound above 1/170",
        },
    )


OUTSIDE: Mapping[str, Planted] = {
    "rooted": Planted(unreached, "the third response does not begin with the empty prefix"),
    "branching": Planted(unreached, "no token follows the empty prefix in the third response"),
    "ending": Planted(unreached, "the third response begins with the second, and is another one"),
}
"""Three places for a response outside the tree; its score has no bound."""

SHORT_STEPS: Mapping[str, Planted] = {
    "normalised": Planted(leaking, "weight is lost and found again; J stays", Fraction(45, 10_000)),
    "verifiable": Planted(signed_wave, "a small J has a large gap; J stays"),
    "forward": Planted(back_and_forth, "a negative step undoes what was gained; M does not see it"),
    "adapted": Planted(short_wave, "each step follows one period of a wave; J stays"),
    "light": Planted(
        slow_thin_failure, "T_psi = 1/10000: the failures' scores cost nothing", RARE_EPS
    ),
}
"""Instead of the paths of ``_orbits`` with steps too long for the second branch of (18a)."""
