"""Laws of GRPO, GSPO and their negative-only variants on enumerated responses."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.random import SeedSequence

from numeric.experiments.two_stage.group_updates import (
    SEQUENCE,
    TOKEN,
    Batch,
    Schedule,
    enumerate_responses,
    expected_gradient,
    expected_path,
    gradient,
    group_table,
    grpo,
    gspo,
    logits_for,
    mean_advantage,
    measured,
    negative_only,
    ratios,
    response_probs,
    surrogate,
    token_log_probs,
    train,
)
from numeric.experiments.two_stage.two_stage import (
    MIN,
    MINUS_ONE,
    NORMALISED,
    advantages,
    mean_and_sd,
)

ALGORITHMS = [
    grpo(),
    gspo(),
    *(negative_only(a, r) for a in (grpo(), gspo()) for r in (MIN, MINUS_ONE)),
]
each_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda a: a.name)
both_lengths = pytest.mark.parametrize("stop", [False, True], ids=["equal", "varying"])


def a_batch(responses, rewards, algorithm, seed=0, runs=3, group=6, moved=0.3):
    """Sampled shares, advantages and old log-probabilities; and logits moved away from the old."""
    rng = np.random.default_rng(seed)
    old = rng.normal(size=(runs, *responses.tables))
    pi = response_probs(responses, old)
    shares = np.stack([rng.multinomial(group, p / p.sum()) for p in pi]) / group
    A = advantages(algorithm.reading, rewards, *mean_and_sd(shares, rewards))
    logits = old + moved * rng.normal(size=old.shape)
    return Batch(shares, np.array(A), token_log_probs(responses, old)), logits, old


def graded(responses):
    """Rewards 0, 0.8 and 1 scattered over the responses."""
    return np.array([(0.0, 0.8, 1.0)[(3 * sum(o) + 2 * o[0]) % 3] for o in responses.sequences])


def binary(responses):
    return (graded(responses) > 0.5) * 1.0


def cosine(a, b):
    return (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())


# -- responses -------------------------------------------------------------------------------------


@both_lengths
def test_the_responses_are_all_there_once_and_their_probabilities_sum_to_one(stop):
    responses = enumerate_responses(3, 3, stop)
    found = set(responses.sequences)
    assert len(found) == len(responses.sequences) == (15 if stop else 27)
    assert all(len(o) == n for o, n in zip(responses.sequences, responses.lengths, strict=True))
    if stop:
        assert all(0 not in o[:-1] and (len(o) == 3 or o[-1] == 0) for o in found)
    logits = np.random.default_rng(0).normal(size=(4, *responses.tables)) * 3
    assert response_probs(responses, logits).sum(axis=1) == pytest.approx(np.ones(4), abs=1e-14)


@both_lengths
def test_tables_can_be_made_for_any_positive_policy(stop):
    responses = enumerate_responses(3, 3, stop)
    wanted = np.random.default_rng(1).dirichlet(np.ones(len(responses.sequences)))
    logits = logits_for(responses, wanted)
    assert response_probs(responses, logits[None])[0] == pytest.approx(wanted, abs=1e-15)


# -- one batch -------------------------------------------------------------------------------------


@each_algorithm
@both_lengths
def test_the_gradient_is_the_derivative_of_the_surrogate(algorithm, stop):
    responses = enumerate_responses(3, 2, stop)
    batch, logits, _ = a_batch(responses, graded(responses), algorithm)
    found, h = gradient(responses, algorithm, logits, batch), 1e-6
    for node, token in product(*map(range, responses.tables)):
        shift = np.zeros_like(logits)
        shift[:, node, token] = h
        ends = [surrogate(responses, algorithm, logits + s * shift, batch) for s in (1, -1)]
        assert (ends[0] - ends[1]) / (2 * h) == pytest.approx(found[:, node, token], abs=1e-8)
    assert np.abs(found).max() > 0.01


def by_hand(responses, algorithm, logits, old, group, rewards):
    """The gradient for one list of response numbers, one sample and one token at a time."""
    R = np.array([rewards[i] for i in group])
    sd = R.std() if np.ptp(R) > 0 else 0.0
    if algorithm.reading == MINUS_ONE:
        A = R - 1
    else:
        A = (R - R.mean()) / sd if sd > 0 else 0 * R
        A = np.minimum(A, 0) if algorithm.reading == MIN else A
    prefixes = sorted({o[:t] for o in responses.sequences for t in range(len(o))})
    found = np.zeros_like(logits)
    for i, a in zip(group, A, strict=True):
        o = responses.sequences[i]
        steps = [(prefixes.index(o[:t]), o[t]) for t in range(len(o))]
        new, before = (
            [x[n, v] - np.log(np.exp(x[n]).sum()) for n, v in steps] for x in (logits, old)
        )
        r = np.exp(np.array(new) - np.array(before))
        if algorithm.ratio == SEQUENCE:
            r = np.full(len(o), np.prod(r) ** (1 / len(o)))
        for (node, token), ratio in zip(steps, r, strict=True):
            limit = np.clip(ratio, 1 - algorithm.clip, 1 + algorithm.clip)
            if limit * a < ratio * a:
                continue
            p = np.exp(logits[node]) / np.exp(logits[node]).sum()
            score = (np.arange(len(p)) == token) - p
            found[node] += a * ratio * score / (len(o) * len(group))
    return found


@each_algorithm
@both_lengths
def test_the_gradient_is_what_a_loop_over_samples_and_tokens_gives(algorithm, stop):
    responses = enumerate_responses(3, 3, stop)
    rewards, rng = graded(responses), np.random.default_rng(5)
    for _ in range(5):
        group = rng.integers(0, len(rewards), 6)
        old = rng.normal(size=responses.tables)
        logits = old + 0.3 * rng.normal(size=old.shape)
        shares = np.bincount(group, minlength=len(rewards))[None] / 6
        A = np.array(advantages(algorithm.reading, rewards, *mean_and_sd(shares, rewards)))
        batch = Batch(shares, A, token_log_probs(responses, old[None]))
        found = gradient(responses, algorithm, logits[None], batch)[0]
        wanted = by_hand(responses, algorithm, logits, old, group, rewards)
        assert found == pytest.approx(wanted, abs=1e-14)


@both_lengths
@pytest.mark.parametrize("reading", [NORMALISED, MIN, MINUS_ONE])
def test_at_ratio_one_gspo_is_grpo_and_away_from_it_not(reading, stop):
    responses = enumerate_responses(3, 3, stop)
    token, sequence = (replace(a(), reading=reading) for a in (grpo, gspo))
    batch, moved, old = a_batch(responses, graded(responses), token, group=24)
    at_one = [gradient(responses, a, old, batch) for a in (token, sequence)]
    assert np.array_equal(*at_one)
    away = [gradient(responses, a, moved, batch) for a in (token, sequence)]
    assert np.abs(away[0] - away[1]).max() > 1e-3


def test_ratios_are_one_where_the_policy_is_the_old_one_and_multiply_to_the_sequence_ratio():
    responses = enumerate_responses(3, 3, stop=True)
    batch, moved, old = a_batch(responses, graded(responses), grpo())
    assert np.all(ratios(responses, grpo(), old, batch.old) == 1)
    r = ratios(responses, grpo(), moved, batch.old)
    s = ratios(responses, gspo(), moved, batch.old)
    assert s[..., 0] ** responses.lengths == pytest.approx(r.prod(axis=-1))


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("ratio", [TOKEN, SEQUENCE])
def test_the_clip_stops_what_has_gone_far_enough_and_only_that(ratio, sign):
    responses = enumerate_responses(2, 1)
    algorithm = replace(grpo(0.2), ratio=ratio)
    old = np.zeros((1, 1, 2))
    A = sign * np.array([[1.0, 0.0]])
    batch = Batch(np.array([[1.0, 0.0]]), A, token_log_probs(responses, old))
    for p, is_open in ((0.59, True), (0.61, sign < 0), (0.41, True), (0.39, sign > 0)):
        logits = np.log(np.array([[[p, 1 - p]]]))
        found = gradient(responses, algorithm, logits, batch)
        assert (np.abs(found).max() > 0) == is_open


# -- in expectation --------------------------------------------------------------------------------


@both_lengths
@pytest.mark.parametrize("algorithm", ALGORITHMS[:1] + ALGORITHMS[2:4], ids=lambda a: a.name)
def test_the_expectation_is_the_mean_over_all_ordered_groups(algorithm, stop):
    responses, G = enumerate_responses(2, 2, stop), 3
    rewards = np.array([0.0, 0.8, 1.0, 0.0])[: len(responses.sequences)]
    old = np.random.default_rng(2).normal(size=(1, *responses.tables))
    pi, total = response_probs(responses, old)[0], 0.0
    for group in product(range(len(rewards)), repeat=G):
        shares = np.bincount(group, minlength=len(rewards))[None] / G
        A = np.array(advantages(algorithm.reading, rewards, *mean_and_sd(shares, rewards)))
        batch = Batch(shares, A, token_log_probs(responses, old))
        total = total + pi[list(group)].prod() * gradient(responses, algorithm, old, batch)
    found = expected_gradient(responses, group_table(rewards, G, algorithm.reading), old)
    assert found == pytest.approx(total, abs=1e-15)


def miss(responses, rewards, G, seed=4):
    """||E[min] - J E[full]|| / ||J E[full]||, J the mean reward."""
    logits = np.random.default_rng(seed).normal(size=(1, *responses.tables))
    J = (response_probs(responses, logits) * rewards).sum()
    full, low = (
        expected_gradient(responses, group_table(rewards, G, r), logits) for r in (NORMALISED, MIN)
    )
    return np.linalg.norm(low - J * full) / np.linalg.norm(J * full)


@pytest.mark.claim("negative_only")
@pytest.mark.parametrize("G", [2, 3, 4, 8, 16])
def test_with_0_1_rewards_and_equal_lengths_negative_only_is_grpo_times_the_success_rate(G):
    responses = enumerate_responses(3, 2)
    assert miss(responses, binary(responses), G) < 1e-13


def test_graded_rewards_and_varying_lengths_break_that():
    equal, varying = (enumerate_responses(3, 2, stop) for stop in (False, True))
    assert miss(equal, graded(equal), 8) > 0.02
    assert miss(varying, binary(varying), 8) > 0.02


@pytest.mark.claim("negative_only")
@pytest.mark.parametrize("G", [2, 3, 5])
def test_given_the_number_of_correct_ones_the_advantages_sum_to_the_square_root(G):
    R = np.array([0.0, 1.0])
    for k in range(1, G):
        shares = np.array([1 - k / G, k / G])
        mean, sd = mean_and_sd(shares, R)
        for reading, correct in ((NORMALISED, 1.0), (MIN, 0.0)):
            sums = G * shares * advantages(reading, R, mean, sd)
            root = np.sqrt(k * (G - k))
            assert sums == pytest.approx([-root, correct * root], abs=1e-14)


@pytest.mark.claim("negative_only_graded")
def test_reward_minus_one_is_in_expectation_the_gradient_of_the_mean_reward():
    responses, h = enumerate_responses(3, 2), 1e-6
    rewards = graded(responses)
    logits = np.random.default_rng(6).normal(size=(1, *responses.tables))
    found = expected_gradient(responses, group_table(rewards, 4, MINUS_ONE), logits)[0]
    for node, token in product(*map(range, responses.tables)):
        shift = np.zeros_like(logits)
        shift[0, node, token] = h
        ends = [(response_probs(responses, logits + s * shift) * rewards).sum() for s in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * h)
        assert 2 * found[node, token] == pytest.approx(slope, abs=1e-9)  # 1/|o| = 1/2


def test_the_group_sd_turns_grpo_from_the_gradient_when_rewards_are_graded():
    responses = enumerate_responses(3, 2)
    logits = np.random.default_rng(6).normal(size=(1, *responses.tables))
    for rewards, parallel in ((binary(responses), True), (graded(responses), False)):
        full, slope = (
            expected_gradient(responses, group_table(rewards, 8, r), logits)
            for r in (NORMALISED, MINUS_ONE)
        )
        assert (cosine(full, slope) > 1 - 1e-12) == parallel


def test_the_mean_advantage_weighs_a_small_difference_up_where_the_group_has_no_other():
    table = group_table(np.array([0.8, 0.0, 1.0]), 16, NORMALISED)
    mixed, late = (
        mean_advantage(table, np.array([p]))[0] for p in ((0.4, 0.55, 0.05), (0.98, 0, 0.02))
    )
    assert mixed[2] / mixed[0] < 3
    assert late[2] > 3 and -0.2 < late[0] < 0


# -- training --------------------------------------------------------------------------------------


def a_world(binary_rewards=False):
    responses = enumerate_responses(2, 2)
    rewards = np.array([0.8, 0.0, 0.0, 1.0])
    start = logits_for(responses, np.array([0.4, 0.3, 0.2, 0.1]))
    return responses, start, (rewards > 0) * 1.0 if binary_rewards else rewards


@each_algorithm
def test_training_repeats_to_the_bit_and_more_seeds_leave_the_first_as_they_are(algorithm):
    responses, start, rewards = a_world()
    children = SeedSequence(1).spawn(5)
    for matched in (False, True):
        plan = Schedule(0.5, 30, group=4, matched=matched)
        first, again, fewer = (
            train(responses, start, rewards, 3, algorithm, plan, s)
            for s in (children, children, children[:2])
        )
        for name in ("value", "success_rate", "marked", "entropy", "homogeneous"):
            assert np.array_equal(getattr(first, name), getattr(again, name))
            assert np.array_equal(getattr(first, name)[:, :2], getattr(fewer, name))
        assert np.ptp(first.value[-1]) > 0


def test_a_group_of_equal_rewards_moves_only_reward_minus_one():
    responses, start, _ = a_world()
    rewards = np.array([0.0, 0.0, 0.0, 1.0])
    start = logits_for(responses, np.array([0.5, 0.3, 0.2 - 1e-13, 1e-13]))
    for algorithm in ALGORITHMS:
        plan, children = Schedule(0.5, 10, group=4), SeedSequence(1).spawn(3)
        run = train(responses, start, rewards, 3, algorithm, plan, children)
        assert run.homogeneous.all() and np.all(run.drawn == 10)
        assert (np.ptp(run.entropy) > 0) == (algorithm.reading == MINUS_ONE)


def test_matched_steps_make_the_expected_paths_one_and_equal_rates_do_not():
    responses, start, rewards = a_world(binary_rewards=True)
    plan = Schedule(1.0, 60, group=8)
    full = expected_path(responses, start, rewards, 3, NORMALISED, plan)
    for reading in (MIN, MINUS_ONE):
        own = expected_path(responses, start, rewards, 3, reading, plan)
        matched = expected_path(responses, start, rewards, 3, reading, replace(plan, matched=True))
        assert np.abs(matched - full).max() < 1e-10 < 1e-2 < np.abs(own - full).max()


def test_the_mean_of_many_runs_follows_the_expected_path_for_short_steps():
    responses, start, rewards = a_world()
    plan = Schedule(0.05, 40, group=8, inner=1)
    exact = expected_path(responses, start, rewards, 3, NORMALISED, plan)[0, -1]
    run = train(responses, start, rewards, 3, grpo(), plan, SeedSequence(2).spawn(400)).value[-1]
    gain = exact - 0.42
    assert abs(run.mean() - exact) < 0.03 * gain + 4 * run.std() / 20


def test_one_run_by_hand():
    responses, start, rewards = a_world()
    children = SeedSequence(4).spawn(1)
    plan = Schedule(0.5, 1, group=6, inner=2)
    run = train(responses, start, rewards, 3, grpo(), plan, children)
    draws = np.random.default_rng(children[0]).random((1, 6))[0]
    group = np.searchsorted(np.cumsum([0.4, 0.3, 0.2, 0.1]), draws, side="right")
    logits = start.copy()
    for _ in range(2):
        logits = logits + 0.5 * by_hand(responses, grpo(), logits, start, group, rewards)
    seen = measured(response_probs(responses, logits[None]), rewards, 3)[:, 0]
    found = [x[-1, 0] for x in (run.value, run.success_rate, run.marked, run.entropy)]
    assert found == pytest.approx(seen, abs=1e-14) and len(set(group)) > 1


def test_what_is_no_algorithm_group_or_vocabulary_is_refused():
    with pytest.raises(ValueError, match="negative-only is read as"):
        negative_only(grpo(), NORMALISED)
    with pytest.raises(ValueError, match="at least 2 samples"):
        group_table(np.array([0.0, 1.0]), 1, MIN)
    with pytest.raises(ValueError, match="need v >= 2"):
        enumerate_responses(1, 3)
