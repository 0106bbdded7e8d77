"""What a training log says of a run: how it goes, from where on it was lost, what it advises.

The step over the safe step. Second order, with s the score along the update of length eta and H its
derivative: KL = KL(old || new) = eta^2 E[s^2]/2, as E[H] = -E[s^2]; and J rises while
eta E+|H| < 2 (1-J) gap. With E+|H| taken for E[s^2] the ratio of the two sides is

    rho = KL / ((1-J) gap eta).

(1-J) gap eta is what log J gains at first order, and log J' - log J = (1 - rho) times it at second.
So rho = KL/(KL + log J' - log J): a log shows KL and J, and over a window of updates the noise of J
is small beside its change. An APPROXIMATION, and an average of the window: below the safe step
within a factor 2.2 of what was measured, far above it far too small, but above 1 (tests/laws/
test_monitor.py). With gap/... of `GapCallback` in the log the ratio was measured, on fresh
rollouts, and is taken from there. No theorem makes rho > 1 a collapse: by `mean_curvature_step` J
rises where the ratio is below 1.

Without KL(old || new) there is no safe step: `kl` of TRL and `kl_loss` of verl are distances from
the reference.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from gpu_checks.lm.logs import Update, has
from gpu_checks.phase.analysis import COLLAPSED_BELOW, COLLAPSED_SHARE, CONVERGED_FROM, MARGIN
from gpu_checks.phase.analysis import log_odds as log_odds

WINDOW = 5
"""Updates in a mean, at most a tenth of the run and at least one."""
SAFE, HARMFUL = 1.0, 8.0
"""Of the ratio: below the first J rises; from the second on one recorded run in four collapsed."""
SILENT = 0.8
"""Share of groups without a signal that is worth a word."""
LONGER, TRUNCATED, ENTROPY_UP, ENTROPY_DOWN = 2.0, 0.3, 2.0, 0.1


@dataclass(frozen=True)
class Finding:
    """`since`: the first update it holds at, and from there to the end, or its peak. `claim`: the
    slug of the theorem that speaks, empty where none does."""

    name: str
    since: int
    evidence: str
    claim: str
    advice: str


@dataclass(frozen=True)
class Diagnosis:
    """`fate`: healthy, rising, converged, stagnation, fallen, collapsed, no start, or unknown.
    `lost_from`: the update from which on J never came back; None if it is not lost. `missing`: what
    the log cannot show, one line each. `series`: smoothed measures by name, (step, value)."""

    updates: int
    fate: str
    lost_from: int | None
    start: float | None
    best: float | None
    final: float | None
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    series: dict[str, list[tuple[int, float]]]


def diagnose(updates: Sequence[Update], group: int | None = None) -> Diagnosis:
    """`group`: responses a prompt, for bounds that need it."""
    rows = [*updates]
    series = {
        name: smoothed(rows, name) for name in sorted({k for r in rows for k in r} - {"step"})
    }
    J = success(rows, series)
    series |= {"success": J} if J else {}
    series |= shares(series, group)
    series |= {"gap_bound": bound} if (bound := gap_bound(series, group)) else {}
    over, how = step_over_safe(rows, series)
    series |= {"step_over_safe": over} if over else {}
    fate, lost = outcome(J)
    found = [one for rule in RULES if (one := rule(series, lost)) is not None]
    return Diagnosis(
        updates=len(rows),
        fate=fate,
        lost_from=lost,
        start=J[0][1] if J else None,
        best=max(value for _, value in J) if J else None,
        final=J[-1][1] if J else None,
        findings=(*broken(rows), *found),
        missing=(*missing(rows, J), *how),
        series=series,
    )


# -- series ----------------------------------------------------------------------------------------

Series = list[tuple[int, float]]


def smoothed(rows: Sequence[Update], name: str) -> Series:
    """The mean of the last WINDOW finite values, at each update that has one."""
    known = [(int(r["step"]), r[name]) for r in rows if name in r and math.isfinite(r[name])]
    width = max(1, min(WINDOW, len(known) // 10))
    return [
        (step, fmean(value for _, value in known[max(0, at + 1 - width) : at + 1]))
        for at, (step, _) in enumerate(known)
    ]


def success(rows: Sequence[Update], series: dict[str, Series]) -> Series:
    """J: the measure of this name; a reward never outside [0, 1]; what GapCallback found."""
    if "success" in series:
        return series["success"]
    given = [row["reward"] for row in rows if "reward" in row and math.isfinite(row["reward"])]
    if given and all(0 <= value <= 1 for value in given):
        return series["reward"]
    return series.get("success_measured", [])


def shares(series: dict[str, Series], group: int | None) -> dict[str, Series]:
    """All right and all wrong, where only their sum h is logged. In a mixed group of G a share
    between 1/G and 1 - 1/G is right, so J - (1-h)(1 - 1/G) <= all right <= J - (1-h)/G: the middle
    of the two, cut to [0, min(h, J)]; exact where h = 1."""
    if "homogeneous" not in series or "success" not in series:
        return {}
    h, J = dict(series["homogeneous"]), dict(series["success"])
    steps = [step for step in h if step in J]
    if "all_wrong" in series:
        wrong = dict(series["all_wrong"])
        return {"all_right": [(k, max(0.0, h[k] - wrong[k])) for k in steps if k in wrong]}
    least = 1 / group if group else 0.0
    right = {}
    for k in steps:
        low, high = J[k] - (1 - h[k]) * (1 - least), J[k] - (1 - h[k]) * least
        right[k] = (max(0.0, low) + min(h[k], J[k], max(high, 0.0))) / 2
    return {
        "all_right": [(k, right[k]) for k in steps],
        "all_wrong": [(k, h[k] - right[k]) for k in steps],
    }


def gap_bound(series: dict[str, Series], group: int | None) -> Series:
    """The gap of s/|o| along a GRPO gradient is at most |g| over the mean of sqrt(J_q(1-J_q)), and
    that is at least (1-h) sqrt(G-1)/G. |g| counts its own noise as signal: an upper estimate, in
    the mean. Needs the group size."""
    if group is None or "gradient_norm" not in series or "homogeneous" not in series:
        return []
    h = dict(series["homogeneous"])
    least = math.sqrt(group - 1) / group
    return [(k, g / ((1 - h[k]) * least)) for k, g in series["gradient_norm"] if h.get(k, 1) < 1]


def step_over_safe(rows: Sequence[Update], series: dict[str, Series]) -> tuple[Series, list[str]]:
    """The ratio, and what to say about where it comes from."""
    if "safe_ratio" in series:
        return series["safe_ratio"], []
    if "success" not in series or not (has([*rows], "kl") or has([*rows], "kl_token")):
        return [], [
            "no safe step: KL(old || new) is not logged (GapCallback measures the ratio itself;"
            " actor/ppo_kl of verl is it; a KL to the reference is not)"
        ]
    KL = {k: abs(v) for k, v in series["kl"]} if "kl" in series else per_response(series)
    if not any(KL.values()):
        return [], ["no safe step: the logged KL(old || new) is 0, taken before the update"]
    if "gain" in series:
        pairs = [(k, KL[k], gained) for k, gained in series["gain"] if k in KL]
        told = "step over safe step: an approximation, KL/(KL + E+[log pi_new - log pi_old])"
        return [(k, ratio(spent, gained)) for k, spent, gained in pairs], [told]
    J, steps = dict(series["success"]), [k for k, _ in series["success"] if k in KL]
    width = max(2, len(steps) // 10)
    found = []
    for at, last in enumerate(steps[width:]):
        before = steps[at : at + width]
        gained = math.log(max(J[last], 1e-6) / max(J[before[0]], 1e-6))
        found.append((last, ratio(sum(KL[k] for k in before), gained)))
    told = f"step over safe step: an approximation, KL/(KL + log J' - log J) over {width} updates"
    return found, [told]


def ratio(spent: float, gained: float) -> float:
    """rho; infinite where J lost more than any step below the safe one can lose."""
    return spent / (spent + gained) if spent + gained > 0 else math.inf


def per_response(series: dict[str, Series]) -> dict[int, float]:
    """A KL a token times the mean length."""
    length = dict(series.get("length", []))
    return {k: abs(v) * length.get(k, 1.0) for k, v in series["kl_token"]}


# -- how it ends -----------------------------------------------------------------------------------


def outcome(J: Series) -> tuple[str, int | None]:
    """How the run goes, and from which update on it was lost: the first one after its best from
    which on J stays below COLLAPSED_SHARE of the best."""
    if not J:
        return "unknown", None
    values = [value for _, value in J]
    best, final = max(values), values[-1]
    if best == 0:
        return "no start", J[0][0]
    if final >= CONVERGED_FROM:
        return "converged", None
    if final < COLLAPSED_SHARE * best and fell(values):
        lost = next(at for at in range(len(J)) if max(values[at:]) < COLLAPSED_SHARE * best)
        return ("collapsed" if final < COLLAPSED_BELOW else "fallen"), J[lost][0]
    risen = log_odds(min(final, 1 - 1e-6)) - log_odds(max(values[0], 1e-6))
    return ("rising" if risen > MARGIN else "stagnation"), None


def fell(values: Sequence[float]) -> bool:
    """The fall is more than noise: the last tenth is below half of the best tenth's mean."""
    width = max(1, len(values) // 10)
    tenths = [fmean(values[i : i + width]) for i in range(len(values) - width + 1)]
    return tenths[-1] < COLLAPSED_SHARE * max(tenths)


# -- findings --------------------------------------------------------------------------------------

Rule = Callable[[dict[str, Series], int | None], Finding | None]


def tail(series: Series) -> float:
    """The mean of the last tenth; NaN if there is nothing."""
    return fmean(value for _, value in series[-max(1, len(series) // 10) :]) if series else math.nan


def lasting(series: Series, holds: Callable[[float], bool]) -> int | None:
    """The update from which on it holds to the end; None if it does not hold there."""
    found = None
    for step, value in reversed(series):
        if not holds(value):
            break
        found = step
    return found


def no_start(series: dict[str, Series], lost: int | None) -> Finding | None:
    J = series.get("success", [])
    if not J or any(value > 0 for _, value in J):
        return None
    return Finding(
        "no success at all",
        J[0][0],
        f"J = 0 at all {len(J)} updates: every group is all wrong, and the update is 0",
        "gradient_identity",
        "no step size helps: look at the verifier on a right answer, then at easier prompts or"
        " examples in the prompt; the wait for a first success is 1/(J n) responses in the mean",
    )


def too_long(series: dict[str, Series], lost: int | None) -> Finding | None:
    over = series.get("step_over_safe", [])
    usual = [value for step, value in over if lost is None or step <= lost]
    fine = lost is None and (median(usual or [0.0]) <= HARMFUL or converged(series))
    if not usual or fine:
        return None
    worst = max(usual)
    if worst <= SAFE:
        return None
    since = next(step for step, value in over if value > SAFE)
    times = "far above" if math.isinf(worst) else f"{worst:.2g} times"
    return Finding(
        "steps longer than the safe one",
        since,
        f"up to {times} the safe step",
        "mean_curvature_step",
        "go back to a checkpoint before this update and divide the learning rate by"
        f" {'8 or more' if math.isinf(worst) else f'{max(2.0, worst):.2g}'}",
    )


def converged(series: dict[str, Series]) -> bool:
    return tail(series.get("success", [])) >= CONVERGED_FROM


def absorbed(series: dict[str, Series], lost: int | None) -> Finding | None:
    wrong, J = series.get("all_wrong", []), series.get("success", [])
    since = lasting(wrong, lambda share: share > SILENT)
    if since is None or not any(value > 0 for _, value in J):
        return None
    return Finding(
        "groups all wrong",
        since,
        f"{tail(wrong):.0%} of the groups are all wrong at the end: no advantage, no gradient",
        "gradient_identity",
        "it does not come back by itself: restore a checkpoint before this update, with a shorter"
        " step; a penalty or an entropy bonus still moves the policy, without any signal",
    )


def saturated(series: dict[str, Series], lost: int | None) -> Finding | None:
    right = series.get("all_right", [])
    since = lasting(right, lambda share: share > SILENT)
    if since is None:
        return None
    return Finding(
        "groups all right",
        since,
        f"{tail(right):.0%} of the groups are all right at the end: nothing is left to learn",
        "grpo_gradient",
        "harder prompts; this is no fault",
    )


def disordered(series: dict[str, Series], lost: int | None) -> Finding | None:
    entropy = series.get("entropy", [])
    if lost is None or not entropy:
        return None
    peak, highest = max(entropy, key=lambda pair: pair[1])
    least = min(value for step, value in entropy if step <= peak)
    if highest <= ENTROPY_UP * least:
        return None
    since = next(step for step, value in entropy if value > ENTROPY_UP * least)
    return Finding(
        "entropy rises",
        since,
        f"from {least:.2g} to {highest:.2g} nats a token, and J is lost",
        "kl_step",
        "a shorter step: what one update can do to J is bounded by its KL, whatever its direction;"
        " remove an entropy bonus, bound the KL of an update",
    )


def deterministic(series: dict[str, Series], lost: int | None) -> Finding | None:
    entropy, J = series.get("entropy", []), series.get("success", [])
    if not entropy or not J or converged(series) or entropy[0][1] <= 0:
        return None
    since = lasting(entropy, lambda value: value < ENTROPY_DOWN * entropy[0][1])
    if since is None:
        return None
    return Finding(
        "entropy is gone",
        since,
        f"{tail(entropy):.2g} nats a token at the end, {entropy[0][1]:.2g} at the start, and"
        f" J = {tail(J):.2f}",
        "",
        "groups become homogeneous and the run stands still below 1: more responses a prompt, a"
        " higher upper clip or a shorter step from an earlier checkpoint",
    )


def other_aim(series: dict[str, Series], lost: int | None) -> Finding | None:
    """The reward is not J, and does well where J does not."""
    reward, J = series.get("reward", []), series.get("success", [])
    if lost is None or not reward or J == reward or tail(reward) <= reward[0][1]:
        return None
    return Finding(
        "the reward rises while J falls",
        lost,
        f"reward {reward[0][1]:.2g} -> {tail(reward):.2g}, J {J[0][1]:.2g} -> {tail(J):.2g}",
        "",
        "the parts of the reward beside correctness (format, length) are what is optimised: give"
        " them only to right answers, or leave them out",
    )


def graded(series: dict[str, Series], lost: int | None) -> Finding | None:
    """Groups without a success whose rewards differ still push."""
    wrong, deviation = series.get("all_wrong", []), series.get("reward_sd", [])
    J = series.get("success", [])
    if not wrong or not J or tail(J) > 0 or not tail(deviation) > 0:
        return None
    return Finding(
        "all wrong, and still pushed",
        J[0][0],
        f"J = 0 at the end, and the rewards deviate by {tail(deviation):.2g}",
        "negative_only_graded",
        "the shaped part alone is learnt, with the weight of a whole reward after division by the"
        " deviation: divide by nothing, or leave groups without a success out",
    )


def longer(series: dict[str, Series], lost: int | None) -> Finding | None:
    length, cut = series.get("length", []), series.get("truncated", [])
    if lost is None or not length:
        return None
    before = median([value for step, value in length if step <= lost] or [length[0][1]])
    grown = max(value for _, value in length) / max(before, 1e-9)
    if grown < LONGER and not tail(cut) > max(TRUNCATED, ENTROPY_UP * cut[0][1] if cut else 0):
        return None
    peak = max(length, key=lambda pair: pair[1])[0]
    return Finding(
        "responses grow",
        peak,
        f"{grown:.2g} times as long" + (f", {tail(cut):.0%} cut off" if cut else ""),
        "token_eta_safe",
        "the safe step is inverse to the mean length of the right responses: divide the learning"
        " rate by the same factor, and leave cut-off responses out of the loss",
    )


RULES: tuple[Rule, ...] = (
    no_start,
    too_long,
    absorbed,
    saturated,
    disordered,
    deterministic,
    longer,
    other_aim,
    graded,
)


# -- out of scope ----------------------------------------------------------------------------------

ENGINE_RATIO, ENGINE_DIFFERENCE = 100.0, 1.0


def broken(rows: Sequence[Update]) -> list[Finding]:
    """Faults of numbers and of engines: no theorem about a policy speaks of them."""
    found = []
    measures = ("loss", "gradient_norm", "reward", "entropy", "kl_reference")
    for row in rows:
        bad = [name for name in measures if name in row and not math.isfinite(row[name])]
        if bad:
            text = f"{', '.join(bad)} is no number"
            advice = "out of scope: look at the loss, the precision and the data of this update"
            found.append(Finding("not a number", int(row["step"]), text, "", advice))
            break
    for row in rows:
        ratio, gap = row.get("engine_ratio", 0), abs(row.get("engine_difference", 0))
        if ratio > ENGINE_RATIO or gap > ENGINE_DIFFERENCE:
            text = f"sampler and trainer disagree: ratio {ratio:.3g}, mean difference {gap:.3g}"
            advice = (
                "out of scope: the sampled policy is not the trained one; compare their engines"
            )
            found.append(Finding("engine mismatch", int(row["step"]), text, "", advice))
            break
    return found


def missing(rows: Sequence[Update], J: Series) -> list[str]:
    """What this log cannot show."""
    told = []
    if not J:
        told.append(
            "no success rate: give the log's name of it with --success; a shaped reward is no J,"
            " and the theorems are about J"
        )
    wanted = {
        "homogeneous": "groups without a signal (frac_reward_zero_std of TRL)",
        "entropy": "entropy",
        "length": "lengths",
    }
    return told + [f"not logged: {text}" for name, text in wanted.items() if not has([*rows], name)]
