"""Before training: how long may the first update be?

One batch of rollouts gives the update: its gradient g, in two halves of the prompts, and the
direction u = g/(|g| + 1e-8), by entries, of AdamW's first step. A second batch, of other prompts,
measures along the unit vectors w of both: log pi of each response at theta, theta + e w and
theta - e w gives its score s(o) and its curvature H(o) along w. Then

    E+[s] = (1-J) gap        (score mean zero; E+ is the mean over the correct responses)
    eta   = 2 (1-J) gap / C  with  C = E+|H|

and J rises at every step below eta where C bounds the mean of the largest |H| on the way (the claim
`mean_curvature_step`, for which a prompt with its response is one response). C is measured at
theta, and again as E+ of 2 |log pi_{theta + eta w}(o) - log pi_theta(o) - eta s(o)| / eta^2; the
larger one counts. Sampled, and not the maximum of the way: an estimate, not a proof.

The theorem holds along any w. So eta is a step length; over |g| it is a learning rate of SGD, over
|u| one of AdamW's first step (without weight decay; clipping the norm changes u only through 1e-8).
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from gpu_checks import algorithms
from gpu_checks.lm.loading import LanguageModel
from gpu_checks.lm.questions import Questions
from gpu_checks.lm.rollouts import (
    Rollouts,
    draw,
    log_probabilities,
    response_log_probabilities,
    rows,
)
from theory.terminal import Progress

UPDATE, MEASURE, CONFIRM = 7, 8, 9
"""Purposes of random numbers; `train` and `prediction` have those before."""
MULTIPLES = (1, 2, 4, 8, 16)
"""Of the safe step, at which fresh rollouts confirm or contradict."""
SHIFT = 0.1
"""The finite difference moves log pi of a correct response by about this much."""
ADAM_EPSILON = 1e-8
RESAMPLES = 1000

Vector = list[Tensor]
"""One tensor for each parameter that is trained."""


@dataclass(frozen=True)
class Along:
    """What was measured along one unit vector. `safe`: the step length below which J rises, and its
    95% interval (bootstrap over prompts); NaN where the gap is not positive or nothing was right.
    `kl`: KL(old || new) at the safe step; by its square, where that was shortened in the end.
    `scale`: the length of the update for learning rate 1."""

    direction: str
    gap: float
    gap_error: float
    curvature: float
    remainder: float
    safe: float
    low: float
    high: float
    kl: float
    scale: float

    @property
    def learning_rate(self) -> float:
        return self.safe / self.scale


@dataclass(frozen=True)
class Confirmed:
    """Fresh rollouts after one update of `multiple` times the safe step; 0 is before it."""

    direction: str
    multiple: float
    success: float
    error: float
    homogeneous: float
    entropy: float


@dataclass(frozen=True)
class Probe:
    """J and what was found along the gradient and along AdamW's first step.

    `gap_of_halves`, from two half batches of the update's own rollouts, is the same gap as
    `along[0].gap` in the mean, for dr-grpo: a check at no cost. NaN for another algorithm."""

    success: float
    error: float
    homogeneous: float
    solved: float
    entropy: float
    length: float
    gap_of_halves: float
    along: tuple[Along, ...]
    confirmed: tuple[Confirmed, ...]
    rollouts: int
    tokens: int
    cpu_seconds: float

    def as_json(self) -> dict[str, Any]:
        found = asdict(self)
        for one, measured in zip(found["along"], self.along, strict=True):
            one["learning_rate"] = measured.learning_rate
        cleaned: dict[str, Any] = without_nan(found)
        return cleaned


def without_nan(value: Any) -> Any:
    """null for what is not finite, which JSON cannot say."""
    if isinstance(value, dict):
        return {name: without_nan(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def probe(
    model: LanguageModel,
    questions: Questions,
    algorithm: str = "dr-grpo",
    prompts: int = 32,
    group: int = 8,
    longest: int = 256,
    seed: int = 0,
    confirm: bool = False,
    progress: Progress = lambda done, total: None,
) -> Probe:
    """2 * `prompts` questions are used, 3 * with `confirm`. ValueError: the model is in half
    precision, there are too few questions or responses, or no group has both kinds of response."""
    if prompts < 2 or prompts % 2 or group < 2:
        given = f"got {prompts} and {group}"
        raise ValueError(f"prompts must be even, and a group has 2 responses or more; {given}")
    if any(p.dtype not in (torch.float32, torch.float64) for p in model.parameters):
        raise ValueError("a finite difference needs parameters in float32 or float64")
    rule = algorithms.algorithm(algorithm)
    spent = time.process_time()
    total = 8 + 2 * len(MULTIPLES) * confirm + confirm
    tick = counter(progress, total)
    drawn = draw(model, questions.some(0, prompts), group, longest, seed, UPDATE)
    tick()
    J = float(drawn.rewards.mean())
    if bool(algorithms.homogeneous(drawn.rewards).all()):
        raise ValueError(f"no group has right and wrong responses, J = {J:.3g}: the update is 0")
    halves = gradients(model, drawn, rule)
    tick()
    g, across = together(halves)
    measuring = draw(model, questions.some(prompts, prompts), group, longest, seed, MEASURE)
    tick()
    before = response_log_probabilities(model, measuring)
    tick()
    adam = [x / (x.abs() + ADAM_EPSILON) for x in g]
    along, confirmed = [], []
    asked = questions.some(2 * prompts, prompts) if confirm else None

    def fresh(name: str, multiple: float) -> Confirmed:
        assert asked is not None
        found = after(model, asked, group, longest, seed, name, multiple)
        tick()
        return found

    if asked is not None:
        confirmed.append(fresh("start", 0))
    for name, vector in (("gradient", g), ("adamw", adam)):
        size = norm(vector)
        w = [x / size for x in vector]
        shift = SHIFT * J / dot(w, g)
        one = measure(model, measuring, before, w, shift, name, size)
        along.append(one)
        tick(2)
        for multiple in MULTIPLES if confirm and one.safe > 0 else ():
            with moved(model, w, multiple * one.safe):
                confirmed.append(fresh(name, multiple))
    mixed = torch.cat((drawn.rewards, measuring.rewards))
    return Probe(
        success=float(mixed.mean()),
        error=spread(mixed.mean(-1)),
        homogeneous=float(algorithms.homogeneous(mixed).double().mean()),
        solved=float(mixed.all(-1).double().mean()),
        entropy=(drawn.entropy + measuring.entropy) / 2,
        length=float(torch.cat((drawn.lengths, measuring.lengths)).double().mean()),
        gap_of_halves=gap_of_halves(drawn, rule, across / norm(g)),
        along=tuple(along),
        confirmed=tuple(confirmed),
        rollouts=2 * prompts * group,
        tokens=drawn.tokens + measuring.tokens,
        cpu_seconds=time.process_time() - spent,
    )


def counter(progress: Progress, total: int) -> Callable[..., None]:
    done = [0]

    def tick(by: int = 1) -> None:
        done[0] += by
        progress(min(done[0], total), total)

    return tick


# -- vectors ---------------------------------------------------------------------------------------


def dot(a: Sequence[Tensor], b: Sequence[Tensor]) -> float:
    return sum(float((x.double() * y.double()).sum()) for x, y in zip(a, b, strict=True))


def norm(a: Sequence[Tensor]) -> float:
    return math.sqrt(dot(a, a))


@contextmanager
def moved(model: LanguageModel, w: Sequence[Tensor], t: float) -> Iterator[None]:
    """The model at theta + t w; theta again afterwards, to the bit."""
    kept = [p.detach().clone() for p in model.parameters]
    try:
        with torch.no_grad():
            for p, x in zip(model.parameters, w, strict=True):
                p.add_(x, alpha=t)
        yield
    finally:
        with torch.no_grad():
            for p, x in zip(model.parameters, kept, strict=True):
                p.copy_(x)


# -- the update ------------------------------------------------------------------------------------


def gradients(
    model: LanguageModel, drawn: Rollouts, rule: algorithms.Algorithm
) -> tuple[Vector, Vector]:
    """The algorithm's gradients on both halves of the prompts, one backward pass for each row."""
    half = len(drawn.prompts) // 2
    return (
        half_gradient(model, drawn.part(0, half), rule),
        half_gradient(model, drawn.part(half, 2 * half), rule),
    )


