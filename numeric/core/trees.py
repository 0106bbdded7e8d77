"""Autoregressive policies over a response tree, by enumeration (paper, Sections 2 and 4).

A prefix is a tuple of tokens 0..V-1. It is complete when it ends with the token `EOS` or has the
longest length T_inf, and open otherwise; the responses are the complete prefixes. At every open
prefix p, a node, a policy of `numeric.core.policies` over V responses draws the next token (eq.
(1)). All nodes share theta of shape (d,), and with it everything is a sum along the tokens of a
response:

    log pi(o)       =  sum over the tokens v of o, after the prefix p, of log pi(v | p)
    grad log pi(o)  =  the same sum of token scores; so is every other derivative

Nothing is normalised over responses: that probabilities sum to one is a law here, not a definition.
As in `numeric.core.policies`, the arithmetic, float64 or balls, is that of theta.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from flint import arb
from numpy.typing import NDArray

from numeric.core.balls import (
    Array,
    Scalar,
    ball_precision,
    checked,
    largest,
    log_sum_exp,
    round_up,
)
from numeric.core.policies import Constants, LogLinear, NonlinearLogits, Policy
from numeric.core.step import gradient_gap, segment_smoothness, to_balls

Prefix: TypeAlias = tuple[int, ...]
Indices: TypeAlias = NDArray[np.int_]

EOS = 0
"""The token that ends a response."""

MOST_RESPONSES = 4096
"""Trees with more responses than this are refused: everything is enumerated."""


# -- the tree ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tree:
    """All prefixes over V = `vocabulary` tokens of length at most T_inf = `longest`.

    Prefixes are numbered breadth-first, from the root () = 0; open prefixes and responses are
    numbered in the same order. ValueError: V < 2, T_inf < 1, more than `MOST_RESPONSES` responses.
    """

    vocabulary: int
    longest: int

    def __post_init__(self) -> None:
        if self.vocabulary < 2:
            raise ValueError(f"vocabulary must have at least 2 tokens, got {self.vocabulary}")
        if self.longest < 1:
            raise ValueError(f"longest length must be at least 1, got {self.longest}")
        if self.n > MOST_RESPONSES:
            raise ValueError(f"number of responses must be at most {MOST_RESPONSES}, got {self}")

    @property
    def n(self) -> int:
        """Number of responses: an EOS after each short open prefix, any token after a longest."""
        words = [(self.vocabulary - 1) ** length for length in range(self.longest)]
        return sum(words) + (self.vocabulary - 1) * words[-1]

    @cached_property
    def prefixes(self) -> tuple[Prefix, ...]:
        """Every prefix, breadth-first."""
        found: list[Prefix] = [()]
        for prefix in found:  # grows while it is read
            if self.is_open(prefix):
                found += [(*prefix, token) for token in range(self.vocabulary)]
        return tuple(found)

    def is_open(self, prefix: Prefix) -> bool:
        """Whether a token follows."""
        return len(prefix) < self.longest and prefix[-1:] != (EOS,)

    @cached_property
    def open_prefixes(self) -> Indices:
        """Numbers of the open prefixes, (nodes,)."""
        return np.array([i for i, p in enumerate(self.prefixes) if self.is_open(p)])

    @cached_property
    def responses(self) -> Indices:
        """Numbers of the complete prefixes, (n,)."""
        return np.array([i for i, p in enumerate(self.prefixes) if not self.is_open(p)])

    @cached_property
    def lengths(self) -> Indices:
        """Number of tokens of each response, (n,)."""
        return np.array([len(self.prefixes[i]) for i in self.responses])

    @cached_property
    def extend(self) -> Indices:
        """extend[p, v]: number of prefix p followed by token v; -1 where p is complete."""
        number = {prefix: i for i, prefix in enumerate(self.prefixes)}
        table = np.full((len(self.prefixes), self.vocabulary), -1)
        for i in self.open_prefixes:
            table[i] = [number[(*self.prefixes[i], token)] for token in range(self.vocabulary)]
        return table

    @cached_property
    def begins(self) -> Indices:
        """begins[p, o]: 1 where response number o begins with prefix number p, else 0."""
        whole = [self.prefixes[i] for i in self.responses]
        return np.array([[int(o[: len(p)] == p) for o in whole] for p in self.prefixes])

    def sums(self, tokens: Array) -> Array:
        """Sums of token quantities from the root, (nodes, V, ..) to (prefixes, ..)."""
        sums = np.empty((len(self.prefixes), *tokens.shape[2:]), dtype=tokens.dtype)
        sums[0] = 0 * tokens[0, 0]
        for i, step in zip(self.open_prefixes, tokens, strict=True):
            sums[self.extend[i]] = sums[i] + step
        return sums

    def by_last_token(self, table: Array) -> Array:
        """Token quantities that depend on the last token only, (V, V, ..) to (nodes, V, ..).

        No open prefix ends with EOS: row EOS of the table is for the root."""
        return table[[self.prefixes[i][-1] if i else EOS for i in self.open_prefixes]]

    def by_position(self, table: Array) -> Array:
        """Token quantities that depend on the position only, (T_inf, V, ..) to (nodes, V, ..)."""
        return table[[len(self.prefixes[i]) for i in self.open_prefixes]]


# -- the policy ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Autoregressive(Policy):
    """nodes[i] draws the token after open prefix number i; its responses are the tokens.

    A policy over responses: its logit h_o is log pi(o), so `numeric.core.step` measures it like any
    other. Constants (upper bounds): the largest sum of node constants along a response.
    ValueError: not one node per open prefix, a node not over V tokens, different dimensions.
    """

    tree: Tree
    nodes: tuple[Policy, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(self.nodes))
        wanted = len(self.tree.open_prefixes)
        if len(self.nodes) != wanted:
            raise ValueError(f"number of nodes must be {wanted}, got {len(self.nodes)}")
        shape = self.tree.vocabulary, self.nodes[0].d
        for node in self.nodes:
            if (node.n, node.d) != shape:
                raise ValueError(f"(n, d) of every node must be {shape}, got {(node.n, node.d)}")

    @property
    def n(self) -> int:
        return self.tree.n

    @property
    def d(self) -> int:
        return self.nodes[0].d

    def log_probs(self, theta: Array) -> Array:
        return self.prefix_log_probs(theta)[self.tree.responses]

    def scores(self, theta: Array) -> Array:
        return self._responses([node.scores(theta) for node in self.nodes])

    def curvatures(self, theta: Array, w: Array) -> Array:
        return self._responses([node.curvatures(theta, w) for node in self.nodes])

    # A logit is log pi(o) itself.
    logits, logit_gradients, logit_curvatures = log_probs, scores, curvatures

    def logit_changes(self, theta: Array, w: Array, eta: Scalar) -> Array:
        return self._responses([_log_prob_changes(node, theta, w, eta) for node in self.nodes])

    def direction_bounds(self, w: Array) -> tuple[arb, arb]:
        G, L = zip(*(node.direction_bounds(w) for node in self.nodes), strict=True)
        return self._longest_sum(G), self._longest_sum(L)

    def constants(self) -> Constants:
        with ball_precision():
            nodes = [node.constants() for node in self.nodes]
            G, L = map(self._longest_sum, to_balls([(node.G, node.L) for node in nodes]).T)
            return Constants(round_up(G), round_up(L), False, False)

    def token_log_probs(self, theta: Array) -> Array:
        """log pi(v | p) of eq. (1), shape (nodes, V)."""
        return np.stack([node.log_probs(theta) for node in self.nodes])

    def token_scores(self, theta: Array, w: Array) -> Array:
        """s(p, v) = w . grad log pi(v | p), shape (nodes, V)."""
        w = checked("direction w", w, (self.d,))
        return np.stack([node.scores(theta) @ w for node in self.nodes])

    def prefix_log_probs(self, theta: Array) -> Array:
        """Log-probability that the response begins with each prefix, shape (prefixes,)."""
        return self.tree.sums(self.token_log_probs(theta))

    def prefix_scores(self, theta: Array, w: Array) -> Array:
        """w . grad of `prefix_log_probs`, shape (prefixes,)."""
        return self.tree.sums(self.token_scores(theta, w))

    def token_score_bound(self, theta: Array, w: Array) -> float:
        """G_p >= max |s(p, v)| at theta, a float rounded up; Assumption 2, first half."""
        with ball_precision():
            return round_up(largest(abs(self.token_scores(to_balls(theta), w).ravel())))

    def token_smoothness(self, theta: Array, w: Array, eta: Scalar, pieces: int = 64) -> float:
        """A certified L_p of Assumption 2, second half, on the segment theta + t w, rounded up:
        |s(p, v) at t - s(p, v) at 0| <= L_p t for all p, v and t in [0, eta].

        By the mean value theorem, as a bound of the token curvatures: see `segment_smoothness`."""
        return max(segment_smoothness(node, theta, w, eta, pieces) for node in self.nodes)

    def _responses(self, tokens: list[Array]) -> Array:
        """Sums along responses of one array (V, ..) for each node, shape (n, ..)."""
        return self.tree.sums(np.stack(tokens))[self.tree.responses]

    def _longest_sum(self, nodes: Any) -> Scalar:
        """The largest sum along a response of numbers, balls, that belong to nodes."""
        tokens = np.repeat(np.array(nodes, dtype=object)[:, None], self.tree.vocabulary, axis=1)
        return largest(self.tree.sums(tokens)[self.tree.responses])


def _log_prob_changes(node: Policy, theta: Array, w: Array, eta: Scalar) -> Array:
    """log pi(v) at theta + eta w minus log pi(v) at theta, shape (n,), without the cancellation.

    It is -log E[e^(d - d_v)], d the changes of logits: where token v has probability 1 - 1e-12, its
    own change is then a sum of small terms."""
    log_pi, d = node.log_probs(theta), node.logit_changes(theta, w, eta)
    return np.array([-_log_mean_exp(log_pi, d - d_v) for d_v in d])


def _log_mean_exp(log_pi: Array, x: Array) -> Scalar:
    """log E[e^x], both (n,). Both forms are valid everywhere: the first keeps small results."""
    with np.errstate(over="ignore", invalid="ignore"):
        moved = np.exp(log_pi) @ np.expm1(x)
        if abs(float(moved)) <= 0.5:
            return np.log1p(moved)
        return log_sum_exp(log_pi + x)


def log_linear(tree: Tree, features: Array, offsets: Array) -> Autoregressive:
    """Token logits features[p, v] . theta + offsets[p, v]; shapes (nodes, V, d) and (nodes, V)."""
    features = checked("features", features, (len(tree.open_prefixes), tree.vocabulary, None))
    shifts = checked("offsets", offsets, features.shape[:2])
    return Autoregressive(tree, tuple(map(LogLinear, features, shifts)))


def nonlinear(tree: Tree, A: Array, B: Array, offsets: Array) -> Autoregressive:
    """Token logits sum_j A[p, v, j] tanh(B[j] . theta) + offsets[p, v]; A (nodes, V, m), B (m, d)
    and offsets (nodes, V)."""
    A = checked("A", A, (len(tree.open_prefixes), tree.vocabulary, None))
    shifts = checked("offsets", offsets, A.shape[:2])
    nodes = (NonlinearLogits(mixing, B, shift) for mixing, shift in zip(A, shifts, strict=True))
    return Autoregressive(tree, tuple(nodes))


def tilted(policy: Autoregressive, theta: Array, gain: Array) -> Autoregressive:
    """The same policy with offsets such that pi(o) at theta is multiplied by e^gain(o), up to one
    constant; gain (n,), float64. ValueError: a node of a family without one offset per token.

    A tilted policy is autoregressive again: the next token has pi(v | p) E[e^gain | pv] in place of
    pi(v | p), up to a constant."""
    tree, log_pi = policy.tree, policy.token_log_probs(checked("theta", theta, (policy.d,)))
    log_mean = np.zeros(len(tree.prefixes))
    log_mean[tree.responses] = checked("gain", gain, (policy.n,))
    for i, row in zip(tree.open_prefixes[::-1], log_pi[::-1], strict=True):
        log_mean[i] = log_sum_exp(row + log_mean[tree.extend[i]])
    shifts = log_mean[tree.extend[tree.open_prefixes]]
    return Autoregressive(tree, tuple(map(_shifted, policy.nodes, shifts)))


def _shifted(node: Policy, shift: Array) -> Policy:
    if isinstance(node, LogLinear):
        return LogLinear(node.features, node.offsets + shift)
    if isinstance(node, NonlinearLogits):
        return NonlinearLogits(node.A, node.B, node.offsets + shift)
    raise ValueError(f"nodes must have one offset per token, got {type(node).__name__}")


# -- lengths -------------------------------------------------------------------------------------


def psi1_norm(lengths: Array, probabilities: Array) -> float:
    """psi_1 norm of the response length, inf{a > 0: E exp(length / a) <= 2} (Assumption 3).

    The least float a for which E exp(length / a) <= 2 is certain in balls; lengths > 0 and
    probabilities, float64 or balls, of shape (n,). ValueError: a length that is not positive, a
    negative probability, probabilities that do not sum to one up to 1e-9.
    """
    with ball_precision():
        size, pi = (to_balls(x) for x in _distribution(lengths, probabilities))

        def certain(a: float) -> bool:
            return bool((pi @ np.exp(size / a)) <= 2)

        low, high = 0.0, round_up(largest(size) / arb(2).log())
        while not certain(high):  # probabilities sum to a little more than one
            high *= 2
        while low < (middle := (low + high) / 2) < high:
            low, high = (low, middle) if certain(middle) else (middle, high)
        return high


def mean_length(lengths: Array, probabilities: Array, given: Any = 1.0) -> Scalar:
    """E[length]; the conditional means (7) are E+ for given = reward, E- for given = 1 - reward.

    Arguments as for `psi1_norm`; given >= 0, (n,) or one number, with a positive mean."""
    size, pi = _distribution(lengths, probabilities)
    weights = pi * given
    if not weights.sum() > 0:
        raise ValueError(f"responses to average must have probability > 0, got {weights.sum()}")
    return weights @ size / weights.sum()


def _distribution(lengths: Array, probabilities: Array) -> tuple[Array, Array]:
    size = checked("lengths", lengths, (None,))
    pi = checked("probabilities", probabilities, size.shape)
    for x in size:
        if not x > 0:
            raise ValueError(f"lengths must be positive, got {x}")
    for x in pi:
        if x < 0:
            raise ValueError(f"probabilities must be nonnegative, got {x}")
    if not abs(pi.sum() - 1) < 1e-9:
        raise ValueError(f"probabilities must sum to one, got {pi.sum()}")
    return size, pi


# -- random instances ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class TokenStep:
    """One update theta + eta w of a tree policy: theta, w (d,), reward (n,) in {0, 1}, float64."""

    policy: Autoregressive
    theta: Array
    w: Array
    eta: float
    reward: Array


def draw_tree_policy(rng: np.random.Generator) -> tuple[Autoregressive, Array, Array]:
    """A random (policy, theta, w) in float64, with ||w|| <= 1.

    V in 2..4, T_inf in 1..4 (V = 4: 1..3), so 2..40 responses; d in 1..4; log-linear or nonlinear,
    the logits shared by last token, by position, or not at all; features and theta over decades."""
    V = int(rng.integers(2, 5))
    tree = Tree(V, int(rng.integers(1, 4 if V == 4 else 5)))
    d, m = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    scale, sharing = 10 ** rng.uniform(-1.5, 1), rng.choice(["token", "position", "none"])

    def table(*shape: int) -> Array:
        if sharing == "token":
            return tree.by_last_token(rng.normal(size=(V, V, *shape)))
        if sharing == "position":
            return tree.by_position(rng.normal(size=(tree.longest, V, *shape)))
        return rng.normal(size=(len(tree.open_prefixes), V, *shape))

    offsets = table() * rng.choice([0, 1, 3])
    if rng.uniform() < 0.5:
        policy = log_linear(tree, scale * table(d), offsets)
    else:
        policy = nonlinear(tree, scale * table(m), rng.normal(size=(m, d)), offsets)
    theta = rng.normal(size=d) * 10 ** rng.uniform(-2, 1)
    return policy, theta, _direction(rng, rng.normal(size=d))


def draw_token_step(rng: np.random.Generator, log_odds: float | None = None) -> TokenStep:
    """A random step of a random tree policy; eta is log-uniform in [1e-6, 1e3].

    Correct responses are the first of a random order, which prefers short ones, long ones or
    neither; there are correct and incorrect ones. w is random or, half of the time, along or
    against the gap. With finite `log_odds` the policy is `tilted` towards the correct responses, so
    that the log odds of success at theta equal it up to rounding; otherwise they are left alone.
    """
    policy, theta, w = draw_tree_policy(rng)
    order = rng.normal(size=policy.n) + rng.choice([-3, 0, 0, 3]) * policy.tree.lengths
    reward = (order.argsort().argsort() < rng.integers(1, policy.n)).astype(np.float64)
    if log_odds is not None:
        shift = checked("log odds", log_odds, ()) - gradient_gap(policy, theta, reward).log_odds
        policy = tilted(policy, theta, shift * reward)
    along, gap = rng.choice([-1, 0, 0, 1]), gradient_gap(policy, theta, reward).gap
    if along and np.any(gap):
        w = _direction(rng, along * gap)
    return TokenStep(policy, theta, w, float(10 ** rng.uniform(-6, 3)), reward)


def _direction(rng: np.random.Generator, w: Array) -> Array:
    """w with a random length of at most one; the last factor keeps it there after rounding."""
    return w / np.linalg.norm(w) * rng.choice([1.0, rng.uniform()]) * (1 - 1e-15)
