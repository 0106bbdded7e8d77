"""Laws of one update: what is drawn, the step that is taken, and what is measured on the way."""

import math
from dataclasses import replace
from itertools import product

import pytest
import torch

from gpu_checks import model, noise, train
from tests.gpu.small_training import (
    EXACT,
    enumerated,
    every_response,
    initial,
    many,
    standard_errors,
    trained,
)

# -- what is drawn ---------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["parity", "reverse", "brackets"])
def test_a_batch_is_prompts_responses_and_their_rewards(tiny, task):
    settings = tiny(task=task, seeds=(0, 1), step_sizes=(0.1, 0.1), prompts=6, group=5)
    batch = train.draw(settings, initial(settings), 3, 6, 5)
    asked = settings.the_task
    assert batch.prompts.shape == (2, 6, asked.prompt_length(2))
    assert batch.responses.shape == (2, 6, 5, settings.longest)
    assert (asked.size(batch.prompts) == 2).all()
    for r, q, i in product(range(2), range(6), range(5)):
        response = batch.responses[r, q, i].tolist()
        length = response.index(0) + 1 if 0 in response else len(response)
        assert batch.lengths[r, q, i] == length and not any(response[length:])
        correct = asked.verify(batch.prompts[r, q], batch.responses[r, q, i])
        assert batch.rewards[r, q, i] == correct.double()


def test_easier_prompts_are_drawn_where_asked_for(tiny):
    settings = tiny(easiest=1)
    batch = train.draw(settings, initial(settings), 0, 64, 2)
    assert set(settings.the_task.size(batch.prompts).flatten().tolist()) == {1, 2}


def test_responses_follow_the_policy(tiny):
    """Counts of all responses to one prompt, chi-square within 4.5 standard deviations."""
    settings = tiny(size=1, prompts=2)
    theta = initial(settings)
    batch = train.draw(settings, theta, 0, 40, 200)
    prompts, _, log_pi, _ = enumerated(settings, theta[0])
    responses, pi = every_response(settings), log_pi.sum(-1).exp()
    for prompt, expected in zip(prompts, pi, strict=True):
        mine = batch.responses[0, (batch.prompts[0] == prompt).all(-1)].flatten(0, 1)
        counts = (mine[:, None] == responses).all(-1).sum(0)
        assert counts.sum() == len(mine) > 3000
        means = expected * len(mine)
        common = means > 5
        statistic = ((counts - means) ** 2 / means)[common].sum().item()
        free = common.sum().item() - 1
        assert free > 5 and abs(statistic - free) < 4.5 * math.sqrt(2 * free)


def test_every_seed_and_every_update_has_its_own_numbers(tiny):
    settings = tiny(seeds=(0, 1, 0), step_sizes=(0.1, 0.1, 0.1))
    theta = initial(settings)[:1].expand(3, -1)
    first, next_one = (train.draw(settings, theta, step, 32, 4) for step in (0, 1))
    for name in ("prompts", "responses"):
        a, b = getattr(first, name), getattr(next_one, name)
        assert torch.equal(a[0], a[2]) and not torch.equal(a[0], a[1])
        assert not torch.equal(a, b)
    final = train.draw(settings, theta, 0, 32, 4, purpose=train.FINAL)
    assert not torch.equal(first.prompts, final.prompts)
    assert not torch.equal(first.responses, final.responses)
    a, b, c = train.initial_theta(settings, "cpu")
    assert torch.equal(a, c) and not torch.isclose(a, b).all()


def test_the_final_test_asks_the_same_at_every_call(tiny):
    settings = tiny(seeds=(0, 1), step_sizes=(0.1, 0.1))
    theta = initial(settings)
    assert torch.equal(train.evaluate(settings, theta), train.evaluate(settings, theta))
    batch = train.draw(settings, theta, 0, 64, 8, purpose=train.FINAL)
    assert torch.equal(train.evaluate(settings, theta), batch.rewards.mean((-2, -1)))


