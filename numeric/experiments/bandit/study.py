"""The three observations of section 5.1 as numbers, over seeds and readings of the empty band.

``study`` trains one run for each reading and seed and makes plain tables; ``files`` makes the files
of results. What each number means is in `MEASURES`, next to its name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from numeric.core import record
from numeric.experiments.bandit.bandit import (
    READINGS,
    Problem,
    Run,
    draws,
    problems,
    sigmoid,
    train_bandits,
)
from numeric.experiments.bandit.rates import Floats, Reinforce

Row = dict[str, str | int | float]
Tables = dict[str, list[Row]]
Progress = Callable[[int, int], None]

STEPS = 3000
"""Not in the paper. By then the curves have finished: see proofs_notes/bandit.md."""

RECORDS = 300
"""Recorded points of a run, after its start."""

SHOWN = 26
"""At most so many of them go into the table of curves: see `spread_out`."""

ROUNDING = 1e-9
"""Of log odds and sums of alignments over a run: a point is below a curve by more than this."""

MEASURES = {
    "first_in_band": "updates before some J of the pool is in [0.2, 0.8]; all updates if none is",
    "empty_share": "share of updates at which the band is empty",
    "tightest": "largest share of the bound of sharp_step used, over all updates and contexts",
    # Observation 1. Points: all contexts at all recorded numbers of updates after the start.
    "rms_corollary": "RMS error in J of the curve (15b), J0/(J0 + (1-J0) e^(-M/2))",
    "rms_slope_one": "RMS error in J of log odds = f0 + M",
    "rms_fitted": "RMS error in J of log odds = f0 + slope M, with the fitted slope",
    "rms_signed": "RMS error in J of log odds = f0 + sum of signed alignments",
    "slope": "least squares slope of f - f0 on M, through 0",
    "r2_slope_one": "R^2 in log odds of f0 + M: 1 - sum of squared errors / that of the mean of f",
    "r2_fitted": "R^2 in log odds of f0 + slope M",
    "r2_signed": "R^2 in log odds of f0 + sum of signed alignments",
    "largest_remainder": "largest |f - f0 - sum of signed alignments|",
    "below_curve": "share of points below the curve (15b)",
    "below_curve_learnt": "the same, of contexts that end with J >= 1/2",
    "rms_slope_one_learnt": "RMS error in J of f0 + M, of contexts that end with J >= 1/2",
    "hidden_low": "median of M - signed sum at the end, of contexts that end with J < 1/2",
    "hidden_learnt": "the same, of contexts that end with J >= 1/2",
    "printed_share": "share of (update, context) that meet (15a)",
    "printed_always": "share of contexts that meet (15a) at every update",
    "sharp_share": "share of (update, context) that meet the condition of theorem_1b_sharp",
    "sharp_always": "share of contexts that meet it at every update",
    "guaranteed_below": "points below (15b) although a condition was met at every update",
    # Observation 2.
    "low": "share of contexts that end with J < 0.1",
    "middle": "share of contexts that end with 0.1 <= J <= 0.9",
    "high": "share of contexts that end with J > 0.9",
    "valley": "valley of the final log odds: see `valley`",
    "fell": "share of contexts that end with J below J(0)",
    "fell_low": "the same, of contexts that end with J < 0.1",
    "forgotten": "share of contexts that reach J >= 1/2 and end below it",
    "late_low": "median share of M gained in the second half, of contexts that end with J < 0.1",
    "late_high": "the same, of contexts that end with J > 0.9",
    "gap_low": "median of M at the end, of contexts that end with J < 0.1",
    "gap_high": "the same, of contexts that end with J > 0.9",
    "straight": "of the growth of f after J = 1/2, median share in the second half of the updates,"
    " of contexts that end with J > 0.9: 1/2 if 1-J falls exponentially, near 0 if it falls as 1/k",
    "learnt_arms": "arms that are correct for a context that ends with J >= 1/2",
    "arm_explains": "share of contexts for which the correct arm alone says if J >= 1/2 at the end",
    "commonest_arm": "share of contexts with the commonest correct arm",
    # Observation 3. Time: least k with J(k) >= 1/2; contexts without one count as equal and last.
    "spearman": "rank correlation of |relative gap| at the end and time",
    "spearman_learnt": "the same, only of contexts that have a time",
    "spearman_cumulative": "rank correlation of -M at the end and time",
    "above_training": "share of contexts with a positive relative gap at the end",
}
"""What the numbers of a run mean. f is the log odds of success."""


# -- one run ---------------------------------------------------------------------------------------


def measures(found: Run, problem: Problem) -> dict[str, float]:
    """The numbers of `MEASURES` for a run of one seed. Not a number: no context it speaks of."""
    K = found.trained.shape[1]
    inside = ~found.empty[0]
    return {
        "first_in_band": float(inside.argmax() if inside.any() else K),
        "empty_share": float(found.empty.mean()),
        "tightest": float(found.tightest[0]),
        **_logistic(found),
        **_regimes(found, problem),
        **_relative(found),
    }


def _logistic(found: Run) -> dict[str, float]:
    """Observation 1: success rate against cumulative gap."""
    f, M, signed = (a[0, 1:] for a in (found.log_odds, found.cumulative_gap, found.signed_gap))
    f0, learnt = found.log_odds[0, 0], f[-1] >= 0
    slope = float(((f - f0) * M).sum() / (M**2).sum()) if M.any() else float("nan")
    below = f < f0 + M / 2 - ROUNDING
    hidden = (M - signed)[-1]
    always = (found.printed[0] == 1) | (found.sharp[0] == 1)
    return {
        "rms_corollary": _rms(f, f0 + M / 2),
        "rms_slope_one": _rms(f, f0 + M),
        "rms_fitted": _rms(f, f0 + slope * M),
        "rms_signed": _rms(f, f0 + signed),
        "slope": slope,
        "r2_slope_one": _r2(f, f0 + M),
        "r2_fitted": _r2(f, f0 + slope * M),
        "r2_signed": _r2(f, f0 + signed),
        "largest_remainder": float(np.abs(f - f0 - signed).max()),
        "below_curve": float(below.mean()),
        "below_curve_learnt": _mean(below[:, learnt]),
        "rms_slope_one_learnt": _rms(f[:, learnt], (f0 + M)[:, learnt]),
        "hidden_low": _median(hidden[~learnt]),
        "hidden_learnt": _median(hidden[learnt]),
        "printed_share": float(found.printed.mean()),
        "printed_always": float((found.printed == 1).mean()),
        "sharp_share": float(found.sharp.mean()),
        "sharp_always": float((found.sharp == 1).mean()),
        "guaranteed_below": float(below[:, always].sum()),
    }


def _regimes(found: Run, problem: Problem) -> dict[str, float]:
    """Observation 2: fast convergence or lack of improvement."""
    f, M = found.log_odds[0], found.cumulative_gap[0]
    half = _nearest(found.steps, found.steps[-1] / 2)
    J = sigmoid(f[-1])
    low, high, learnt = J < 0.1, J > 0.9, f[-1] >= 0
    late = (M[-1] - M[half]) / np.where(M[-1] > 0, M[-1], np.nan)
    fell = f[-1] < f[0] - ROUNDING
    arm = problem.context_arm[0]
    counts, learnt_counts = np.bincount(arm), np.bincount(arm, weights=learnt)
    return {
        "low": float(low.mean()),
        "middle": float((~low & ~high).mean()),
        "high": float(high.mean()),
        "valley": valley(f[-1]),
        "fell": float(fell.mean()),
        "fell_low": _mean(fell[low]),
        "forgotten": float(((found.half_time[0] <= found.steps[-1]) & ~learnt).mean()),
        "late_low": _median(late[low]),
        "late_high": _median(late[high]),
        "gap_low": _median(M[-1, low]),
        "gap_high": _median(M[-1, high]),
        "straight": _median(_second_half(f[:, high], found.steps, found.half_time[0, high])),
        "learnt_arms": float((learnt_counts > 0).sum()),
        "arm_explains": float(np.maximum(learnt_counts, counts - learnt_counts).sum() / len(arm)),
        "commonest_arm": float(counts.max() / len(arm)),
    }


def _second_half(f: Floats, steps: Any, start: Any) -> Floats:
    """Of the growth of f (R, n) from `start` (n,) to the end, the share in the second half; not a
    number where there are fewer than four recorded points."""
    shares = np.full(f.shape[1], np.nan)
    for i, first in enumerate(start):
        begin = int(np.searchsorted(steps, first))
        middle = _nearest(steps, (steps[begin] + steps[-1]) / 2)
        growth = f[-1, i] - f[begin, i]
        if len(steps) - begin >= 4 and growth > 0:
            shares[i] = (f[-1, i] - f[middle, i]) / growth
    return shares


def _nearest(steps: Any, number: float) -> int:
    return int(np.abs(steps - number).argmin())


def _relative(found: Run) -> dict[str, float]:
    """Observation 3: relative gap near 0 and time."""
    relative, M, time = found.relative_gap[0, -1], found.cumulative_gap[0, -1], found.half_time[0]
    has_time = time <= found.steps[-1]
    return {
        "spearman": _rank_correlation(np.abs(relative), time),
        "spearman_learnt": _rank_correlation(np.abs(relative)[has_time], time[has_time]),
        "spearman_cumulative": _rank_correlation(-M, time),
        "above_training": float((relative > 0).mean()),
    }


def valley(numbers: Floats) -> float:
    """How deep the valley between two groups of numbers (n,) is, in [0, 1]: with bins of width 1,

        max over bins j of  (min(highest bin left of j, highest bin right of j) - bin j) / highest.

    0: one group; 1: two equally high ones with an empty bin between them. With log odds a broad
    single group scores 0, while the success rates of the same contexts crowd at both 0 and 1."""
    if len(numbers) == 0:
        raise ValueError("the valley of no numbers is not defined")
    h = np.bincount(np.floor(numbers - numbers.min()).astype(np.intp))
    left, right = np.maximum.accumulate(h), np.maximum.accumulate(h[::-1])[::-1]
    return float((np.minimum(left, right) - h).max() / h.max())


def _rms(f: Floats, predicted: Floats) -> float:
    return float(np.sqrt(_mean((sigmoid(f) - sigmoid(predicted)) ** 2)))


def _r2(f: Floats, predicted: Floats) -> float:
    spread = ((f - f.mean()) ** 2).sum()
    return float(1 - ((f - predicted) ** 2).sum() / spread) if spread > 0 else float("nan")


def _mean(numbers: Any) -> float:
    return float(np.mean(numbers)) if np.size(numbers) else float("nan")


def _median(numbers: Floats) -> float:
    known = numbers[~np.isnan(numbers)]
    return float(np.median(known)) if known.size else float("nan")


def _rank_correlation(a: Any, b: Any) -> float:
    """Spearman's; not a number where one of the two does not vary."""
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(spearmanr(a, b).statistic)


