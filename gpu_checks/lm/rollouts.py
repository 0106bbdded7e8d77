"""Groups of responses of a language model, and their log-probabilities, each token computed once.

What all prompts begin with is read once, what is left of each prompt once, and each response once:
a batch is a tree of blocks of tokens, packed in one row, and a token sees its own block's earlier
tokens, its prompt and the common beginning.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gpu_checks import noise
from gpu_checks.lm.loading import LanguageModel
from gpu_checks.lm.questions import Questions

ROWS = 128
"""Responses that are sampled beside each other, at most (one group at least)."""
PACKED = 2048
"""Tokens in a packed row, at most (one group at least)."""


@dataclass(frozen=True)
class Rollouts:
    """prompts: P lists of tokens. responses (P, G, T), the first end token after the end; lengths
    (P, G), the end token included; rewards (P, G) in float64; entropy: nats a sampled token."""

    prompts: tuple[tuple[int, ...], ...]
    responses: Tensor
    lengths: Tensor
    rewards: Tensor
    entropy: float

    @property
    def tokens(self) -> int:
        return int(self.lengths.sum())

    def part(self, first: int, last: int) -> "Rollouts":
        """The groups of prompts first, ..., last - 1."""
        return Rollouts(
            self.prompts[first:last],
            self.responses[first:last],
            self.lengths[first:last],
            self.rewards[first:last],
            self.entropy,
        )


def draw(
    model: LanguageModel, questions: Questions, group: int, longest: int, seed: int, purpose: int
) -> Rollouts:
    """`group` responses of at most `longest` tokens to each question, at temperature 1. A response
    that is cut off is wrong. Everything random is a function of (seed, purpose)."""
    prompts = tuple(tuple(model.encode(text)) for text in questions.prompts)
    key = noise.fold(noise.keys(seed, 1), purpose)
    u = noise.uniforms(key, shape=(len(prompts), group, longest))[0]
    each = max(1, ROWS // group)
    starts = range(0, len(prompts), each)
    parts = [sampled(model, prompts[i : i + each], u[i : i + each]) for i in starts]
    responses, lengths = torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])
    entropy = sum(part[2] for part in parts) / float(lengths.sum())
    rewards = judged(model, questions, responses, lengths)
    return Rollouts(prompts, responses, lengths, rewards, entropy)


def judged(
    model: LanguageModel, questions: Questions, responses: Tensor, lengths: Tensor
) -> Tensor:
    """1.0 where the response has ended and is right, else 0.0: (P, G)."""
    rewards = torch.zeros(lengths.shape, dtype=torch.float64)
    for p, g in torch.cartesian_prod(*map(torch.arange, lengths.shape)).tolist():
        tokens = responses[p, g, : int(lengths[p, g])].tolist()
        ended = tokens[-1] in model.ends
        rewards[p, g] = float(ended and questions.right(p, model.decode(tokens)))
    return rewards


def common(prompts: Sequence[Sequence[int]]) -> int:
    """How many tokens all prompts begin with; at least one of each is left."""
    least = min(map(len, prompts)) - 1
    same = (len({prompt[i] for prompt in prompts}) == 1 for i in range(least))
    return next((i for i, alike in enumerate(same) if not alike), least)


@torch.no_grad()
def sampled(
    model: LanguageModel, prompts: Sequence[Sequence[int]], u: Tensor
) -> tuple[Tensor, Tensor, float]:
    """Responses (P, G, T), lengths (P, G), and the sum of the entropies of the sampled tokens, from
    uniforms u (P, G, T), by the inverse distribution function."""
    from transformers import DynamicCache

    network, device = model.network, next(model.network.parameters()).device
    P, G, T = u.shape
    shared = common(prompts)
    cache = DynamicCache(config=network.config)
    if shared:
        head = torch.tensor([list(prompts[0][:shared])], device=device)
        network(input_ids=head, past_key_values=cache, use_cache=True, logits_to_keep=1)
        cache.batch_repeat_interleave(P)
    rest = [list(prompt[shared:]) for prompt in prompts]
    width = max(map(len, rest))
    ids = torch.tensor([[model.ends[0]] * (width - len(r)) + r for r in rest], device=device)
    real = torch.tensor([[0] * (width - len(r)) + [1] * len(r) for r in rest], device=device)
    mask = torch.cat((real.new_ones(P, shared), real), 1)
    place = shared + (real.cumsum(-1) - 1).clamp(min=0)
    out = step(network, ids, mask, place, cache)
    cache.batch_repeat_interleave(G)
    logits, mask = out.repeat_interleave(G, 0), mask.repeat_interleave(G, 0)
    place, numbers = place[:, -1:].repeat_interleave(G, 0), u.reshape(P * G, T).to(device)
    ends = torch.tensor(model.ends, device=device)
    responses = torch.full((P * G, T), model.ends[0], device=device)
    lengths = torch.full((P * G,), T, device=device)
    alive = torch.ones(P * G, dtype=torch.bool, device=device)
    entropy = 0.0
    for t in range(T):
        log_p = torch.log_softmax(logits.double(), -1)
        p = log_p.exp()
        entropy += float(-(p * log_p).sum(-1)[alive].sum())
        up_to = p.cumsum(-1)
        chosen = torch.searchsorted(up_to, numbers[:, t : t + 1] * up_to[:, -1:], right=True)[:, 0]
        responses[:, t] = torch.where(alive, chosen, responses[:, t])
        ended = alive & torch.isin(chosen, ends)
        lengths[ended], alive = t + 1, alive & ~ended
        if t == T - 1 or not alive.any():
            break
        mask, place = torch.cat((mask, mask.new_ones(P * G, 1)), 1), place + 1
        logits = step(network, responses[:, t : t + 1], mask, place, cache)
    return responses.view(P, G, T).cpu(), lengths.view(P, G).cpu(), entropy


def step(network: Any, ids: Tensor, mask: Tensor, place: Tensor, cache: Any) -> Tensor:
    """The logits after the last of these tokens: (B, V)."""
    more = {"past_key_values": cache, "use_cache": True, "logits_to_keep": 1}
    logits: Tensor = network(input_ids=ids, attention_mask=mask, position_ids=place, **more).logits[
        :, -1
    ]
    return logits


# -- log-probabilities -----------------------------------------------------------------------------


def rows(drawn: Rollouts) -> Iterator[tuple[int, int]]:
    """Ranges of prompts that fit into one packed row each."""
    first, tokens = 0, 0
    for p, prompt in enumerate(drawn.prompts):
        own = len(prompt) + int(drawn.lengths[p].sum())
        if p > first and tokens + own > PACKED:
            yield first, p
            first, tokens = p, 0
        tokens += own
    yield first, len(drawn.prompts)


def log_probabilities(model: LanguageModel, drawn: Rollouts) -> Tensor:
    """log pi of each token of each response, 0 after the end: (P, G, T), in one packed row."""
    device = next(model.network.parameters()).device
    P, G, T = drawn.responses.shape
    ids, place, mask, before = packed(drawn)
    kept, at = torch.unique(before, return_inverse=True)  # positions whose logits are needed
    logits = model.network(
        input_ids=ids[None].to(device),
        position_ids=place[None].to(device),
        attention_mask=mask[None, None].to(device),
        use_cache=False,
        logits_to_keep=kept.to(device),
    ).logits[0]
    log_p = torch.log_softmax(logits.to(torch.promote_types(logits.dtype, torch.float32)), -1)
    token = log_p[at.to(device), drawn.responses.reshape(P * G, T).to(device)]
    inside = torch.arange(T) < drawn.lengths.view(P * G, 1)
    return torch.where(inside.to(device), token, 0.0).view(P, G, T)


def packed(drawn: Rollouts) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Tokens and places (N,), the additive mask (N, N), and where in the row stands the token in
    front of each token of each response, (P G, T); after its end, the last such place."""
    P, G, T = drawn.responses.shape
    shared = common(drawn.prompts) if P > 1 else 0
    ids = list(drawn.prompts[0][:shared])
    place, block, parent = list(range(shared)), [0] * shared, [0] * shared
    before = torch.zeros((P * G, T), dtype=torch.long)

    def add(tokens: Sequence[int], start: int, number: int, above: int) -> None:
        ids.extend(tokens)
        place.extend(range(start, start + len(tokens)))
        block.extend([number] * len(tokens))
        parent.extend([above] * len(tokens))

    number = 1
    for p, prompt in enumerate(drawn.prompts):
        own = number
        add(prompt[shared:], shared, own, 0)
        last = len(ids) - 1
        for g in range(G):
            number += 1
            length = int(drawn.lengths[p, g])
            first = len(ids)
            # The last token of a response is never read.
            add(drawn.responses[p, g, : length - 1].tolist(), len(prompt), number, own)
            places = [last, *range(first, first + length - 1)]
            before[p * G + g] = torch.tensor(places + [places[-1]] * (T - length))
        number += 1
    blocks, parents = torch.tensor(block), torch.tensor(parent)
    seen = (blocks[:, None] == blocks) | (parents[:, None] == blocks) | (blocks == 0)
    seen &= torch.ones_like(seen).tril()
    mask = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min)
    return torch.tensor(ids), torch.tensor(place), mask, before


@torch.no_grad()
def response_log_probabilities(model: LanguageModel, drawn: Rollouts) -> Tensor:
    """log pi(o | q) of each response, (P, G), float64."""
    found = [log_probabilities(model, drawn.part(*of)).double().sum(-1).cpu() for of in rows(drawn)]
    together = torch.cat(found)
    if not bool(together.isfinite().all()):
        raise ValueError(f"a log-probability is {math.nan}: the model is not a policy any more")
    return together
