"""Small policies and their training, for the laws of one update."""

import math
from dataclasses import replace
from itertools import product

import torch

from gpu_checks import model, train

EXACT = {"rtol": 1e-12, "atol": 1e-14}


def initial(settings, scale=1.0):
    return train.initial_theta(settings, "cpu") * scale


def many(settings, runs, scale=1.0):
    """One policy in `runs` runs with seeds of their own: independent batches of one policy."""
    theta = initial(settings, scale)[:1].expand(runs, -1)
    return replace(settings, seeds=(*range(runs),), step_sizes=(0.1,) * runs), theta


def every_response(settings):
    """All responses, EOS after the first EOS: (N, T)."""
    full = torch.tensor([*product(range(settings.the_task.vocabulary), repeat=settings.longest)])
    return torch.where(model.written(full), full, model.EOS).unique(dim=0)


def enumerated(settings, theta):
    """Of one run (n,): all prompts of the largest size (Q, S), rewards (Q, N) of all responses, and
    their log pi (Q, N, T) and entropies, differentiable in theta."""
    task = settings.the_task
    symbols = [
        *product([s / task.alphabet + 1e-6 for s in range(task.alphabet)], repeat=settings.size)
    ]
    prompts = task.prompts(torch.tensor([[0.0, *u] for u in symbols]), settings.size)
    responses = every_response(settings)
    rewards = task.verify(prompts[:, None], responses[None]).double()
    parts = model.unpack(theta[None], settings.architecture)
    shape = (1, len(prompts), *responses.shape)
    log_pi, entropy = model.log_probabilities(
        parts, prompts[None], responses.expand(shape), settings.architecture
    )
    return prompts, rewards, log_pi[0], entropy[0]


def standard_errors(samples, value):
    """Distance of the mean of samples (N,) from the value, in standard errors."""
    error = samples.std() / math.sqrt(len(samples))
    assert error > 0
    return ((samples.mean() - value) / error).item()


def trained(settings, updates, scale=1.0):
    state, measured = train.begin(settings, initial(settings, scale)), []
    for _ in range(updates):
        state, one = train.advance(settings, state)
        measured.append(one)
    return state, measured
