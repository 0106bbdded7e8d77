"""Laws of response trees, of the policies on them, and of the lengths of responses."""

import math

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from numeric.core.balls import ball_precision, largest, log_sum_exp, to_balls
from numeric.core.policies import LogLinear, NonlinearLogits, Sinusoidal, Tabular
from numeric.core.step import gradient_gap, measure_step, segment_smoothness
from numeric.core.trees import (
    EOS,
    Autoregressive,
    Tree,
    draw_token_step,
    draw_tree_policy,
    log_linear,
    mean_length,
    psi1_norm,
    tilted,
)

seeds = st.integers(0, 2**32 - 1)
at_even_and_extreme_odds = pytest.mark.parametrize("log_odds", [None, -27.6, 27.6])

ROUNDING = 1000 * 2.0**-53  # as in test_step.py, relative to the sizes H and S of the terms
NUDGE, CLOSE = 2.0**-100, arb("1e-40")  # central differences in balls, as in test_policies.py

# A policy whose nodes are of another family than the drawn ones.
WAVES = Autoregressive(Tree(2, 3), tuple(Sinusoidal(0.3 * k, 1.0, 2.0, k) for k in (1, 2, 3)))


def draw(seed):
    """A random policy, theta and w in balls; sometimes WAVES."""
    rng = np.random.default_rng(seed)
    policy, theta, w = draw_tree_policy(rng)
    if rng.uniform() < 0.1:
        policy, theta, w = WAVES, theta[:1], w[:1]
    return policy, to_balls(theta), to_balls(w)


def overlap(left, right):
    """Equal as far as the balls know, and they know at least 30 digits."""
    pairs = list(zip(*(x.flat for x in np.broadcast_arrays(left, right)), strict=True))
    assert all((x - y).rad() < 1e-30 * (1 + abs(x)) for x, y in pairs)
    return all((x - y).contains(0) for x, y in pairs)


def token_sums(policy, tokens):
    """Sums of token quantities along responses, from the tuples alone."""
    tree = policy.tree
    nodes = [tree.prefixes[p] for p in tree.open_prefixes]
    whole = [tree.prefixes[i] for i in tree.responses]
    return np.array([sum(tokens[nodes.index(o[:t]), v] for t, v in enumerate(o)) for o in whole])


def branches(tree):
    """A response that begins with an open prefix goes on with exactly one token."""
    next_tokens = tree.begins[tree.extend[tree.open_prefixes]].sum(axis=1)
    return np.array_equal(next_tokens, tree.begins[tree.open_prefixes])


def ends(tree):
    """Exactly one response begins with a complete prefix, and it is that prefix."""
    return np.array_equal(tree.begins[tree.responses], np.eye(tree.n))


def extends(tree):
    """extend[p, v] is p followed by v; nothing follows a complete prefix."""
    followed = {p: [(*p, v) for v in range(tree.vocabulary)] for p in tree.prefixes}
    return all(
        [tree.prefixes[i] for i in row] == followed[p] if tree.is_open(p) else (row == -1).all()
        for p, row in zip(tree.prefixes, tree.extend, strict=True)
    )


def stops(tree):
    """Responses are n different words that have EOS only at the end, and always if short."""
    words = {tree.prefixes[i] for i in tree.responses}
    legal = (EOS not in o[:-1] and (o[-1:] == (EOS,) or len(o) == tree.longest) for o in words)
    return len(tree.responses) == len(words) == tree.n and all(legal)


@given(st.integers(2, 4), st.integers(1, 4))
def test_the_tree_is_the_set_of_responses_of_the_paper(V, longest):
    tree = Tree(V, longest)
    assert branches(tree) and ends(tree) and extends(tree) and stops(tree)
    assert tree.prefixes[0] == () and (tree.begins[0] == 1).all()
    assert [len(tree.prefixes[i]) for i in tree.responses] == tree.lengths.tolist()
    assert sorted(tree.prefixes, key=lambda p: (len(p), p)) == list(tree.prefixes)


def broken(name, change):
    """Tree(2, 3), with one of its tables changed."""
    tree = Tree(2, 3)
    tree.__dict__[name] = change(getattr(tree, name).copy())
    return tree


