"""REINFORCE, GRPO, Dr. GRPO, the 1/J-normalised update, GRPO-N, GSPO, GSPO-N by their equations.

For each of P prompts q a group of G responses o_i with rewards r_i in {0, 1}; J_q and sd_q are the
mean and the standard deviation of the group's rewards, divided by G. Each algorithm is the gradient
of a surrogate

    S = (1/P) sum_q (1/G) sum_i  c(rho_i, A_i),       c(rho, A) = min(rho A, clip(rho, 1-e, 1+e) A)

summed over tokens or once for the whole response, with its own advantage A_i and its own ratio rho
of new to old probabilities. Without clip c(rho, A) = rho A. In the first inner step rho = 1, and
the gradient is that of (1/PG) sum_q sum_i A_i weight_i log pi(o_i | q): GSPO is GRPO there.

A group is homogeneous if all its rewards are equal. It carries no signal for an advantage that is
centred within the group.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

TOKEN, SEQUENCE = "token", "sequence"


@dataclass(frozen=True)
class Algorithm:
    """`advantage(rewards (R, P, G))` has the shape of the rewards. `ratio` is TOKEN or SEQUENCE.
    `per_token`: each response is divided by its length |o|. `token_mean`: all are divided by the
    mean length of the batch. `share(J_q)`: the factor between the update and the gradient gap, for
    an advantage that is not centred in its group; see `gap_share`."""

    name: str
    equation: str
    advantage: Callable[[Tensor], Tensor]
    share: Callable[[Tensor], Tensor] | None = None
    ratio: str = TOKEN
    per_token: bool = False
    token_mean: bool = False

    @property
    def by_length(self) -> bool:
        """Its gaps are those of scores over a length."""
        return self.per_token or self.token_mean


def moments(rewards: Tensor) -> tuple[Tensor, Tensor]:
    """J_q and sd_q (R, P, 1) of rewards (R, P, G), exactly 0 where all are equal."""
    mean = rewards.mean(-1, keepdim=True)
    centred = torch.where(homogeneous(rewards)[..., None], 0.0, rewards - mean)
    return mean, centred.square().mean(-1, keepdim=True).sqrt()


def homogeneous(rewards: Tensor) -> Tensor:
    """All rewards of the group are equal: (R, P)."""
    return (rewards == rewards[..., :1]).all(-1)


def batch_centred(rewards: Tensor) -> Tensor:
    """A_i = r_i - J, with J the mean over all groups of the batch."""
    return rewards - rewards.mean((-2, -1), keepdim=True)


def centred(rewards: Tensor) -> Tensor:
    """A_i = r_i - J_q, exactly 0 in a homogeneous group."""
    return torch.where(homogeneous(rewards)[..., None], 0.0, rewards - moments(rewards)[0])


def standardised(rewards: Tensor) -> Tensor:
    """A_i = (r_i - J_q) / sd_q, 0 in a homogeneous group."""
    sd = moments(rewards)[1]
    return centred(rewards) / torch.where(sd > 0, sd, 1.0)


def library_standardised(rewards: Tensor) -> Tensor:
    """A_i = (r_i - J_q) / (sd_q + 1e-4) with G - 1 in the deviation, as libraries have it: 0.935
    times `standardised` at G = 8."""
    group = rewards.shape[-1]
    return centred(rewards) / (moments(rewards)[1] * (group / (group - 1)) ** 0.5 + 1e-4)


def success_normalised(rewards: Tensor) -> Tensor:
    """A_i = (r_i - J_q) / J_q, 0 in a homogeneous group."""
    mean = moments(rewards)[0]
    return centred(rewards) / torch.where(mean > 0, mean, 1.0)


def negative_part(rewards: Tensor) -> Tensor:
    """A_i = min((r_i - J_q)/sd_q, 0)."""
    return standardised(rewards).clamp(max=0)


def minus_one(rewards: Tensor) -> Tensor:
    """A_i = r_i - 1: a group that fails throughout gives an update too."""
    return rewards - 1


def _variance(J: Tensor) -> Tensor:
    return J * (1 - J)


def _negative(J: Tensor) -> Tensor:
    return J * (J * (1 - J)).sqrt()


ALGORITHMS: dict[str, Algorithm] = {
    one.name: one
    for one in (
        Algorithm("reinforce", "(r_i - J) sum_t rho_it", batch_centred),
        Algorithm("dr-grpo", "(r_i - J_q) sum_t rho_it", centred),
        Algorithm("grpo", "(r_i - J_q)/sd_q (1/|o_i|) sum_t rho_it", standardised, per_token=True),
        Algorithm(
            "dapo",
            "(r_i - J_q)/(sd_q + 1e-4) (1/mean |o|) sum_t rho_it",
            library_standardised,
            token_mean=True,
        ),
        Algorithm("success", "(r_i - J_q)/J_q sum_t rho_it", success_normalised),
        Algorithm(
            "grpo-n",
            "min((r_i - J_q)/sd_q, 0) (1/|o_i|) sum_t rho_it",
            negative_part,
            _negative,
            TOKEN,
            True,
        ),
        Algorithm(
            "grpo-n-minus-one",
            "(r_i - 1) (1/|o_i|) sum_t rho_it",
            minus_one,
            _variance,
            TOKEN,
            True,
        ),
        Algorithm("gspo", "(r_i - J_q)/sd_q s_i", standardised, None, SEQUENCE, True),
        Algorithm(
            "gspo-n", "min((r_i - J_q)/sd_q, 0) s_i", negative_part, _negative, SEQUENCE, True
        ),
        Algorithm("gspo-n-minus-one", "(r_i - 1) s_i", minus_one, _variance, SEQUENCE, True),
    )
}
"""By name. The equation is what stands under (1/P) sum_q (1/G) sum_i, before clipping, with
rho_it = pi(o_it)/pi_old(o_it) and s_i = (pi(o_i)/pi_old(o_i))^(1/|o_i|).

