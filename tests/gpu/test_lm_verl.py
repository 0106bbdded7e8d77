"""The policy loss for verl, against verl's own registry where verl is installed."""

from __future__ import annotations

import math

import pytest
import torch

core = pytest.importorskip(
    "verl.trainer.ppo.core_algos", reason="verl is not installed (it asks for another transformers)"
)


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    old = -torch.rand((4, 5), generator=generator)
    mask = (torch.arange(5) < torch.tensor([[5], [3], [4], [1]])).long()
    advantages = torch.tensor([[1.0], [-1.0], [0.0], [2.0]]).expand(4, 5) * mask
    return old, old + 0.1 * torch.randn((4, 5), generator=generator), advantages, mask


@pytest.fixture
def config():
    from verl.workers.config import ActorConfig

    return ActorConfig(strategy="fsdp", rollout_n=4, ppo_micro_batch_size_per_gpu=1)


def test_the_registered_loss_is_verl_s_own_with_more_metrics(batch, config):
    from gpu_checks.lm import verl_loss

    old, new, advantages, mask = batch
    given = {"loss_agg_mode": "token-mean", "config": config}
    loss, metrics = core.get_policy_loss_fn(verl_loss.NAME)(old, new, advantages, mask, **given)
    own, theirs = core.get_policy_loss_fn("vanilla")(old, new, advantages, mask, **given)
    assert torch.equal(loss, own)
    assert theirs.items() <= metrics.items()
    change = ((new - old) * mask).sum(-1)
    divergence = (change.double().exp() - 1 - change.double()).mean().item()
    assert metrics["gap/kl"] == pytest.approx(divergence, rel=1e-5)
    assert metrics["gap/log_success_gain"] == pytest.approx(change[[0, 3]].mean().item(), rel=1e-6)
    assert metrics["gap/silent"] == 0.25


def test_before_the_first_step_nothing_is_said_of_it(batch):
    from gpu_checks.lm import verl_loss

    old, _, advantages, mask = batch
    assert verl_loss.measured(old, old, advantages, mask) == {"gap/silent": 0.25}
    assert math.isfinite(verl_loss.measured(old, old - 1, -advantages.abs(), mask)["gap/kl"])