PLANTED = {
    "a response is dropped": (broken("responses", lambda x: x[:-1]), stops),
    "an open prefix is a response": (broken("responses", lambda x: x - 1), stops),
    "children are exchanged": (broken("extend", lambda x: x[:, ::-1]), extends),
    "a child is counted twice": (broken("extend", lambda x: x[:, [0, 0]]), branches),
    "responses are exchanged": (broken("begins", lambda x: x[:, ::-1]), ends),
}


@pytest.mark.parametrize(("tree", "law"), PLANTED.values(), ids=PLANTED)
def test_a_wrong_tree_breaks_a_law(tree, law):
    assert law(Tree(2, 3)) and not law(tree)


def normalised(policy, theta):
    """Probabilities sum to one."""
    return overlap(np.exp(policy.log_probs(theta)).sum(), arb(1))


def tower(policy, theta):
    """E[V(o)] is what averaging over the next token gives, from the leaves to the root."""
    tree, pi = policy.tree, np.exp(policy.token_log_probs(theta))
    value = to_balls(np.cos(np.arange(policy.n)))
    node = to_balls(np.zeros(len(tree.prefixes)))
    node[tree.responses] = value
    for i, p in reversed(list(enumerate(tree.open_prefixes))):
        node[p] = pi[i] @ node[tree.extend[p]]
    return overlap(np.exp(policy.log_probs(theta)) @ value, node[0])


def telescopes(policy, theta):
    """A response has the sum of its token log-probabilities."""
    return overlap(policy.log_probs(theta), token_sums(policy, policy.token_log_probs(theta)))


def masses(policy, theta):
    """A prefix has the probability of the responses that begin with it."""
    log_pi, rows = policy.log_probs(theta), policy.tree.begins == 1
    return overlap(policy.prefix_log_probs(theta), [log_sum_exp(log_pi[row]) for row in rows])


POLICY_LAWS = (normalised, tower, telescopes, masses)


@given(seeds)
def test_probabilities_of_responses_prefixes_and_tokens_belong_together(seed):
    policy, theta, _ = draw(seed)
    with ball_precision():
        assert all(law(policy, theta) for law in POLICY_LAWS)


class LastTokenLost(Autoregressive):
    """log pi(o) without its last token."""

    def log_probs(self, theta):
        parents = [(self.tree.extend == i).any(axis=1).argmax() for i in self.tree.responses]
        return self.prefix_log_probs(theta)[parents]


class Renormalised(LastTokenLost):
    """Normalised again: that hides the loss from the first law, not from the others."""

    def log_probs(self, theta):
        return super().log_probs(theta) - log_sum_exp(super().log_probs(theta))


@pytest.mark.parametrize(
    ("policy", "broken_laws"),
    [
        (LastTokenLost(WAVES.tree, WAVES.nodes), set(POLICY_LAWS)),
        (Renormalised(WAVES.tree, WAVES.nodes), set(POLICY_LAWS[1:])),
        (Autoregressive(PLANTED["children are exchanged"][0], WAVES.nodes), {telescopes}),
    ],
)
def test_wrong_sums_break_laws(policy, broken_laws):
    with ball_precision():
        theta = to_balls([0.7])
        assert {law for law in POLICY_LAWS if not law(policy, theta)} == broken_laws
        assert not overlap(np.exp(WAVES.log_probs(theta)[1:]).sum(), arb(1))


@given(seeds)
def test_scores_have_mean_zero_at_every_node_and_add_up_along_responses(seed):
    policy, theta, w = draw(seed)
    with ball_precision():
        pi, tokens = np.exp(policy.token_log_probs(theta)), policy.token_scores(theta, w)
        assert overlap((pi * tokens).sum(axis=1), arb(0))
        assert overlap(np.exp(policy.log_probs(theta)) @ policy.scores(theta), arb(0))
        assert overlap(policy.scores(theta) @ w, token_sums(policy, tokens))
        # The score of a prefix is the mean score of the responses that begin with it.
        flow = policy.tree.begins * np.exp(policy.log_probs(theta))
        mean = flow @ (policy.scores(theta) @ w) / np.exp(policy.prefix_log_probs(theta))
        assert overlap(policy.prefix_scores(theta, w), mean)


