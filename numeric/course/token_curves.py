"""The curves of `numeric.course.token_pictures`: numbers from statements and from exact policies.

Each function returns plain lists, and states what they measure; nothing is drawn at random.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from flint import arb

from numeric.core.policies import LogLinear, Policy, Tabular
from numeric.core.step import gradient_gap, measure_step
from numeric.core.trees import Autoregressive, Tree, log_linear, mean_length
from numeric.experiments.collapse.landscapes import SHARP, exact
from numeric.experiments.collapse.token_construction import token_slope
from theory.evaluate import evaluate
from theory.statements import _tree_trajectory as tokens
from theory.statements import threshold_matches, token_eta_safe, token_sharp_step
from theory.statements._grpo import ALLOWED, BOUND, STEP_DR_GRPO, STEP_GRPO
from theory.statements._trajectory import ADAPTED_SHARP
from theory.statements._tree import F, J, length_plus
from theory.statements.lemma_2_sharp import SHORT

# -- response trees --------------------------------------------------------------------------------

TOKENS = ("end", "a", "b")
FEATURES = np.array([[0.0, 1.0, -1.0], [-1.0, 1.0, 0.5], [0.5, -1.0, 1.0]])[:, :, None]
"""Logit per unit of theta: a row for the last token (the first row for the root), a column for the
next one."""
TILT = 1.0  # u of the supermartingale


def frontier_sums(policy: Autoregressive, longest: int, u: float) -> dict[str, list[float]]:
    """For n = 0..longest, sums over the prefixes of n tokens and the shorter complete ones."""
    theta, w = np.zeros(1), np.ones(1)
    log_pi, score = policy.prefix_log_probs(theta), policy.prefix_scores(theta, w)
    length = np.array([len(p) for p in policy.tree.prefixes])
    ended = np.isin(np.arange(len(length)), policy.tree.responses)
    price = u**2 * policy.token_score_bound(theta, w) ** 2 * length / 2
    terms = {
        "π(p) exp(u S)": np.exp(log_pi + u * score),
        "π(p)": np.exp(log_pi),
        "π(p) exp(u S - u²G²|p|/2)": np.exp(log_pi + u * score - price),
    }
    frontiers = [(length == n) | (ended & (length < n)) for n in range(longest + 1)]
    return {name: [float(term[f].sum()) for f in frontiers] for name, term in terms.items()}


def grown(longest: int) -> Autoregressive:
    """At most `longest` tokens of TOKENS, each with probability 1/3 at theta = 0."""
    tree = Tree(len(TOKENS), longest)
    features = tree.by_last_token(FEATURES)
    return log_linear(tree, features, np.zeros(features.shape[:2]))


# -- the token level -------------------------------------------------------------------------------

EXAMPLE = {"gap": 0.5, "L": 1.0, "G": 1.0, "T": 100.0, "T_psi": 60.0, "length_plus": 40.0}
"""The constants of the README's example of `gradgap threshold` with tokens."""


def safe_step(values: Mapping[str, float]) -> float:
    """`token_eta_safe`: the largest of its four branches."""
    moment = min(evaluate(token_eta_safe.branch_moment, values), longest_short_step(values))
    return float(max(evaluate(token_eta_safe.SAFE_STEP, values), moment))


def sharp_step(values: Mapping[str, float]) -> float:
    """The condition of `theorem_3_sharp`."""
    return right_side(tokens.ADAPTED_SHARP, values)


def printed_step(values: Mapping[str, float]) -> float:
    """Condition (18a): the smaller of its two branches."""
    return min(right_side(tokens.ADAPTED, values), _root(tokens.SHORT.formula.args[1], values))


def longest_short_step(values: Mapping[str, float]) -> float:
    """The longest step for which Lemma 2 is proved."""
    return _root(SHORT.formula, values)


def right_side(adapted: Any, values: Mapping[str, float]) -> float:
    """The step size that a condition "for all k: eta(k) <= ..." allows, at values of step 0."""
    at_step = {name: (lambda _, x=x: x) for name, x in values.items() if name in AT_STEP}
    return float(evaluate(adapted.formula.args[1].args[1], {**values, **at_step, "k": 0}))


AT_STEP = ("F", "gap", "length_plus", "eta")


def _root(formula: Any, values: Mapping[str, float]) -> float:
    """The largest eta of a formula c eta^2 <= d."""
    used = {**values, "k": 0, "eta": 1.0 if formula is SHORT.formula else lambda _: 1.0}
    left, right = (float(evaluate(side, used)) for side in formula.args)
    return math.sqrt(right / left)


def early_stop(step_sizes: Any, longest: int = 12, in_time: int = 3) -> dict[str, list[float]]:
    """`stopping`, where the responses of at most `in_time` tokens are correct: the change of log
    odds minus gap eta at each step size >= 0, and the bounds of `token_sharp_step`, with the L of
    the segment up to the last step size."""
    policy = stopping(longest)
    tree, theta, w = policy.tree, np.zeros(1), np.ones(1)
    reward = (tree.lengths <= in_time).astype(np.float64)
    pi = np.exp(policy.log_probs(theta))
    smoothness = policy.token_smoothness(theta, w, float(step_sizes[-1]))
    found: dict[str, list[float]] = {"low": [], "high": [], "longest": [], "change": []}
    for eta in step_sizes:
        step = measure_step(policy, theta, w, float(eta), reward)
        values = {"J": step.J, "F": step.fail, "L": smoothness, "eta": float(eta)}
        plus = mean_length(tree.lengths, pi, reward)
        minus = mean_length(tree.lengths, pi, 1 - reward)
        found["low"].append(-_loss(plus, "F", values))
        found["high"].append(_loss(minus, "J", values))
        found["longest"].append(-_loss(float(longest), "F", values))
        found["change"].append(float(step.delta_log_odds - step.alignment * eta))
    return found