# -- all runs --------------------------------------------------------------------------------------


def study(
    seeds: Sequence[int] = range(20),
    steps: int = STEPS,
    jobs: int = 2,
    progress: Progress | None = None,
    contexts: int = 500,
) -> Tables:
    """Train one run for each reading and seed, with REINFORCE and step multiple 0.1, and make four
    tables: `runs` (one row for each run), `summary` (each measure over seeds), `histogram` (final
    log odds, all seeds), `curves` (the first seed, reading `whole_pool`).

    The tables depend on the arguments but not on `jobs`. `progress(done, total)` is called after
    each run. ValueError: no seeds or the same twice, fewer than 4 steps, no jobs, no contexts."""
    if len(set(seeds)) != len(seeds) or not seeds:
        raise ValueError(f"seeds must be different, and at least one, got {list(seeds)}")
    if steps < 4 or jobs < 1:
        raise ValueError(f"at least 4 steps and 1 job are needed, got {steps} and {jobs}")
    tasks = [(reading, seed, steps, contexts) for reading in READINGS for seed in seeds]
    found = dict(zip(tasks, _all(tasks, jobs, progress or (lambda *_: None)), strict=True))
    runs: list[Row] = [
        {"reading": reading, "seed": seed, **found[reading, seed, steps, contexts][0]}
        for reading, seed, *_ in tasks
    ]
    ends = {
        reading: np.concatenate([found[t][1] for t in tasks if t[0] == reading])
        for reading in READINGS
    }
    return {
        "runs": runs,
        "summary": summary(runs),
        "histogram": histogram(ends),
        "curves": found["whole_pool", seeds[0], steps, contexts][2],
    }