@given(seeds)
def test_scores_and_curvatures_are_derivatives(seed):
    policy, theta, w = draw(seed)
    with ball_precision():
        ahead, behind = (theta + sign * NUDGE * w for sign in (1, -1))
        slope = (policy.log_probs(ahead) - policy.log_probs(behind)) / (2 * NUDGE)
        bend = (policy.scores(ahead) @ w - policy.scores(behind) @ w) / (2 * NUDGE)
        for error in (slope - policy.scores(theta) @ w, bend - policy.curvatures(theta, w)):
            assert largest(abs(error)) < CLOSE


def sizes(policy, theta, w, eta):
    """S and H of test_step.py for the worst node, times the longest length: errors add up too."""
    theta, w, S, H = np.abs(theta), np.abs(w), [], []
    for node in policy.nodes:
        curved = isinstance(node, NonlinearLogits)
        A, B = map(np.abs, (node.A, node.B) if curved else (node.features, np.eye(node.d)))
        inner, units = (B @ (theta + eta * w)).max(), np.ones(len(B)) if curved else B @ theta
        S.append(eta * (A @ (B @ w)).max() * (1 + curved * inner))
        H.append((A @ units + np.abs(node.offsets)).max() + curved * inner)
    return policy.tree.longest * max(S), policy.tree.longest * max(H)


@at_even_and_extreme_odds
@given(seed=seeds)
def test_a_step_is_measured_as_the_paper_defines_it(log_odds, seed):
    step = draw_token_step(np.random.default_rng(seed), log_odds)
    policy, reward = step.policy, step.reward
    m = measure_step(policy, to_balls(step.theta), step.w, step.eta, reward, bits=512)
    # Plain differences lose as many digits as 1 - J has zeros, before or after the step.
    lost = max(abs(float(m.log_odds)), abs(float(m.log_odds_next)))
    with ball_precision(512 + 4 * math.ceil(lost)):
        theta, w, eta, r = (to_balls(x) for x in (step.theta, step.w, step.eta, reward))
        log_pi, log_pi_next = policy.log_probs(theta), policy.log_probs(theta + eta * w)
        pi, pi_next, score = np.exp(log_pi), np.exp(log_pi_next), policy.scores(theta) @ w
        J, J_next = pi @ r, pi_next @ r
        plus, minus = (pi * r) @ score / J, (pi * (1 - r)) @ score / (1 - J)
        measured = [m.J, m.J_next, m.mean_plus, m.mean_minus, m.alignment, m.max_abs_score]
        assert overlap(measured, [J, J_next, plus, minus, plus - minus, largest(abs(score))])
        assert overlap(m.delta_log_odds, (J_next / J).log() - ((1 - J_next) / (1 - J)).log())
        assert overlap(policy.logit_changes(theta, w, eta), log_pi_next - log_pi)


@at_even_and_extreme_odds
@given(seed=seeds)
def test_float64_agrees_with_balls_and_log_odds_are_what_was_asked_for(log_odds, seed):
    step = draw_token_step(np.random.default_rng(seed), log_odds)
    policy, theta, w, eta = step.policy, step.theta, step.w, step.eta
    S, H = sizes(policy, theta, w, eta)
    steep, bent, rounding = policy.score_bound(w), policy.smoothness(w), ROUNDING * (1 + H)
    exact = measure_step(policy, to_balls(theta), w, eta, step.reward)
    found = measure_step(policy, theta, w, eta, step.reward)
    assert abs(exact.log_odds - found.log_odds) < rounding
    assert log_odds is None or abs(exact.log_odds - log_odds) < 2 * rounding
    assert abs(exact.delta_log_odds - found.delta_log_odds) < rounding * S + 1e-300
    with ball_precision():
        here, along = to_balls(theta), to_balls(w)
        for measured, claimed, size in (
            (policy.prefix_log_probs(theta), policy.prefix_log_probs(here), 1),
            (policy.prefix_scores(theta, w), policy.prefix_scores(here, along), steep),
            (policy.curvatures(theta, w), policy.curvatures(here, along), steep**2 + bent),
        ):
            assert largest(abs(measured - claimed)) < rounding * size + 1e-300