def test_the_halves_are_the_first_and_the_last_prompts(tiny):
    settings = tiny(seeds=(0, 1), step_sizes=(0.1, 0.1), prompts=6)
    batch = train.draw(settings, initial(settings), 0, 6, 4)
    halves = train.split(batch)
    for name in ("prompts", "responses", "lengths", "rewards"):
        whole, parts = getattr(batch, name), getattr(halves, name)
        assert torch.equal(parts[0], whole[0, :3]) and torch.equal(parts[1], whole[0, 3:])
        assert torch.equal(parts[2], whole[1, :3]) and torch.equal(parts[3], whole[1, 3:])


# -- gradients in the mean -------------------------------------------------------------------------


def gap_times_share(settings, theta):
    """Of dr-grpo: the mean over prompts of (G-1)/G J_q (1 - J_q) (g+ - g-), by enumeration."""
    theta = theta.clone().requires_grad_()
    _, rewards, log_pi, _ = enumerated(settings, theta)
    pi = log_pi.sum(-1).exp()
    torch.testing.assert_close(pi.sum(-1), torch.ones(len(pi), dtype=pi.dtype), **EXACT)
    J = (pi * rewards).sum(-1)
    # J(1-J)(g+ - g-) = grad J, by the log-derivative
    (found,) = torch.autograd.grad(J.mean(), theta)
    return found * (settings.group - 1) / settings.group, J.detach()


@pytest.mark.slow
def test_in_the_mean_dr_grpo_climbs_the_success_rate(tiny):
    """E[g] = (G-1)/G grad J over prompts, responses and halves; sampled in 1500 runs of one
    policy, seen along 20 directions and along the gradient."""
    settings, theta = many(tiny(size=1, prompts=2), 1500)
    expected, J = gap_times_share(settings, theta[0])
    assert (J > 0.005).all() and 0.1 < J.max() < 0.9
    batch = train.draw(settings, theta, 0, 2, settings.group)
    found = train.gradient(settings, theta, batch, None, None)[0]
    directions = noise.normals(noise.keys(5, 20), shape=(len(expected),))
    for w in (*directions, expected):
        assert abs(standard_errors(found @ w, expected @ w)) < 4.5
    larger = expected * settings.group / (settings.group - 1)
    assert standard_errors(found @ expected, larger @ expected) < -4.5, "(G-1)/G is seen"


def test_the_halves_estimate_the_squared_gap_and_the_norm_adds_the_noise(tiny):
    settings, theta = many(tiny(size=1, prompts=2), 1500)
    expected, _ = gap_times_share(settings, theta[0])
    halves = train.split(train.draw(settings, theta, 0, 2, settings.group))
    both = train.gradient(settings, theta.repeat_interleave(2, 0), halves, None, None)[0]
    g_A, g_B = both[::2], both[1::2]
    assert abs(standard_errors((g_A * g_B).sum(-1), expected.square().sum())) < 4.5
    assert standard_errors(((g_A + g_B) / 2).square().sum(-1), expected.square().sum()) > 10


@pytest.mark.parametrize("name", ["reinforce", "grpo"])
def test_the_two_halves_are_independent(tiny, name):
    """The half-batch gradients along their mean are uncorrelated, within 4.5 standard errors."""
    settings, theta = many(tiny(size=1, prompts=4, algorithm=name), 1000)
    halves = train.split(train.draw(settings, theta, 0, 4, settings.group))
    both = train.gradient(settings, theta.repeat_interleave(2, 0), halves, None, None)[0]
    along = both @ both.mean(0)
    a, b = along[::2] - along.mean(), along[1::2] - along.mean()
    assert abs(standard_errors(a * b / along.var(), 0.0)) < 4.5


# -- the step --------------------------------------------------------------------------------------


def by_hand(settings, updates, optimiser):
    """theta after some updates of one run with an optimiser of torch, the gradient being given."""
    theta = torch.nn.Parameter(initial(settings).clone())
    origin = initial(settings) if settings.kl else None
    takes = optimiser([theta])
    for step in range(updates):
        batch = train.draw(settings, theta.detach(), step, settings.prompts, settings.group)
        log_old = None
        for _ in range(settings.inner):
            g, log_pi, _ = train.gradient(settings, theta.detach(), batch, log_old, origin)
            log_old = log_pi if log_old is None else log_old
            theta.grad = g
            takes.step()
    return theta.detach()


