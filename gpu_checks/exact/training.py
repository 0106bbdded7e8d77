"""One update after another, each of them held against the claims.

At an update the walk along the step is measured (`curvature`). Then

    every claim is checked at every point of the walk              `check`
    the smallest step that lowers J is looked for                  `observed`
    and must not be below a prediction                             `require_above`

What contradicts a claim raises `Violated`, with its numbers. Rounding has a budget, `Walk.slack`:
a few units times the size of the log-probabilities, some 10^-12. There is no other tolerance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gpu_checks import model
from gpu_checks.algorithms import Algorithm
from gpu_checks.exact import curvature, exact
from gpu_checks.exact.curvature import (
    KINDS,
    MEAN,
    ROWS,
    TOKEN,
    TRAJECTORY,
    Walk,
    refuse,
    require_remainders,
    thresholds,
    values,
)
from gpu_checks.exact.exact import Point, Problem, Violated
from theory.evaluate import Comparison, comparisons
from theory.kernel.statement import Statement
from theory.statements import (
    lemma_1_sharp,
    log_success_step,
    mean_curvature_step,
    sharp_step,
    token_sharp_step,
)
from theory.terminal import Progress

SHARP = {
    TRAJECTORY: (sharp_step, lemma_1_sharp, log_success_step),
    TOKEN: (token_sharp_step,),
    MEAN: (mean_curvature_step,),
}
"""The claims that bound a step of any length, by the level of their constants."""

FURTHEST, LINE, BISECTED = 1e3, 64, 2
"""A harmful step is looked for up to FURTHEST predictions, on LINE points with a constant ratio;
then BISECTED times on LINE points between the last two."""

FRACTION, LENGTH, RATE = "fraction", "length", "rate"
RULES = {
    FRACTION: "a fraction of the largest predicted safe step",
    LENGTH: "a step of this length",
    RATE: "theta' = theta + a g with the learning rate a",
}


@dataclass(frozen=True)
class Rule:
    """How long a step is: a name of RULES, and its value > 0."""

    name: str
    value: float

    def __post_init__(self) -> None:
        if self.name not in RULES or not self.value > 0:
            known = ", ".join(RULES)
            raise ValueError(
                f"a rule is one of {known}, and positive; got {self.name} {self.value}"
            )


# -- what must hold --------------------------------------------------------------------------------


def check(problem: Problem, point: Point, walk: Walk) -> None:
    """Every claim at every point of the walk, for R runs. Up to `Walk.slack`, for rounding.

    Violated: the first that fails, with run, step and both sides."""
    scores = ((point.exact.plus - point.exact.minus) * walk.score).sum((-2, -1))[:, None]
    gap = exact.along(walk.direction, point.gap)[:, None]
    size = 4 * walk.rounding * (1 + walk.score.abs().flatten(1).amax(-1)[:, None])
    says = "w . (g+ - g-) by reverse mode = E+[s] - E-[s] by forward mode"
    refuse("gap", says, ~((gap - scores).abs() <= size), walk, gap, scores)
    require_remainders(walk)
    for level, claims in SHARP.items():
        numbers = values(problem, point, walk, level)
        for claim in claims:
            for side in bounds(claim.STATEMENT, numbers):
                bad = ~(side.left <= side.right + walk.slack)
                slug = claim.STATEMENT.slug
                refuse(slug, claim.STATEMENT.title, bad, walk, side.left, side.right)
    for kind, safe in thresholds(problem, point, walk).items():
        inside = (walk.t > 0) & (walk.t < safe)
        bad = inside & ~(walk.change >= -walk.slack)
        refuse(KINDS[kind], "J rises below the safe step", bad, walk, walk.change, safe)


def bounds(statement: Statement, numbers: dict[str, Tensor]) -> list[Comparison]:
    """The inequalities of a conclusion, without those that hold under a condition only: that J
    rises below the safe step is checked for itself."""
    conclusion = statement.conclusion
    parts = conclusion.args if conclusion.op == "and" else (conclusion,)
    return [c for part in parts if part.op != "implies" for c in comparisons(part, numbers)]


# -- what is observed ------------------------------------------------------------------------------


@torch.no_grad()
def log_odds_at(
    problem: Problem, theta: Tensor, direction: Tensor, t: Tensor
) -> tuple[Tensor, Tensor]:
    """Log odds of J at theta + t w and the rounding budget there, (R, K) each, for t (R, K)."""
    R, K = t.shape
    runs = torch.arange(R, device=t.device).repeat_interleave(K)
    found, budgets = [], []
    for some in range(0, R * K, 4 * ROWS):
        r, at = runs[some : some + 4 * ROWS], t.flatten()[some : some + 4 * ROWS]
        moved = theta[r] + at[:, None] * direction[r]
        table = exact.token_table(problem, model.unpack(moved, problem.architecture))
        log_pi = exact.of_responses(problem, table)
        found.append(exact.log_odds(log_pi, problem.rewards))
        budgets.append(exact.budget(problem, table))
    return torch.cat(found).view(R, K), torch.cat(budgets).view(R, K)


def observed(
    problem: Problem, point: Point, direction: Tensor, least: Tensor, predicted: Tensor
) -> Tensor:
    """The smallest harmful step seen, (R,): J(theta + eta w) < J(theta) by more than rounding; inf
    if there is none up to FURTHEST times `predicted`. The search begins at half of `least`; both
    (R,) > 0. It is an upper bound: harm between two grid points is not seen."""
    ratio = torch.linspace(0, 1, LINE, dtype=least.dtype, device=least.device)
    low, high = least[:, None] / 2, predicted[:, None] * FURTHEST
    t = low * (high / low) ** ratio  # (R, LINE)
    found = torch.full_like(least, torch.inf)
    for _ in range(1 + BISECTED):
        odds, rounding = log_odds_at(problem, point.theta, direction, t)
        start, budget = point.exact.log_odds[:, None], point.rounding[:, None]
        harmful = odds - start < -2 * (rounding + budget)
        any_harm = harmful.any(-1)
        first = harmful.int().argmax(-1, keepdim=True)  # (R, 1)
        high = t.gather(1, first)
        found = torch.where(any_harm, high[:, 0], found)
        low = torch.where(first > 0, t.gather(1, (first - 1).clamp(min=0)), low)
        t = low + (high - low) * ratio
    return found


def require_above(observed: Tensor, predicted: dict[str, Tensor]) -> None:
    """Violated: a step (R,) that was seen to be harmful is below a prediction (R,)."""
    for kind, safe in predicted.items():
        for r in (~(observed >= safe)).nonzero()[:, 0].tolist():
            numbers = {"observed": observed[r].item(), "predicted": safe[r].item()}
            raise Violated(KINDS[kind], "no step below the safe one is harmful", run=r, **numbers)


# -- training --------------------------------------------------------------------------------------

COLUMNS = {
    "step": "updates before this one",
    "J": "success rate before the update",
    "gap_norm": "|g+ - g-|",
    "gap": "gap alignment w . (g+ - g-) of the step's direction w, eq. (11)",
    "step_size": "length eta of the step taken",
    "change": "change of log J/(1-J) in the step",
    "L": "measured on the segment of the step: largest |H| of a response",
    "L_p": "largest |H| of a token",
    "L_mean": "E+[largest |H| of the response]",
    "G": "largest |score| of a response along w",
    "G_p": "of a token",
    "length": "E[len]",
    "length_plus": "E+[len]",
    "length_minus": "E-[len]",
    "length_norm": "psi_1 norm of the length",
    "entropy": "of a response, in nats",
    "trajectory": "predicted safe step: eta_safe",
    "token": "predicted safe step: token_eta_safe",
    "mean": "predicted safe step: mean_curvature_step with B = sup |H|",
    "observed": "smallest harmful step seen; inf: none; nan: not looked for, or no positive gap",
}


def train_exact(
    problem: Problem,
    theta: Tensor,
    algorithms: Sequence[Algorithm],
    rules: Sequence[Rule],
    steps: int,
    harm: bool = True,
    progress: Progress = lambda done, total: None,
) -> tuple[list[dict[str, list[float]]], Tensor]:
    """R runs from theta (R, n), run r with algorithms[r] and rules[r]: for each update the COLUMNS,
    R numbers each, and theta at the end. `harm`: look for harmful steps.

    Violated: a claim fails on a measured step."""
    rows = []
    expected = None
    for step in range(steps):
        point = exact.look(problem, theta, algorithms)
        require_same(point, expected)
        row, step_size, expected = update(problem, point, rules, harm)
        rows.append({"step": [float(step)] * len(rules)} | {k: x.tolist() for k, x in row.items()})
        theta = theta + step_size[:, None] * point.direction
        progress(step + 1, steps)
    return rows, theta


def require_same(point: Point, expected: Tensor | None) -> None:
    """Violated: the log odds reached (R,) are not those measured on the way to them."""
    if expected is None:
        return
    off = (point.exact.log_odds - expected).abs()
    for r in (~(off <= 4 * point.rounding)).nonzero()[:, 0].tolist():
        numbers = {"run": r, "off": off[r].item(), "rounding": 4 * point.rounding[r].item()}
        raise Violated("step", "theta + eta w has the log odds of the walk to it", **numbers)


def update(
    problem: Problem, point: Point, rules: Sequence[Rule], harm: bool
) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """What is measured at one update, checked; the step size (R,); the log odds after it (R,)."""
    w = point.direction
    fixed = [rule.name != FRACTION for rule in rules]
    known = lengths(point, rules, torch.zeros_like(point.rounding))
    here = curvature.explored(problem, point, w, known if any(fixed) else None)
    predicted = curvature.predictions(problem, point, here)
    largest = torch.stack([*predicted.values()]).amax(0)  # (R,)
    step_size = lengths(point, rules, largest)
    here = curvature.merged(here, curvature.walk(problem, point.theta, w, step_size[:, None]))
    check(problem, point, here)
    at = (here.t == step_size[:, None]).int().argmax(-1, keepdim=True)  # (R, 1)
    constants = {
        name: column.gather(1, at)[:, 0]
        for name, column in zip(
            ("L", "L_p", "L_mean"), curvature.curvatures(point, here).values(), strict=True
        )
    }
    harmed = torch.full_like(largest, torch.nan)
    if harm:
        harmed = harmful(problem, point, here, predicted)
    found = point.exact
    row = {
        "J": found.success_rate,
        "gap_norm": point.gap.norm(dim=-1),
        "gap": exact.along(w, point.gap),
        "step_size": step_size,
        "change": here.change.gather(1, at)[:, 0],
        **constants,
        "G": here.score.abs().flatten(1).amax(-1),
        "G_p": here.token_score,
        "length": found.length,
        "length_plus": found.length_plus,
        "length_minus": found.length_minus,
        "length_norm": found.length_norm,
        "entropy": found.entropy,
        **predicted,
        "observed": harmed,
    }
    return row, step_size, here.log_odds.gather(1, at)[:, 0]


def lengths(point: Point, rules: Sequence[Rule], safe: Tensor) -> Tensor:
    """The length (R,) of each run's step; `safe` (R,) is what a fraction is of."""
    unit = {FRACTION: safe, LENGTH: torch.ones_like(safe), RATE: point.update.norm(dim=-1)}
    return torch.stack([unit[rule.name][r] * rule.value for r, rule in enumerate(rules)])


def harmful(
    problem: Problem, point: Point, here: curvature.Walk, predicted: dict[str, Tensor]
) -> Tensor:
    """The smallest harmful step seen (R,), NaN where nothing is predicted to be safe.

    Violated: it is below a prediction."""
    every = torch.stack([*predicted.values()])
    positive = every.amin(0) > 0
    least = torch.where(positive, every.amin(0), 1.0)
    most = torch.where(positive, every.amax(0), 1.0)
    found = observed(problem, point, here.direction, least, most)
    found = torch.where(positive, found, torch.inf)
    require_above(found, predicted)
    return torch.where(positive, found, torch.nan)
