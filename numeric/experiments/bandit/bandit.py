"""The contextual bandit of section 5.1: every gradient in closed form, no arm is sampled.

Contexts x in [0, 1]^d, N arms, logits theta^T x with theta of shape (d, N), one correct arm
y*(x) = argmax beta^T x with beta standard normal, J_x = pi(y*|x). With q the policy on the wrong
arms, q_n = pi_n / (1 - J) and q_{y*} = 0, the gap (9) has rank one and needs no division:

    g+ - g-  =  x (outer) (e_{y*} - q),        log J/(1-J)  =  h_{y*} - log sum_{n != y*} e^{h_n}.

An update adds c (g+ - g-) of the training context z, and c from numeric.experiments.bandit.rates;
REINFORCE is c = alpha J(1-J). It moves the logits of every other context x by c (x . z)(e_{y*(z)} -
q_z), so

    Delta mu_x eta  =  (theta' - theta) . (g+_x - g-_x)  =  c (x . z) (u[y*(x)] - q_x . u),

with u = e_{y*(z)} - q_z. At x = z the update is that of a tabular softmax with step c ||z||^2: all
of u but its correct entry is negative, so J_z never falls, whatever the step size. Only other
contexts can lose: interference is the one way in which J falls here.

Departures from the paper, with reasons.
1. At the start no J is in [0.2, 0.8], and the paper does not say what is trained on then, nor at
   the end. A reading (`whole_pool`, `below`, `halt`, `nearest`) says it. `whole_pool` is the one
   shown: a filter that would leave nothing is dropped, and the draw is at random as printed.
2. The printed reward is r_y(x) := argmax_y s(x), an arm. We read it as the indicator of that arm.
3. The printed theta_0 ~ N(0, 0.01^2 Id) has d x d entries. We draw all d x N of them.
4. The sums are taken over the updates made so far, as in (14): k terms after k updates.

All sums over arms are elementwise or einsum, never BLAS, so that a seed gives the same bits
whatever the number of threads, of processes, and of seeds beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numeric.experiments.bandit.rates import Floats, Rate, TrainingPoint
from numeric.experiments.collapse.constructions import Violated
from numeric.experiments.collapse.landscapes import Property

Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Reading = Callable[[Floats], Flags]
"""Log odds of the pool (S, C) -> which contexts may be trained on (S, C); none: no update."""

BAND = (0.2, 0.8)
"""Success rates of contexts worth training on (section 5.1); symmetric about 1/2."""

ROUNDING = 64 * 2.0**-53
"""Of `sharp_step`, times 1 + the logits that count: a sum over arms by pairs, exp, log and one
update of a logit have each an error of a few units in the last place."""


@dataclass(frozen=True, eq=False)
class Problem:
    """S bandits: theta_0 (S, d, N), pool (S, C, d), contexts for evaluation (S, E, d), and their
    correct arms pool_arm (S, C), context_arm (S, E)."""

    theta: Floats
    pool: Floats
    pool_arm: Indices
    contexts: Floats
    context_arm: Indices


def problems(
    seeds: Sequence[int], dimension: int = 10, arms: int = 100, pool: int = 100, contexts: int = 500
) -> Problem:
    """One problem a seed, each from its own SeedSequence: the same bits whatever the other seeds.

    ValueError: no seeds, fewer than two arms, or a size below 1."""
    sizes = {"seeds": len(seeds), "dimension": dimension, "pool": pool, "contexts": contexts}
    for name, size in {**sizes, "arms besides the correct one": arms - 1}.items():
        if size < 1:
            raise ValueError(f"number of {name} must be at least 1, got {size}")
    drawn = [_problem(_streams(s)[0], dimension, arms, pool, contexts) for s in seeds]
    return Problem(*(np.stack(column) for column in zip(*drawn, strict=True)))


def _streams(seed: int) -> list[np.random.Generator]:
    """Two independent generators: for the problem, and for the training contexts."""
    return [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(2)]


def _problem(
    rng: np.random.Generator, d: int, arms: int, pool: int, contexts: int
) -> tuple[Floats, Floats, Indices, Floats, Indices]:
    beta = rng.normal(size=(d, arms))
    theta = 0.01 * rng.normal(size=(d, arms))
    z, x = rng.uniform(size=(pool, d)), rng.uniform(size=(contexts, d))
    z_arm, x_arm = (logits(beta, points).argmax(axis=-1) for points in (z, x))
    return theta, z, z_arm, x, x_arm


def draws(seeds: Sequence[int], steps: int) -> Floats:
    """Uniform numbers in [0, 1), (S, steps), that pick the training contexts."""
    return np.stack([_streams(seed)[1].uniform(size=steps) for seed in seeds])


# -- exact functions of a policy -------------------------------------------------------------------


def logits(theta: Floats, contexts: Floats) -> Floats:
    """theta^T x: theta (..., d, N), contexts (..., E, d) -> (..., E, N)."""
    return np.einsum("...ed,...dn->...en", contexts, theta)


def log_odds(theta: Floats, contexts: Floats, arm: Indices) -> Floats:
    """log J/(1-J) for the correct arms (..., E); accurate for J near 0 and near 1."""
    own, wrong = _split(logits(theta, contexts), arm)
    return _measure(own, wrong)[0]


def success_rate(theta: Floats, contexts: Floats, arm: Indices) -> Floats:
    """J (..., E)."""
    return sigmoid(log_odds(theta, contexts, arm))


def gap_arms(theta: Floats, contexts: Floats, arm: Indices) -> Floats:
    """e_{y*} - q, the factor of the gap over arms, (..., E, N); it sums to 0."""
    own, wrong = _split(logits(theta, contexts), arm)
    _, weights, total = _measure(own, wrong)
    u = -weights / total[..., None]
    np.put_along_axis(u, arm[..., None], 1.0, axis=-1)
    return u


def gap(theta: Floats, contexts: Floats, arm: Indices) -> Floats:
    """g+ - g- (9), shape (..., E, d, N): the gradient of the log odds."""
    return np.einsum("...ed,...en->...edn", contexts, gap_arms(theta, contexts, arm))


def gap_norm(theta: Floats, contexts: Floats, arm: Indices) -> Floats:
    """||g+ - g-|| = ||x|| sqrt(1 + ||q||^2), (..., E)."""
    u = gap_arms(theta, contexts, arm)
    return np.sqrt((contexts**2).sum(axis=-1) * (u**2).sum(axis=-1))


def reinforce_gradient(theta: Floats, contexts: Floats, arm: Indices) -> Floats:
    """grad J = J (1-J)(g+ - g-), eqs. (4) and (10), shape (..., E, d, N)."""
    f = log_odds(theta, contexts, arm)
    return (sigmoid(f) * sigmoid(-f))[..., None, None] * gap(theta, contexts, arm)


def sigmoid(x: Floats) -> Floats:
    """1/(1 + e^-x), accurate relative to itself where x is very negative."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def _split(h: Floats, arm: Indices) -> tuple[Floats, Floats]:
    """The logits of the correct arms (..., E), and all logits with -inf there (..., E, N)."""
    own = np.take_along_axis(h, arm[..., None], axis=-1)[..., 0]
    wrong = h.copy()
    np.put_along_axis(wrong, arm[..., None], -np.inf, axis=-1)
    return own, wrong