@pytest.mark.parametrize(
    "inner, clip, kl", [(1, None, 0), (3, None, 0), (3, 0.02, 0), (2, None, 0.1)]
)
def test_plain_steps_are_those_of_gradient_ascent(tiny, inner, clip, kl):
    settings = tiny(step_sizes=(0.5,), inner=inner, clip=clip, kl=kl, algorithm="grpo")
    state, _ = trained(settings, 4)
    expected = by_hand(settings, 4, lambda p: torch.optim.SGD(p, lr=0.5, maximize=True))
    torch.testing.assert_close(state.theta, expected, **EXACT)
    assert (state.step, state.taken) == (4, 4 * inner)
    assert (state.theta - initial(settings)).norm() > 0.1


@pytest.mark.parametrize("inner, decay", [(1, 0.0), (1, 0.3), (3, 0.3)])
def test_adamw_steps_are_those_of_torch(tiny, inner, decay):
    settings = tiny(step="adamw", step_sizes=(0.02,), inner=inner, decay=decay)
    state, _ = trained(settings, 5)
    expected = by_hand(
        settings,
        5,
        lambda p: torch.optim.AdamW(
            p, lr=0.02, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay, maximize=True
        ),
    )
    torch.testing.assert_close(state.theta, expected, rtol=1e-10, atol=1e-12)
    assert (state.theta - initial(settings)).norm() > 0.1


@pytest.mark.parametrize("dtype, error", [("float64", 1e-13), ("float32", 1e-5)])
def test_normalised_steps_have_exactly_the_length_asked_for_or_none(tiny, dtype, error):
    """float32: theta is rounded, which is seen in its difference."""
    sizes = (0.0, 0.1, 0.7, 2.0)
    settings = tiny(step="normalised", step_sizes=sizes, seeds=(0, 1, 2, 3), size=1, dtype=dtype)
    _, measured = trained(settings, 12)
    lengths, norms = (
        torch.stack([one[name] for one in measured]) for name in ("step_length", "gradient_norm")
    )
    for r, size in enumerate(sizes):
        moved = norms[:, r] > 0
        assert moved.any() and not moved.all()
        assert (lengths[~moved, r] == 0).all()
        assert ((lengths[moved, r] - size).abs() <= error * max(size, 1)).all()


@pytest.mark.parametrize("scale", [1e-200, 1e-30, 1e30])
def test_normalised_steps_have_that_length_for_gradients_of_any_size(tiny, scale):
    settings = tiny(step="normalised", step_sizes=(0.25,))
    state = train.begin(settings, torch.zeros(1, settings.architecture.size, dtype=torch.float64))
    g = torch.zeros_like(state.theta)
    g[0, :2] = torch.tensor([3.0, -4.0], dtype=torch.float64) * scale
    moved = train.stepped(settings, state, g).theta
    if scale > 1e-100:
        assert moved[0, :3].tolist() == pytest.approx([0.15, -0.2, 0.0], rel=1e-14)
    else:
        assert moved.norm() <= 1e-100, "its square is no float64: it counts as no gradient"


def test_a_step_goes_along_the_mean_of_the_halves(tiny):
    settings = tiny(step_sizes=(0.5,))
    theta = initial(settings)
    state, measured = trained(settings, 1)
    batch = train.draw(settings, theta, 0, 4, 4)
    whole = train.gradient(settings, theta, batch, None, None)[0]
    torch.testing.assert_close(state.theta - theta, 0.5 * whole, **EXACT)
    torch.testing.assert_close(measured[0]["gradient_norm"], whole.norm(dim=-1), **EXACT)
    torch.testing.assert_close(measured[0]["step_length"], 0.5 * whole.norm(dim=-1), **EXACT)


def test_a_baseline_of_the_batch_is_one_of_the_half_in_every_inner_step(tiny):
    settings = tiny(algorithm="reinforce", inner=3, step_sizes=(0.5,), size=1, prompts=8)
    theta, log_old = initial(settings), None
    halves = train.split(train.draw(settings, theta, 0, 8, 4))
    means = halves.rewards.mean((-2, -1))
    assert means[0] != means[1]
    for _ in range(3):
        g, log_pi, _ = train.gradient(settings, theta.expand(2, -1), halves, log_old, None)
        log_old = log_pi if log_old is None else log_old
        theta = theta + 0.5 * g.mean(0)
    torch.testing.assert_close(trained(settings, 1)[0].theta, theta, **EXACT)


