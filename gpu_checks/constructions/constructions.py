"""Lower-bound instances of theorem_2 and theorem_4 by the block, in float64: the eager reference.

The log odds, of success or of a token, are start + a wave: one parameter x, slope

    top - amplitude dip(x / period),    dip(u) = 2 sin^2(pi u) (cosine) or 4 |u| (triangle),

|u| <= 1/2, period 1. Written so, a largest slope of 1e-20 amplitudes keeps all its digits. An
amplitude L period/s keeps the scores L-Lipschitz for s >= 2 pi (cosine) or 4 (triangle).

Above (theorem_2, theorem_4): constant steps of whole periods meet the promised gap at every
iterate, and J falls. Below (eta_safe, token_eta_safe): steps below the safe step at J(k), gap(k),
and J rises. Both follow w = the sign of the slope where they are.

Rounding, with u = 2^-53 and elementary functions right to 4 u. A slope is off by at most
14 u (top + 2 amplitude): 5.4 u from sin(pi phase), squared, multiplied, subtracted. The mean slope
over a step is off by 105 u of the same, as its mid-phase is off by u/2, its sine by 9.2 u and its
mean dip by 58 u, times 3 where whole periods are added. J, 1 - J, the branches and, for tokens,
the factor T (1 - p)/(1 - p^T) and log J'/J add at most 32 + 190 u of the gap, which is at most
factor times the slope. All together is below 512 u: so

    budget = 512 u eta factor (top + 2 amplitude)

bounds the error of the change of log odds and of the rise that is proved for it. A step is decided
where the proved rise exceeds the budget; elsewhere (next to a maximum) rounding hides the rise.
"""

import math
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, TypeAlias

import torch

from theory.evaluate import evaluate
from theory.kernel.statement import Hypothesis
from theory.statements import eta_safe, token_eta_safe
from theory.statements._collapse import LONG, SHORT
from theory.statements.lemma_2_sharp import SHORT as MODERATE
from theory.statements.theorem_4 import RANGE

Floats: TypeAlias = torch.Tensor

COLUMNS = 256  # instances in a row of a block
UNIFORMS = 12  # uniforms in [0, 1) that one instance is drawn from
ROUNDING = 512 * 2.0**-53
INWARD = 2.0**-50  # 8 u: more than the rounding of a short product
WINDOW = 0.998  # share of the window of phases that is used: the rest absorbs rounding
SPARE = 1.02  # the step exceeds the threshold of the wave by at least this factor
MOST_PERIODS = 64.0  # in a step
LARGEST_LOG_ODDS = 600.0  # of a token: beyond it only quantities of size e^-600 change

PRINTED = {
    "theorem_2": (LONG, SHORT),
    "theorem_4": tuple(h for h in RANGE if h.name in ("long", "short")),
}  # the least and the largest step
SAFE = {"theorem_2": "eta_safe", "theorem_4": "token_eta_safe"}  # steps below, same policies


class Family(NamedTuple):
    """A shape, "cosine" or "triangle", and s: a wave falls for steps longer than s slope/L."""

    shape: str
    threshold: float


FAMILIES = {
    "cosine, amplitude of the paper": Family("cosine", 8.0),
    "cosine": Family("cosine", 44 / 7),  # just above 2 pi
    "triangle": Family("triangle", 4.0),
}


@dataclass(frozen=True, eq=False)
class Instances:
    """Instances of one theorem and one shape of wave. Tensors of shape (rows, columns), float64.

    gap          the gap promised at every step (above), or at the top (below)
    smoothness   L, or L_p: 1/length^2; score_bound: G, or G_p: 1/length
    top, amplitude, period   the wave
    start        log odds at step 0, of success or of a token
    longest      T; 1 for theorem_2
    whole, slip  a constant step in periods: a whole number and a slip
    phase        at step 0, in periods from the nearest top, in [-1/2, 1/2]
    offset       in [0, 1): tells the adaptive steps of different instances apart
    """

    theorem: str
    shape: str
    gap: Floats
    smoothness: Floats
    score_bound: Floats
    top: Floats
    amplitude: Floats
    period: Floats
    start: Floats
    longest: Floats
    whole: Floats
    slip: Floats
    phase: Floats
    offset: Floats

    def tensors(self) -> dict[str, Floats]:
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: x for name, x in found.items() if isinstance(x, torch.Tensor)}


