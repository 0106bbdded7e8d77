"""Policy-gradient training of a population of runs, one update at a time.

An update draws a batch (fresh prompts, a group of responses to each), asks the verifier, and takes
one or more inner steps along the algorithm's gradient. The batch is cut in two halves of the
prompts, whose gradients g_A and g_B are independent (a baseline that is a mean over the batch is
one over the half): the update uses their mean, and

    w . E[g]  is estimated by  g_A . g_B / |g|,     w = g/|g|,

while |g| itself, what one would read off a training log, counts the noise of g as signal. (The
mean of g_A . g_B is |E g|^2. Over |g| it is low where the noise is large, since |g| is large then:
by 7% with 16 prompts and groups of 16, by 43% with 2 and 4, measured on one policy.) Both are
turned into gap alignments (11) by `algorithms.gap_share`. Where no group of a half carries a signal
there is no estimate: it is logged as missing and counted, never taken for zero.

Everything random is a function of (seed, update): see `noise`. So a run does not depend on the
others in its population, nor on where it was interrupted.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from gpu_checks import algorithms, model, noise
from gpu_checks.settings import ADAMW, DTYPES, NORMALISED, Settings
from gpu_checks.tasks import lengths

PROMPTS, TOKENS, INITIAL, WARM, FINAL = range(5)
"""What random numbers are for: the first integer folded into a run's key."""


@dataclass(frozen=True)
class State:
    """After `step` updates of `taken` inner steps in all: theta (R, n), M(k) (R,), updates without
    an estimate of the gap (R,), and adamw's two running means (R, n) or None. `origin` is theta at
    the start, kept for the penalty on the distance from it.

    M(k) is (14) for one inner step a batch, along the gradient; else the gap is that of the first
    inner step and the length that of all. The positive part of a noisy estimate is too large in the
    mean, where the gap is near 0."""

    step: int
    taken: int
    theta: Tensor
    cumulative_gap: Tensor
    missing: Tensor
    first: Tensor | None = None
    second: Tensor | None = None
    origin: Tensor | None = None


@dataclass(frozen=True)
class Batch:
    """prompts (R, P, S), responses (R, P, G, T), lengths and rewards (R, P, G)."""

    prompts: Tensor
    responses: Tensor
    lengths: Tensor
    rewards: Tensor


def run_keys(settings: Settings, device: torch.device | str) -> Tensor:
    """(R,): each run's key, from its own seed."""
    return noise.keys_of(torch.tensor(settings.seeds, dtype=torch.int64, device=device))


def initial_theta(settings: Settings, device: torch.device | str) -> Tensor:
    """Random parameters (R, n), float64 or float32: bfloat16 runs keep theta in float32."""
    dtype = torch.float64 if settings.dtype == "float64" else torch.float32
    key = noise.fold(run_keys(settings, device), INITIAL)
    normals = noise.normals(key, 0, shape=(settings.architecture.size,), dtype=torch.float64)
    return model.initial(settings.architecture, normals).to(dtype)


def begin(settings: Settings, theta: Tensor) -> State:
    """The state before the first update, from theta (R, n)."""
    zeros = torch.zeros(theta.shape[0], dtype=torch.float64, device=theta.device)
    adam = settings.step == ADAMW
    return State(
        step=0,
        taken=0,
        theta=theta,
        cumulative_gap=zeros,
        missing=zeros,
        first=torch.zeros_like(theta) if adam else None,
        second=torch.zeros_like(theta) if adam else None,
        origin=theta if settings.kl else None,
    )


def draw(
    settings: Settings, theta: Tensor, step: int, prompts: int, group: int, purpose: int = TOKENS
) -> Batch:
    """Fresh prompts, responses of the policy theta (R, n), and the verifier's rewards."""
    task, keys = settings.the_task, run_keys(settings, theta.device)
    needed = (prompts, task.uniforms_needed(settings.size))
    u = noise.uniforms(noise.fold(keys, PROMPTS, purpose), step, shape=needed)
    asked = task.prompts(u, settings.size, settings.easiest)
    shape = (prompts, group, settings.longest)
    u = noise.uniforms(noise.fold(keys, purpose), step, shape=shape, dtype=torch.float32)
    parts = model.unpack(computing(theta, settings), settings.architecture)
    responses = model.sample(parts, asked, u, settings.architecture)
    rewards = task.verify(asked[:, :, None], responses).to(theta.dtype)
    return Batch(asked, responses, lengths(responses).to(theta.dtype), rewards)


def computing(theta: Tensor, settings: Settings) -> Tensor:
    """theta in the number type of the network."""
    return theta.to(DTYPES[settings.dtype])