def test_the_penalty_pulls_back_to_the_start(tiny):
    """With the penalty alone (no signal in the rewards) the gradient is that of the divergence."""
    settings = tiny(kl=0.7)
    state = train.begin(settings, initial(settings))
    assert state.origin is not None and train.begin(tiny(), state.theta).origin is None
    batch = train.draw(settings, state.theta, 0, 4, 4)
    silent = replace(batch, rewards=torch.zeros_like(batch.rewards))
    at_start = train.gradient(settings, state.theta, silent, None, state.origin)[0]
    torch.testing.assert_close(at_start, torch.zeros_like(at_start), rtol=0, atol=1e-14)
    away = state.theta + 0.1 * noise.normals(noise.keys(8, 1), shape=(state.theta.shape[1],))
    found = train.gradient(settings, away, silent, None, state.origin)[0]
    leaf = away.clone().requires_grad_()
    log_pi, start = (
        model.log_probabilities(
            model.unpack(x, settings.architecture),
            batch.prompts,
            batch.responses,
            settings.architecture,
        )[0]
        for x in (leaf, state.origin)
    )
    d = start - log_pi
    penalty = (d.exp() - d - 1).sum((1, 2, 3)) / 16
    (expected,) = torch.autograd.grad(-0.7 * penalty.sum(), leaf)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-13)
    assert (found * (state.origin - away)).sum() > 0
    with_rewards = train.gradient(settings, away, batch, None, state.origin)[0]
    plain = train.gradient(tiny(), away, batch, None, None)[0]
    torch.testing.assert_close(with_rewards, plain + found, rtol=1e-10, atol=1e-13)


def test_later_inner_steps_are_pulled_back_too(tiny):
    settings = tiny(kl=0.5, inner=8, step_sizes=(0.2,))
    state, _ = trained(settings, 2)
    free, _ = trained(tiny(inner=8, step_sizes=(0.2,)), 2)
    distance = [(one.theta - initial(settings)).norm().item() for one in (state, free)]
    assert distance[0] < distance[1]
    assert torch.equal(state.origin, initial(settings))


@pytest.mark.parametrize("step", ["plain", "adamw"])
def test_a_run_that_would_leave_the_numbers_stays_and_says_so(tiny, step):
    """The other run goes on as if it were alone."""
    sizes = (0.01, 1e308 if step == "plain" else 1e38)
    settings = tiny(step=step, step_sizes=sizes, seeds=(0, 0), dtype="float32", decay=10.0)
    theta = initial(settings)
    state, measured = trained(settings, 6)
    assert state.theta.isfinite().all()
    assert torch.equal(state.theta[1], theta[1])
    assert measured[-1]["finite"].tolist() == [1.0, 0.0]
    for one in measured:
        if one["gradient_norm"][1] > 0:
            assert one["finite"].tolist() == [1.0, 0.0]
            assert one["step_length"][1] == 0
    for part in (state.first, state.second, state.cumulative_gap):
        assert part is None or part.isfinite().all()
    alone, _ = trained(replace(settings, step_sizes=(0.01,), seeds=(0,)), 6)
    torch.testing.assert_close(state.theta[:1], alone.theta)
    assert not torch.equal(state.theta[0], theta[0])


def test_a_run_whose_gradient_is_no_number_stays_where_it_is(tiny):
    settings = tiny(step="adamw", seeds=(0, 1), step_sizes=(0.1, 0.1))
    theta = initial(settings)
    theta[1] = 1e200
    state = train.begin(settings, theta)
    for _ in range(4):
        state, measured = train.advance(settings, state)
        assert all(x is not None and x.isfinite().all() for x in (state.theta, state.first))
    assert torch.equal(state.theta[1], theta[1]) and not torch.equal(state.theta[0], theta[0])
    assert measured["gap"][1].isnan() and state.missing[1] == 4