def half_gradient(model: LanguageModel, drawn: Rollouts, rule: algorithms.Algorithm) -> Vector:
    parameters = model.parameters
    found = [torch.zeros_like(p) for p in parameters]
    weights = rule.advantage(drawn.rewards) / drawn.rewards.numel()
    if rule.per_token:
        weights = weights / drawn.lengths
    if rule.token_mean:
        weights = weights / drawn.lengths.double().mean()
    for first, last in rows(drawn):
        if not bool(weights[first:last].any()):
            continue
        scores = log_probabilities(model, drawn.part(first, last)).sum(-1)
        gain = (weights[first:last].to(scores) * scores).sum()
        for total, part in zip(found, torch.autograd.grad(gain, parameters), strict=True):
            total += part
    return found


def together(halves: tuple[Vector, Vector]) -> tuple[Vector, float]:
    """Their mean, and g_A . g_B, whose mean is |E g|^2."""
    return [(a + b) / 2 for a, b in zip(*halves, strict=True)], dot(*halves)


def gap_of_halves(drawn: Rollouts, rule: algorithms.Algorithm, slope: float) -> float:
    """From the slope w . E[g] of the update, the gap of all responses together. Rewards centred in
    their groups give (1 - 1/G) J(1-J) times it; NaN for another advantage."""
    J, group = float(drawn.rewards.mean()), drawn.rewards.shape[-1]
    if rule.advantage is not algorithms.centred:
        return math.nan
    return slope * group / (group - 1) / (J * (1 - J))


