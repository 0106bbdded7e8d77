"""The same initial success rate for everything that is compared.

A random transformer never answers correctly, and then no group carries a signal. So each run is
first taught the reference answers, until it passes the success rate asked for; then the last two
sets of parameters are interpolated, theta = before + t (after - before), and t is bisected. The
success rate is measured on the same prompts and with the same uniforms at every trial, so what is
compared is the policies and not the luck of the draw.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch
from torch import Tensor

from gpu_checks import model, noise, train
from gpu_checks.settings import Settings
from theory.terminal import Progress

RATE, BATCH, EVERY, LONGEST = 3e-3, 64, 4, 4000
"""Adam's learning rate, prompts a step, steps between two trials, steps after which it gives up."""
KEPT = 100
"""Steps between two savings; a multiple of EVERY."""
PROMPTS, GROUP, HALVINGS = 256, 4, 14
"""Of one trial; bisections."""


Saved = Mapping[str, Tensor]
Save = Callable[[dict[str, Tensor]], None]
TAUGHT = ("theta", "before", "after", "first", "second")


class NotReached(ValueError):
    """The success rate asked for was not reached within the longest warm start."""


def warm_start(
    settings: Settings,
    device: torch.device | str,
    progress: Progress = lambda done, total: None,
    saved: Saved | None = None,
    save: Save = lambda state: None,
) -> tuple[Tensor, Tensor]:
    """theta (R, n) at which each run succeeds with rate `settings.start`, and the measured rates
    (R,) float64, at least that and reached within 2^-14 of the way between the last two trials; a
    random policy that is better is kept. Runs of the same seed start from the same theta.

    `save` is called every KEPT steps with what `saved` takes to go on from there, to the same bits.
    NotReached: see there. With start None: the random parameters, and their rates."""
    seeds = sorted(set(settings.seeds))
    one = replace(settings, seeds=tuple(seeds), step_sizes=(0.0,) * len(seeds))
    theta, rates = taught(one, train.initial_theta(one, device), progress, saved, save)
    of_run = torch.tensor([seeds.index(seed) for seed in settings.seeds], device=theta.device)
    return theta[of_run], rates[of_run]


def taught(
    settings: Settings, theta: Tensor, progress: Progress, saved: Saved | None, save: Save
) -> tuple[Tensor, Tensor]:
    """The same for theta (R, n), one run for each seed."""
    if settings.start is None:
        return theta, rate(settings, theta)
    if saved is None:
        before, after, done = theta.clone(), theta.clone(), 0
        waiting = rate(settings, theta) < settings.start
        first, second = torch.zeros_like(theta), torch.zeros_like(theta)
    else:
        theta, before, after, first, second = (saved[name] for name in TAUGHT)
        waiting, done = saved["waiting"], int(saved["step"])
    for step in range(done + 1, LONGEST + 1):
        g = teaching(settings, theta, step)
        first, second = 0.9 * first + 0.1 * g, 0.99 * second + 0.01 * g.square()
        mean, square = first / (1 - 0.9**step), second / (1 - 0.99**step)
        theta = theta + RATE * mean / (square.sqrt() + 1e-8)
        if step % EVERY:
            continue
        passed = waiting & (rate(settings, theta) >= settings.start)
        before = torch.where(waiting[:, None] & ~passed[:, None], theta, before)
        after = torch.where(passed[:, None], theta, after)
        waiting = waiting & ~passed
        progress(step, LONGEST)
        if step % KEPT == 0:
            state = dict(zip(TAUGHT, (theta, before, after, first, second), strict=True))
            save(state | {"waiting": waiting, "step": torch.tensor(step)})
        if not waiting.any():
            return interpolated(settings, before, after)
    raise NotReached(
        f"success rate {settings.start} was not reached by supervised training in {LONGEST} steps "
        f"for seeds {[settings.seeds[int(i)] for i in waiting.nonzero()[:, 0]]}"
    )


def teaching(settings: Settings, theta: Tensor, step: int) -> Tensor:
    """The gradient (R, n) of the mean log-probability of the reference answers to fresh prompts."""
    task, architecture = settings.the_task, settings.architecture
    key = noise.fold(train.run_keys(settings, theta.device), train.WARM)
    u = noise.uniforms(key, step, shape=(BATCH, task.uniforms_needed(settings.size)))
    prompts = task.prompts(u, settings.size, settings.easiest)
    answers = task.answer(prompts, settings.size)[:, :, None]
    leaves = {
        name: part.detach().requires_grad_()
        for name, part in model.unpack(theta, architecture).items()
    }
    log_pi = model.log_probabilities(leaves, prompts, answers, architecture)[0]
    found = torch.autograd.grad(log_pi.sum((-2, -1)).mean(-1).sum(), [*leaves.values()])
    return torch.cat([part.flatten(1) for part in found], dim=1)


def rate(settings: Settings, theta: Tensor) -> Tensor:
    """Success rate (R,), on the same prompts and uniforms at every call."""
    batch = train.draw(settings, theta, 0, PROMPTS, GROUP, purpose=train.WARM)
    return batch.rewards.double().mean((-2, -1))


def interpolated(settings: Settings, before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """Where the success rate passes `settings.start` on the way from before to after."""
    low = torch.zeros(before.shape[0], 1, dtype=before.dtype, device=before.device)
    high = torch.ones_like(low)
    assert settings.start is not None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = (rate(settings, before + middle * (after - before)) >= settings.start)[:, None]
        low, high = torch.where(enough, low, middle), torch.where(enough, middle, high)
    theta = before + high * (after - before)
    return theta, rate(settings, theta)
