"""Laws of the algorithms in the mean, on a table policy whose every group can be listed."""

import math
from itertools import combinations, product

import numpy as np
import pytest
import torch

from gpu_checks import algorithms, train
from gpu_checks.algorithms import ALGORITHMS, algorithm, gap_share, surrogate
from numeric.experiments.two_stage import group_updates
from numeric.experiments.two_stage.two_stage import (
    CENTRED,
    MIN,
    MINUS_ONE,
    NORMALISED,
    advantages,
    mean_and_sd,
)

NAMES = (*ALGORITHMS,)
SEQUENCES = ("gspo", "gspo-n", "gspo-n-minus-one")

# -- on a table policy, whose every group can be listed --------------------------------------------

TABLE = group_updates.enumerate_responses(2, 3, stop=True)
"""Four responses of at most three tokens; token 0 ends one."""
EQUAL = group_updates.enumerate_responses(2, 2)
"""Four responses of two tokens."""
CORRECT = np.array([1.0, 0.0, 1.0, 0.0])
G = 3
READINGS = {
    "grpo": NORMALISED,
    "gspo": NORMALISED,
    "grpo-n": MIN,
    "gspo-n": MIN,
    "grpo-n-minus-one": MINUS_ONE,
    "gspo-n-minus-one": MINUS_ONE,
}


def a_table(seed, responses=TABLE):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=responses.tables))


def table_log_pi(tables, responses=TABLE):
    """(N, R, T) of all responses under tables (N, nodes, v)."""
    nodes, tokens = torch.from_numpy(responses.nodes), torch.from_numpy(responses.tokens)
    return tables.log_softmax(-1)[:, nodes, tokens] * torch.from_numpy(responses.present)


def of_groups(name, tables, old, groups, clip=None, responses=TABLE):
    """The gradients (N, nodes, v) of one group (N, G) each, of indices into the responses."""
    tables = tables.expand(len(groups), -1, -1).clone().requires_grad_()
    lengths = torch.from_numpy(responses.lengths).double()
    run = torch.arange(len(groups))[:, None]
    log_pi, log_old = (table_log_pi(x, responses)[run, groups][:, None] for x in (tables, old))
    rewards = torch.from_numpy(CORRECT)[groups][:, None]
    # (N, 1, G) and (N, 1, G, T): a run for each group, with one prompt
    found = surrogate(
        algorithm(name), rewards, lengths[groups][:, None], log_pi, log_old.detach(), clip
    )
    return torch.autograd.grad(found.sum(), tables)[0], rewards[:, 0]


def all_groups(tables, responses=TABLE):
    """Every group of G of the four responses, and its probability."""
    groups = torch.tensor([*product(range(4), repeat=G)])
    pi = table_log_pi(tables[None], responses)[0].sum(-1).exp()
    return groups, pi[groups].prod(-1), pi


def expected(name, tables, responses=TABLE):
    """E[g], exactly."""
    groups, chances, _ = all_groups(tables, responses)
    old = tables.expand(len(groups), -1, -1)
    found, _ = of_groups(name, tables, old, groups, responses=responses)
    return (chances[:, None, None] * found).sum(0)


def gaps(tables, per_token, responses=TABLE):
    """J and g+ - g-, with scores over their lengths if `per_token`."""
    tables = tables.clone().requires_grad_()
    log_pi = table_log_pi(tables[None], responses)[0].sum(-1)
    weight = 1 / torch.from_numpy(responses.lengths).double() if per_token else torch.ones(4)
    pi, correct = log_pi.detach().exp(), torch.from_numpy(CORRECT)
    J = (pi * correct).sum()
    mean_difference = correct * pi / J - (1 - correct) * pi / (1 - J)
    gap = torch.autograd.grad((mean_difference * weight * log_pi).sum(), tables)[0]
    return J, gap