# -- along a direction -----------------------------------------------------------------------------


def measure(
    model: LanguageModel,
    drawn: Rollouts,
    before: Tensor,
    w: Sequence[Tensor],
    shift: float,
    name: str,
    scale: float,
) -> Along:
    """J's constants along the unit vector w, from responses of theta that w does not know; `before`
    (P, G) are their log-probabilities at theta, `shift` the step of the finite differences."""

    def at(t: float) -> Tensor:
        with moved(model, w, t):
            return response_log_probabilities(model, drawn) - before

    up, down = at(shift), at(-shift)
    score, bend = (up - down) / (2 * shift), ((up + down) / shift**2).abs()
    rewards = drawn.rewards
    right = float(rewards.sum())
    gain, cost = by_prompt(rewards, score), (rewards * bend).sum(-1)
    J = float(rewards.mean())
    usable = right > 0 and J < 1 and float(gain.sum()) > 0
    gap = float(gain.sum()) / right / (1 - J) if 0 < J < 1 else math.nan
    curvature = float(cost.sum()) / right if right else math.nan
    safe = 2 * float(gain.sum()) / float(cost.sum()) if usable else math.nan
    remainder, kl = math.nan, math.nan
    if usable:
        change = at(safe)
        left = 2 * (change - safe * score).abs() / safe**2
        remainder = float((rewards * left).sum()) / right
        kl = divergence(change)
        if remainder > curvature:
            cost = (rewards * left).sum(-1)
            shorter = 2 * float(gain.sum()) / float(cost.sum())
            kl *= (shorter / safe) ** 2
            safe = shorter
    low, high = interval(gain, cost) if usable else (math.nan, math.nan)
    error = spread(gain / (rewards.mean() * rewards.shape[1])) / (1 - J) if 0 < J < 1 else math.nan
    return Along(name, gap, error, curvature, remainder, safe, low, high, kl, scale)


def divergence(change: Tensor) -> float:
    """KL(old || new) from X = log pi_new - log pi_old of responses of the old policy: the mean of
    e^X - 1 - X. E[e^X] = 1, so it is -E[X], without the noise of its first order."""
    return float((change.exp() - 1 - change).mean())


def by_prompt(rewards: Tensor, score: Tensor) -> Tensor:
    """(P,): what each group adds to the sum of s over the correct responses, in the mean. The mean
    score of a prompt is 0, so (r - J_q) s says it with less noise than r s; the group's own mean
    takes 1/G of it away."""
    group = rewards.shape[-1]
    centred = rewards - rewards.mean(-1, keepdim=True)
    return (centred * score).sum(-1) * group / (group - 1)


def interval(gain: Tensor, cost: Tensor) -> tuple[float, float]:
    """95% of 2 sum gain / sum cost, prompts drawn again with a seed of their own."""
    generator = torch.Generator().manual_seed(0)
    count = len(gain)
    again = torch.randint(count, (RESAMPLES, count), generator=generator)
    ratios = 2 * gain[again].sum(-1) / cost[again].sum(-1)
    ratios = torch.nan_to_num(ratios, nan=0.0, posinf=math.inf).clamp(min=0)
    low, high = ratios.quantile(torch.tensor([0.025, 0.975], dtype=ratios.dtype)).tolist()
    return low, high


def spread(values: Tensor) -> float:
    """The standard error of the mean."""
    return float(values.std() / math.sqrt(len(values)))


def after(
    model: LanguageModel,
    questions: Questions,
    group: int,
    longest: int,
    seed: int,
    name: str,
    multiple: float,
) -> Confirmed:
    """J from fresh rollouts of the model as it is, on the same questions and random numbers."""
    found = draw(model, questions, group, longest, seed, CONFIRM)
    alike = algorithms.homogeneous(found.rewards).double().mean()
    J = found.rewards.mean(-1)
    return Confirmed(name, multiple, float(J.mean()), spread(J), float(alike), found.entropy)