def stopping(longest: int) -> Autoregressive:
    """Two tokens at every node, "end" with probability 1/5 at theta = 0, its logit theta + log 1/4;
    at most `longest` tokens."""
    tree = Tree(2, longest)
    nodes = len(tree.open_prefixes)
    features = np.tile([[1.0], [0.0]], (nodes, 1, 1))
    return log_linear(tree, features, np.tile([math.log(1 / 4), 0.0], (nodes, 1)))


def _loss(length: float, rate: str, values: Mapping[str, float]) -> float:
    term = token_sharp_step.loss(length_plus, {"F": F, "J": J}[rate])
    return float(evaluate(term, {**values, "length_plus": length}))


# -- GRPO ------------------------------------------------------------------------------------------

RATE = 0.01  # alpha


def step_ratios(failure: Any) -> dict[str, list[float]]:
    """Steps of eq. (20) over what (18a), or (21), allows, with the constants of EXAMPLE."""
    found: dict[str, list[float]] = {name: [] for name in RATIOS}
    for f in map(float, failure):
        values = {**EXAMPLE, "T_inf": EXAMPLE["T"], "alpha": RATE, "J": 1 - f, "F": f}
        values["sigma"] = math.sqrt((1 - f) * f)
        for name, (step, bound) in RATIOS.items():
            found[name].append(float(evaluate(step, values) / evaluate(bound, values)))
    return found


RATIOS = {
    "GRPO over (21)": (STEP_GRPO.body, BOUND.body),
    "GRPO over (18a)": (STEP_GRPO.body, ALLOWED.body),
    "Dr. GRPO over (18a)": (STEP_DR_GRPO.body, ALLOWED.body),
}


def turned(lengths: Any) -> dict[str, list[float]]:
    """Three equally likely responses of feature 1, 0, 0 and reward 1, 1, 0; the first and the last
    have each of these lengths, the second one token. The two terms of `grpo_length_covariance`."""
    policy = LogLinear(np.array([[1.0], [0.0], [0.0]]), np.zeros(3))
    score = policy.scores(np.zeros(1))[:, 0]
    pi, reward = np.exp(policy.log_probs(np.zeros(1))), np.array([1.0, 1.0, 0.0])
    J = float(pi @ reward)
    sigma = np.sqrt(J * (1 - J))
    plus, minus = pi * reward / J, pi * (1 - reward) / (1 - J)
    gap = (plus - minus) @ score
    found: dict[str, list[float]] = {"gap": [], "covariance": [], "grpo": []}
    for longest in lengths:
        inverse = 1 / np.array([longest, 1.0, longest])
        rescaled = gap * ((1 - J) * (plus @ inverse) + J * (minus @ inverse))
        found["gap"].append(float(sigma * rescaled))
        found["grpo"].append(float(pi @ ((reward - J) / sigma * score * inverse)))
        found["covariance"].append(found["grpo"][-1] - found["gap"][-1])
    return found


# -- overshooting ----------------------------------------------------------------------------------


def length_steps(lengths: Any) -> dict[str, list[float]]:
    """Step sizes for T independent tokens, each correct with probability 1/2; L = G = gap = 1."""
    found: dict[str, list[float]] = {}
    for T in map(int, lengths):
        J = 0.5**T
        values = {"J": J, "F": 1 - J, "gap": 1.0, "L": 1.0, "G": 1.0, "T": float(T)}
        values |= {"T_psi": T / math.log(2), "T_inf": float(T), "length_plus": float(T)}
        collapse = float(arb(SHARP * token_slope(exact(1), T, exact("1/2"))))
        row = {
            "Theorem 4, least printed step": evaluate(threshold_matches.COLLAPSE.body, values),
            "triangle wave collapses above": collapse,
            "J rises below (token_eta_safe)": safe_step(values),
            "(18a), first branch": evaluate(ALLOWED.body, values),
        }
        for name, step in row.items():
            found.setdefault(name, []).append(float(step))
    return found


# -- the questions ---------------------------------------------------------------------------------


def tabular_path(rate: float, steps: int) -> list[float]:
    """J(k) for theta' = theta + rate grad J on four free logits, two of them correct."""
    policy, reward = Tabular(4), np.array([1.0, 1.0, 0.0, 0.0])
    theta = np.array([2.0, 0.0, 2.0, 0.0])
    path = []
    for _ in range(steps):
        found = gradient_gap(policy, theta, reward)
        path.append(float(found.J))
        theta = theta + rate * found.policy_gradient
    return path


def cumulative_gap(policy: Policy, steps: int) -> list[float]:
    """M(1), M(2), .. with the longest steps of `theorem_1b_sharp`, for one parameter, w = 1."""
    theta, w, reward = np.zeros(1), np.ones(1), np.array([1.0, 0.0])
    smoothness = policy.smoothness(w)
    total, path = 0.0, []
    for _ in range(steps):
        found = gradient_gap(policy, theta, reward)
        gap = float(found.gap[0])
        eta = right_side(ADAPTED_SHARP, {"F": float(found.fail), "gap": gap, "L": smoothness})
        total += max(gap, 0.0) * eta
        theta = theta + eta * w
        path.append(total)
    return path