@pytest.mark.parametrize("eta", [1e-3, 1.0, 5.0])
def test_the_change_of_an_almost_certain_token_keeps_its_relative_accuracy(eta):
    policy = Autoregressive(Tree(2, 1), (LogLinear([[0], [1]], [0, math.log(1e-12)]),))
    exact = -1e-12 * math.expm1(eta)
    change = policy.logit_changes(np.zeros(1), np.ones(1), eta)[0]
    subtracted = policy.log_probs(np.array([eta]))[0] - policy.log_probs(np.zeros(1))[0]
    assert abs(change / exact - 1) < 1e-9 < abs(subtracted / exact - 1)


@given(seeds)
def test_the_token_constants_of_assumption_2_hold_on_the_segment(seed):
    rng = np.random.default_rng(seed)
    policy = (step := draw_token_step(rng)).policy
    L = policy.token_smoothness(step.theta, step.w, step.eta, pieces=8)
    G = policy.token_score_bound(step.theta, step.w)
    with ball_precision():
        theta, w = to_balls(step.theta), to_balls(step.w)
        start = policy.token_scores(theta, w)
        steepest = largest(abs(start).flat)
        assert steepest <= G and steepest >= G * (1 - 1e-15)
        for t in map(arb, (*(step.eta * rng.uniform(size=4)), step.eta)):
            moved = abs(policy.token_scores(theta + t * w, w) - start)
            assert not largest(moved.flat) > L * t


def test_the_certified_token_smoothness_is_nearly_attained():
    policy = log_linear(Tree(2, 2), [[[0], [1]]] * 2, np.zeros((2, 2)))
    theta, w, t = to_balls([0.0]), to_balls([1.0]), arb(0.01)
    L = policy.token_smoothness(theta, w, t)
    moved = policy.token_scores(theta + t * w, w) - policy.token_scores(theta, w)
    assert 0.99 * L * t < largest(abs(moved).flat) < L * t and L == 0.25


@given(seeds, st.floats(-3, 3))
def test_response_constants_bound_scores_and_curvatures_at_every_theta(seed, exponent):
    policy, theta, w = draw(seed)
    constants = policy.constants()
    with ball_precision():
        theta, length = theta * arb(10**exponent), (w @ w).sqrt()
        score, G_w, L_w = policy.scores(theta), policy.score_bound(w), policy.smoothness(w)
        assert not largest(abs(score @ w)) > G_w
        assert not largest(abs(policy.curvatures(theta, w))) > L_w
        assert not largest((score**2).sum(axis=1)).sqrt() > constants.G
        assert not arb(G_w) > constants.G * length * (1 + 1e-15)
        assert not arb(L_w) > constants.L * length**2 * (1 + 1e-15)
        here = segment_smoothness(policy, theta, w, 0.0)
        assert here <= policy.tree.longest * policy.token_smoothness(theta, w, 0.0) * (1 + 1e-15)


@given(seeds, st.booleans())
def test_the_psi1_norm_is_the_least_a_with_mean_exponential_at_most_two(seed, on_tree):
    rng = np.random.default_rng(seed)
    policy, theta, _ = draw(seed)
    with ball_precision():
        size, pi = to_balls(policy.tree.lengths), np.exp(policy.log_probs(theta))
        if not on_tree:  # long responses of small probability, in float64
            weights = 10 ** rng.uniform(-12, 0, size=8)
            size, pi = to_balls(rng.integers(1, 61, size=8)), to_balls(weights / weights.sum())
        a = psi1_norm(size, pi)
        assert pi @ np.exp(size / a) <= 2 < pi @ np.exp(size / (a * (1 - 1e-15)))
        # By Jensen, and as exp(T log 2 / T) = 2; float probabilities sum to one up to rounding.
        low, high = mean_length(size, pi) / arb(2).log(), largest(size) / arb(2).log()
        assert low < a * (1 + 1e-14) and a * (1 - 1e-14) < high


