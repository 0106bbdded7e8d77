"""The analysis of phase diagrams: how a run ends, from which step on runs collapse, and how that
step scales with the length of the response and with the success rate.

Pure NumPy on tables, so that it runs where torch is not installed. A table is a dict of columns,
each (runs,), as `numeric.core.record.read_csv` gives it; a result is a list of rows for `as_csv`.
Everything here is measured: a threshold is what some runs did, not what a theorem says.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.core.record import Row

Table = Mapping[str, NDArray[Any]]
Rows = list[dict[str, Any]]

PANEL = ("diagram", "algorithm", "task", "step")
"""What is never mixed in one threshold law."""

# -- how a run ends --------------------------------------------------------------------------------

CONVERGED_FROM = 0.9
COLLAPSED_BELOW, COLLAPSED_SHARE = 0.05, 0.5
DETERMINISTIC_BELOW, UNIFORM_ABOVE = 0.1, 0.9
MARGIN = 0.5
STALLED_FROM = 0.99
NO_GRADIENT = 1e-9

CONVERGED, RISING, STAGNATION, FALLEN = "converged", "rising", "stagnation", "fallen"
DETERMINISTIC, UNIFORM = "deterministic-wrong", "uniform"
ABSORBED, MOVING, OVERFLOW = "no-signal absorption", "collapsed, still moving", "overflow"
SURVIVED = (CONVERGED, RISING, STAGNATION, FALLEN)
COLLAPSED = (DETERMINISTIC, UNIFORM, ABSORBED, MOVING, OVERFLOW)
FATES = SURVIVED + COLLAPSED


def fate(row: Row) -> str:
    """How one run ends; the first line that fits, so that each run has exactly one fate.

        overflow                 final success or entropy is no number any more, or an update of the
                                 last tenth was none (`finite` < 1, where the table has it)
        converged                final success >= CONVERGED_FROM
        (collapsed               final < COLLAPSED_BELOW and final < COLLAPSED_SHARE * start)
        deterministic-wrong      collapsed, entropy per token < DETERMINISTIC_BELOW * log V
        uniform                  collapsed, entropy per token > UNIFORM_ABOVE * log V
        no-signal absorption     collapsed, every group homogeneous, gradient <= NO_GRADIENT
        collapsed, still moving  collapsed, none of these: a gradient is left
        fallen                   final < COLLAPSED_SHARE * start, but not collapsed
        stagnation               log odds gained since the start <= MARGIN; or lost since the best
                                 >= MARGIN; or homogeneous >= STALLED_FROM: nothing left to learn
                                 from, at a success rate strictly below 1
        rising                   the rest: above the start, near its best, with a signal

    The order matters: a deterministic or a uniform policy that always fails gets no signal either.
    The entropy says what the policy has become, so it is asked first. Homogeneous groups alone are
    no absorption: with a baseline shared by all groups they still push.

    Progress is counted in log odds, as in the theory: 0.01 to 0.02 is as much as 0.5 to 0.67. The
    level COLLAPSED_BELOW is the same for all starts, so that "collapsed" means "of no use"; a run
    from 0.5 to 0.1 has not collapsed but fallen. `best_success` must be a mean over as many
    batches as `final_success`, else the noise of one batch passes for a loss.

    ValueError: start outside (0, 1), another rate outside [0, 1], V < 2, or an entropy outside
    [0, log V]."""
    start, final = float(row["start"]), float(row["final_success"])
    entropy, homogeneous = float(row["final_entropy"]), float(row["homogeneous"])
    if not (math.isfinite(final + entropy) and float(row.get("finite", 1)) == 1):
        return OVERFLOW
    _check(row)
    if final >= CONVERGED_FROM:
        return CONVERGED
    fell = final < COLLAPSED_SHARE * start
    if fell and final < COLLAPSED_BELOW:
        spread = entropy / math.log(float(row["vocabulary"]))
        silent = homogeneous == 1 and float(row["gradient_norm"]) <= NO_GRADIENT
        if spread < DETERMINISTIC_BELOW:
            return DETERMINISTIC
        if spread > UNIFORM_ABOVE:
            return UNIFORM
        return ABSORBED if silent else MOVING
    if fell:
        return FALLEN
    gained = log_odds(final) - log_odds(start)
    lost = log_odds(float(row["best_success"])) - log_odds(final)
    stalled = gained <= MARGIN or lost >= MARGIN or homogeneous >= STALLED_FROM
    return STAGNATION if stalled else RISING


def _check(row: Row) -> None:
    """The ranges that `fate` asks for. The entropy may pass log V by the rounding of float32."""
    if not 0 < float(row["start"]) < 1:
        raise ValueError(f"the initial success rate must be in (0, 1), is {row['start']}")
    for name in ("final_success", "best_success", "homogeneous"):
        if not 0 <= float(row[name]) <= 1:
            raise ValueError(f"{name} must be in [0, 1], is {row[name]}")
    if not float(row["vocabulary"]) >= 2:
        raise ValueError(f"a vocabulary has at least 2 tokens, not {row['vocabulary']}")
    largest = math.log(float(row["vocabulary"]))
    if not 0 <= float(row["final_entropy"]) <= 1.001 * largest:
        raise ValueError(
            f"the entropy per token must be in [0, {largest:.4g}], is {row['final_entropy']}"
        )


def log_odds(success_rate: float) -> float:
    """log(J / (1 - J)) on [0, 1], infinite at the ends."""
    if success_rate in (0, 1):
        return math.inf if success_rate else -math.inf
    return math.log(success_rate) - math.log1p(-success_rate)


def fates(table: Table) -> NDArray[np.str_]:
    """The fate of each run, (runs,). ValueError: see `fate`."""
    return np.array([fate(row) for row in rows(table)], dtype=np.str_)


def survived(table: Table) -> NDArray[np.bool_]:
    """Whether each run did not collapse, (runs,); it may still have stagnated or fallen."""
    return np.isin(fates(table), SURVIVED)


# -- tables ----------------------------------------------------------------------------------------


def rows(table: Table) -> Rows:
    """A table as a list of rows, with plain Python values."""
    lists = [column.tolist() for column in table.values()]
    return [dict(zip(table, entries, strict=True)) for entries in zip(*lists, strict=True)]


def columns(table: Sequence[Row]) -> dict[str, NDArray[Any]]:
    """A list of rows with the same keys as a table. ValueError: no rows."""
    if not table:
        raise ValueError("a table needs at least one row")
    return {name: np.array([row[name] for row in table]) for name in table[0]}


def where(table: Table, **wanted: object) -> dict[str, NDArray[Any]]:
    """The rows in which these columns have these values."""
    keep = np.logical_and.reduce([table[name] == value for name, value in wanted.items()])
    return {name: column[keep] for name, column in table.items()}


def panels(listed: Sequence[Row]) -> list[tuple[dict[str, Any], Rows]]:
    """The rows of each panel, with its name, in the order of the table."""
    found: dict[tuple[object, ...], Rows] = {}
    for row in listed:
        found.setdefault(tuple(row[name] for name in PANEL), []).append(dict(row))
    return [({name: here[0][name] for name in PANEL}, here) for here in found.values()]


LEVEL_GAP = 0.3
"""In log odds: initial success rates closer than this, in a chain, are one level."""


def levels(success_rate: NDArray[Any]) -> NDArray[np.float64]:
    """The level of each measured success rate in (0, 1), (n,): the median of its cluster. Warm
    starts that aim at the same rate are measured a little apart."""
    rates = np.asarray(success_rate, float)
    order = np.argsort(rates, kind="stable")
    height = np.array([log_odds(rate) for rate in rates[order].tolist()])
    cluster = np.concatenate([[0], np.cumsum(np.diff(height) > LEVEL_GAP)])
    level = np.empty(len(rates))
    for number in np.unique(cluster):
        members = order[cluster == number]
        level[members] = np.median(rates[members])
    return level


# -- where collapse begins -------------------------------------------------------------------------


def thresholds(table: Table) -> Rows:
    """For each panel, size, level of the start and seed: the step from which on runs collapse.

    upper      the smallest step that collapses, inf if none does (censored: "right")
    lower      the largest surviving step below `upper`, 0 if there is none (censored: "left")
    threshold  sqrt(lower * upper): inf or 0 if censored
    inversions how many steps above `upper` survive. Survival need not be monotone in the step; the
               bracket is that of the FIRST collapse, and this count says how far from a clean
               border the runs are.

    ValueError: two runs with the same step in one group; a step that is not positive; see `fate`.
    """
    groups: dict[tuple[object, ...], Rows] = {}
    for row in rows({**table, "fate": fates(table)}):
        key = tuple(row[name] for name in (*PANEL, "size", "longest", "seed"))
        groups.setdefault(key, []).append(row)
    return [
        _bracket([row for row, own in zip(group, level, strict=True) if own == start])
        for group in groups.values()
        for level in [levels(np.array([row["start"] for row in group])).tolist()]
        for start in dict.fromkeys(level)
    ]


def _bracket(group: Rows) -> dict[str, Any]:
    steps = {float(row["step_size"]): row["fate"] in SURVIVED for row in group}
    named = {name: group[0][name] for name in PANEL}
    if len(steps) < len(group):
        raise ValueError(f"two runs with the same step, seed {group[0]['seed']}: {named}")
    if not all(0 < step < math.inf for step in steps):
        raise ValueError(f"a step must be positive and finite: {sorted(steps)}, {named}")
    upper = min((step for step, alive in steps.items() if not alive), default=math.inf)
    lower = max((step for step in steps if step < upper), default=0.0)
    return {
        **named,
        "size": group[0]["size"],
        "longest": group[0]["longest"],
        "start": float(np.mean([float(row["start"]) for row in group])),
        "seed": group[0]["seed"],
        "runs": len(group),
        "lower": lower,
        "upper": upper,
        "threshold": math.sqrt(lower) * math.sqrt(upper),
        "censored": "left" if lower == 0 else "right" if upper == math.inf else "no",
        "inversions": sum(alive for step, alive in steps.items() if step > upper),
    }


# -- predictions -----------------------------------------------------------------------------------


def matches(table: Table, predictions: Table) -> NDArray[np.int64]:
    """Which prediction belongs to each row (of runs or thresholds), (rows,); -1 where none does.

    Joined by diagram, algorithm, size and seed, by task and step where the predictions have them,
    and by the nearest start, at most LEVEL_GAP away in log odds.

    ValueError: the table has several tasks or kinds of step in one (diagram, algorithm), and the
    predictions do not say which is meant."""
    keys = [name for name in (*PANEL, "size", "seed") if name in predictions]
    for name in {"task", "step"} - set(keys):
        kinds = {(r["diagram"], r["algorithm"], r[name]) for r in rows(table)}
        if len(kinds) > len({kind[:2] for kind in kinds}):
            raise ValueError(f"the predictions need a column {name}: {sorted(map(str, kinds))}")
    known: dict[tuple[object, ...], list[tuple[float, int]]] = {}
    for index, row in enumerate(rows(predictions)):
        entry = (log_odds(float(row["start"])), index)
        known.setdefault(tuple(row[name] for name in keys), []).append(entry)
    found = []
    for row in rows(table):
        height = log_odds(float(row["start"]))
        entries = known.get(tuple(row[name] for name in keys), [])
        near = [(abs(h - height), index) for h, index in entries if abs(h - height) <= LEVEL_GAP]
        found.append(min(near)[1] if near else -1)
    return np.array(found, int)


def safe_steps(table: Table, predictions: Table) -> NDArray[np.float64]:
    """The predicted safe step of each row of `matches`, (rows,); nan where there is none: no
    prediction, or one that is not positive and finite (the measured gap is not positive)."""
    which = matches(table, predictions)
    step = np.where(which < 0, np.nan, np.asarray(predictions["safe_step"], float)[which])
    return np.where((step > 0) & (step < np.inf), step, np.nan)


def predicted_thresholds(measured: Rows, predictions: Table) -> Rows:
    """The rows of `thresholds` with the predicted safe step in place of the measured bracket, so
    that `exponent` can be asked of both. Where there is none, censored is "no prediction"."""
    safe = safe_steps(columns(measured), predictions).tolist()
    return [
        {**row, "lower": step, "upper": step, "threshold": step, "inversions": 0}
        | {"censored": "no prediction" if math.isnan(step) else "no"}
        for row, step in zip(measured, safe, strict=True)
    ]


def verdicts(table: Table, predictions: Table) -> Rows:
    """Does every collapse happen above the predicted safe step? One row a panel.

    at_safe_steps       runs with step_size <= safe_step; of these:
    collapsed_there     that collapsed
    below_start_there   that did not, but ended below their start (any amount: noise counts too)
    far_below_there     the same, by more than MARGIN in log odds
    least_ratio         the smallest collapsing step over its safe step; inf if none collapsed
    every_collapse_above  "yes", "no", or "not tested": no run at a safe step, or no collapse at all

    The safe step is that of the first update, from constants measured at the start. Training goes
    on from other points, where the gap and the curvature are others: a collapse below it refutes
    no theorem, and none below it confirms none."""
    safe = safe_steps(table, predictions)
    judged = {**table, "safe": safe, "fate": fates(table)}
    found: Rows = []
    for named, here in panels(rows(judged)):
        listed = [row for row in here if not math.isnan(float(row["safe"]))]
        there = [row for row in listed if float(row["step_size"]) <= float(row["safe"])]
        alive = [row for row in there if row["fate"] in SURVIVED]
        change = [log_odds(float(r["final_success"])) - log_odds(float(r["start"])) for r in alive]
        dead = [row for row in listed if row["fate"] in COLLAPSED]
        ratios = [float(row["step_size"]) / float(row["safe"]) for row in dead]
        fell = len(there) - len(alive)
        answer = "no" if fell else "yes" if there and dead else "not tested"
        found.append(
            named
            | {"runs": len(here), "predicted": len(listed), "collapsed": len(dead)}
            | {"at_safe_steps": len(there), "collapsed_there": fell}
            | {"below_start_there": sum(x < 0 for x in change)}
            | {"far_below_there": sum(x < -MARGIN for x in change)}
            | {"least_ratio": min(ratios, default=math.inf), "every_collapse_above": answer}
        )
    return found


# -- how the threshold scales ----------------------------------------------------------------------

CENSORED_AT_MOST, LEVELS_AT_LEAST, SEEDS_AT_LEAST = 0.25, 3, 3


@dataclass(frozen=True)
class Exponent:
    """threshold ~ x^slope, with a 95% interval; nan, and the reason, where it cannot be told."""

    against: str
    slope: float
    low: float
    high: float
    points: int
    levels: int
    seeds: int
    censored: int
    excluded: tuple[float, ...]
    reason: str


def exponent(
    measured: Sequence[Row],
    rng: np.random.Generator,
    against: str = "longest",
    replicates: int = 2000,
) -> Exponent:
    """The slope of log threshold against log T (against="longest") or log J(0) ("start").

    Least squares over all (level, seed) at the middle of the brackets. The interval is the 2.5 to
    97.5 percentile range over a bootstrap in which whole seeds are drawn with replacement, and the
    threshold is put inside its bracket, log-uniformly. All seeds of a level share that place: they
    share the grid of steps, so its error does not average out over seeds. Few seeds make it too
    short: on drawn laws it held the true slope in 88 to 100 % with 5 seeds, 83 to 100 % with 3.

    A censored row has no bracket. It is left out and counted; a level with more than a quarter of
    its rows censored is left out whole and named, since the rest of it is a biased sample. No slope
    (nan, with the reason) from fewer than 3 levels or fewer than 3 seeds.

    ValueError: an unknown `against`; rows of several panels, or of several sizes against the
    start; two rows with the same level and seed."""
    if against not in ("longest", "start"):
        raise ValueError(f"against is longest or start, not {against}")
    table = columns(measured)
    for name in (*PANEL, *(["size"] if against == "start" else [])):
        if len(set(table[name].tolist())) > 1:
            raise ValueError(f"one law for several: {name} is {sorted(set(table[name].tolist()))}")
    level = levels(table["start"]) if against == "start" else np.asarray(table[against], float)
    if len(set(zip(level.tolist(), table["seed"].tolist(), strict=True))) < len(level):
        raise ValueError("two rows with the same level and seed")

    censored = table["censored"] != "no"
    excluded = [x for x in np.unique(level) if censored[level == x].mean() > CENSORED_AT_MOST]
    kept = ~censored & ~np.isin(level, excluded)
    place, level_index = np.unique(level[kept], return_inverse=True)
    seeds, seed_index = np.unique(table["seed"][kept], return_inverse=True)
    reason = "none"
    if len(place) < LEVELS_AT_LEAST:
        reason = f"{len(place)} of {len(np.unique(level))} levels are left"
    elif len(seeds) < SEEDS_AT_LEAST:
        reason = f"{len(seeds)} seeds"
    slope = low = high = math.nan
    if reason == "none":
        x = np.log(place)[level_index]
        lower, upper = np.log(table["lower"][kept]), np.log(table["upper"][kept])
        slope = float(_slopes(x, (lower + upper)[None] / 2, np.ones((1, len(x))))[0])
        drawn = rng.integers(len(seeds), size=(replicates, len(seeds)))
        times = np.array([np.bincount(draw, minlength=len(seeds)) for draw in drawn], float)
        where_inside = rng.random((replicates, len(place)))[:, level_index]  # (replicates, points)
        found = _slopes(x, lower + where_inside * (upper - lower), times[:, seed_index])
        low, high = np.nanpercentile(found, [2.5, 97.5]).tolist()
    counts = int(kept.sum()), len(place), len(seeds), int(censored.sum())
    names = tuple(float(x) for x in excluded)
    return Exponent(against, slope, low, high, *counts, names, reason)


def _slopes(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weighted least squares, (B,), of y (B, n) against x (n,); nan where only one x has weight."""
    total = weight.sum(axis=1, keepdims=True)
    off = x - (weight * x).sum(axis=1, keepdims=True) / total  # (B, n)
    spread = (weight * off**2).sum(axis=1)
    spread = np.where(spread > 1e-12 * total[:, 0], spread, np.nan)
    return np.asarray((weight * off * y).sum(axis=1) / spread)


def exponents(measured: Rows, rng: np.random.Generator, against: str = "longest") -> Rows:
    """`exponent` of each panel, as rows. ValueError: see there."""
    laws = [(named, asdict(exponent(here, rng, against))) for named, here in panels(measured)]
    return [
        named | law | {"excluded": " ".join(f"{x:g}" for x in law["excluded"]) or "none"}
        for named, law in laws
    ]