def _measure(
    own: Floats, wrong: Floats, room: Floats | None = None
) -> tuple[Floats, Floats, Floats]:
    """Log odds (..., E), and q as weights (..., E, N), written to `room`, over their total."""
    top = wrong.max(axis=-1)
    weights = np.subtract(wrong, top[..., None], out=room)
    np.exp(weights, out=weights)
    total = weights.sum(axis=-1)
    return own - top - np.log(total), weights, total


# -- which context is trained on -------------------------------------------------------------------


def in_band(f: Floats) -> Flags:
    """J in [0.2, 0.8], for log odds f of any shape."""
    J = sigmoid(f)
    return (BAND[0] <= J) & (J <= BAND[1])


def _or(band: Flags, otherwise: Flags) -> Flags:
    return np.where(band.any(axis=-1, keepdims=True), band, otherwise)


def nearest(f: Floats) -> Flags:
    """If the band is empty: the context nearest to it, which has the least |log odds|."""
    size = np.abs(f)
    return _or(in_band(f), size == size.min(axis=-1, keepdims=True))


def whole_pool(f: Floats) -> Flags:
    """If the band is empty: any context of the pool."""
    return _or(in_band(f), np.ones_like(f, dtype=np.bool_))


def below(f: Floats) -> Flags:
    """If the band is empty: any context below it; no update once there is none."""
    return _or(in_band(f), sigmoid(f) < BAND[0])


def halt(f: Floats) -> Flags:
    """Warm start: the whole pool until a success rate first reaches the band; after that, no update
    while the band is empty."""
    return _or(in_band(f), (sigmoid(f) < BAND[0]).all(axis=-1, keepdims=True) & np.isfinite(f))


READINGS: dict[str, Reading] = {r.__name__: r for r in (whole_pool, below, halt, nearest)}


def pick(candidates: Flags, uniform: Floats) -> tuple[Indices, Flags]:
    """A candidate of each row (S, C), all equally likely, for uniform (S,) in [0, 1); and whether
    there is one."""
    count = candidates.sum(axis=-1)
    rank = np.minimum((uniform * count).astype(np.intp), count - 1)
    return (np.cumsum(candidates, axis=-1) > rank[:, None]).argmax(axis=-1), count > 0