@pytest.mark.parametrize("length", [1, 7, 1000])
def test_a_constant_length_has_norm_length_over_log_two(length):
    a = psi1_norm([length], [1.0])
    with ball_precision():
        assert math.nextafter(a, 0) < length / arb(2).log() <= a
    above = psi1_norm([length], [1 + 2**-40])  # a little more than one, as floats may be
    assert psi1_norm([length, 5000], [1.0, 0.0]) == a < above < a * (1 + 1e-11)


@given(seeds)
def test_conditional_mean_lengths_average_to_the_mean_length(seed):
    step = draw_token_step(np.random.default_rng(seed))
    lengths, r = step.policy.tree.lengths, to_balls(step.reward)
    with ball_precision(1024):
        pi = np.exp(step.policy.log_probs(to_balls(step.theta)))
        plus, minus = mean_length(lengths, pi, r), mean_length(lengths, pi, 1 - r)
        assert overlap(mean_length(lengths, pi), (pi @ r) * plus + (1 - pi @ r) * minus)


@given(seeds)
def test_a_tilted_policy_multiplies_probabilities(seed):
    rng = np.random.default_rng(seed)
    policy, theta, _ = draw_tree_policy(rng)
    gain = rng.normal(size=policy.n) * 10 ** rng.uniform(-2, 2)
    excess = tilted(policy, theta, gain).log_probs(theta) - policy.log_probs(theta) - gain
    _, H = sizes(policy, theta, 0 * theta, 0.0)
    assert np.ptp(excess) < 2 * ROUNDING * (1 + H + np.abs(gain).max())


def test_draws_reach_all_families_shapes_and_success_rates():
    steps = [draw_token_step(np.random.default_rng(seed)) for seed in range(300)]
    assert {type(step.policy.nodes[0]) for step in steps} == {LogLinear, NonlinearLogits}
    assert len({step.policy.tree for step in steps}) == 4 + 4 + 3
    assert all(set(s.reward) == {0, 1} and np.linalg.norm(s.w) <= 1 for s in steps)
    assert all(s.policy.n <= 40 and 1e-6 <= s.eta <= 1e3 for s in steps)
    odds = [gradient_gap(step.policy, step.theta, step.reward).log_odds for step in steps]
    assert min(odds) < -10 and max(odds) > 10 and np.median(np.abs(odds)) < 5


ONE, TWO, CUBE = np.ones(1), np.ones(2), np.ones((1, 2, 1))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Tree(1, 3), "vocabulary must have at least 2 tokens, got 1"),
        (lambda: Tree(2, 0), "longest length must be at least 1, got 0"),
        (lambda: Tree(3, 30), r"responses must be at most 4096, got Tree\(vocabulary=3, longest="),
        (lambda: Autoregressive(Tree(2, 2), [Tabular(2)]), "number of nodes must be 2, got 1"),
        (lambda: Autoregressive(Tree(2, 2), [Tabular(2), WAVES.nodes[0]]), r"got \(2, 1\)"),
        (lambda: log_linear(Tree(2, 1), CUBE, TWO), r"offsets must have shape \(1, 2\)"),
        (lambda: WAVES.log_probs(TWO), r"theta must have shape \(1\)"),
        (lambda: WAVES.token_scores(ONE, TWO), r"direction w must have shape \(1\)"),
        (lambda: WAVES.token_smoothness(ONE, ONE, -1.0), "step size eta must be nonnegative"),
        (lambda: tilted(WAVES, ONE, np.ones(4)), "one offset per token, got Sinusoidal"),
        (lambda: psi1_norm([1, 0], [0.5, 0.5]), "lengths must be positive, got 0.0"),
        (lambda: psi1_norm([1, 2], [1.5, -0.5]), "probabilities must be nonnegative, got -0.5"),
        (lambda: psi1_norm([1, 2], [0.5, 0.25]), "probabilities must sum to one, got 0.75"),
        (lambda: mean_length([1, 2], [0, 1], [1, 0]), "must have probability > 0, got 0.0"),
        (lambda: draw_token_step(np.random.default_rng(0), math.inf), "log odds must be finite"),
    ],
)
def test_a_violated_hypothesis_is_named_in_one_line(build, message):
    with pytest.raises(ValueError, match=message) as error:
        build()
    assert "\n" not in str(error.value)