class State(NamedTuple):
    """Where the runs are, each (rows, columns): whole periods and the phase, kept apart, and the
    change of log odds since step 0, kept apart from their start."""

    periods: Floats
    phase: Floats
    climb: Floats


class Seen(NamedTuple):
    """One step, each (rows, columns). ``fine``: the claim holds; ``decided``: beyond rounding.

    Above, ``least`` is 1 - J(k+1)/J(k), ``margin`` gap(k)/gap - 1. Below, ``least`` is the rise of
    the log odds over what is proved for it, where decided, ``margin`` the rise that exceeds the
    proved one, in budgets (at least -1)."""

    fine: torch.Tensor
    decided: torch.Tensor
    least: Floats
    margin: Floats


# -- drawing -------------------------------------------------------------------------------------


def draw_above(theorem: str, family: Family, uniforms: Floats, steps: int) -> Instances:
    """Instances over the printed range, as long as they make at most ``steps`` >= 1 steps.

    ``uniforms`` (n, UNIFORMS), float64 in [0, 1), n a multiple of COLUMNS. L takes 20 decades, the
    gap the 20 below its limit, J(0) (theorem_4: p(0) up to 1/2) 1e-12 to 1 - 1e-12, T 1 to 200,
    G^2 L to 6 L. A quarter of the gaps is at its limit; a quarter of the steps is at each end.

    Rounding at the ends: limits are multiplied by 1 +- 2^-50 towards the inside, and so is G up
    and the amplitude down. A product of a few factors is off by less, so every hypothesis holds
    for the floats as exact numbers, and an end is met to a relative 2^-48. For tokens the slope is
    raised by 2^-46, more than the rounding of the factor T (1-p)/(1-p^T).

    Some iterates stay at the top; others begin next to it and stay, or slip over it; the top is
    then as much higher than the promised slope as that takes."""
    u = columns_of(uniforms)
    L, G, T, start = scene(theorem, u, both=theorem == "theorem_2")
    low, high = printed_ends(theorem, L, G, T)
    gap = high / low * (1 - 4 * INWARD) * 10 ** (-20 * ((u[4] - 0.25) / 0.75).clamp(min=0))
    low, high = low * gap * (1 + INWARD), high * (1 - INWARD)
    between = low * (high / low) ** (2 * u[5] - 0.5).clamp(0, 1)
    eta = between.clamp(low, high)

    promised = gap / success(theorem, start, T)[2] * (1 + 16 * INWARD * (theorem == "theorem_4"))
    room = eta * L / (family.threshold * promised) / SPARE  # > 1 in the printed range
    raised = ((u[6] - 1 / 3) / (2 / 3)).clamp(min=0) * ((room - 1) / 2).clamp(max=1)
    top = promised * (1 + raised)
    most = (room / (1 + raised)).clamp(max=MOST_PERIODS)
    whole = (1 + u[7] * (most - 1)).clamp(min=1).floor()
    largest = amplitude_of(family, L, top, eta / whole)
    window = window_of(family.shape, WINDOW * raised * promised / largest)
    slips = u[8] < 1 / 3
    phase = window * torch.where(slips, -1.0, 2 * u[9] - 1)
    slip = torch.where(slips, torch.minimum(2 * window * u[9] / steps, whole / 200), 0.0)
    period = eta / (whole + slip)
    wave = (top, amplitude_of(family, L, top, period), period)
    path = (start, T, whole, slip, phase, u[3])
    return Instances(theorem, family.shape, gap, L, G, *wave, *path)