def test_dr_grpo_is_in_the_mean_the_gap_times_the_variance_of_the_rewards():
    """E[g] = (G-1)/G J(1-J) (g+ - g-): the baseline contains the response's own reward."""
    for seed in range(5):
        tables = a_table(seed)
        J, gap = gaps(tables, per_token=False)
        assert 0.1 < J < 0.995
        share = (G - 1) / G * J * (1 - J)
        torch.testing.assert_close(expected("dr-grpo", tables), share * gap, rtol=1e-11, atol=1e-14)


def test_a_hundred_thousand_groups_of_dr_grpo_tend_to_it():
    """Bound: 4.5 standard errors in each of the coordinates; without (G-1)/G it is passed."""
    tables, rng = a_table(0), np.random.default_rng(1)
    _, _, pi = all_groups(tables)
    groups = torch.from_numpy(rng.choice(4, size=(100_000, G), p=pi.numpy()))
    found, _ = of_groups("dr-grpo", tables, tables.expand(len(groups), -1, -1), groups)
    J, gap = gaps(tables, per_token=False)
    error = found.std(0) / math.sqrt(len(groups))
    assert (error > 0).all()
    share = J * (1 - J)
    assert ((found.mean(0) - (G - 1) / G * share * gap).abs() / error).max() < 4.5
    assert ((found.mean(0) - share * gap).abs() / error).max() > 30


@pytest.mark.parametrize("name", READINGS)
def test_expected_updates_are_those_of_the_numpy_reference(name):
    for seed in range(3):
        tables = a_table(seed)
        table = group_updates.group_table(CORRECT, G, READINGS[name])
        reference = group_updates.expected_gradient(TABLE, table, tables.numpy()[None])[0]
        torch.testing.assert_close(
            expected(name, tables), torch.from_numpy(reference), rtol=1e-11, atol=1e-14
        )


@pytest.mark.parametrize("name", READINGS)
def test_clipped_updates_of_a_group_are_those_of_the_numpy_reference(name):
    groups, _, _ = all_groups(a_table(0))
    tables, clip = a_table(0), 0.1
    old = (tables + 0.3 * a_table(7)).expand(len(groups), -1, -1)
    found, _ = of_groups(name, tables, old, groups, clip)
    shares = np.stack([np.bincount(g, minlength=4) for g in groups.numpy()]) / G
    mean, sd = mean_and_sd(shares, CORRECT)
    batch = group_updates.Batch(
        shares,
        advantages(READINGS[name], CORRECT, mean, sd),
        group_updates.token_log_probs(TABLE, old.numpy()),
    )
    ratio = group_updates.SEQUENCE if name in SEQUENCES else group_updates.TOKEN
    rule = group_updates.Algorithm(name, ratio, READINGS[name], clip)
    reference = group_updates.gradient(
        TABLE, rule, np.tile(tables.numpy(), (len(groups), 1, 1)), batch
    )
    torch.testing.assert_close(found, torch.from_numpy(reference), rtol=1e-10, atol=1e-14)


