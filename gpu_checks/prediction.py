"""The safe step of a first update, predicted from constants measured at the start.

A prompt and its response are one joint response, so the step inequality for log J holds for the
mean success rate over the prompts. Of the curvatures

    H(o, t) = d^2/dt^2 log pi_{theta + t w}(o)

only the mean over the correct responses counts (the claim `mean_curvature_step`): J rises along the
unit vector w at every step below

    eta = 2 (1-J) gap / C(eta),    C(eta) = E+[ max over t in [0, eta] of |H(o, t)| ].

w is the direction of the run's very first update; J, the gap alignment and C are measured on other
responses, drawn for this. Sampled, hence an estimate: the exact counterpart is in `exact`.
Divided by the size of the first update it is a learning rate.
"""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from gpu_checks import model, train
from gpu_checks.settings import ADAMW, NORMALISED, Settings
from gpu_checks.train import Batch

PREDICTION = 6
"""The purpose of these random numbers, beside those of `train`."""
PROMPTS, GROUP = 128, 8
"""Responses a run on which J and the gap are measured."""
CORRECT, POINTS = 64, 5
"""Correct ones among them, at most, and points of a segment, on which the curvature is."""


def safe_steps(settings: Settings, theta: Tensor, rates: Tensor) -> list[dict[str, Any]]:
    """One row a run, from theta (R, n) and its success rates (R,). `safe_step` is in the units of
    settings.step_sizes; NaN where the measured gap is not positive or no response is correct. The
    gap and the curvature are those along the update, whatever makes it: the gradient, or AdamW's
    first step. With several inner steps a batch it is that of the first one."""
    first = train.draw(settings, theta, 0, settings.prompts, settings.group)
    origin = theta if settings.kl else None
    g = train.gradient(settings, theta, first, None, origin)[0]
    update = first_adamw_update(settings, theta, g) if settings.step == ADAMW else g
    length = update.norm(dim=-1)
    w = update / length[:, None]
    batch = train.draw(settings, theta, 0, PROMPTS, GROUP, purpose=PREDICTION)
    J, gap = alignment(settings, theta, w, batch)
    prompts, responses, weights = correct(batch)
    eta, C = safe_step(settings, theta, w, 2 * (1 - J) * gap, prompts, responses, weights)
    usable = (gap > 0) & (J > 0) & (J < 1)
    unit = torch.ones_like(length) if settings.step == NORMALISED else length
    found = {
        "safe_step": torch.where(usable, eta / unit, torch.nan),
        "eta": torch.where(usable, eta, torch.nan),
        "success": J,
        "gap": gap,
        "curvature": C,
        "update_norm": g.norm(dim=-1),
    }
    return [
        {
            "algorithm": settings.algorithm,
            "task": settings.task,
            "size": settings.size,
            "longest": settings.longest,
            "step": settings.step,
            "seed": settings.seeds[r],
            "start": rates[r].item(),
            **{name: values[r].item() for name, values in found.items()},
        }
        for r in range(theta.shape[0])
    ]


def first_adamw_update(settings: Settings, theta: Tensor, g: Tensor) -> Tensor:
    """(R, n), at learning rate 1: the corrected means of a first step are g and g^2."""
    return g / (g.abs() + 1e-8) - settings.decay * theta


def alignment(settings: Settings, theta: Tensor, w: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """J and the gap alignment along w, (R,): the batch-centred update is J(1-J) times the gap."""
    pooled = replace(settings, algorithm="reinforce", clip=None, kl=0.0)
    g = train.gradient(pooled, theta, batch, None, None)[0]
    J = batch.rewards.mean((-2, -1))
    return J, (g * w).sum(-1) / (J * (1 - J))


def correct(batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """At most CORRECT correct responses a run, as prompts (R, CORRECT, S), responses
    (R, CORRECT, 1, T), and their weights (R, CORRECT): 0 where there are too few."""
    R, P, G, T = batch.responses.shape
    weights, which = batch.rewards.view(R, P * G).sort(dim=1, descending=True, stable=True)
    weights, which = weights[:, :CORRECT], which[:, :CORRECT]
    run = torch.arange(R, device=which.device)[:, None]
    responses = batch.responses.view(R, P * G, 1, T)[run, which]
    return batch.prompts[run, which // G], responses, weights


def safe_step(
    settings: Settings,
    theta: Tensor,
    w: Tensor,
    room: Tensor,
    prompts: Tensor,
    responses: Tensor,
    weights: Tensor,
) -> tuple[Tensor, Tensor]:
    """The largest eta found with eta C(eta) <= room (R,), and C there.

    C grows with the segment, so eta <= room / C(0). Twice over a grid: the second one lies between
    the last point that is safe and the first that is not."""

    def bends(t: Tensor) -> Tensor:
        return derivatives(settings, theta, w, prompts, responses, t)[1][..., 0].abs()

    low = torch.zeros_like(room)
    largest = bends(low[:, None])
    curvature = mean(largest, weights)[:, 0]
    high = torch.nan_to_num(room / curvature, nan=0.0, posinf=0.0)
    shares = torch.linspace(0, 1, POINTS, dtype=theta.dtype, device=theta.device)
    for _ in range(2):
        t = low[:, None] + shares * (high - low)[:, None]
        tops = torch.cat((largest, bends(t)), 1).cummax(1).values[:, 1:]
        C = mean(tops, weights)
        last = ((t * C <= room[:, None]).long().cumprod(1).sum(1, keepdim=True) - 1).clamp(min=0)
        low, curvature = t.gather(1, last)[:, 0], C.gather(1, last)[:, 0]
        high = t.gather(1, (last + 1).clamp(max=POINTS - 1))[:, 0]
        largest = tops.gather(1, last[..., None].expand(-1, 1, tops.shape[2]))
    return low, curvature


def mean(values: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean over responses, (R, K, N) and (R, N) -> (R, K); NaN if all weights are 0."""
    return (values * weights[:, None]).sum(-1) / weights.sum(-1, keepdim=True)


def derivatives(
    settings: Settings, theta: Tensor, w: Tensor, prompts: Tensor, responses: Tensor, t: Tensor
) -> tuple[Tensor, Tensor]:
    """First and second derivative of log pi_{theta + t w}(o) in t, by forward mode: (R, K, P, G)
    each, at t (R, K), of responses (R, P, G, T). All runs and points are one stack."""
    R, K = t.shape

    def repeat(x: Tensor) -> Tensor:
        return x.repeat_interleave(K, 0)

    base, direction = repeat(theta), repeat(w)
    prompts, responses = repeat(prompts), repeat(responses)

    def log_pi(at: Tensor) -> Tensor:
        parts = model.unpack(base + at[:, None] * direction, settings.architecture)
        found = model.log_probabilities(parts, prompts, responses, settings.architecture)[0]
        return found.sum(-1)

    def slope(at: Tensor) -> Tensor:
        return torch.func.jvp(log_pi, (at,), (torch.ones_like(at),))[1]

    at = t.reshape(-1)
    # The fused attention kernels have no forward-mode derivative.
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        score, bend = torch.func.jvp(slope, (at,), (torch.ones_like(at),))[:2]
    return score.view(R, K, *score.shape[1:]), bend.view(R, K, *bend.shape[1:])