# -- training --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Update:
    """One update of S seeds; A = C + E contexts, the pool first.

    `trained` (S,) in 0..C-1, and `found` (S,) whether there was such a context: if not, c = 0.
    The parameters move by c z (outer) u: `multiple` c (S,), `over_arms` u (S, N). Its length is
    `step_size` eta (S,). For all contexts (S, A): log odds `before` and `after`, the alignment
    `gain` = Delta mu eta, and `curvature` = L eta^2 = (spread of the changes of the logits)^2/4."""

    trained: Indices
    found: Flags
    multiple: Floats
    over_arms: Floats
    step_size: Floats
    before: Floats
    after: Floats
    gain: Floats
    curvature: Floats


def updates(
    problem: Problem, rate: Rate, reading: Reading, uniform: Floats
) -> Iterator[tuple[Update, Floats]]:
    """The updates with the numbers of `draws`, (S, K), one for each; with the largest share of
    `sharp_step` (see `tightness`) for each seed, (S,).

    Violated: `sharp_step` fails at some context. ValueError: c is not in [0, inf)."""
    x = np.concatenate([problem.pool, problem.contexts], axis=1)
    arm = np.concatenate([problem.pool_arm, problem.context_arm], axis=1)
    C, seed = problem.pool.shape[1], np.arange(len(x))
    products = np.einsum("scd,sad->sca", problem.pool, x)
    squares = (problem.pool**2).sum(axis=-1)
    own, wrong = _split(logits(problem.theta, x), arm)
    f, weights, total = _measure(own, wrong)
    for number in uniform.T:
        z, found = pick(reading(f[:, :C]), number)
        u = -weights[seed, z] / total[seed, z, None]
        u[seed, arm[seed, z]] = 1.0
        at = training_point(f[seed, z], u, squares[seed, z])
        c = np.where(found, rate(at), 0.0)
        if not (np.isfinite(c).all() and (c >= 0).all()):
            raise ValueError(f"the multiple c of the gap must be finite and >= 0, got {c}")
        if not found.any():  # nothing moves: spare the exponentials
            yield Update(z, found, c, u, c * at.gap_norm, f, f, 0 * f, 0 * f), 0 * f[:, 0]
            continue
        reach = c[:, None] * products[seed, z]
        rise = reach * np.take_along_axis(u, arm, axis=1)
        gain = rise - reach * np.einsum("san,sn->sa", weights, u) / total
        own += rise
        # The room of the weights is used again: new arrays cost more than exp.
        wrong += np.multiply(reach[..., None], u[:, None, :], out=weights)
        before, (f, weights, total) = f, _measure(own, wrong, room=weights)
        curvature = (reach * (u.max(axis=1) - u.min(axis=1))[:, None]) ** 2 / 4
        size = 1 + np.abs(own) + np.abs(own - f)  # own - f = log sum of the wrong arms
        share = tightness(before, f, gain, curvature, ROUNDING * size)
        yield Update(z, found, c, u, c * at.gap_norm, before, f, gain, curvature), share.max(axis=1)


def training_point(f: Floats, u: Floats, square: Floats) -> TrainingPoint:
    """Of log odds f (S,), gap over arms u (S, N) and ||x||^2 (S,); constants as in
    numeric.core.policies.LogLinear: features x (outer) e_n are ||x|| sqrt 2 apart."""
    norm = np.sqrt(square * (u**2).sum(axis=-1))
    return TrainingPoint(sigmoid(f), sigmoid(-f), norm, square / 2, np.sqrt(2 * square))


def tightness(
    before: Floats, after: Floats, gain: Floats, curvature: Floats, rounding: Floats
) -> Floats:
    """How much of `sharp_step` is used up, at most 1; arrays of one shape, curvature L eta^2:

        -L eta^2/(2(1-J))  <=  Delta log-odds - Delta mu eta  <=  L eta^2/(2J),

    each bound with `rounding` added to its size. Violated: more than 1, or not a number."""
    remainder = after - before - gain
    # 1/(1-J) = 1 + e^f and 1/J = 1 + e^-f; beyond e^600 a smaller bound does as well.
    odds = np.exp(np.minimum(np.where(remainder < 0, before, -before), 600))
    share = np.abs(remainder) / (curvature * (1 + odds) / 2 + rounding)
    if (share <= 1).all():
        return share
    worst = np.unravel_index(np.argmax(np.where(np.isnan(share), np.inf, share)), share.shape)
    names = {"log odds": before, "Delta mu eta": gain, "L eta^2": curvature}
    instance = ", ".join(f"{name} = {float(value[worst])!r}" for name, value in names.items())
    says = f"|Delta log-odds - Delta mu eta| is at most its bound ({instance})"
    raise Violated(Property("sharp_step", says, False, float(share[worst])))


