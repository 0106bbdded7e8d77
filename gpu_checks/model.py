"""A small decoder-only transformer, and many of them at once.

Every tensor has a leading axis R, the runs: R sets of parameters, each with its own tokens. One
run is R = 1; a population of runs trains as one stack, matrix products as `torch.bmm`, and no run
sees another. Parameters are one flat vector a run, theta of shape (R, n): a step is theta + eta w.

The network, for widths C and token ids below V:

    x = E[token] + P[position]
    x = x + attention(rms(x)),    x = x + W2 gelu(W1 rms(x))        in each layer
    logits = U rms(x)

Causal attention with several heads, no bias, no dropout. gelu and rms are smooth, so the scores
are, and Assumptions 1 and 2 hold on every bounded part of the parameter space. The number types
are those of theta: float64 where numbers are checked, float32 where runs are long, bfloat16 by
`theta.to(torch.bfloat16)`; probabilities are then computed in float32.

A prompt is read once and shared by its group of G responses: `read` gives its keys and values,
`Prefix` lets gradients through, `Cache` has room for what is sampled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod, sqrt
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

Parameters = Mapping[str, Tensor]

EOS = 0
"""The token that ends a response, and fills up what comes after it."""


@dataclass(frozen=True)
class Architecture:
    """`vocabulary` V, `context` the most tokens of a prompt and its response together, `width` C, a
    multiple of `heads`. ValueError: one of them is not positive, or C is no multiple."""

    vocabulary: int
    context: int
    width: int = 32
    layers: int = 2
    heads: int = 2

    def __post_init__(self) -> None:
        for name in ("vocabulary", "context", "width", "layers", "heads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.width % self.heads:
            raise ValueError(f"width must be a multiple of heads = {self.heads}, got {self.width}")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of each part of theta, in order."""
        C, V = self.width, self.vocabulary
        found: dict[str, tuple[int, ...]] = {"embedding": (V, C), "position": (self.context, C)}
        for layer in range(self.layers):
            found |= {
                f"{layer}.norm_attention": (C,),
                f"{layer}.qkv": (C, 3 * C),
                f"{layer}.mix": (C, C),
                f"{layer}.norm_mlp": (C,),
                f"{layer}.up": (C, 4 * C),
                f"{layer}.down": (4 * C, C),
            }
        return found | {"norm": (C,), "unembedding": (C, V)}

    @property
    def size(self) -> int:
        """n, the number of parameters of a run."""
        return sum(prod(shape) for shape in self.shapes().values())


def initial(architecture: Architecture, normals: Tensor) -> Tensor:
    """theta (R, n) from standard normal numbers (R, n): norms one, embeddings 0.02 times them,
    matrices 1/sqrt(rows) times them, those that end a residual branch smaller by sqrt(2 layers)."""
    parts = []
    for name, part in unpack(normals, architecture).items():
        kind = name.rpartition(".")[2]
        if kind.startswith("norm"):
            part = torch.ones_like(part)
        elif kind in ("embedding", "position"):
            part = 0.02 * part
        else:
            scale = 1 / sqrt(part.shape[-2])
            part = part * (scale / sqrt(2 * architecture.layers) if kind in ENDS else scale)
        parts.append(part.flatten(1))
    return torch.cat(parts, dim=1)


ENDS = ("mix", "down")


def unpack(theta: Tensor, architecture: Architecture) -> dict[str, Tensor]:
    """The parts of theta (R, n) by name, views of shape (R, ...). ValueError: n does not fit."""
    if theta.dim() != 2 or theta.shape[1] != architecture.size:
        raise ValueError(f"theta must be (R, {architecture.size}), got {tuple(theta.shape)}")
    shapes = architecture.shapes()
    parts = theta.split([prod(shape) for shape in shapes.values()], dim=1)
    return {
        name: part.reshape(-1, *shape)
        for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }


# -- what has been read before ---------------------------------------------------------------------