def gradient(
    settings: Settings, theta: Tensor, batch: Batch, log_old: Tensor | None, origin: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradient (R, n) of the algorithm's surrogate, less the penalty's, and the token
    log-probabilities and entropies (R, P, G, T). `log_old` None: the batch is of theta itself."""
    architecture = settings.architecture
    leaves = {
        name: part.detach().requires_grad_()
        for name, part in model.unpack(theta, architecture).items()
    }
    cast = {name: computing(leaf, settings) for name, leaf in leaves.items()}
    log_pi, entropy = model.log_probabilities(
        cast, batch.prompts, batch.responses, architecture, bonus=settings.entropy > 0
    )
    log_pi = log_pi.to(theta.dtype)
    old = log_pi.detach() if log_old is None else log_old
    rule = algorithms.algorithm(settings.algorithm)
    gain = algorithms.surrogate(
        rule, batch.rewards, batch.lengths, log_pi, old, settings.clip, settings.clip_high
    )
    if settings.entropy:
        gain = gain + settings.entropy * entropy.sum((-3, -2, -1)) / batch.lengths.sum((-2, -1))
    if settings.kl and origin is not None:
        with torch.no_grad():
            parts = model.unpack(computing(origin, settings), architecture)
            start = model.log_probabilities(parts, batch.prompts, batch.responses, architecture)[0]
        gain = gain - settings.kl * algorithms.kl_penalty(
            log_pi, start.to(theta.dtype), settings.penalty
        )
    found = torch.autograd.grad(gain.sum(), [*leaves.values()])
    g = torch.cat([part.flatten(1) for part in found], dim=1)
    return g, log_pi.detach(), entropy.detach()


def advance(settings: Settings, state: State) -> tuple[State, dict[str, Tensor]]:
    """One update, and what was measured before it: name -> (R,) float64, NaN where missing."""
    theta = state.theta
    batch = draw(settings, theta, state.step, settings.prompts, settings.group)
    halves = split(batch)
    g_A, g_B, log_old, entropy = of_halves(settings, state, theta, halves, None)
    update = (g_A + g_B) / 2
    new = stepped(settings, state, update)
    for _ in range(settings.inner - 1):
        again = of_halves(settings, state, new.theta, halves, log_old)
        new = stepped(settings, new, (again[0] + again[1]) / 2)
    new, finite = replace(kept(new, state), step=state.step + 1), finite_runs(new)
    moved = (new.theta - theta).double().norm(dim=-1)
    gap = gap_alignments(settings, halves, g_A.double(), g_B.double(), batch)
    gain = torch.nan_to_num(gap["gap"], nan=0.0).clamp(min=0) * moved
    new = replace(
        new, cumulative_gap=state.cumulative_gap + gain, missing=state.missing + gap["gap"].isnan()
    )
    measured = {
        **statistics(batch, entropy.reshape(*batch.responses.shape)),
        **gap,
        "cumulative_gap": state.cumulative_gap,
        "missing": new.missing,
        "gradient_norm": update.double().norm(dim=-1),
        "step_length": moved,
        "finite": finite.double(),
    }
    return new, measured


def of_halves(
    settings: Settings, state: State, theta: Tensor, halves: Batch, log_old: Tensor | None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The gradients of both halves at theta, (R, n) each, and of all 2R halves the token
    log-probabilities and entropies."""
    origin = None if state.origin is None else state.origin.repeat_interleave(2, 0)
    both, log_pi, entropy = gradient(
        settings, theta.repeat_interleave(2, 0), halves, log_old, origin
    )
    return both[::2], both[1::2], log_pi, entropy


def finite_runs(state: State) -> Tensor:
    """True where theta and the running means are finite, and their sizes too: (R,). Of a theta that
    is larger the network would make equal logits, which looks like a policy and is none."""
    parts = [part for part in (state.theta, state.first, state.second) if part is not None]
    return torch.stack([part.square().sum(-1).isfinite() for part in parts]).all(0)


def kept(new: State, old: State) -> State:
    """The new state, but the old one of each run that is not finite any more: its update is left
    out, and logged as `finite` 0."""
    fine = finite_runs(new)[:, None]

    def choose(after: Tensor | None, before: Tensor | None) -> Tensor | None:
        return None if after is None or before is None else torch.where(fine, after, before)

    return replace(
        new,
        theta=torch.where(fine, new.theta, old.theta),
        first=choose(new.first, old.first),
        second=choose(new.second, old.second),
    )


def split(batch: Batch) -> Batch:
    """R runs -> 2R: the first half of each run's prompts, then the second."""
    parts = (batch.prompts, batch.responses, batch.lengths, batch.rewards)
    # (R, P, ...) -> (2R, P/2, ...)
    return Batch(*(x.reshape(2 * x.shape[0], x.shape[1] // 2, *x.shape[2:]) for x in parts))


def stepped(settings: Settings, state: State, g: Tensor) -> State:
    """One inner step along g (R, n). See `settings.STEPS`."""
    sizes = torch.tensor(settings.step_sizes, dtype=g.dtype, device=g.device)[:, None]
    state = replace(state, taken=state.taken + 1)
    if settings.max_norm is not None:
        norm = g.double().norm(dim=-1, keepdim=True)
        g = (g * (settings.max_norm / torch.where(norm > 0, norm, 1.0)).clamp(max=1)).to(g.dtype)
    if settings.step == ADAMW:
        return adamw(settings, state, g, sizes)
    if settings.step == NORMALISED:
        # In float32 the size of a tiny gradient would be 0.
        norm = g.double().norm(dim=-1, keepdim=True)
        g = (g / torch.where(norm > 0, norm, 1.0)).to(g.dtype)
    return replace(state, theta=state.theta + sizes * g)


def adamw(settings: Settings, state: State, g: Tensor, sizes: Tensor) -> State:
    assert state.first is not None and state.second is not None
    first = 0.9 * state.first + 0.1 * g
    second = 0.999 * state.second + 0.001 * g.square()
    mean, square = first / (1 - 0.9**state.taken), second / (1 - 0.999**state.taken)
    theta = (1 - sizes * settings.decay) * state.theta + sizes * mean / (square.sqrt() + 1e-8)
    return replace(state, theta=theta, first=first, second=second)


def gap_alignments(
    settings: Settings, halves: Batch, g_A: Tensor, g_B: Tensor, batch: Batch
) -> dict[str, Tensor]:
    """`gap`: from the two halves. `gap_of_norm`: |g| over the share, as from a training log. NaN
    where there is no estimate; with a penalty or a bonus too, whose gradient is no part of a gap.
    Where the algorithm divides by a length both are multiplied by the mean length: gaps of whole
    scores, if all lengths are equal or it divides all by one."""
    rule = algorithms.algorithm(settings.algorithm)
    each = algorithms.gap_share(rule, halves.rewards).double().view(-1, 2)
    share = each.mean(-1)
    norm = ((g_A + g_B) / 2).norm(dim=-1)
    length = batch.lengths.double().mean((-2, -1)) if rule.by_length else 1.0
    known = (norm > 0) & (settings.kl == 0) & (settings.entropy == 0)
    defined = known & (each > 0).all(-1)
    gap = (g_A * g_B).sum(-1) / norm / share * length
    return {
        "gap": torch.where(defined, gap, torch.nan),
        "gap_of_norm": torch.where(known & (share > 0), norm / share * length, torch.nan),
    }


def statistics(batch: Batch, entropy: Tensor) -> dict[str, Tensor]:
    """Success rate, pass@k, entropy a token, homogeneous and failing groups, lengths: (R,) each."""
    rewards, length = batch.rewards.double(), batch.lengths.double()
    group = rewards.shape[-1]
    alike, failing = algorithms.homogeneous(rewards), (rewards == 0).all(-1)
    found = {
        "success": rewards.mean((-2, -1)),
        "entropy": entropy.double().sum((-3, -2, -1)) / length.sum((-2, -1)),
        "homogeneous": alike.double().mean(-1),
        "failing": failing.double().mean(-1),
        "length": length.mean((-2, -1)),
        "length_sd": length.flatten(1).std(-1, correction=0),
        "length_correct": (length * rewards).sum((-2, -1)) / rewards.sum((-2, -1)),
        "length_wrong": (length * (1 - rewards)).sum((-2, -1)) / (1 - rewards).sum((-2, -1)),
    }
    for k in sorted({2, group // 2, group}):
        found[f"pass@{k}"] = pass_at(rewards, k).mean(-1)
    return found


def pass_at(rewards: Tensor, k: int) -> Tensor:
    """1 - C(G - c, k)/C(G, k) for c successes among G: the unbiased estimate, from groups
    (..., G), of the chance that one of k responses is correct. Domain: 1 <= k <= G."""
    group = rewards.shape[-1]
    wrong = group - rewards.sum(-1, keepdim=True)
    drawn = torch.arange(k, device=rewards.device, dtype=rewards.dtype)
    return 1 - ((wrong - drawn).clamp(min=0) / (group - drawn)).prod(-1)


def evaluate(settings: Settings, theta: Tensor, prompts: int = 64, group: int = 8) -> Tensor:
    """Success rate (R,) on fresh prompts, the same ones at every call."""
    batch = draw(settings, theta, 0, prompts, group, purpose=FINAL)
    return batch.rewards.double().mean((-2, -1))