@dataclass(frozen=True, eq=False)
class Run:
    """What one training run leaves behind; R recorded numbers of updates, K updates in all.

    Recorded: `steps` (R,), and for each evaluation context `log_odds`, `cumulative_gap` M_x (14),
    `relative_gap`, `signed_gap` (the sum without the positive part), all (S, R, E).
    Each update: `trained` (S, K) the pool index, -1 for no update; `empty` (S, K) whether the band
    was; `train_log_odds` and `train_gain` (S, K), log odds and Delta mu eta at that context.
    Each context: `half_time` (S, E), the least number of updates with J >= 1/2, K + 1 if none;
    `printed`, `sharp` (S, E), shares of the updates made that meet condition (15a), and the
    condition of `theorem_1b_sharp`, at this context: eta <= [Delta mu]_+/(2(L + 8G^2)) with L, G of
    the policy at x, and eta <= (1-J)[Delta mu]_+/L with L along the step.
    `tightest` (S,): the largest share of `sharp_step` used up. `theta` (S, d, N): the last one."""

    steps: Indices
    log_odds: Floats
    cumulative_gap: Floats
    relative_gap: Floats
    signed_gap: Floats
    trained: Indices
    empty: Flags
    train_log_odds: Floats
    train_gain: Floats
    half_time: Indices
    printed: Floats
    sharp: Floats
    tightest: Floats
    theta: Floats

    @property
    def success_rate(self) -> Floats:
        """J (S, R, E)."""
        return sigmoid(self.log_odds)


def train_bandits(
    problem: Problem, rate: Rate, reading: Reading, uniform: Floats, every: int = 100
) -> Run:
    """Train with the numbers of `draws`, (S, K): one update for each. Record every `every` updates,
    and the last. `sharp_step` is checked at every update and every context.

    Violated, ValueError: as `updates`. ValueError: no update, `every` below 1."""
    S, K = uniform.shape
    if K < 1 or every < 1:
        raise ValueError(f"updates and `every` must be at least 1, got {K} and {every}")
    steps = np.unique(np.append(np.arange(0, K, every), K))
    C, seed = problem.pool.shape[1], np.arange(S)
    squares = (problem.contexts**2).sum(axis=-1)
    f = log_odds(problem.theta, problem.contexts, problem.context_arm)
    cumulative, relative, signed, printed, sharp = np.zeros((5, *f.shape))
    kept = [np.stack([f, cumulative, relative, signed])]
    half_time = np.where(f >= 0, 0, K + 1)
    theta, tightest = problem.theta.copy(), np.zeros(S)
    trained, empty = np.full((S, K), -1), np.empty((S, K), dtype=np.bool_)
    train_log_odds, train_gain = np.empty((S, K)), np.empty((S, K))
    for k, (update, share) in enumerate(updates(problem, rate, reading, uniform)):
        z = update.trained
        gain, positive = update.gain[:, C:], np.maximum(update.gain[:, C:], 0)
        train_gain[:, k] = update.gain[seed, z]
        train_log_odds[:, k] = update.before[seed, z]
        trained[:, k] = np.where(update.found, z, -1)
        empty[:, k] = ~in_band(update.before[:, :C]).any(axis=1)
        cumulative += positive
        relative += positive - np.maximum(train_gain[:, k, None], 0)
        signed += gain
        made, square = update.found[:, None], update.step_size[:, None] ** 2
        printed += (33 * squares * square <= positive) & made  # 2(L + 8 G^2) = 33 ||x||^2
        room = sigmoid(-update.before[:, C:]) * positive
        sharp += (update.curvature[:, C:] <= room) & made
        half_time = np.where((half_time > K) & (update.after[:, C:] >= 0), k + 1, half_time)
        tightest = np.maximum(tightest, share)
        moved = update.multiple[:, None] * problem.pool[seed, z]
        theta += np.einsum("sd,sn->sdn", moved, update.over_arms)
        if k + 1 in steps:
            kept.append(np.stack([update.after[:, C:], cumulative, relative, signed]))
    f, cumulative, relative, signed = np.stack(kept, axis=2)
    made = np.maximum(1, (trained >= 0).sum(axis=1))[:, None]
    return Run(
        steps=steps,
        log_odds=f,
        cumulative_gap=cumulative,
        relative_gap=relative,
        signed_gap=signed,
        trained=trained,
        empty=empty,
        train_log_odds=train_log_odds,
        train_gain=train_gain,
        half_time=half_time,
        printed=printed / made,
        sharp=sharp / made,
        tightest=tightest,
        theta=theta,
    )
