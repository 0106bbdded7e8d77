"""Laws of the exact mode: all responses, their probabilities, and expectations as finite sums."""

import math
from itertools import product

import pytest
import torch

from gpu_checks import model, noise, tasks
from gpu_checks.algorithms import ALGORITHMS, algorithm
from gpu_checks.exact import exact
from gpu_checks.exact import study as exact_study
from gpu_checks.exact.exact import Violated

NETWORK = {"width": 8, "layers": 2, "heads": 2}
PROMPTS = {
    "one prompt": ("reverse", 1, [[3, 1]]),
    "two prompts": ("parity", 2, [[2, 3, 1], [3, 3, 1]]),
}


def posed(task, size, prompts, **network):
    return exact.problem(tasks.task(task, 2), size, torch.tensor(prompts), **{**NETWORK, **network})


def policies(problem, runs=2, spread=1.0):
    """Random parameters, embeddings larger than at the start of a training."""
    n = problem.architecture.size
    normals = noise.normals(noise.keys(3, runs), shape=(n,))
    return model.initial(problem.architecture, normals) + 0.1 * spread * normals


@pytest.fixture(params=PROMPTS.values(), ids=PROMPTS)
def problem(request):
    return posed(*request.param)


def gradients(problem, theta):
    """grad log pi(o | q) of one run, each response by itself: (P, N, n), from `model` alone."""
    found = []
    for prompt in problem.prompts:
        for response in problem.responses:
            leaf = theta[None].clone().requires_grad_()
            log_pi = model.log_probabilities(
                model.unpack(leaf, problem.architecture),
                prompt[None, None],
                response[None, None, None],
                problem.architecture,
            )[0].sum()
            found.append(torch.autograd.grad(log_pi, leaf)[0][0])
    return torch.stack(found).view(*problem.rewards.shape, -1)


# -- all responses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vocabulary", "longest"), [(2, 1), (2, 5), (3, 4), (4, 3), (6, 2), (5, 1)]
)
def test_every_response_is_enumerated_once(vocabulary, longest):
    every = product(range(vocabulary), repeat=longest)
    after_eos = {w[: w.index(0)] + (0,) * (longest - w.index(0)) if 0 in w else w for w in every}
    found = [tuple(row) for row in exact.enumerate_responses(vocabulary, longest).tolist()]
    assert len(found) == len(set(found)) == sum((vocabulary - 1) ** t for t in range(longest + 1))
    assert set(found) == after_eos
    assert found[0] == (0,) * longest, "the empty response is the first"


@pytest.mark.parametrize(("vocabulary", "longest"), [(1, 3), (4, 0), (60, 4)])
def test_what_cannot_be_enumerated_is_refused(vocabulary, longest):
    with pytest.raises(ValueError, match=r"vocabulary >= 2|responses are enumerated"):
        exact.enumerate_responses(vocabulary, longest)


def test_probabilities_are_those_of_the_model_and_sum_to_one(problem):
    theta = policies(problem)
    found = exact.log_probabilities(problem, theta)
    R, (P, N) = len(theta), problem.rewards.shape
    slow = model.log_probabilities(
        model.unpack(theta, problem.architecture),
        problem.prompts.expand(R, P, -1),
        problem.responses.expand(R, P, N, -1),
        problem.architecture,
    )[0].sum(-1)
    assert found.shape == (R, P, N)
    assert (found - slow).abs().max() < 1e-12
    assert (found.exp().sum(-1) - 1).abs().max() < 1e-14


def test_probabilities_that_do_not_sum_to_one_are_refused(problem):
    log_pi = exact.log_probabilities(problem, policies(problem))
    for planted in (log_pi[..., 1:], log_pi + 1e-13, log_pi * math.nan):
        with pytest.raises(Violated, match="sum to 1"):
            exact.require_normalised(planted, problem.longest)
    exact.require_normalised(log_pi, problem.longest)


def test_the_rounding_budget_covers_another_order_of_the_same_sums(problem):
    """The same network with channels and hidden units in another order: equal, but for rounding."""
    theta = policies(problem)
    C = problem.architecture.width
    channel, hidden = torch.arange(C).flip(0), torch.arange(4 * C).roll(5)
    parts = dict(model.unpack(theta, problem.architecture))
    for name, part in parts.items():
        kind = name.rpartition(".")[2]
        if kind in ("embedding", "position", "mix", "down"):
            part = part[..., channel]
        if kind in ("norm_attention", "norm_mlp", "norm"):
            part = part[:, channel]
        if kind in ("qkv", "up", "unembedding"):
            part = part[:, channel]
        if kind == "up":
            part = part[..., hidden]
        if kind == "down":
            part = part[:, hidden]
        parts[name] = part
    other = torch.cat([part.flatten(1) for part in parts.values()], 1)
    log_pi, budget = exact.with_budget(problem, theta)
    off = (log_pi - exact.log_probabilities(problem, other)).abs().amax((1, 2))
    assert (off > 0).all() and (off < budget).all()
    assert (budget < 1e-12).all()