def draw_below(theorem: str, family: Family, uniforms: Floats) -> Instances:
    """Landscapes of the same families for steps below eta_safe; arguments as in ``draw_above``.

    Half of the tops lie within a decade of sqrt L, the others in 20 below. The amplitude is 1/20 to
    20 tops, so a step of a period is on both sides of the threshold, and slopes have both signs or
    one. Runs begin at any phase, at any J or p from 1e-12 to 1 - 1e-12."""
    u = columns_of(uniforms)
    L, G, T, start = scene(theorem, u, both=True)
    decades = torch.where(u[4] < 0.5, 2 * u[4], 20 * (2 * u[4] - 1))
    top = 0.99 * L.sqrt() * 10**-decades
    amplitude = torch.minimum(top * 20 ** (2 * u[5] - 1), highest_amplitude(L, top))
    period = family.threshold * amplitude / L * (1 + INWARD)
    none = torch.zeros_like(top)
    gap = top * success(theorem, start, T)[2]
    wave = (top, amplitude, period)
    path = (start, T, none, none, u[6] - 0.5, u[3])
    return Instances(theorem, family.shape, gap, L, G, *wave, *path)


def columns_of(uniforms: Floats) -> tuple[Floats, ...]:
    """The draws of each kind, (rows, COLUMNS). ValueError: another shape or type."""
    shape, kind = tuple(uniforms.shape), uniforms.dtype
    if shape[1:] != (UNIFORMS,) or shape[0] % COLUMNS or kind != torch.float64:
        raise ValueError(f"uniforms must be float64, ({COLUMNS} r, {UNIFORMS}), got {kind} {shape}")
    # (n, 12) -> 12 of (rows, columns), each contiguous: strided loads are not vectorised
    return uniforms.T.contiguous().reshape(UNIFORMS, -1, COLUMNS).unbind()


def scene(theorem: str, u: tuple[Floats, ...], both: bool) -> tuple[Floats, Floats, Floats, Floats]:
    """L, G, T and the log odds of J(0) or p(0), on both sides of 1/2 or only up to it."""
    L = 10 ** (20 * u[0] - 10)
    G = (L * (1 + 5 * (2 * u[1] - 1).clamp(min=0))).sqrt() * (1 + INWARD)
    T = torch.ones_like(L) if theorem == "theorem_2" else (200 * u[2]).floor() + 1
    spread = u[10] if both else (2 * u[10]).clamp(max=1)  # else half of them begin at 1/2
    rate = 10 ** (-12 + (12 + math.log10(0.5)) * spread)
    start = (rate.log() - (-rate).log1p()).clamp(max=0)
    return L, G, T, torch.where(u[11] < 0.5, -start, start) if both else start


def printed_ends(theorem: str, L: Floats, G: Floats, T: Floats) -> tuple[Floats, Floats]:
    """The least step of the printed range for a unit gap, and the largest step."""
    least, largest = PRINTED[theorem]
    values = {"gap": 1, "eta": 1, "L": L, "G": G, "T": T}
    return _bound(least, values), 1 / _bound(largest, values).sqrt()


def _bound(hypothesis: Hypothesis, values: dict[str, Any]) -> Floats:
    """For c eta >= d, at eta = 1: d/c; for c eta^2 <= d: c/d."""
    parts = hypothesis.formula
    formula = parts.args[-1] if parts.op == "and" else parts
    left, right = (evaluate(side, values) for side in formula.args)
    return left / right


def highest_amplitude(L: Floats, top: Floats) -> Floats:
    """(sqrt L + top)/2: the steepest slope is then -sqrt L."""
    return (L.sqrt() + top) / 2 * (1 - INWARD)


def amplitude_of(family: Family, L: Floats, top: Floats, period: Floats) -> Floats:
    """The largest amplitude that keeps the scores bounded by sqrt L and L-Lipschitz."""
    return torch.minimum(L * period / family.threshold * (1 - INWARD), highest_amplitude(L, top))


def window_of(shape: str, depth: Floats) -> Floats:
    """The phase in [0, 1/2] where the dip is ``depth`` in [0, 2]."""
    return depth / 4 if shape == "triangle" else (depth / 2).sqrt().asin() / math.pi


