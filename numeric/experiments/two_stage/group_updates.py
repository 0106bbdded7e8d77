"""GRPO, GSPO and their negative-only variants on responses short enough to enumerate.

The policy is one table of logits for each prefix. All responses are listed, so success rate, mean
reward and entropy are exact while the updates are sampled: G responses o_1..o_G from pi_old, a
verifier's rewards, advantages A_i from the group, and then several inner updates on that batch,

    theta' = theta + eta grad S,    S = (1/G) sum_i (1/|o_i|) sum_t min(r_it A_i, clip(r_it) A_i),

where clip(r) = min(max(r, 1 - eps), 1 + eps). GRPO and GSPO differ in the ratio r only, the
variants in the advantage only. Where the clip is open the gradient of S is, for both ratios,

    (1/G) sum_i A_i (1/|o_i|) sum_t r_it grad log pi(token t | prefix).

Plain gradient ascent; no KL term and no optimiser state. The papers' codes have both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import factorial, prod

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

from numeric.experiments.two_stage.two_stage import (
    MIN,
    MINUS_ONE,
    NORMALISED,
    Array,
    advantages,
    counts_of,
    entropy,
    mean_and_sd,
    uniforms,
)

TOKEN, SEQUENCE = "token", "sequence"


@dataclass(frozen=True)
class Algorithm:
    """`ratio` is TOKEN or SEQUENCE, `reading` one of `two_stage.READINGS`, `clip` is eps > 0."""

    name: str
    ratio: str
    reading: str
    clip: float


def grpo(clip: float = 0.2) -> Algorithm:
    """(1/G) sum_i (1/|o_i|) sum_t min(r_it A_i, clip(r_it, 1-eps, 1+eps) A_i)

    r_it = pi(o_it | o_i<t) / pi_old(o_it | o_i<t) and A_i = (R_i - mean)/sd, mean and sd of the
    group, sd divided by G. If sd = 0 then A = 0: such a group gives no update."""
    return Algorithm("GRPO", TOKEN, NORMALISED, clip)


def gspo(clip: float = 0.1) -> Algorithm:
    """(1/G) sum_i min(s_i A_i, clip(s_i, 1-eps, 1+eps) A_i),  s_i = (pi(o_i)/pi_old(o_i))^(1/|o_i|)

    and A_i as in GRPO. s is the geometric mean of the token ratios, so its eps is its own."""
    return Algorithm("GSPO", SEQUENCE, NORMALISED, clip)


def negative_only(algorithm: Algorithm, reading: str) -> Algorithm:
    """GRPO-N of GRPO, GSPO-N of GSPO, by our reading of "relative negative gradients only":

    MIN: A_i = min((R_i - mean)/sd, 0), normalised first and cut at zero then.
    MINUS_ONE: A_i = R_i - 1, without mean or sd; a group that fails throughout gives an update.

    ValueError: another reading."""
    if reading not in (MIN, MINUS_ONE):
        raise ValueError(f"negative-only is read as {MIN} or {MINUS_ONE}, not {reading}")
    return replace(algorithm, name=f"{algorithm.name}-N, {reading}", reading=reading)


# -- responses -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Responses:
    """All responses over a vocabulary of v tokens with at most T, in lexicographic order.

    `tokens` and `nodes` (R, T): the token and the number of the prefix before it; `present` (R, T)
    is 0.0 after the end. `order` and `starts` sort the present positions by (node, token)."""

    vocabulary: int
    sequences: tuple[tuple[int, ...], ...]
    tokens: NDArray[np.int64]
    nodes: NDArray[np.int64]
    present: Array
    order: NDArray[np.int64]
    starts: NDArray[np.int64]

    @property
    def tables(self) -> tuple[int, int]:
        """(N, v): how many prefixes there are, and the vocabulary."""
        return len(self.starts) // self.vocabulary, self.vocabulary

    @property
    def lengths(self) -> Array:
        """|o|, shape (R,)."""
        return self.present.sum(axis=1)


def enumerate_responses(vocabulary: int, longest: int, stop: bool = False) -> Responses:
    """Every response of `longest` tokens; with `stop`, token 0 ends a response, which is counted in
    its length. ValueError: fewer than two tokens, or no length."""
    if vocabulary < 2 or longest < 1:
        raise ValueError(f"need v >= 2 and T >= 1, got {vocabulary} and {longest}")
    full = product(range(vocabulary), repeat=longest)
    sequences = tuple(dict.fromkeys(_until_stop(o) if stop else o for o in full))
    prefixes = sorted({o[:t] for o in sequences for t in range(len(o))})
    number = {prefix: i for i, prefix in enumerate(prefixes)}
    tokens, nodes = (np.zeros((len(sequences), longest), dtype=np.int64) for _ in range(2))
    present = np.zeros((len(sequences), longest))
    for i, o in enumerate(sequences):
        tokens[i, : len(o)] = o
        nodes[i, : len(o)] = [number[o[:t]] for t in range(len(o))]
        present[i, : len(o)] = 1.0
    places = np.flatnonzero(present)
    keys = (nodes * vocabulary + tokens).ravel()[places]
    by_key = np.argsort(keys, kind="stable")
    starts = np.searchsorted(keys[by_key], np.arange(len(prefixes) * vocabulary))
    return Responses(vocabulary, sequences, tokens, nodes, present, places[by_key], starts)


def _until_stop(o: tuple[int, ...]) -> tuple[int, ...]:
    return o[: o.index(0) + 1] if 0 in o else o


def gathered(responses: Responses, entries: Array) -> Array:
    """Sum of entries (S, R, T) over the positions with the same prefix and token: (S, N, v)."""
    flat = entries.reshape(len(entries), -1)[:, responses.order]
    sums = np.add.reduceat(flat, responses.starts, axis=1)
    return sums.reshape(len(entries), *responses.tables)


def logits_for(responses: Responses, probabilities: Array) -> Array:
    """The tables (N, v) whose policy gives the responses these positive probabilities (R,)."""
    mass = gathered(responses, probabilities[None, :, None] * responses.present)[0]
    return np.log(mass / mass.sum(axis=-1, keepdims=True))


def token_log_probs(responses: Responses, logits: Array) -> Array:
    """log pi(token | prefix) for logits (S, N, v), shape (S, R, T); 0 after the end."""
    top = logits.max(axis=-1, keepdims=True)
    logs = logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))
    return logs[:, responses.nodes, responses.tokens] * responses.present


def response_probs(responses: Responses, logits: Array) -> Array:
    """pi(o) for logits (S, N, v), shape (S, R)."""
    return np.exp(token_log_probs(responses, logits).sum(axis=-1))


# -- one batch -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Batch:
    """How often each response was drawn, divided by G, (S, R); its advantage, (S, R); and the
    token log-probabilities under the policy it was drawn from, (S, R, T)."""

    shares: Array
    advantage: Array
    old: Array


def ratios(responses: Responses, algorithm: Algorithm, logits: Array, old: Array) -> Array:
    """r_it, shape (S, R, T); for a SEQUENCE ratio s_i at every t, shape (S, R, 1)."""
    change = token_log_probs(responses, logits) - old
    if algorithm.ratio == SEQUENCE:
        change = change.sum(axis=-1, keepdims=True) / responses.lengths[:, None]
    return np.exp(change)


def surrogate(responses: Responses, algorithm: Algorithm, logits: Array, batch: Batch) -> Array:
    """S of the module docstring for each run, shape (S,)."""
    r, eps = ratios(responses, algorithm, logits, batch.old), algorithm.clip
    A = batch.advantage[..., None]
    terms = np.minimum(r * A, np.clip(r, 1 - eps, 1 + eps) * A) * responses.present
    return (batch.shares * terms.sum(axis=-1) / responses.lengths).sum(axis=-1)


def gradient(responses: Responses, algorithm: Algorithm, logits: Array, batch: Batch) -> Array:
    """grad S, shape (S, N, v). A term is clipped, and has no gradient, if A > 0 and r > 1 + eps or
    A < 0 and r < 1 - eps."""
    r, eps = ratios(responses, algorithm, logits, batch.old), algorithm.clip
    A = batch.advantage[..., None]
    is_open = np.where(A > 0, r <= 1 + eps, r >= 1 - eps)
    weights = (batch.shares / responses.lengths)[..., None] * responses.present
    return _in_tables(responses, logits, weights * A * r * is_open)


def _in_tables(responses: Responses, logits: Array, entries: Array) -> Array:
    """sum of entries (S, R, T) times grad log pi(token | prefix) = e_token - pi(. | prefix)."""
    pushes = gathered(responses, entries)
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    return pushes - p * pushes.sum(axis=-1, keepdims=True)


# -- the exact expectation over groups -------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class GroupTable:
    """For rewards with L levels and groups of G: the compositions of the other G - 1 responses
    (C, L), how many orders each has (C,), and the advantage of one more of each level (C, L)."""

    levels: Array
    of_response: NDArray[np.int64]
    others: NDArray[np.int64]
    orders: Array
    advantage: Array


def group_table(rewards: Array, group: int, reading: str) -> GroupTable:
    """ValueError: a group smaller than 2."""
    if group < 2:
        raise ValueError(f"a group has at least 2 samples, got {group}")
    levels, of_response = np.unique(rewards, return_inverse=True)
    L = len(levels)
    all_counts = product(range(group), repeat=L)
    others = np.array([c for c in all_counts if sum(c) == group - 1])
    orders = [factorial(group - 1) / prod(factorial(n) for n in c) for c in others.tolist()]
    shares = (others[:, None, :] + np.eye(L)) / group
    A = advantages(reading, levels, *mean_and_sd(shares, levels))
    own = np.arange(L)
    return GroupTable(levels, of_response, others, np.array(orders), A[:, own, own])


def mean_advantage(table: GroupTable, probabilities: Array) -> Array:
    """E[A_1 | o_1 = o] when o_2..o_G are drawn from probabilities (S, R); shape (S, R).

    Exact: only how many of the others have which reward matters."""
    of_level = np.eye(len(table.levels))[table.of_response]
    P = (probabilities[:, :, None] * of_level).sum(axis=1)
    chance = np.prod(P[:, None, :] ** table.others, axis=-1) * table.orders
    return (chance[..., None] * table.advantage).sum(axis=1)[:, table.of_response]


def expected_gradient(responses: Responses, table: GroupTable, logits: Array) -> Array:
    """E over groups of grad S at ratio 1, shape (S, N, v); for both ratios the same."""
    pi = response_probs(responses, logits)
    weights = pi * mean_advantage(table, pi) / responses.lengths
    return _in_tables(responses, logits, weights[..., None] * responses.present)


# -- training --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Schedule:
    """`step_size` eta > 0 of an inner update, `steps` batches of `group` responses, `inner` updates
    on each. `matched`: eta is multiplied, batch by batch, by the norm of GRPO's exact expected
    gradient over that of the algorithm's own (for 0/1 rewards and MIN exactly 1/J). That takes the
    exact policy: it is a control of the experiment, not an algorithm."""

    step_size: float
    steps: int
    group: int = 8
    inner: int = 2
    matched: bool = False


@dataclass(frozen=True, eq=False)
class History:
    """Per iterate and run, shape (steps + 1, S): V, J = P(highest reward), the probability of the
    marked response, entropy in nats; (steps, S): whether the rewards of the group were all equal.
    `drawn` (S,): the batch in which the marked response is first drawn, `steps` if never."""

    value: Array
    success_rate: Array
    marked: Array
    entropy: Array
    homogeneous: NDArray[np.bool_]
    drawn: NDArray[np.int64]


def train(
    responses: Responses,
    start: Array,
    rewards: Array,
    marked: int,
    algorithm: Algorithm,
    schedule: Schedule,
    seeds: Sequence[SeedSequence],
) -> History:
    """One run per seed from the tables `start` (N, v) with rewards (R,). The draws depend on the
    seeds alone, so algorithms with the same seeds meet the same random numbers."""
    logits = np.tile(start, (len(seeds), 1, 1))
    table = group_table(rewards, schedule.group, algorithm.reading)
    reference = group_table(rewards, schedule.group, NORMALISED)
    drawn = np.full(len(seeds), schedule.steps)
    seen, equal = [], []
    for k, draws in enumerate(uniforms(seeds, schedule.steps, schedule.group)):
        old = token_log_probs(responses, logits)
        pi = np.exp(old.sum(axis=-1))
        seen.append(measured(pi, rewards, marked))
        shares = counts_of(pi, draws) / schedule.group
        mean, sd = mean_and_sd(shares, rewards)
        A = advantages(algorithm.reading, rewards, mean, sd)
        batch = Batch(shares, A, old)
        eta = np.full(len(seeds), schedule.step_size)
        if schedule.matched:
            eta = eta * _ratio_of_norms(responses, reference, table, logits)
        for _ in range(schedule.inner):
            logits = logits + eta[:, None, None] * gradient(responses, algorithm, logits, batch)
        equal.append(sd == 0)
        drawn = np.where(shares[:, marked] > 0, np.minimum(drawn, k), drawn)
    seen.append(measured(response_probs(responses, logits), rewards, marked))
    value, J, rare, H = np.stack(seen, axis=1)
    return History(value, J, rare, H, np.stack(equal), drawn)


def expected_path(
    responses: Responses,
    start: Array,
    rewards: Array,
    marked: int,
    reading: str,
    schedule: Schedule,
) -> Array:
    """What `measured` gives at every iterate, (4, steps + 1), if each of `steps` updates is the
    exact expectation over groups: no sampling, one update a step, no clipping."""
    logits, seen = start[None], []
    table = group_table(rewards, schedule.group, reading)
    reference = group_table(rewards, schedule.group, NORMALISED)
    for _ in range(schedule.steps + 1):
        seen.append(measured(response_probs(responses, logits), rewards, marked)[:, 0])
        push = expected_gradient(responses, table, logits)
        factor = _ratio_of_norms(responses, reference, table, logits) if schedule.matched else 1.0
        logits = logits + schedule.step_size * factor * push
    return np.stack(seen, axis=1)


def measured(pi: Array, rewards: Array, marked: int) -> Array:
    """V, J = P(highest reward), probability of the marked response and entropy of policies (S, R);
    shape (4, S)."""
    J = np.minimum((pi * (rewards == rewards.max())).sum(axis=-1), 1.0)
    return np.stack([(pi * rewards).sum(axis=-1), J, pi[:, marked], entropy(pi)])


def _ratio_of_norms(
    responses: Responses, reference: GroupTable, table: GroupTable, logits: Array
) -> Array:
    """Norm of the expected gradient of `reference` over that of `table`, (S,); 1 where both are 0
    in double precision."""
    norms = [
        np.sqrt((expected_gradient(responses, t, logits) ** 2).sum(axis=(1, 2)))
        for t in (reference, table)
    ]
    return np.where(norms[1] > 0, norms[0] / np.where(norms[1] > 0, norms[1], 1.0), 1.0)
