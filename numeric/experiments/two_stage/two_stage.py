"""Exploit, then explore: the softmax policy over a few tokens, in expectation and sampled.

    p_a = e^theta_a / sum_b e^theta_b        V = sum_a p_a R_a        theta' = theta + eta u

    u_a = sum_b p_b A_b (1{b = a} - p_a) = p_a (A_a - sum_b p_b A_b)

is the expected update of an advantage A. With A = R - c it is p_a (R_a - V) for every baseline c: a
token gains in proportion to its own probability. So a likely good token gains more than a rare
better one (exploitation), until V passes the reward of the good token: from there on the good one
loses and only what is better gains (exploration). The claims are `logit_gradient`,
`tabular_ascent`, `exploitation_stage`, `exploration_stage`, `binary_control`, `negative_only` and
`negative_only_graded`; here they are measured.

The second paper is known to us by a summary only. Which instance it uses, what exactly GRPO-N is
and where a stage ends are our reading.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

CENTRED, NORMALISED, MIN, MINUS_ONE = "centred", "normalised", "min(A,0)", "reward - 1"
READINGS = {
    CENTRED: "A = R - mean: REINFORCE with the mean as baseline",
    NORMALISED: "A = (R - mean)/sd: GRPO",
    MIN: "A = min((R - mean)/sd, 0): GRPO-N, first reading",
    MINUS_ONE: "A = R - 1, no mean and no sd: GRPO-N, second reading",
}
"""mean and sd (divided by G, not G - 1) of the policy, or of the group where there are groups."""

GOOD, BEST = 0, -1
"""By convention the first token is the likely good one, the last the rare best one."""


def advantages(reading: str, rewards: Array, mean: Array, sd: Array) -> Array:
    """One of READINGS: rewards (..., n) against mean and sd (...,); shape (..., n).

    Where sd = 0 all rewards are equal, and every reading but the last one is 0. ValueError: there
    is no such reading."""
    if reading not in READINGS:
        raise ValueError(f"a reading is {', '.join(READINGS)}, not {reading}")
    if reading == MINUS_ONE:
        return np.broadcast_to(rewards - 1, np.broadcast_shapes(rewards.shape, (*mean.shape, 1)))
    centred = np.where(sd[..., None] > 0, rewards - mean[..., None], 0.0)
    if reading == CENTRED:
        return centred
    scaled = centred / np.where(sd > 0, sd, 1.0)[..., None]
    return np.minimum(scaled, 0.0) if reading == MIN else scaled


def mean_and_sd(weights: Array, rewards: Array) -> tuple[Array, Array]:
    """Of the rewards under weights (..., n) that sum to one; sd is 0.0 where only one reward has
    weight, not a rounding error."""
    mean = (weights * rewards).sum(axis=-1)
    variance = (weights * (rewards - mean[..., None]) ** 2).sum(axis=-1)
    weighed = weights > 0
    most = np.where(weighed, rewards, -np.inf).max(axis=-1)
    least = np.where(weighed, rewards, np.inf).min(axis=-1)
    return mean, np.where(most > least, np.sqrt(variance), 0.0)


def softmax(theta: Array) -> Array:
    """Over the last axis."""
    weights = np.exp(theta - theta.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def expected_update(p: Array, advantage: Array) -> Array:
    """E_b[A_b (1{b=a} - p_a)] = p_a (A_a - E[A]), shapes (..., n)."""
    return p * (advantage - (p * advantage).sum(axis=-1, keepdims=True))


def entropy(p: Array) -> Array:
    """-sum p log p in nats, over the last axis; 0 log 0 = 0."""
    return -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=-1)


def pass_at(k: int, J: Array) -> Array:
    """1 - (1 - J)^k: the chance that one of k samples succeeds, for success rates J in [0, 1].

    It increases with J. So on one prompt pass@1 and pass@k of the same event never disagree."""
    with np.errstate(divide="ignore"):
        return -np.expm1(k * np.log1p(-J))


# -- instances -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Bandit:
    """Rewards (n,) in [0, 1] and start probabilities (n,); GOOD is the first token, BEST the last.

    ValueError: a reward outside [0, 1], or a start that is not positive or does not sum to 1."""

    name: str
    rewards: Array
    start: Array

    def __post_init__(self) -> None:
        for field in ("rewards", "start"):
            object.__setattr__(self, field, np.array(getattr(self, field), dtype=np.float64))
        if not (self.rewards.min() >= 0 and self.rewards.max() <= 1):
            raise ValueError(f"rewards lie in [0, 1], got {self.rewards}")
        if not (self.start.min() > 0 and abs(self.start.sum() - 1) < 1e-12):
            raise ValueError(f"start probabilities are positive and sum to 1, got {self.start}")


def _array(*entries: float) -> Array:
    return np.array(entries)


GRADED = Bandit("graded", _array(0.8, 0, 1), _array(0.45, 0.54, 0.01))
BINARY = Bandit("0/1", _array(1, 0, 1), GRADED.start)
MEDIOCRE = Bandit(
    "graded, five tokens", _array(0.8, 0, 0.3, 0.5, 1), _array(0.4, 0.28, 0.15, 0.14, 0.03)
)
BANDITS = (GRADED, BINARY, MEDIOCRE)


# -- the expected dynamic --------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Path:
    """Logits and probabilities (steps + 1, n) of one run, row 0 the start."""

    bandit: Bandit
    reading: str
    step_size: float
    logits: Array
    probabilities: Array

    @property
    def value(self) -> Array:
        """V at every iterate, shape (steps + 1,)."""
        return (self.probabilities * self.bandit.rewards).sum(axis=-1)


def ascend(bandit: Bandit, reading: str, step_size: float, steps: int) -> Path:
    """theta' = theta + eta u with the exact expected u of the reading.

    ValueError: eta < 0 or steps < 1."""
    if step_size < 0 or steps < 1:
        raise ValueError(f"eta >= 0 and steps >= 1 must hold, got {step_size} and {steps}")
    theta = np.log(bandit.start)
    logits = np.empty((steps + 1, len(theta)))
    logits[0] = theta
    for k in range(steps):
        p = softmax(theta)
        A = advantages(reading, bandit.rewards, *mean_and_sd(p, bandit.rewards))
        theta = theta + step_size * expected_update(p, A)
        logits[k + 1] = theta
    return Path(bandit, reading, step_size, logits, softmax(logits))


def switch_margin(p: Array, rewards: Array) -> Array:
    """V - R_good = sum_a p_a (R_a - R_good): exploitation has ended where it is positive.

    With tokens good, bad and best: p_best (R_best - R_good) - p_bad (R_good - R_bad)."""
    return (p * (rewards - rewards[GOOD])).sum(axis=-1)


NEVER = -1

MOMENTS = {
    "best_turns": "p_best, and so pass@k, is least: the capability boundary stops shrinking",
    "ratio_turns": "p_best/p_good is least",
    "entropy_least": "the entropy is least before the best token leads",
    "formula": "the first iterate with V > R_good: exploitation ends, by the formula",
    "good_logit_turns": "the logit of the good token is greatest",
    "good_turns": "p_good is greatest",
    "best_leads": "p_best > p_good for the first time",
}


def moments(path: Path) -> dict[str, int]:
    """The iterate of each of MOMENTS, or NEVER: an extreme at the end of the run is none."""
    p, last = path.probabilities, len(path.probabilities) - 1
    good, best = p[:, GOOD], p[:, BEST]
    leads = _first(best > good)
    until = last if leads == NEVER else leads
    turns = {
        "best_turns": int(np.argmin(best)),
        "ratio_turns": int(np.argmin(best / good)),
        "good_logit_turns": int(np.argmax(path.logits[:, GOOD])),
        "good_turns": int(np.argmax(good)),
        "entropy_least": int(np.argmin(entropy(p)[: until + 1])),
    }
    found = {name: NEVER if k == last else k for name, k in turns.items()}
    found["formula"] = _first(switch_margin(p, path.bandit.rewards) > 0)
    found["best_leads"] = leads
    return {name: found[name] for name in MOMENTS}


def _first(holds: NDArray[np.bool_]) -> int:
    return int(np.argmax(holds)) if holds.any() else NEVER


# -- the sampled dynamic ---------------------------------------------------------------------------


def uniforms(seeds: Sequence[SeedSequence], steps: int, group: int) -> Array:
    """(steps, runs, group) numbers in [0, 1): each run has a generator of its own, so that more
    runs leave the earlier ones as they are."""
    return np.stack([default_rng(s).random((steps, group)) for s in seeds], axis=1)


def counts_of(p: Array, draws: Array) -> Array:
    """How often each of n outcomes of probabilities p (runs, n) is drawn, by inversion of the
    draws (runs, group); shape (runs, n), rows sum to the group size."""
    below = (draws[:, :, None] < np.cumsum(p, axis=-1)[:, None, :-1]).sum(axis=1)
    group = np.full((len(p), 1), draws.shape[1])
    return np.diff(below, prepend=0, append=group, axis=-1).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Runs:
    """Sampled runs, arrays (runs,): the update in which the best token is first sampled, the first
    iterate with p_best >= 0.9 (both `steps` if that is never: censored there), how many groups had
    equal rewards only, and the last p_best and V."""

    steps: int
    found: NDArray[np.int64]
    learned: NDArray[np.int64]
    homogeneous: NDArray[np.int64]
    best: Array
    value: Array


def sample(
    bandit: Bandit,
    reading: str,
    step_size: float,
    steps: int,
    group: int,
    seeds: Sequence[SeedSequence],
) -> Runs:
    """theta' = theta + eta (1/G) sum_i A_i (e_{a_i} - p), with a_1..a_G drawn from p and A from the
    mean and sd of the group. ValueError: a group smaller than 2, or no runs."""
    if group < 2 or not seeds:
        raise ValueError(f"a group has at least 2 samples, got {group} for {len(seeds)} runs")
    theta = np.tile(np.log(bandit.start), (len(seeds), 1))
    found, learned = (np.full(len(seeds), steps) for _ in range(2))
    homogeneous = np.zeros(len(seeds), dtype=np.int64)
    p = softmax(theta)
    for k, draws in enumerate(uniforms(seeds, steps, group)):
        shares = counts_of(p, draws) / group
        mean, sd = mean_and_sd(shares, bandit.rewards)
        pushes = shares * advantages(reading, bandit.rewards, mean, sd)
        theta = theta + step_size * (pushes - p * pushes.sum(axis=-1, keepdims=True))
        p = softmax(theta)
        homogeneous += sd == 0
        found = np.where(shares[:, BEST] > 0, np.minimum(found, k), found)
        learned = np.where(p[:, BEST] >= 0.9, np.minimum(learned, k + 1), learned)
    return Runs(steps, found, learned, homogeneous, p[:, BEST], (p * bandit.rewards).sum(axis=-1))
