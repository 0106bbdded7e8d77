"""For verl, through its registry of policy losses: verl's own loss, and what its updates did.

    actor_rollout_ref.model.external_lib=gpu_checks.lm.verl_loss
    actor_rollout_ref.actor.policy_loss.loss_mode=gradgap

A batch is drawn from the policy before the first of its mini-batches, and the prompts of a later
one had no part in the steps before it. So with X(o) = log pi(o) - log pi_old(o) of its responses,
on prompts that the steps did not see, it logs

    gap/kl                  KL(old || new) of whole responses, as E[e^X - 1 - X]
    gap/log_success_gain    E+[X]: J_new >= J exp of it, the first step of `log_success_step`
    gap/silent              share of responses whose advantage is 0

E+ is over the responses with a positive advantage: right ones of groups that carry a signal. In the
first mini-batch of a batch X = 0; it is left out (no measure is logged there). One mini-batch a
batch therefore shows nothing, and no metric here needs another pass through the model.
"""

from typing import Any

import torch
from torch import Tensor
from verl.trainer.ppo.core_algos import get_policy_loss_fn, register_policy_loss

from gpu_checks.lm.probe import divergence

NAME, INNER = "gradgap", "vanilla"


@register_policy_loss(NAME)
def policy_loss(
    old_log_prob: Tensor,
    log_prob: Tensor,
    advantages: Tensor,
    response_mask: Tensor,
    *args: Any,
    **more: Any,
) -> tuple[Tensor, dict[str, Any]]:
    """verl's clipped loss, untouched, with the metrics above; all of shape (responses, tokens)."""
    inner = get_policy_loss_fn(INNER)
    loss, metrics = inner(old_log_prob, log_prob, advantages, response_mask, *args, **more)
    return loss, metrics | measured(old_log_prob, log_prob, advantages, response_mask)


@torch.no_grad()
def measured(
    old_log_prob: Tensor, log_prob: Tensor, advantages: Tensor, response_mask: Tensor
) -> dict[str, float]:
    inside = response_mask.bool()
    change = torch.where(inside, log_prob - old_log_prob, 0.0).double().sum(-1)
    advantage = torch.where(inside, advantages, 0.0).double().sum(-1)
    right = advantage > 0
    found = {"gap/silent": float((advantage == 0).double().mean())}
    if bool((change != 0).any()):
        found["gap/kl"] = divergence(change)
        if bool(right.any()):
            found["gap/log_success_gain"] = float(change[right].mean())
    return found