Task = tuple[str, int, int, int]
Outcome = tuple[dict[str, float], Floats, list[Row]]


def _all(tasks: Sequence[Task], jobs: int, progress: Progress) -> list[Outcome]:
    """The outcomes in the order of the tasks, whichever is done first."""
    outcomes: dict[Task, Outcome] = {}
    if jobs == 1:
        for task in tasks:
            outcomes[task] = outcome_of(task)
            progress(len(outcomes), len(tasks))
        return [outcomes[task] for task in tasks]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(outcome_of, task): task for task in tasks}
        for done in as_completed(waiting):
            outcomes[waiting[done]] = done.result()
            progress(len(outcomes), len(tasks))
    return [outcomes[task] for task in tasks]


def outcome_of(task: Task) -> Outcome:
    """(reading, seed, steps, contexts) -> measures, final log odds (E,), rows of curves."""
    reading, seed, steps, contexts = task
    problem = problems([seed], contexts=contexts)
    every = max(1, steps // RECORDS)
    found = train_bandits(problem, Reinforce(), READINGS[reading], draws([seed], steps), every)
    return measures(found, problem), found.log_odds[0, -1], curves(found)


def curves(found: Run) -> list[Row]:
    """Of a run of one seed: a row for each context and recorded number of updates in `spread_out`,
    to six digits."""
    columns = (found.log_odds, found.cumulative_gap, found.signed_gap, found.relative_gap)
    names = ("log_odds", "cumulative_gap", "signed_gap", "relative_gap")
    return [
        {
            "updates": int(found.steps[r]),
            "context": context,
            **{n: _short(a[0, r, context]) for n, a in zip(names, columns, strict=True)},
        }
        for r in spread_out(found)
        for context in range(found.log_odds.shape[2])
    ]


def spread_out(found: Run) -> list[int]:
    """Indices of the first, the last and of recorded points between them, that are evenly spaced in
    updates and in mean cumulative gap, with equal weight: the learning itself is short."""
    M = found.cumulative_gap[0].mean(axis=1)
    way = found.steps / found.steps[-1] + M / (M[-1] if M[-1] > 0 else 1.0)
    return np.unique(np.searchsorted(way, np.linspace(0, way[-1], SHOWN))).tolist()


def _short(number: float) -> float:
    return float(f"{number:.6g}")


def summary(runs: Iterable[Row]) -> list[Row]:
    """Of each measure and reading, over the seeds for which it is a number: how many, the median,
    the quantiles 0.1 and 0.9, least and greatest."""
    rows = list(runs)
    found: list[Row] = []
    for measure in MEASURES:
        for reading in dict.fromkeys(str(row["reading"]) for row in rows):
            numbers = np.array([float(r[measure]) for r in rows if r["reading"] == reading])
            known = numbers[~np.isnan(numbers)]
            least, low, median, high, greatest = (
                np.quantile(known, [0, 0.1, 0.5, 0.9, 1]).tolist() if known.size else [np.nan] * 5
            )
            found.append(
                {
                    "measure": measure,
                    "reading": reading,
                    "seeds": int(known.size),
                    "median": median,
                    "q10": low,
                    "q90": high,
                    "least": least,
                    "greatest": greatest,
                }
            )
    return found


def histogram(ends: Mapping[str, Floats]) -> list[Row]:
    """Shares of final log odds in bins of width 1, for each reading: `low` is the left end."""
    every = np.floor(np.concatenate(list(ends.values())))
    edges = np.arange(every.min(), every.max() + 1.5)
    return [
        {"reading": reading, "low": float(low), "share": float(share)}
        for reading, f in ends.items()
        for low, share in zip(edges, np.histogram(f, edges)[0] / len(f), strict=False)
    ]


# -- files -----------------------------------------------------------------------------------------


def files(tables: Tables, command: str, parameters: Mapping[str, Any]) -> dict[str, str]:
    """bandit_runs.csv, bandit_summary.csv, bandit_histogram.csv, bandit_curves.csv, bandit.json."""
    contents = {f"bandit_{name}.csv": record.as_csv(rows) for name, rows in tables.items()}
    return {**contents, "bandit.json": record.as_text(as_json(tables, command, parameters))}


def as_json(tables: Tables, command: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The record: command, parameters, versions, the meaning of each measure, and the summary. A
    number that is not defined is null."""
    rows = [{k: None if v != v else v for k, v in row.items()} for row in tables["summary"]]
    return {
        "command": command,
        "parameters": dict(parameters),
        "versions": record.versions("numpy", "scipy"),
        "measures": MEASURES,
        "summary": rows,
    }