class Memory(Protocol):
    """Keys and values (R, B, heads, S, C/heads) of the `length` = S tokens read before."""

    @property
    def length(self) -> int: ...

    def add(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """All keys and values of a layer, the new ones at the end."""
        ...


@dataclass
class Prefix:
    """Keys and values of a prompt, for gradients: nothing is written in place."""

    layers: list[tuple[Tensor, Tensor]]

    @property
    def length(self) -> int:
        return self.layers[0][0].shape[3] if self.layers else 0

    def add(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        if not self.layers:
            return key, value
        old_key, old_value = self.layers[layer]
        return torch.cat((old_key, key), dim=3), torch.cat((old_value, value), dim=3)

    def repeated(self, group: int) -> Prefix:
        """The same for each of `group` responses to a prompt: B prompts -> B * group."""
        return Prefix([(_repeat(key, group), _repeat(value, group)) for key, value in self.layers])


class Cache:
    """Keys and values written in place, with room for `more` tokens; for sampling."""

    def __init__(self, prefix: Prefix, more: int) -> None:
        self.length = prefix.length
        self._layers = [(_roomy(key, more), _roomy(value, more)) for key, value in prefix.layers]

    def add(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        end = self.length + key.shape[3]
        for room, new in zip(self._layers[layer], (key, value), strict=True):
            room[:, :, :, self.length : end] = new
        if layer == len(self._layers) - 1:
            self.length = end
        keys, values = self._layers[layer]
        return keys[:, :, :, :end], values[:, :, :, :end]


def _repeat(x: Tensor, group: int) -> Tensor:
    R, B, *rest = x.shape
    return x[:, :, None].expand(R, B, group, *rest).reshape(R, B * group, *rest)


def _roomy(x: Tensor, more: int) -> Tensor:
    return F.pad(x, (0, 0, 0, more))


# -- the network -----------------------------------------------------------------------------------


def logits(
    parameters: Parameters, tokens: Tensor, architecture: Architecture, memory: Memory
) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
    """Of the next token after each of `tokens` (R, B, T), which come after `memory`: (R, B, T, V).
    Also the keys and values of each layer, of all tokens so far.

    ValueError: the tokens exceed the context."""
    R, B, T = tokens.shape
    C, start = architecture.width, memory.length
    if start + T > architecture.context:
        raise ValueError(f"at most {architecture.context} tokens fit, got {start + T}")
    # One-hot products instead of look-ups: their gradients are sums in a fixed order on every
    # device, and vocabularies are small.
    one_hot = F.one_hot(tokens, architecture.vocabulary).to(parameters["embedding"].dtype)
    x = torch.bmm(one_hot.reshape(R, B * T, -1), parameters["embedding"]).view(R, B, T, C)
    x = x + parameters["position"][:, None, start : start + T]
    x = x.reshape(R, B * T, C)
    kept = []
    for layer in range(architecture.layers):
        part = {kind: parameters[f"{layer}.{kind}"] for kind in KINDS}
        qkv = torch.bmm(rms(x, part["norm_attention"]), part["qkv"])
        # (R, B * T, 3C) -> three of (R, B, heads, T, C / heads)
        heads = qkv.view(R, B, T, 3, architecture.heads, -1).permute(3, 0, 1, 4, 2, 5)
        query, key, value = heads.unbind(0)
        key, value = memory.add(layer, key, value)
        kept.append((key, value))
        found = attention(query, key, value)
        # (R, B, heads, T, C / heads) -> (R, B * T, C)
        x = x + torch.bmm(found.transpose(2, 3).reshape(R, B * T, C), part["mix"])
        hidden = F.gelu(torch.bmm(rms(x, part["norm_mlp"]), part["up"]))
        x = x + torch.bmm(hidden, part["down"])
    out = torch.bmm(rms(x, parameters["norm"]), parameters["unembedding"]).view(R, B, T, -1)
    return (out.float() if out.dtype == torch.bfloat16 else out), kept


KINDS = ("norm_attention", "qkv", "mix", "norm_mlp", "up", "down")


def rms(x: Tensor, gain: Tensor) -> Tensor:
    """x / sqrt(mean of x^2) times the gain: (R, N, C) with (R, C)."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * gain[:, None]


def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Causal: the T queries (R, B, heads, T, D) are the last of the S keys and values
    (R, B, heads, S, D)."""
    R, B, heads, T, D = query.shape
    S = key.shape[3]
    q, k, v = (x.reshape(R * B, heads, -1, D) for x in (query, key, value))
    seen = None
    if 1 < T < S:
        seen = torch.ones(T, S, dtype=torch.bool, device=query.device).tril(S - T)
    found = F.scaled_dot_product_attention(q, k, v, attn_mask=seen, is_causal=T == S and T > 1)
    return found.view(R, B, heads, T, D)


# -- reading and writing ---------------------------------------------------------------------------


def read(parameters: Parameters, prompts: Tensor, architecture: Architecture) -> Prefix:
    """The keys and values of all but the last token of prompts (R, P, S); that one is read with the
    response, whose first token it predicts. ValueError: a prompt has fewer than 2 tokens."""
    if prompts.shape[-1] < 2:
        raise ValueError(f"a prompt must have at least 2 tokens, got {prompts.shape[-1]}")
    return Prefix(logits(parameters, prompts[..., :-1], architecture, Prefix([]))[1])


def log_probabilities(
    parameters: Parameters,
    prompts: Tensor,
    responses: Tensor,
    architecture: Architecture,
    bonus: bool = False,
) -> tuple[Tensor, Tensor]:
    """log pi(o_t | q, o_<t) of responses (R, P, G, T) to prompts (R, P, S), 0 after the first EOS,
    and the entropy of each next token in nats, 0 there too; with a derivative only if it is a
    `bonus`. Both (R, P, G, T)."""
    R, P, G, T = responses.shape
    prefix = read(parameters, prompts, architecture).repeated(G)
    last = prompts[:, :, None, -1:].expand(R, P, G, 1)
    inputs = torch.cat((last, responses[..., :-1]), dim=-1).view(R, P * G, T)
    log_pi = (
        logits(parameters, inputs, architecture, prefix)[0].log_softmax(-1).view(R, P, G, T, -1)
    )
    alive = written(responses)
    chosen = log_pi.gather(-1, responses[..., None]).squeeze(-1)
    seen = log_pi if bonus else log_pi.detach()
    entropy = -(seen.exp() * seen).sum(-1)
    return torch.where(alive, chosen, 0.0), torch.where(alive, entropy, 0.0)


def written(responses: Tensor) -> Tensor:
    """True at tokens up to and including the first EOS: (..., T)."""
    ended = (responses == EOS).cumsum(-1)
    return (ended == 0) | ((ended == 1) & (responses == EOS))


@torch.no_grad()
def sample(
    parameters: Parameters, prompts: Tensor, uniforms: Tensor, architecture: Architecture
) -> Tensor:
    """Responses (R, P, G, T) to prompts (R, P, S), by inverting the distribution function at
    uniforms (R, P, G, T) in [0, 1): the same numbers give the same tokens. EOS after the first
    EOS."""
    R, P, G, T = uniforms.shape
    cache = Cache(read(parameters, prompts, architecture).repeated(G), T)
    token = _repeat(prompts[..., -1:], G)
    u = uniforms.view(R, P * G, T)
    ended = torch.zeros(R, P * G, dtype=torch.bool, device=prompts.device)
    found = torch.full((R, P * G, T), EOS, dtype=prompts.dtype, device=prompts.device)
    for t in range(T):
        step = logits(parameters, token, architecture, cache)[0][:, :, 0]
        token = invert(step, u[..., t])
        token = torch.where(ended, EOS, token)
        found[..., t] = token
        ended |= token == EOS
        token = token[..., None]
    return found.view(R, P, G, T)


def invert(step: Tensor, u: Tensor) -> Tensor:
    """The token at which the distribution function of softmax(step), (..., V), passes u (...)."""
    mass = step.softmax(-1).cumsum(-1)
    # Below the last total, so that rounding cannot point past the last token.
    aim = u[..., None].to(mass.dtype) * mass[..., -1:]
    return (mass[..., :-1] <= aim).sum(-1)