def test_centred_advantages_are_those_of_the_numpy_reference():
    every = np.array([*product((0.0, 1.0), repeat=5)])
    mean, sd = mean_and_sd(np.full(every.shape, 1 / 5), every)
    reference = advantages(CENTRED, every, mean, sd)
    found = algorithms.centred(torch.from_numpy(every)[:, None])[:, 0]
    np.testing.assert_allclose(found.numpy(), reference, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("name", NAMES)
def test_in_the_mean_the_share_turns_the_update_into_the_gap(name):
    """E[g] / E[share] against g+ - g-, both over all groups. Exact where the advantage is centred
    in the group, whatever the lengths. For the negative-only forms only with equal lengths, as
    s/|o| has no other reason to have mean zero, and up to a factor of order 1/G."""
    rule, negative = algorithm(name), "-n" in name
    for responses, correct in ((TABLE, CORRECT), (EQUAL, CORRECT)):
        tables = a_table(2, responses)
        groups, chances, _ = all_groups(tables, responses)
        rewards = torch.from_numpy(correct)[groups][:, None]
        share = (chances * gap_share(rule, rewards)).sum()
        _, gap = gaps(tables, rule.by_length, responses)
        if rule.token_mean and responses is TABLE:
            continue  # the batch's number of tokens depends on its rewards
        found = expected(name, tables, responses) / share
        if not negative:
            torch.testing.assert_close(found, gap, rtol=1e-10, atol=1e-13)
        elif responses is EQUAL:
            factor = (found * gap).sum() / gap.square().sum()
            torch.testing.assert_close(found, factor * gap, rtol=1e-10, atol=1e-13)
            assert 1 - 1e-10 < factor < G / (G - 1) + 1e-10
        else:
            assert not torch.allclose(found, gap, rtol=0.1), "s/|o| has no mean zero"


def test_a_token_mean_weights_no_response_by_its_own_length():
    """Its update times the mean length of the batch is that of the whole scores: so in the mean it
    goes exactly along the gap, whatever the lengths, where GRPO's does not."""
    tables = a_table(2)
    groups, chances, _ = all_groups(tables)
    lengths = torch.from_numpy(TABLE.lengths).double()[groups].mean(-1)
    each, rewards = of_groups("dapo", tables, tables.expand(len(groups), -1, -1), groups)
    found = ((chances * lengths)[:, None, None] * each).sum(0)
    share = (chances * gap_share(algorithm("dapo"), rewards[:, None])).sum()
    _, gap = gaps(tables, per_token=False)
    torch.testing.assert_close(found / share, gap, rtol=1e-10, atol=1e-13)
    grpo = expected("grpo", tables)
    cosine = (grpo * gap).sum() / grpo.norm() / gap.norm()
    assert 1 - cosine > 1e-6  # of the exact one 1e-16


# -- penalties and estimates -----------------------------------------------------------------------


def test_the_penalty_is_in_the_mean_the_divergence_of_the_responses():
    new, old = a_table(0)[None], a_table(1)[None]
    log_pi, log_old = table_log_pi(new)[0], table_log_pi(old)[0]
    pi = log_pi.sum(-1).exp()
    # A run for each response, with one prompt and a group of one.
    each = algorithms.kl_penalty(log_pi[:, None, None], log_old[:, None, None])
    divergence = (pi * (log_pi - log_old).sum(-1)).sum()
    assert (pi * each).sum().item() == pytest.approx(divergence.item(), rel=1e-12)


@pytest.mark.parametrize("name", algorithms.PENALTIES)
def test_the_gradient_of_k3_is_that_of_the_other_divergence_and_k2_s_is_not(name):
    """One token: the mean over pi of the penalty's gradient, with the token as it is drawn."""
    logits = torch.tensor([0.3, -1.0, 0.8], dtype=torch.float64, requires_grad=True)
    log_ref = torch.tensor([-0.2, 0.9, 0.1], dtype=torch.float64).log_softmax(-1)
    log_pi = logits.log_softmax(-1)
    pi, ref = log_pi.exp(), log_ref.exp()
    drawn = (pi.detach() * algorithms.PENALTIES[name](log_ref - log_pi)).sum()
    (found,) = torch.autograd.grad(drawn, logits, retain_graph=True)
    divergences = {"k3": (ref * (log_ref - log_pi)).sum(), "k2": (pi * (log_pi - log_ref)).sum()}
    gradients = {
        key: torch.autograd.grad(value, logits, retain_graph=True)[0]
        for key, value in divergences.items()
    }
    torch.testing.assert_close(found, gradients.pop(name), rtol=1e-12, atol=1e-15)
    assert not any(torch.allclose(found, other, rtol=0.05) for other in gradients.values())


def test_pass_at_k_counts_the_subsets_with_a_success():
    for size in (1, 2, 5):
        for group in product((0.0, 1.0), repeat=size):
            for k in range(1, size + 1):
                subsets = [*combinations(group, k)]
                share = sum(any(subset) for subset in subsets) / len(subsets)
                found = train.pass_at(torch.tensor(group, dtype=torch.float64), k)
                assert found.item() == pytest.approx(share, abs=1e-14)