# -- waves ---------------------------------------------------------------------------------------


def dip(shape: str, phase: Floats) -> Floats:
    """How far the slope is below its top, in amplitudes; |phase| <= 1/2."""
    return 4 * phase.abs() if shape == "triangle" else 2 * (math.pi * phase).sin() ** 2


def mean_dip(shape: str, phase: Floats, local: Floats) -> Floats:
    """The mean of ``dip`` from ``phase`` over ``local``, |local| <= 1/2, without cancellation.

    Cosine: the difference of two sines is a product, so with c the middle
        2 sin^2(pi c) + cos(2 pi c) (1 - sin(pi local)/(pi local)),
    the last bracket by its series. Triangle: the mean of |v| over an interval that contains 0 only
    if its ends have opposite signs, v measured from the nearest top or bottom of the wave."""
    middle = phase + local / 2
    if shape == "triangle":
        near = middle.abs() <= 0.25
        first = torch.where(near, phase, phase - middle.sign() / 2)
        last = first + local
        apart = (first * first + last * last) / (2 * local.abs())
        distance = torch.where(first * last >= 0, (first + last).abs() / 2, apart)
        return torch.where(near, 4 * distance, 2 - 4 * distance)
    sine2 = (math.pi * middle).sin() ** 2
    return 2 * sine2 + (1 - 2 * sine2) * one_minus_sinc(math.pi * local)


SERIES = [(-1) ** n / math.factorial(2 * n + 3) for n in range(11)]


def one_minus_sinc(x: Floats) -> Floats:
    """1 - sin(x)/x for |x| <= pi/2: the next term of the series is below 1e-18 of the first."""
    z = x * x
    total = torch.full_like(x, SERIES[-1])
    for coefficient in reversed(SERIES[:-1]):
        total = total * z + coefficient
    return total * z


def rise(i: Instances, phase: Floats, whole: Floats, local: Floats) -> Floats:
    """The change of log odds over ``whole`` + ``local`` periods, both with their sign."""
    here = local * (i.top - i.amplitude * mean_dip(i.shape, phase, local))
    return i.period * (whole * (i.top - i.amplitude) + here)


def slope(i: Instances, phase: Floats) -> tuple[Floats, Floats]:
    """The slope, and w: its sign, 1 or -1."""
    here = i.top - i.amplitude * dip(i.shape, phase)
    return here, torch.where(here >= 0, 1.0, -1.0)


def moved(state: State, whole: Floats, local: Floats, climb: Floats) -> State:
    phase = state.phase + local
    over = phase.round()
    return State(state.periods + whole + over, phase - over, state.climb + climb)


def resting(i: Instances) -> State:
    """Before step 0."""
    return State(torch.zeros_like(i.phase), i.phase, torch.zeros_like(i.phase))


# -- success rates and safe steps ------------------------------------------------------------------


def expm1(x: Floats) -> Floats:
    """e^x - 1 as 2 sinh(x/2) e^(x/2), x < 1400, to 10 u: compiled for a CPU, torch's own expm1 is
    exp(x) - 1, which is 0 for small x."""
    half = x.clamp(min=-100) / 2  # below, it is -1
    return 2 * half.sinh() * half.exp()


def token_rates(log_odds: Floats) -> tuple[Floats, Floats]:
    """p and 1 - p at these log odds, both to a few units of the last place."""
    small = (-log_odds.abs()).exp()
    large = 1 / (1 + small)
    small = small * large
    return torch.where(log_odds >= 0, large, small), torch.where(log_odds >= 0, small, large)


def success(theorem: str, log_odds: Floats, T: Floats) -> tuple[Floats, Floats, Floats]:
    """J, 1 - J, and the factor from the slope to the gap.

    theorem_2: sigmoid of the log odds, factor 1. theorem_4: log J = T log p = -T softplus(-h), and
    the factor T (1-p)/(1-p^T)."""
    if theorem == "theorem_2":
        return *token_rates(log_odds), torch.ones_like(log_odds)
    h = log_odds.clamp(max=LARGEST_LOG_ODDS)
    log_J = -T * ((-h).clamp(min=0) + (-h.abs()).exp().log1p())
    F = -expm1(log_J)
    return log_J.exp(), F, T * token_rates(h)[1] / F