reinforce         eq. (4), with the mean of the batch for J_q
dr-grpo           eq. (4); no division by sd, nor by a length (libraries: by a constant one)
grpo              eq. (5); the response's own length
dapo              a mean over all tokens of the batch: TRL's default loss, verl's token-mean; sd_q
                  with G - 1. A batch's update is sum_i A_i grad log pi(o_i) over one number, so it
                  goes along sqrt(J(1-J)) (g+ - g-), summed over prompts: no response is weighted
                  by its own length, and what refutes `grpo_along_gap_printed` does not arise
success           the 1/J-normalised update of the claim `constant_rate`
grpo-n, gspo-n    the second paper's negative-only updates, in two readings (`negative_only`)
"""


def algorithm(name: str) -> Algorithm:
    """ValueError: there is no such algorithm."""
    if name not in ALGORITHMS:
        raise ValueError(f"an algorithm is one of {', '.join(ALGORITHMS)}; got {name}")
    return ALGORITHMS[name]


def surrogate(
    rule: Algorithm,
    rewards: Tensor,
    lengths: Tensor,
    log_pi: Tensor,
    log_old: Tensor,
    clip: float | None,
    clip_high: float | None = None,
) -> Tensor:
    """S of each run, (R,), from rewards and lengths (R, P, G) and token log-probabilities
    (R, P, G, T), which are 0 after the end of a response. Its gradient is the update."""
    advantages = rule.advantage(rewards)
    change = log_pi - log_old
    if rule.ratio == SEQUENCE:
        found = clipped((change.sum(-1) / lengths).exp(), advantages, clip, clip_high)
    else:
        inside = torch.arange(change.shape[-1], device=change.device) < lengths[..., None]
        each = clipped(change.exp(), advantages[..., None], clip, clip_high)
        found = torch.where(inside, each, 0.0).sum(-1)
        if rule.per_token:
            found = found / lengths
        if rule.token_mean:
            found = found / lengths.mean((-2, -1), keepdim=True)
    return found.mean((-2, -1))


def clipped(
    ratio: Tensor, advantages: Tensor, clip: float | None, high: float | None = None
) -> Tensor:
    """min(ratio A, clip(ratio, 1 - e, 1 + e') A), e' = e unless `high` is given, as clip-higher
    has it; ratio A if clip is None."""
    if clip is None:
        return ratio * advantages
    kept = ratio.clamp(1 - clip, 1 + (clip if high is None else high))
    return torch.minimum(ratio * advantages, kept * advantages)


def k3(d: Tensor) -> Tensor:
    """e^d - d - 1. In the mean over tokens of pi its value is KL(pi || reference) of a token, and
    its gradient, with the tokens as they are, that of KL(reference || pi)."""
    return d.exp() - d - 1


def k2(d: Tensor) -> Tensor:
    """d^2/2. In the mean over tokens of pi its gradient, with the tokens as they are, is that of
    KL(pi || reference) of a token; its value is that only to second order."""
    return d.square() / 2


PENALTIES: dict[str, Callable[[Tensor], Tensor]] = {"k3": k3, "k2": k2}
"""What is summed over the tokens; libraries have k3. The two pull alike near the reference."""


def kl_penalty(log_pi: Tensor, log_reference: Tensor, name: str = "k3") -> Tensor:
    """The mean (R,) of the sum over the tokens of responses of pi of a penalty of PENALTIES, of
    d = log reference - log pi of the token."""
    return PENALTIES[name](log_reference - log_pi).sum(-1).mean((-2, -1))


def gap_share(rule: Algorithm, rewards: Tensor) -> Tensor:
    """What turns an update into a gap, (R,): the mean over the groups of share(J_q).

    Along w the update g of an advantage centred in its group has

        w . g = (1/P) sum_q share(J_q) (E+[s] - E-[s]),

    share = the group's mean of A r: J(1-J) for r - J_q, sqrt(J(1-J)) for GRPO, 1-J for 1/J, with
    s = w . grad log pi(o), over the length that the algorithm divides by. So w . g / gap_share is
    the mean gap alignment (11) with these weights, at no further cost. With a baseline of the batch
    it is the gap of all responses of the batch together. The negative-only forms need
    score_mean_zero besides, so for them it holds in the mean only, up to a factor 1 + O(1/G), and
    only if all lengths are equal, since the mean of s/|o| is not 0. For r - 1 the factor is taken
    out: J_q (1 - J_q) is (G-1)/G J(1-J) in the mean. The share is 0 if no group carries a signal,
    and then there is no estimate."""
    if rule.advantage is batch_centred:
        return _variance(rewards.mean((-2, -1)))
    if rule.share is None:
        return (rule.advantage(rewards) * rewards).mean((-2, -1))
    found = rule.share(moments(rewards)[0][..., 0]).mean(-1)
    group = rewards.shape[-1]
    return found * (group / (group - 1)) if rule.advantage is minus_one else found