# -- expectations ----------------------------------------------------------------------------------


def test_expectations_are_finite_sums(problem):
    theta = policies(problem)
    log_pi = exact.log_probabilities(problem, theta)
    found = exact.quantities(problem, log_pi)
    tokens = tasks.lengths(problem.responses).tolist()
    for r in range(len(theta)):
        joint = [
            (log_pi[r, q, o].item(), problem.rewards[q, o].item(), tokens[o])
            for q, o in product(*map(range, problem.rewards.shape))
        ]
        P = len(problem.prompts)
        J = math.fsum(math.exp(x) / P for x, reward, _ in joint if reward)
        plus = [(math.exp(x) / P / J, t) for x, reward, t in joint if reward]
        minus = [(math.exp(x) / P / (1 - J), t) for x, reward, t in joint if not reward]
        mean = math.fsum(math.exp(x) / P * t for x, _, t in joint)
        square = math.fsum(math.exp(x) / P * t**2 for x, _, t in joint)
        expected = {
            "success_rate": J,
            "failure_rate": 1 - J,
            "log_odds": math.log(J / (1 - J)),
            "length": mean,
            "length_sd": math.sqrt(square - mean**2),
            "length_plus": math.fsum(p * t for p, t in plus),
            "length_minus": math.fsum(p * t for p, t in minus),
            "entropy": -math.fsum(math.exp(x) / P * x for x, _, _ in joint),
        }
        for name, value in expected.items():
            assert getattr(found, name)[r].item() == pytest.approx(value, rel=1e-12), name
        a = found.length_norm[r].item()
        moment = math.fsum(math.exp(x) / P * math.exp(t / a) for x, _, t in joint)
        assert 2 - 1e-9 < moment <= 2 + 1e-14


def test_log_odds_near_one_do_not_cancel(problem):
    log_pi = torch.full(problem.rewards.shape, -math.inf, dtype=torch.float64)
    log_pi[:, 0] = -60.0  # an incorrect response
    correct = problem.rewards.argmax(-1)
    log_pi[torch.arange(len(log_pi)), correct] = 0.0
    found = exact.quantities(problem, log_pi[None])
    assert found.failure_rate.item() == pytest.approx(math.exp(-60), rel=1e-13)
    assert found.log_odds.item() == pytest.approx(60, rel=1e-15)


@pytest.mark.slow
def test_the_gap_and_the_updates_are_sums_over_single_responses(problem):
    """Against one backward pass for each response, and each algorithm's formula written out."""
    theta = policies(problem, runs=1)
    each = gradients(problem, theta[0])
    point = exact.look(problem, theta.expand(len(ALGORITHMS), -1), [*ALGORITHMS.values()])
    for r, name in enumerate(ALGORITHMS):
        pi = point.log_pi[r].exp() / len(problem.prompts)
        correct = problem.rewards > 0
        J = pi[correct].sum()
        g_plus = (pi[correct][:, None] * each[correct]).sum(0) / J
        g_minus = (pi[~correct][:, None] * each[~correct]).sum(0) / (1 - J)
        size = g_plus.norm() + g_minus.norm()
        assert (point.gap[r] - (g_plus - g_minus)).norm() < 1e-12 * size
        assert (point.g_plus[r] - g_plus).norm() < 1e-12 * size
        assert (point.g_minus[r] - g_minus).norm() < 1e-12 * size
        expected = torch.zeros_like(g_plus)
        for q, o in product(*map(range, problem.rewards.shape)):
            expected += pi[q, o] * written_out(name, problem, pi, q, o) * each[q, o]
        assert (point.update[r] - expected).norm() < 1e-12 * size, name


def written_out(name, problem, pi, q, o):
    """A(q, o), over |o| where the algorithm divides by it."""
    r, tokens = problem.rewards[q, o], problem.lengths[o]
    J = (pi * problem.rewards).sum()
    J_q = (pi[q] * problem.rewards[q]).sum() / pi[q].sum()
    sd = (J_q * (1 - J_q)) ** 0.5
    negative = min((r - J_q) / sd, torch.zeros(()).double()) / tokens
    return {
        "reinforce": r - J,
        "dr-grpo": r - J_q,
        "grpo": (r - J_q) / sd / tokens,
        "dapo": (r - J_q) / (sd + 1e-4) / (pi * problem.lengths).sum(),
        "success": (r - J_q) / J_q,
        "grpo-n": negative,
        "grpo-n-minus-one": (r - 1) / tokens,
        "gspo": (r - J_q) / sd / tokens,
        "gspo-n": negative,
        "gspo-n-minus-one": (r - 1) / tokens,
    }[name]


