"""Every response of a small transformer, with its probability: nothing is sampled.

For a vocabulary of V tokens and a horizon T there are finitely many responses: those that end at
their first EOS, and those cut off at T. One forward pass over all (V-1)^(T-1) sequences without EOS
gives the probability of each token after each prefix, and so of all N responses. Then J, g+, g-,
lengths and the update that an algorithm makes in expectation are finite sums.

Several prompts are one problem as well. A prompt q of weight a_q = 1/P and a response o form the
joint response (q, o), of probability a_q pi(o|q), correct if o is correct for q. The weights do not
depend on theta, so log-probabilities, scores and curvatures of (q, o) are those of o given q, and
every claim about one prompt holds for the joint response verbatim. For the claims about tokens the
prompt is a first token of score and curvature 0, and no length is longer for it.

Stacked as in `model`: theta is (R, n), and every result has a leading axis R.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from math import log

import torch
from torch import Tensor

from gpu_checks import algorithms, model
from gpu_checks.algorithms import Algorithm
from gpu_checks.model import EOS, Architecture
from gpu_checks.tasks import Task, lengths

MOST = 200_000
"""Responses that are enumerated at most."""
UNIT = 2.0**-53
"""Largest relative error of one operation in float64."""


class Violated(ValueError):
    """A property that is proved, or exact by construction, does not hold; with its numbers."""

    def __init__(self, name: str, says: str, **numbers: float) -> None:
        self.name, self.numbers = name, numbers
        shown = ", ".join(f"{key} = {value:.17g}" for key, value in numbers.items())
        super().__init__(f"{name}: {says}; got {shown}")


# -- all responses ---------------------------------------------------------------------------------


def enumerate_responses(vocabulary: int, longest: int) -> Tensor:
    """All responses (N, T) int64, EOS after the first EOS: by the number of tokens before EOS, the
    ones cut off last. N = 1 + (V-1) + ... + (V-1)^T.

    ValueError: vocabulary below 2, longest below 1, or N above MOST."""
    if vocabulary < 2 or longest < 1:
        raise ValueError(f"needs vocabulary >= 2, longest >= 1; got {vocabulary}, {longest}")
    total = sum((vocabulary - 1) ** t for t in range(longest + 1))
    if total > MOST:
        raise ValueError(f"at most {MOST} responses are enumerated; got {total}")
    padded = [
        torch.nn.functional.pad(words(vocabulary, t), (0, longest - t), value=EOS)
        for t in range(longest + 1)
    ]
    return torch.cat(padded)


def words(vocabulary: int, length: int) -> Tensor:
    """All sequences of `length` tokens without EOS, in lexicographic order: (.., length) int64."""
    index = torch.arange((vocabulary - 1) ** length)
    places = [index // (vocabulary - 1) ** t % (vocabulary - 1) for t in reversed(range(length))]
    return torch.stack(places, -1) + 1 if places else index[:, None][:, :0]


@dataclass(frozen=True, eq=False)
class Problem:
    """Prompts, all responses to them, and which are correct.

    prompts (P, S); `trunks` (W, T-1) the sequences without EOS; `responses` (N, T), their `lengths`
    (N,) float64; `rewards` (P, N) float64; `place` (N, T): where in a table (W, T, V), flat, a
    token of a response stands; `written` (N, T): false after the first EOS."""

    architecture: Architecture
    prompts: Tensor
    trunks: Tensor
    responses: Tensor
    lengths: Tensor
    rewards: Tensor
    place: Tensor
    written: Tensor

    @property
    def longest(self) -> int:
        return self.responses.shape[1]

    @property
    def rounding(self) -> float:
        """Rounding budget of one log-probability, relative to 1 + |log pi(token)|: the longest sum
        in the network has 4C terms, and a sum of m terms has a relative error of at most m UNIT."""
        return 4 * self.architecture.width * UNIT


def problem(task: Task, size: int, prompts: Tensor, **network: int) -> Problem:
    """All responses to prompts (P, S) of a task; `network`: width, layers, heads of Architecture.

    ValueError: too many responses, or for the prompts together none, or all, are correct."""
    device, T, V = prompts.device, task.longest(size), task.vocabulary
    responses = enumerate_responses(V, T).to(device)
    rewards = task.verify(prompts[:, None], responses).double()
    if rewards.min() == rewards.max():
        raise ValueError(f"rewards must be 0 and 1; got {rewards.max().item()} for all responses")
    digits = (responses[:, : T - 1] - 1).clamp(min=0)
    base = torch.tensor([(V - 1) ** t for t in reversed(range(T - 1))], dtype=torch.int64)
    row = (digits * base.to(device)).sum(-1, keepdim=True)
    return Problem(
        architecture=Architecture(V, prompts.shape[-1] + T, **network),
        prompts=prompts,
        trunks=words(V, T - 1).to(device),
        responses=responses,
        lengths=lengths(responses).double(),
        rewards=rewards,
        place=(row * T + torch.arange(T, device=device)) * V + responses,
        written=model.written(responses),
    )


# -- their probabilities ---------------------------------------------------------------------------


def token_table(problem: Problem, parameters: model.Parameters) -> Tensor:
    """log pi(v | q, first t tokens of a trunk): (R, P, W, T, V)."""
    R = parameters["embedding"].shape[0]
    (P, S), W, T = problem.prompts.shape, problem.trunks.shape[0], problem.longest
    prompts = problem.prompts.expand(R, P, S)
    prefix = model.read(parameters, prompts, problem.architecture).repeated(W)
    last = prompts[:, :, None, -1:].expand(R, P, W, 1)
    inputs = torch.cat((last, problem.trunks.expand(R, P, W, T - 1)), dim=-1)
    found = model.logits(parameters, inputs.reshape(R, P * W, T), problem.architecture, prefix)[0]
    return found.log_softmax(-1).view(R, P, W, T, -1)


def of_responses(problem: Problem, table: Tensor) -> Tensor:
    """Sums over the tokens of each response of a table (R, P, W, T, V): (R, P, N)."""
    flat = table.flatten(2)  # (R, P, W T V)
    return torch.where(problem.written, flat[..., problem.place], 0.0).sum(-1)


def log_probabilities(problem: Problem, theta: Tensor) -> Tensor:
    """log pi(o | q) of all responses, (R, P, N), from theta (R, n) float64.

    Violated: they do not sum to one for some prompt."""
    return with_budget(problem, theta)[0]


def with_budget(problem: Problem, theta: Tensor) -> tuple[Tensor, Tensor]:
    """The same, and the rounding budget of each log-probability, (R,)."""
    table = token_table(problem, model.unpack(theta, problem.architecture))
    log_pi = of_responses(problem, table)
    require_normalised(log_pi.detach(), problem.longest)
    return log_pi, budget(problem, table.detach())


def budget(problem: Problem, table: Tensor) -> Tensor:
    """(R,): bound on the rounding error of each log pi(o) from a table (R, P, W, T, V):
    `rounding` (1 + max |log pi(token)|) T."""
    return problem.rounding * problem.longest * (1 - table.flatten(1).amin(-1))


def require_normalised(log_pi: Tensor, longest: int) -> None:
    """Violated unless the probabilities (R, P, N) of all responses sum to one.

    Each token is normalised with an error of a few units, so a response of T tokens has a relative
    error of T units times a few, and of its |log pi| rounded, on average at most T log V; a sum of
    N numbers is exact to log2 N units."""
    number = log_pi.shape[-1]
    few = 8 * UNIT * (longest + 2 * log(number))
    off = (log_pi.exp().sum(-1) - 1).abs().max().item()
    if not off <= few:
        raise Violated("normalised", "all probabilities sum to 1", off=off, rounding=few)


# -- exact expectations ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Exact:
    """Of R policies, each entry (R,) unless said otherwise.

    `success_rate` J and `failure_rate` 1 - J, each exact relative to itself; `log_odds` of J;
    `plus` and `minus` (R, P, N), the probabilities of (q, o) among the correct and the incorrect
    ones; E[len], its standard deviation, E+[len], E-[len]; `length_norm`, the psi_1 norm of the
    length; `entropy` of the response to a prompt in nats."""

    success_rate: Tensor
    failure_rate: Tensor
    log_odds: Tensor
    plus: Tensor
    minus: Tensor
    length: Tensor
    length_sd: Tensor
    length_plus: Tensor
    length_minus: Tensor
    length_norm: Tensor
    entropy: Tensor


def log_odds(log_pi: Tensor, rewards: Tensor) -> Tensor:
    """log J/(1-J), (...,), from log pi (..., P, N) and rewards (P, N): no cancellation near 1."""
    correct = rewards.flatten() > 0
    flat = log_pi.flatten(-2)  # (..., P N)
    return flat[..., correct].logsumexp(-1) - flat[..., ~correct].logsumexp(-1)


def quantities(problem: Problem, log_pi: Tensor) -> Exact:
    """From log pi (R, P, N)."""
    P, N = problem.rewards.shape
    correct, tokens = problem.rewards > 0, problem.lengths
    plus, minus = (
        log_pi.masked_fill(~kind, -torch.inf).flatten(1).softmax(-1).view(-1, P, N)
        for kind in (correct, ~correct)
    )
    joint = log_pi.exp() / P
    mean = (joint * tokens).sum((-2, -1))
    spread = (joint * (tokens - mean[:, None, None]).square()).sum((-2, -1))
    odds = log_odds(log_pi, problem.rewards)
    return Exact(
        success_rate=odds.sigmoid(),
        failure_rate=(-odds).sigmoid(),
        log_odds=odds,
        plus=plus,
        minus=minus,
        length=mean,
        length_sd=spread.sqrt(),
        length_plus=(plus * tokens).sum((-2, -1)),
        length_minus=(minus * tokens).sum((-2, -1)),
        length_norm=psi_1_norm(joint.sum(1), tokens),
        entropy=-(joint * log_pi).sum((-2, -1)),
    )


def psi_1_norm(probabilities: Tensor, values: Tensor) -> Tensor:
    """The least a with E[exp(X/a)] <= 2, rounded up: (R,), of X = `values` (N,) > 0, and
    probabilities (R, N). Bisection between max X / log 2 and half of E[X] / log 2."""
    high = values.max().expand(probabilities.shape[0]) / log(2) * (1 + 1e-12)
    low = (probabilities @ values) / log(2) / 2
    for _ in range(60):
        middle = (low + high) / 2
        inside = (probabilities * (values / middle[:, None]).exp()).sum(-1) <= 2
        low, high = torch.where(inside, low, middle), torch.where(inside, middle, high)
    return high


# -- exact updates ---------------------------------------------------------------------------------

Advantage = Callable[[Tensor, Tensor, Tensor], Tensor]


def _deviation(J_q: Tensor) -> Tensor:
    return (J_q * (1 - J_q)).sqrt()


ADVANTAGES: dict[Callable[[Tensor], Tensor], Advantage] = {
    algorithms.batch_centred: lambda r, J_q, J: r - J,
    algorithms.centred: lambda r, J_q, J: r - J_q,
    algorithms.standardised: lambda r, J_q, J: (r - J_q) / _deviation(J_q),
    algorithms.library_standardised: lambda r, J_q, J: (r - J_q) / (_deviation(J_q) + 1e-4),
    algorithms.success_normalised: lambda r, J_q, J: (r - J_q) / J_q,
    algorithms.negative_part: lambda r, J_q, J: ((r - J_q) / _deviation(J_q)).clamp(max=0),
    algorithms.minus_one: lambda r, J_q, J: r - 1,
}
"""Each advantage of `algorithms`, with the mean and the deviation of the policy in place of those
of a group: of rewards r, J_q of the prompt, and J over prompts."""


def coefficients(problem: Problem, log_pi: Tensor, rule: Algorithm) -> Tensor:
    """c (R, P, N) with  E[update] = sum_{q,o} c(q, o) grad log pi(o | q):

        c = (1/P) pi(o|q) A(q, o),   divided by |o|, or by its mean, where the algorithm does.

    This is the update of an infinite group in the first inner step, where the ratio is 1. Where all
    responses to a prompt are equal in reward, J_q(1 - J_q) = 0, the prompt gives no signal: 0."""
    pi, r = log_pi.exp(), problem.rewards
    J_q = (pi * r).sum(-1, keepdim=True)
    fails = ((1 - r) * pi).sum(-1, keepdim=True)
    advantage = ADVANTAGES[rule.advantage](r, J_q, J_q.mean(1, keepdim=True))
    centred = rule.advantage not in (algorithms.batch_centred, algorithms.minus_one)
    silent = (J_q * fails <= 0) if centred else torch.zeros_like(J_q, dtype=torch.bool)
    found = torch.where(silent, 0.0, pi * advantage) / r.shape[0]
    if rule.token_mean:
        return found / (pi * problem.lengths).sum(-1).mean(-1)[:, None, None]
    return found / problem.lengths if rule.per_token else found


@dataclass(frozen=True, eq=False)
class Point:
    """Of R policies: theta (R, n), log pi (R, P, N) and its rounding budget (R,), the exact
    expectations, the gap g+ - g- and the expected update of each run's algorithm, (R, n) each."""

    theta: Tensor
    log_pi: Tensor
    rounding: Tensor
    exact: Exact
    gap: Tensor
    update: Tensor

    @property
    def direction(self) -> Tensor:
        """w = update/|update|, (R, n); 0 where the update is."""
        norm = self.update.norm(dim=-1, keepdim=True)
        return self.update / torch.where(norm > 0, norm, 1.0)

    @property
    def g_plus(self) -> Tensor:
        """E+[grad log pi] = (1 - J)(g+ - g-) = grad log J: (R, n)."""
        return self.exact.failure_rate[:, None] * self.gap

    @property
    def g_minus(self) -> Tensor:
        """E-[grad log pi] = -J (g+ - g-): (R, n)."""
        return -self.exact.success_rate[:, None] * self.gap


def look(problem: Problem, theta: Tensor, rules: Sequence[Algorithm]) -> Point:
    """Everything exact at theta (R, n) float64, run r with the algorithm rules[r].

    The gap is the gradient of the log odds, sum_o (pi+(o) - pi-(o)) grad log pi(o): one backward
    pass. ValueError: theta is not float64. Violated: probabilities do not sum to one."""
    if theta.dtype != torch.float64:
        raise ValueError(f"exact mode needs theta in float64, got {theta.dtype}")
    leaf = theta.detach().requires_grad_()
    graph, rounding = with_budget(problem, leaf)
    log_pi = graph.detach()
    exact = quantities(problem, log_pi)
    c = torch.cat(
        [coefficients(problem, log_pi[r : r + 1], rule) for r, rule in zip(count(), rules)]
    )
    (gap,) = torch.autograd.grad(graph, leaf, exact.plus - exact.minus, retain_graph=True)
    (update,) = torch.autograd.grad(graph, leaf, c)
    return Point(theta.detach(), log_pi, rounding, exact, gap, update)


def along(direction: Tensor, gap: Tensor) -> Tensor:
    """Gap alignment w . (g+ - g-), eq. (11): (R,)."""
    return (direction * gap).sum(-1)