def log_growth(log_odds: Floats, T: Floats, climb: Floats) -> Floats:
    """log of J(k+1)/J(k) when the log odds, of a token for T > 1, change by ``climb``: from
    p'/p = 1/(1 + (1-p)(e^-climb - 1)): nothing is subtracted that cancels for climb <= 2."""
    failure = token_rates(log_odds.clamp(max=LARGEST_LOG_ODDS))[1]
    return -T * (expm1(-climb) * failure).log1p()


def safe_step(theorem: str, values: dict[str, Any]) -> tuple[Floats, Floats]:
    """eta_safe, or token_eta_safe, and what a step of a share rho of it is proved to add to the log
    odds, over (1 - rho) eta gap: 1, or J where the branch of the failures is the largest."""
    if theorem == "theorem_2":
        safe = evaluate(eta_safe.SAFE_STEP, values)
        late = evaluate(eta_safe.branch_success, values)
    else:
        longest = 1 / _bound(MODERATE, {**values, "eta": 1}).sqrt()
        moderate = torch.minimum(evaluate(token_eta_safe.branch_moment, values), longest)
        safe = torch.maximum(evaluate(token_eta_safe.SAFE_STEP, values), moderate)
        late = evaluate(token_eta_safe.branch_success, values)
    return safe, torch.where(safe > late, 1.0, values["J"])


# -- steps ---------------------------------------------------------------------------------------


def step_above(i: Instances, state: State, share: Floats) -> tuple[State, Seen]:
    """One constant step. ``share`` is not used. Above, a fall is never hidden by rounding."""
    here, w = slope(i, state.phase)
    climb = rise(i, state.phase, w * i.whole, w * i.slip)
    after = moved(state, w * i.whole, w * i.slip, climb)
    log_odds = i.start + state.climb
    gap = here * success(i.theorem, log_odds, i.longest)[2]
    fall = -expm1(log_growth(log_odds, i.longest, climb))
    fine = (gap >= i.gap) & (climb < 0) & (after.climb < state.climb) & (fall > 0)
    return after, Seen(fine, torch.ones_like(fine), fall, gap / i.gap - 1)


def step_below(i: Instances, state: State, share: Floats) -> tuple[State, Seen]:
    """One step of rho eta_safe, rho in [0.001, 0.999] from frac(share + offset)."""
    log_odds = i.start + state.climb
    J, F, factor = success(i.theorem, log_odds, i.longest)
    here, w = slope(i, state.phase)
    gap = here.abs() * factor
    values = {"J": J, "F": F, "gap": gap, "L": i.smoothness, "G": i.score_bound, "T": i.longest}
    tokens = {"length_plus": i.longest, "T_psi": i.longest / math.log(2)}
    safe, weight = safe_step(i.theorem, {**values, **tokens})
    mix = share + i.offset
    rho = 0.001 + 0.998 * (mix - mix.floor())
    eta = rho * safe

    periods = w * (eta / i.period)
    whole = periods.round()
    local = periods - whole
    climb = rise(i, state.phase, whole, local)
    change = climb
    if i.theorem == "theorem_4":
        growth = log_growth(log_odds, i.longest, climb)
        change = growth - (-expm1(growth) * (J / F)).log1p()
    proved = (1 - rho) * weight * eta * gap
    budget = ROUNDING * eta * factor * (i.top + 2 * i.amplitude)
    decided = proved > budget
    fine = (change >= proved - budget) & torch.where(decided, change > 0, change >= -budget)
    least = torch.where(decided, change / proved, math.inf)
    margin = torch.where(budget > 0, (change - proved) / budget, math.inf)
    return moved(state, whole, local, climb), Seen(fine, decided, least, margin)


STEPS = {"above": step_above, "below": step_below}
