"""One prompt, a log-linear policy, and a long step: where the success rate really falls.

In the contextual bandit of section 5.1 one arm is correct, and a step never lowers J at the context
it was taken for. Here several responses are correct, and they share features:

    h_o(theta) = phi(o) . theta + offset_o,        pi = softmax(h),        phi of shape (n, d)

A step eta along the gap u = (g+ - g-)/||g+ - g-|| adds eta W_o to the logits, W_o = phi(o) . u. If
an incorrect response has the largest W of all, it wins every race that is long enough, however
unlikely it is now: J tends to 0 as eta grows. The problems are drawn, none is selected.

Everything is a function of logits and of the Gram matrix K = phi phi^T: with v = pi+ on the correct
responses and -pi- on the others, the logits of a step c along the gap change by c K v, and
||g+ - g-||^2 = v . K v. The sums are einsum and never BLAS: a seed gives the same bits whatever the
number of threads and of problems beside it.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from numeric.core.policies import LogLinear
from numeric.experiments.bandit.rates import Floats
from numeric.experiments.collapse.constructions import Violated
from numeric.experiments.collapse.landscapes import Property
from theory.evaluate import evaluate
from theory.statements import eta_safe

RESPONSES, CORRECT = 20, 4
"""Of n = 20 responses the first 4 are correct. The order of drawn responses carries nothing."""

DIMENSIONS = (2, 3, 5, 10)

DRAWN, SEPARABLE = "drawn", "separable"
KINDS = (DRAWN, SEPARABLE)
"""Which responses are correct: any 4, or the 4 that lie furthest along a drawn direction. In the
second kind J has no stationary point below 1: the gap always has a positive part along it."""


@dataclass(frozen=True, eq=False)
class Problems:
    """P prompts: kind and dimension (P,), features (P, n, 10) padded with zeros, offsets (P, n),
    Gram matrices (P, n, n), and the margin (P,) by which the correct responses are ahead along the
    drawn unit direction; negative where they are not."""

    kind: NDArray[np.str_]
    dimension: NDArray[np.intp]
    features: Floats
    offsets: Floats
    gram: Floats
    margin: Floats

    def policy(self, index: int) -> tuple[LogLinear, Floats]:
        """Problem `index` as a policy of `numeric.core.policies`, and its rewards (n,)."""
        features = self.features[index, :, : self.dimension[index]]
        rewards = np.repeat([1.0, 0.0], [CORRECT, RESPONSES - CORRECT])
        return LogLinear(features, self.offsets[index]), rewards


def problems(seeds: int, seed: int = 0) -> Problems:
    """`seeds` >= 1 problems of each kind and dimension, each from its own SeedSequence."""
    if seeds < 1:
        raise ValueError(f"the number of seeds must be at least 1, got {seeds}")
    cells = [(kind, d) for kind in KINDS for d in DIMENSIONS for _ in range(seeds)]
    streams = np.random.SeedSequence(seed).spawn(len(DIMENSIONS) * len(KINDS))
    drawn = [s for stream in streams for s in stream.spawn(seeds)]
    columns = [_draw(np.random.default_rng(s), *cell) for s, cell in zip(drawn, cells, strict=True)]
    features, offsets, margin = (np.stack(column) for column in zip(*columns, strict=True))
    kind, dimension = np.array([k for k, _ in cells]), np.array([d for _, d in cells])
    return Problems(
        kind, dimension, features, offsets, np.einsum("pid,pjd->pij", features, features), margin
    )


def _draw(rng: np.random.Generator, kind: str, d: int) -> tuple[Floats, Floats, np.float64]:
    """Standard normal features, offsets of standard deviation 2, a direction."""
    features, offsets = rng.normal(size=(RESPONSES, d)), 2 * rng.normal(size=RESPONSES)
    direction = rng.normal(size=d)
    ahead = features @ (direction / np.linalg.norm(direction))
    if kind == SEPARABLE:
        order = np.argsort(-ahead)
        features, ahead = features[order], ahead[order]
    padded = np.zeros((RESPONSES, max(DIMENSIONS)))
    padded[:, :d] = features
    return padded, offsets, ahead[:CORRECT].min() - ahead[CORRECT:].max()


def start(problem: Problems, success_rate: float) -> Floats:
    """Logits (P, n) with this success rate: the correct ones are shifted together.

    ValueError: J outside (0, 1)."""
    if not 0 < success_rate < 1:
        raise ValueError(f"0 < J < 1 must hold, got J = {success_rate}")
    wanted = np.log(success_rate) - np.log1p(-success_rate)
    logits = problem.offsets.copy()
    logits[:, :CORRECT] += (wanted - split(logits)[0])[:, None]
    return logits


# -- exact functions of the logits -----------------------------------------------------------------


def split(logits: Floats) -> tuple[Floats, Floats, Floats]:
    """Log odds (...,), and the policies on the correct and on the other responses, pi+ (..., 4) and
    pi- (..., 16). Accurate for J near 0 and near 1."""
    parts, totals = [], []
    for part in (logits[..., :CORRECT], logits[..., CORRECT:]):
        top = part.max(axis=-1, keepdims=True)
        weights = np.exp(part - top)
        total = weights.sum(axis=-1, keepdims=True)
        parts.append(weights / total)
        totals.append((top + np.log(total))[..., 0])
    return totals[0] - totals[1], parts[0], parts[1]


def climb(logits: Floats, gram: Floats) -> tuple[Floats, Floats, Floats]:
    """Log odds (..., R), ||g+ - g-|| (..., R), and the change K v (..., R, n) of the logits when
    the gap is added to theta; logits (..., R, n), gram (..., n, n)."""
    f, plus, minus = split(logits)
    v = np.concatenate([plus, -minus], axis=-1)
    change = np.einsum("...ij,...rj->...ri", gram, v)
    return f, np.sqrt(np.maximum((v * change).sum(axis=-1), 0.0)), change


def spread(values: Floats) -> Floats:
    """Largest minus least, over the last axis."""
    return values.max(axis=-1) - values.min(axis=-1)


def variance(logits: Floats, reach: Floats) -> Floats:
    """Var_pi(W) over the last axis: minus the curvature of every log-probability along u."""
    pi = np.exp(logits - logits.max(axis=-1, keepdims=True))
    pi /= pi.sum(axis=-1, keepdims=True)
    mean = (pi * reach).sum(axis=-1, keepdims=True)
    return (pi * (reach - mean) ** 2).sum(axis=-1)


def safe_step(log_odds: Floats, gap: Floats, L: Floats, G: Floats) -> Floats:
    """eta_safe of the claim of that name, entrywise: the largest of its three branches."""
    values = {"J": expit(log_odds), "F": expit(-log_odds), "gap": gap, "L": L, "G": G}
    branches = (eta_safe.branch_failure, eta_safe.branch_success, eta_safe.branch_both)
    return np.maximum.reduce([evaluate(branch, values) for branch in branches])


# -- the smallest step that lowers J ---------------------------------------------------------------

FINE, BRACKET, TURNS = 1e-13, 1e-6, 10_000


def first_fall(logits: Floats, reach: Floats) -> Floats:
    """The smallest eta > 0 beyond which J is below J at eta = 0, (P,); inf where there is none.

    f(eta) = log odds is a difference of two convex functions. If it is c > 0 above its start at
    eta, with slope m, then at eta + s it is still at least both of

        c + m s - (D^2/8) s^2,        c + (E+[W] - max W of the incorrect) s,

    D the spread of W over the incorrect responses (Popoviciu). So we may go on to the larger of the
    two roots without passing a fall; near a fall this is Newton's method, from the left. There is
    none ahead once E+[W] >= max W of the incorrect, for E+[W] grows with eta.
    ArithmeticError: J is not lower just behind the step found."""
    found, eta = np.full(len(logits), np.inf), np.zeros(len(logits))
    last = reach[:, CORRECT:].max(axis=-1)
    bend = spread(reach[:, CORRECT:]) ** 2 / 4
    origin, active = split(logits)[0], np.arange(len(logits))
    for _ in range(TURNS):
        W, t = reach[active], eta[active]
        f, plus, minus = split(logits[active] + t[:, None] * W)
        mean = (plus * W[:, :CORRECT]).sum(axis=-1)
        slope = mean - (minus * W[:, CORRECT:]).sum(axis=-1)
        above, ahead = np.maximum(f - origin[active], 0.0), mean < last[active]
        B = bend[active]
        curved = (slope + np.sqrt(slope**2 + 2 * B * above)) / B
        straight = above / np.where(ahead, last[active] - mean, 1.0)
        eta[active] = t + np.maximum(curved, straight)
        there = ahead & (eta[active] - t <= FINE * eta[active])
        found[active[there]] = eta[active[there]]
        active = active[ahead & ~there]
        if not len(active):
            break
    hit = np.flatnonzero(np.isfinite(found))
    beyond = split(logits[hit] + (found[hit] * (1 + BRACKET))[:, None] * reach[hit])[0]
    if len(active) or not (beyond < origin[hit]).all():
        raise ArithmeticError("a step was found behind which J is not lower, or none was decided")
    return found


CELLS = 256


def segment_step(logits: Floats, reach: Floats, f: Floats, gap: Floats, G: Floats) -> Floats:
    """eta_safe with the L of the segment that is walked, from below (P,): the claim needs no more.

    |d Var/d eta| <= D Var along the segment, so on a cell of length h the variance is at most
    exp(D h/2) times that of its middle, and at most D^2/4. A step is safe if it is below eta_safe
    for the largest L so far; the last edge of a cell that is, is returned, or eta_safe for D^2/4 if
    that is larger."""
    D = spread(reach)
    longest = safe_step(f, gap, variance(logits, reach), G)
    edges = np.linspace(0.0, 1.0, CELLS + 1)
    h = longest / CELLS
    best, worst, open_ = np.zeros(len(f)), np.zeros(len(f)), np.ones(len(f), dtype=np.bool_)
    for low, high in pairwise(edges.tolist()):
        middle = (low + high) / 2 * longest
        here = variance(logits + middle[:, None] * reach, reach) * np.exp(D * h / 2)
        worst = np.maximum(worst, np.minimum(here, D**2 / 4))
        open_ &= high * longest < safe_step(f, gap, worst, G)
        best = np.where(open_, high * longest, best)
    return np.maximum(best, safe_step(f, gap, D**2 / 4, G))


# -- observed against predicted --------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Observed:
    """One row a problem: the smallest harmful step, and what `eta_safe` says, all (P,).

    `family`: L = D^2/4 and G = D for all directions (D: diameter of the features); `direction`: the
    same along u, D the spread of W; `segment`: L over the segment walked, G of the score here;
    `point`: L at theta only, which is *not* a hypothesis of the claim, and no bound."""

    gap: Floats
    observed: Floats
    family: Floats
    direction: Floats
    segment: Floats
    point: Floats
    winner_incorrect: NDArray[np.bool_]


def diameter(features: Floats) -> Floats:
    """Of the features (P, n, d): the G of Assumption 1; D^2/4 is its L."""
    differences = features[:, :, None] - features[:, None]
    return np.sqrt((differences**2).sum(axis=-1).max(axis=(-2, -1)))


def observe(problem: Problems, success_rate: float, share_of_L: float = 1.0) -> Observed:
    """Smallest harmful step along the gap, and the predictions, at this success rate.

    Violated: a step below a proved `eta_safe` lowers J. `share_of_L` multiplies L and is 1 unless
    an alarm is tried: constants that are too small must be caught."""
    logits = start(problem, success_rate)
    f, gap, change = (x[:, 0] for x in climb(logits[:, None], problem.gram))
    reach = change / gap[:, None]
    D, D_u = diameter(problem.features), spread(reach)
    _, plus, minus = split(logits)
    pi = np.concatenate([plus * expit(f)[:, None], minus * expit(-f)[:, None]], axis=-1)
    score = np.abs(reach - (pi * reach).sum(axis=-1, keepdims=True)).max(axis=-1)
    result = Observed(
        gap,
        first_fall(logits, reach),
        safe_step(f, gap, share_of_L * D**2 / 4, D),
        safe_step(f, gap, share_of_L * D_u**2 / 4, D_u),
        segment_step(logits, reach, f, gap, score),
        safe_step(f, gap, variance(logits, reach), score),
        reach.argmax(axis=-1) >= CORRECT,
    )
    for name in ("family", "direction", "segment"):
        ratio = result.observed / getattr(result, name)
        index = int(ratio.argmin())
        kind, d = problem.kind[index], problem.dimension[index]
        what = f"problem {index} ({kind}, d = {d}) at J = {success_rate}"
        says = f"observed >= eta_safe, with the constants of the {name}; {what}"
        if not ratio[index] >= 1:
            raise Violated(Property("eta_safe", says, False, float(ratio[index])))
    return result
