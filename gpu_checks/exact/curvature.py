"""Along a direction w: derivatives by forward mode, and the safe steps that follow from them.

For every response o, and for every token after every prefix,

    X(o) = log pi_{theta + t w}(o) - log pi_theta(o),    s(o) = dX/dt at 0,    H(o, t) = d^2 X/dt^2

come from one pass in forward mode over forward mode, for all t of a grid at once: the grid is the
axis of runs of the stacked transformer. The constants of the claims on the segment [0, t] are

    L(t) = max |H(o, u)|  over responses o and grid points u <= t,    G = max |s(o)|,

and L_p, G_p likewise, over tokens and prefixes. So they are local, and measured: between two grid
points |H| can be larger. The grid is halved until that changes them by 1% at most as far as a
predicted step, and until the remainder of the expansion is below L eta^2/2, as the claim
`smoothness_remainder` says. If it never is, that is `Violated`.

All inequalities and thresholds are evaluated from the claims, with the measured numbers in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.func import jvp
from torch.nn.attention import SDPBackend, sdpa_kernel

from gpu_checks import model
from gpu_checks.exact import exact
from gpu_checks.exact.exact import Point, Problem, Violated
from theory.evaluate import comparisons, evaluate
from theory.statements import eta_safe, lemma_2_sharp, smoothness_remainder, token_eta_safe

TRAJECTORY, TOKEN, MEAN = "trajectory", "token", "mean"
KINDS = {TRAJECTORY: "eta_safe", TOKEN: "token_eta_safe", MEAN: "mean_curvature_step"}
"""Predictions of a safe step, and the claim each is made by. The third needs the curvature of the
correct responses in the mean only."""

POINTS, CLOSER, HALVINGS, ROWS = 5, 2, 6, 64
"""Grid points for each segment; more of them around each prediction; times a grid is halved at
most; rows of one pass."""
COARSEST = 4
"""A maximum of a parabola on n equal intervals is missed by 1/(8 n^2) of its drop over the segment,
and its mean with the weights of the remainder is below the maximum by 1/36 at least. So from three
intervals on the remainder of a parabola is below L t^2/2; one more is asked for."""
RESOLVED, FURTHEST_WALK = 0.01, 64.0
"""Growth of a constant that counts as none; the longest segment that is walked for a prediction."""


@dataclass(frozen=True, eq=False)
class Walk:
    """Of R runs at K points t (R, K), ascending from 0, along `direction` (R, n).

    `score` (R, P, N), `token_score` (R,) the largest |s| of a token; `curvature` (R, K, P, N), |H|
    of each response, `token_curvature` (R, K) the largest |H| of a token; `log_odds` (R, K) of J;
    `remainder` and `token_remainder` (R, K), the largest |X - t s|; `rounding` (R, K), the budget
    of a log-probability at 0 and at t."""

    direction: Tensor
    t: Tensor
    score: Tensor
    token_score: Tensor
    curvature: Tensor
    token_curvature: Tensor
    log_odds: Tensor
    remainder: Tensor
    token_remainder: Tensor
    rounding: Tensor

    @property
    def largest(self) -> Tensor:
        """L(t): (R, K)."""
        return self.curvature.flatten(2).amax(-1).cummax(-1).values

    @property
    def token_largest(self) -> Tensor:
        """L_p(t): (R, K)."""
        return self.token_curvature.cummax(-1).values

    @property
    def change(self) -> Tensor:
        """Change of the log odds between 0 and t: (R, K)."""
        return self.log_odds - self.log_odds[:, :1]

    @property
    def slack(self) -> Tensor:
        """Rounding budget of a change of log odds and of t times a gap: (R, K). A change is that of
        two means of two log-probabilities each; the error of t s is relative to t G."""
        return 4 * self.rounding * (1 + self.t * self.score.abs().flatten(1).amax(-1)[:, None])


GRID = ("t", "curvature", "token_curvature", "log_odds", "remainder", "token_remainder", "rounding")


def jets(problem: Problem, theta: Tensor, w: Tensor, t: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """log pi(v | prefix) of all tokens at theta + t w, and its first and second derivative in t:
    three tables (R, P, W, T, V), from theta and w (R, n) and t (R,)."""

    def table(at: Tensor) -> Tensor:
        moved = theta + at[:, None] * w
        return exact.token_table(problem, model.unpack(moved, problem.architecture))

    def slope(at: Tensor) -> Any:
        return jvp(table, (at,), (torch.ones_like(at),))

    # The fused kernels of attention have no forward mode.
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        both: Any = jvp(slope, (t,), (torch.ones_like(t),))
    (value, first), (_, second) = both
    return value, first, second


def walk(problem: Problem, theta: Tensor, direction: Tensor, t: Tensor) -> Walk:
    """All at 0 and at the points t (R, K) > 0, in any order; theta and direction (R, n)."""
    R, K = t.shape
    zero = t.new_zeros(R)
    start = jets(problem, theta, direction, zero)
    score = exact.of_responses(problem, start[1])
    first = _row(problem, start, start, score, zero)
    rows = [{name: column[:0] for name, column in first.items()}]
    runs = torch.arange(R, device=t.device).repeat_interleave(K)  # (R K,)
    for some in range(0, R * K, ROWS):
        r, at = runs[some : some + ROWS], t.flatten()[some : some + ROWS]
        here = jets(problem, theta[r], direction[r], at)
        rows.append(_row(problem, here, (start[0][r], start[1][r], start[2][r]), score[r], at))
    later = {name: torch.cat([row[name] for row in rows]) for name in GRID}
    # (R K, ...) -> (R, K, ...), after the point 0
    grid = {
        name: torch.cat((first[name][:, None], found.view(R, K, *found.shape[1:])), 1)
        for name, found in later.items()
    }
    token_score = start[1].abs().flatten(1).amax(-1)
    return _sorted(Walk(direction=direction, score=score, token_score=token_score, **grid))


def _row(
    problem: Problem,
    here: tuple[Tensor, Tensor, Tensor],
    start: tuple[Tensor, Tensor, Tensor],
    score: Tensor,
    t: Tensor,
) -> dict[str, Tensor]:
    """The entries of a Walk named in GRID, at one t (B,) for each row."""
    table, _, second = here
    log_pi, before = (exact.of_responses(problem, x) for x in (table, start[0]))
    moved = t.view(-1, 1, 1)
    token = table - start[0] - t.view(-1, 1, 1, 1, 1) * start[1]
    budgets = (exact.budget(problem, x) for x in (table, start[0]))
    return {
        "t": t,
        "curvature": exact.of_responses(problem, second).abs(),
        "token_curvature": second.abs().flatten(1).amax(-1),
        "log_odds": exact.log_odds(log_pi, problem.rewards),
        "remainder": (log_pi - before - moved * score).abs().flatten(1).amax(-1),
        "token_remainder": token.abs().flatten(1).amax(-1),
        "rounding": torch.maximum(*budgets),
    }


def _sorted(walk: Walk) -> Walk:
    order = walk.t.argsort(dim=1, stable=True)  # (R, K)
    index = torch.arange(order.shape[0], device=order.device)[:, None]
    return replace(walk, **{name: getattr(walk, name)[index, order] for name in GRID})


def merged(walk: Walk, more: Walk) -> Walk:
    """Two walks along the same directions as one."""
    pairs = {name: (getattr(walk, name), getattr(more, name)) for name in GRID}
    # Both have the point 0.
    grid = {name: torch.cat((old, new[:, 1:]), 1) for name, (old, new) in pairs.items()}
    return _sorted(replace(walk, **grid))


# -- the claims with measured numbers --------------------------------------------------------------


def values(problem: Problem, point: Point, walk: Walk, level: str) -> dict[str, Tensor]:
    """Name in the claims -> number, (R, K) or (R, 1). `level`: of L and G, one of KINDS."""
    found = point.exact
    columns = {
        "J": found.success_rate,
        "F": found.failure_rate,
        "gap": exact.along(walk.direction, point.gap),
        "G": walk.token_score if level == TOKEN else walk.score.abs().flatten(1).amax(-1),
        "length_plus": found.length_plus,
        "length_minus": found.length_minus,
        "T": torch.full_like(found.length, problem.longest),
        "T_psi": found.length_norm,
    }
    after = found.log_odds[:, None] + walk.change
    # A rate below the least float is that: in what log J' is compared with, it makes no difference.
    least = torch.finfo(after.dtype).tiny
    return {
        **{name: column[:, None] for name, column in columns.items()},
        "eta": walk.t,
        "L": curvatures(point, walk)[level],
        **mean_curvatures(point, walk),
        "change": walk.change,
        "J_next": after.sigmoid().clamp(min=least),
        "F_next": (-after).sigmoid().clamp(min=least),
    }


def curvatures(point: Point, walk: Walk) -> dict[str, Tensor]:
    """Kind -> what stands for L on [0, t], (R, K), rounded up."""
    up = _rounding(walk)
    return {
        TRAJECTORY: walk.largest + up,
        TOKEN: walk.token_largest + up,
        MEAN: mean_curvatures(point, walk)["curvature_plus"],
    }


def mean_curvatures(point: Point, walk: Walk) -> dict[str, Tensor]:
    """E+[B] and E-[B] of `mean_curvature_step` for B(o) the largest |H| of o on [0, t], (R, K),
    rounded up."""
    worst, up = walk.curvature.cummax(1).values, _rounding(walk)  # (R, K, P, N)
    sides = {"curvature_plus": point.exact.plus, "curvature_minus": point.exact.minus}
    return {name: (w[:, None] * worst).sum((-2, -1)) + up for name, w in sides.items()}


def _rounding(walk: Walk) -> Tensor:
    """H is a difference of terms of the size of L + G^2. Where J is 1 but for 10^-12 the curvature
    of the correct responses is all rounding, and may come out as 0."""
    size = walk.largest + walk.score.abs().flatten(1).amax(-1).square()[:, None]
    return (walk.rounding * size).cummax(-1).values


def thresholds(problem: Problem, point: Point, walk: Walk) -> dict[str, Tensor]:
    """Kind -> the safe step (R, K) if L is that of [0, t]; negative where the gap is.

    L may be larger between two points of the grid: so it is taken larger by RESOLVED."""
    every = {kind: values(problem, point, walk, kind) for kind in KINDS}
    every = {kind: {**names, "L": names["L"] * (1 + RESOLVED)} for kind, names in every.items()}
    token = every[TOKEN]
    short = comparisons(lemma_2_sharp.SHORT.formula, {**token, "eta": torch.ones_like(walk.t)})[0]
    # SHORT is c eta^2 <= d, so eta <= sqrt(d/c).
    moderate = torch.minimum(
        evaluate(token_eta_safe.branch_moment, token), (short.right / short.left).sqrt()
    )
    return {
        TRAJECTORY: evaluate(eta_safe.SAFE_STEP, every[TRAJECTORY]),
        TOKEN: torch.maximum(evaluate(token_eta_safe.SAFE_STEP, token), moderate),
        MEAN: evaluate(eta_safe.branch_failure, every[MEAN]),
    }


def predictions(problem: Problem, point: Point, walk: Walk) -> dict[str, Tensor]:
    """Kind -> the largest step (R,) known to be safe with the constants of its own segment.

    With S(t) the threshold for [0, t], which falls with t: every eta < min(t, S(t)) has eta < S(t)
    <= S(eta). So the largest of these minima, over the grid; 0 where the gap is not positive."""
    return {
        kind: torch.minimum(walk.t, S).amax(-1).clamp(min=0)
        for kind, S in thresholds(problem, point, walk).items()
    }


def explored(
    problem: Problem, point: Point, direction: Tensor, reach: Tensor | None = None
) -> Walk:
    """A fine walk up to `reach` (R,) > 0, and as far as each prediction can lie, but no further
    than FURTHEST_WALK, with more points around each prediction.

    A prediction is at most the threshold with the constants at 0; with no positive gap there is
    none, and the walk goes to the length 1/sqrt(L) on which curvature acts. Violated: see `fine`.
    """
    here = walk(problem, point.theta, direction, point.theta.new_empty(len(point.theta), 0))
    ends = [*thresholds(problem, point, here).values()]  # (R, 1) each, at t = 0
    ends = [torch.where(x > 0, x, here.largest.rsqrt()).clamp(max=FURTHEST_WALK) for x in ends]
    if reach is not None:
        ends.append(reach[:, None])
    parts = torch.arange(1, POINTS + 1, device=direction.device, dtype=direction.dtype) / POINTS
    even = torch.cat([end * parts for end in ends], dim=1)
    here = merged(here, walk(problem, point.theta, direction, even))
    around = closer(problem, point, here)
    here = merged(here, walk(problem, point.theta, direction, around))
    return fine(problem, point, here)


def closer(problem: Problem, point: Point, walk: Walk) -> Tensor:
    """CLOSER points inside the interval of the grid in which each prediction lies: (R, ..)."""
    parts = torch.arange(1, CLOSER + 1, device=walk.t.device, dtype=walk.t.dtype) / (CLOSER + 1)
    found = []
    for predicted in predictions(problem, point, walk).values():
        # The first point after the prediction.
        right = torch.searchsorted(walk.t, predicted[:, None], right=True)
        right = right.clamp(1, walk.t.shape[1] - 1)
        low, high = walk.t.gather(1, right - 1), walk.t.gather(1, right)  # (R, 1)
        found.append(low + (high - low) * parts)
    return torch.cat(found, dim=1)


def fine(problem: Problem, point: Point, here: Walk) -> Walk:
    """The walk, halved until it is resolved, run by run: until halving it once more has changed L,
    L_p and E+[sup |H|] by RESOLVED at most as far as each prediction, and the remainders are those
    of these constants. Violated: it is not after HALVINGS."""
    rough = torch.ones_like(point.rounding, dtype=torch.bool)
    for _ in range(HALVINGS):
        before, here = here, halved(problem, point, here, rough)
        rough = moved(problem, point, before, here)
        for _, _, bad in remainders(here):
            rough = rough | bad.any(-1)
        if not rough.any():
            return here
    require_remainders(here)
    numbers = {"run": float(rough.nonzero()[0].item()), "points": here.t.shape[1]}
    raise Violated("resolved", "the constants are those of a finer grid", **numbers)


def halved(problem: Problem, point: Point, here: Walk, rough: Tensor) -> Walk:
    """With the points in the middle as well, K -> 2K - 1, for the runs where rough (R,). The others
    have each point twice, but 0, as the axis of points is common."""
    middle = (here.t[rough, 1:] + here.t[rough, :-1]) / 2
    some = walk(problem, point.theta[rough], here.direction[rough], middle)
    grid = {name: getattr(here, name).clone() for name in GRID}
    for name, column in grid.items():
        column[rough] = getattr(some, name)
    return merged(here, replace(here, **grid))


def moved(problem: Problem, point: Point, before: Walk, after: Walk) -> Tensor:
    """Runs (R,) whose constants have grown by more than RESOLVED, up to the first point after the
    prediction made with them."""
    found = torch.zeros_like(point.rounding, dtype=torch.bool)
    predicted, finer = predictions(problem, point, before), curvatures(point, after)
    for kind, L in curvatures(point, before).items():
        last = torch.searchsorted(before.t, predicted[kind][:, None], right=True)  # (R, 1)
        counts = torch.arange(before.t.shape[1], device=last.device) <= last
        found |= (counts & ~(finer[kind][:, ::2] <= (1 + RESOLVED) * L)).any(-1)
    return found


# -- what must hold --------------------------------------------------------------------------------


def remainders(walk: Walk) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Both sides of `smoothness_remainder` for responses and for tokens, and where it fails: (R, K)
    each. It is looked at where the grid has at least COARSEST intervals of equal size or less."""
    widest = walk.t.diff(dim=1, prepend=walk.t[:, :1]).cummax(-1).values
    looked_at = (walk.t > 0) & (walk.t >= COARSEST * widest * (1 - 1e-9))
    levels = ((walk.remainder, walk.largest), (walk.token_remainder, walk.token_largest))
    for remainder, L in levels:
        # |X - eta s| is the remainder.
        measured = {"X": remainder, "s": 0.0, "eta": walk.t, "L": L}
        (found,) = comparisons(smoothness_remainder.STATEMENT.conclusion, measured)
        yield found.left, found.right, looked_at & ~(found.left <= found.right + walk.slack)


def require_remainders(walk: Walk) -> None:
    for left, right, bad in remainders(walk):
        refuse("smoothness_remainder", "|X - eta s| <= L eta^2/2", bad, walk, left, right)


def refuse(name: str, says: str, bad: Tensor, walk: Walk, left: Tensor, right: Tensor) -> None:
    """Violated at the first run and step where bad (R, K) is true."""
    if not bad.any():
        return
    r, k = (int(i) for i in bad.nonzero()[0])
    both = (x.expand_as(bad)[r, k].item() for x in (left, right))
    numbers = dict(zip(("left", "right"), both, strict=True))
    raise Violated(name, says, run=r, eta=walk.t[r, k].item(), **numbers)