def test_updates_are_the_gradients_that_the_paper_says(problem):
    """grad J = J(1-J)(g+ - g-), eq. (10), and for one prompt 1/J of it is grad log J."""
    theta = policies(problem)
    point = exact.look(problem, theta, [algorithm("dr-grpo")] * len(theta))
    J, fail = point.exact.success_rate[:, None], point.exact.failure_rate[:, None]
    leaf = theta.clone().requires_grad_()
    success = (exact.log_probabilities(problem, leaf).exp() * problem.rewards).sum(-1).mean(-1)
    (slope,) = torch.autograd.grad(success.sum(), leaf)
    assert (point.update - slope).norm() < 1e-12 * slope.norm()
    assert (point.update - J * fail * point.gap).norm() < 1e-12 * slope.norm()
    assert (J * point.g_plus + fail * point.g_minus).norm() < 1e-12 * point.gap.norm()
    if len(problem.prompts) == 1:
        other = exact.look(problem, theta, [algorithm("success"), algorithm("reinforce")])
        assert (other.update[0] - slope[0] / J[0]).norm() < 1e-12 * (slope[0] / J[0]).norm()
        assert (other.update[1] - slope[1]).norm() < 1e-12 * slope[1].norm()


def test_an_update_in_a_stack_is_the_update_alone(problem):
    theta = policies(problem, runs=3)
    rules = [algorithm(name) for name in ("grpo", "success", "grpo-n")]
    stack = exact.look(problem, theta, rules)
    for r, rule in enumerate(rules):
        alone = exact.look(problem, theta[r : r + 1], [rule])
        assert (stack.update[r] - alone.update[0]).norm() < 1e-12 * alone.update.norm()
        norm = stack.direction[r].norm().item()
        assert norm == pytest.approx(1, rel=1e-14)


def test_a_prompt_without_signal_gives_no_update():
    problem = posed(*PROMPTS["two prompts"])
    log_pi = torch.full(problem.rewards.shape, -math.inf, dtype=torch.float64)
    log_pi[0, 0] = 0.0  # the first prompt is always answered with EOS, which is wrong
    log_pi[1] = -math.log(log_pi.shape[1])
    for name in ("dr-grpo", "grpo", "success", "grpo-n"):
        c = exact.coefficients(problem, log_pi[None], algorithm(name))
        assert c.isfinite().all() and (c[0, 0] == 0).all() and (c[0, 1] != 0).any()


@pytest.mark.slow
def test_exact_success_rates_are_those_of_sampled_responses(problem):
    """Hoeffding: 40,000 samples are off by more than 0.0125 with probability below 10^-5."""
    theta, G = policies(problem, runs=1), 20_000
    J = exact.quantities(problem, exact.log_probabilities(problem, theta)).success_rate
    P, T = len(problem.prompts), problem.longest
    u = noise.uniforms(noise.keys(5, 1), shape=(P, 2 * G // P, T))
    parts = model.unpack(theta, problem.architecture)
    sampled = model.sample(parts, problem.prompts[None], u, problem.architecture)
    correct = tasks.task("reverse" if P == 1 else "parity", 2).verify(
        problem.prompts[None, :, None], sampled
    )
    bound = math.sqrt(math.log(2 / 1e-5) / (2 * correct.numel()))
    assert bound < 0.0125
    assert abs(correct.double().mean().item() - J.item()) < bound
    planted = 1.5 * J.item()
    assert abs(correct.double().mean().item() - planted) > bound, "the bound is not idle"


# -- where training begins -------------------------------------------------------------------------


def test_a_warm_start_reaches_its_success_rate_from_below_and_from_above(problem):
    task, size = (tasks.task(name, 2) for name in ("reverse", "parity")), problem.longest - 2
    answers = [*task][len(problem.prompts) - 1].answer(problem.prompts, size)
    goals = torch.tensor([0.01, 0.5, 0.9], dtype=torch.float64)
    theta = policies(problem, runs=1).expand(3, -1)
    found = exact_study.warm_start(problem, answers, theta, goals)
    J = exact.quantities(problem, exact.log_probabilities(problem, found)).success_rate
    assert (J - goals).abs().max() < 1e-9
    with pytest.raises(ValueError, match="was not reached"):
        exact_study.warm_start(problem, answers, theta[:1], goals[2:], most=3)


def test_exact_mode_refuses_what_it_cannot_do():
    problem = posed(*PROMPTS["one prompt"])
    with pytest.raises(ValueError, match="float64"):
        exact.look(problem, policies(problem).float(), [algorithm("grpo")] * 2)
    with pytest.raises(ValueError, match="must be 0 and 1"):
        posed("brackets", 1, [[3, 1]])  # a prompt that no response can save
