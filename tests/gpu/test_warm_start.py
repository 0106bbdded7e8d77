"""Laws of the warm start: the success rate asked for, by the policy and not by its companions."""

from dataclasses import replace

import pytest
import torch

from gpu_checks import model, noise, runs, train, warm_start
from gpu_checks.warm_start import NotReached

TRIALS = 96 * warm_start.GROUP
SEEDS = (4, 0, 4, 7)


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Fewer prompts in a trial and in a lesson."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm_start, "PROMPTS", 96)
        patch.setattr(warm_start, "BATCH", 16)
        yield


@pytest.fixture(scope="module")
def settings(tiny):
    return tiny(
        task="copy", size=1, alphabet=3, start=0.3, seeds=SEEDS, step_sizes=(0.1, 0.2, 0.3, 0.4)
    )


@pytest.fixture(scope="module")
def started(settings):
    return warm_start.warm_start(settings, "cpu")


def test_every_run_starts_at_the_rate_asked_for(settings, started):
    """At least that rate, and by three trials of 384 above it at most: so much the rate jumps on
    2^-14 of the way between two sets of parameters. Rates are those of the parameters returned."""
    theta, rates = started
    random = warm_start.rate(settings, train.initial_theta(settings, "cpu"))
    assert (random < 0.1).all()
    assert ((rates >= 0.3) & (rates < 0.3 + 3.5 / TRIALS)).all()
    assert torch.equal(warm_start.rate(settings, theta), rates)
    assert theta.dtype == torch.float64 and rates.dtype == torch.float64


def test_on_other_prompts_the_rate_is_the_same_within_its_error(settings, started):
    theta, _ = started
    found = train.evaluate(settings, theta, prompts=512)
    assert ((found - 0.3).abs() < 0.1).all()


def test_runs_of_one_seed_start_from_the_same_parameters(settings, started):
    theta, rates = started
    assert torch.equal(theta[0], theta[2]) and rates[0] == rates[2]
    assert not torch.isclose(theta[0], theta[1]).all()


@pytest.mark.slow
def test_companions_do_not_matter(settings, started):
    """In float64 to 1e-9: Adam's first steps have the sign of each coordinate's gradient."""
    theta, rates = started
    alone = replace(settings, seeds=SEEDS[1:2], step_sizes=(0.9,))
    found, rate = warm_start.warm_start(alone, "cpu")
    torch.testing.assert_close(found, theta[1:2], rtol=1e-9, atol=1e-9)
    assert rate[0] == rates[1]


def test_what_comes_after_the_start_does_not_matter(settings, started):
    later = replace(settings, algorithm="gspo", step="adamw", prompts=6, group=3, inner=2, kl=0.1)
    found, rates = warm_start.warm_start(replace(later, steps=99), "cpu")
    assert torch.equal(found, started[0]) and torch.equal(rates, started[1])


def test_the_trial_is_the_same_every_time_and_not_the_training_batches(settings):
    theta = train.initial_theta(settings, "cpu")
    assert torch.equal(warm_start.rate(settings, theta), warm_start.rate(settings, theta))
    size = (warm_start.PROMPTS, warm_start.GROUP)
    trial = train.draw(settings, theta, 0, *size, purpose=train.WARM)
    assert torch.equal(warm_start.rate(settings, theta), trial.rewards.mean((-2, -1)))
    for other in (train.TOKENS, train.FINAL):
        batch = train.draw(settings, theta, 0, *size, purpose=other)
        assert not torch.equal(trial.prompts, batch.prompts)
        assert not torch.equal(trial.responses, batch.responses)
        assert not torch.equal(trial.rewards.mean((-2, -1)), batch.rewards.mean((-2, -1)))


def test_the_rate_passes_where_the_parameters_are_interpolated(settings):
    """Between any two policies on either side: above at the end, below a little before it."""
    low = train.initial_theta(settings, "cpu")
    _, before, after = low, low, warm_start.warm_start(replace(settings, start=0.6), "cpu")[0]
    theta, rates = warm_start.interpolated(settings, before, after)
    t = ((theta - before) * (after - before)).sum(-1) / (after - before).square().sum(-1)
    assert ((t > 0) & (t < 1)).all()
    torch.testing.assert_close(theta, before + t[:, None] * (after - before))
    earlier = before + (t[:, None] - 2.0**-warm_start.HALVINGS) * (after - before)
    assert (warm_start.rate(settings, earlier) < 0.3).all() and (rates >= 0.3).all()


def test_teaching_is_the_gradient_of_the_reference_answers(settings):
    theta = train.initial_theta(settings, "cpu")
    task, architecture = settings.the_task, settings.architecture
    key = noise.fold(train.run_keys(settings, "cpu"), train.WARM, 5)
    u = noise.uniforms(key, shape=(warm_start.BATCH, task.uniforms_needed(settings.size)))
    prompts = task.prompts(u, settings.size)
    answers = task.answer(prompts, settings.size)
    assert task.verify(prompts, answers).all()
    leaf = theta.clone().requires_grad_()
    log_pi, _ = model.log_probabilities(
        model.unpack(leaf, architecture), prompts, answers[:, :, None], architecture
    )
    (expected,) = torch.autograd.grad(log_pi.sum() / warm_start.BATCH, leaf)
    found = warm_start.teaching(settings, theta, 5)
    torch.testing.assert_close(found, expected, rtol=1e-11, atol=1e-14)
    assert not torch.isclose(found, warm_start.teaching(settings, theta, 6)).all()


def test_without_a_start_the_parameters_are_random(settings):
    theta, rates = warm_start.warm_start(replace(settings, start=None), "cpu")
    assert torch.equal(theta, train.initial_theta(settings, "cpu"))
    assert torch.equal(rates, warm_start.rate(settings, theta))


def test_what_is_not_reached_is_said_with_the_seeds(settings, monkeypatch):
    """Seed 0 has reached it by then."""
    monkeypatch.setattr(warm_start, "LONGEST", 8)
    with pytest.raises(NotReached, match=r"success rate 0.3 .* in 8 steps for seeds \[4, 7\]$"):
        warm_start.warm_start(settings, "cpu")


def test_a_warm_start_that_was_stopped_goes_on_to_the_same_bits(settings, started, monkeypatch):
    """And the command's folder keeps it."""
    monkeypatch.setattr(warm_start, "KEPT", 4)
    kept = []

    def save(state):
        kept.append(state)
        if len(kept) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        warm_start.warm_start(settings, "cpu", save=save)
    assert int(kept[-1]["step"]) == 8
    theta, rates = warm_start.warm_start(settings, "cpu", saved=kept[-1])
    assert torch.equal(theta, started[0]) and torch.equal(rates, started[1])


@pytest.mark.slow
def test_the_folder_of_a_run_keeps_a_warm_start_that_is_stopped(settings, started, tmp_path):
    class Stopped(Exception):
        pass

    def stop(done, _):
        if done > warm_start.KEPT:
            raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm_start, "KEPT", 4)
        with pytest.raises(Stopped):
            runs.prepare(tmp_path, settings, progress=stop)
        assert (tmp_path / runs.WARMING).exists()
        first = []
        runs.prepare(tmp_path, settings, progress=lambda done, _: first.append(done))
    assert first[0] > 4
    assert not (tmp_path / runs.WARMING).exists()
    assert torch.equal(runs.restore(tmp_path, settings, "cpu")[0].theta, started[0])
    assert {*runs.safe_steps(tmp_path)} == {*SEEDS}
