"""The variants that make the contextual bandit a laboratory: every learning rate, side by side.

Tables, each a list of rows:

    bandit        section 5.1 with every rule: success rate against updates and cumulative gap
    interference  the same runs: what an update does at its own context and at the others
    plateau       where a fixed step leaves the success rate, by dimension and choice of contexts
    thresholds    one prompt, shared features: the smallest harmful step, and eta_safe
    ratios        of the two: least, median and greatest
    training      one prompt, every rule: how many runs converge, stagnate, collapse

`study` makes them, `files` turns them into the contents of files,
`numeric.experiments.laboratory.figures` draws those files.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.core import record
from numeric.core.record import Row
from numeric.experiments.bandit import bandit
from numeric.experiments.bandit.rates import (
    Adaptive,
    ConstantStep,
    Floats,
    Grpo,
    Normalised,
    Rate,
    Reinforce,
)
from numeric.experiments.collapse.constructions import Violated
from numeric.experiments.collapse.landscapes import Property
from numeric.experiments.laboratory.laboratory import KINDS, Observed, Problems, observe, problems
from numeric.experiments.laboratory.training import OUTCOMES, RULES, Rule, outcome, train

Tables = dict[str, list[Row]]
Progress = Callable[[int, int], object]

COMMAND = "gradgap simulate laboratory"

BANDIT_RULES: dict[str, tuple[Callable[[float], Rate], tuple[float, ...]]] = {
    "adaptive": (Adaptive, (0.5, 1.0, 2.0, 4.0, 16.0, 64.0)),
    "constant step": (ConstantStep, (0.1, 1.0, 10.0)),
    "REINFORCE": (Reinforce, (0.1, 1.0, 10.0, 100.0)),
    "GRPO": (Grpo, (0.1, 1.0, 10.0)),
    "1/J-normalised": (Normalised, (0.1, 1.0, 10.0)),
}
"""In the bandit: kappa, eta, and alpha; the paper has REINFORCE with alpha = 0.1."""

PLATEAU_RULES: dict[str, tuple[Callable[[float], Rate], tuple[float, ...]]] = {
    "constant step": (ConstantStep, (0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)),
    "adaptive": (Adaptive, (0.5, 1.0)),
    "REINFORCE": (Reinforce, (0.1, 1.0, 10.0)),
}


def same_order(f: Floats) -> bandit.Flags:
    """Every context of the pool: all rules then train on the same contexts in the same order. The
    choice of section 5.1, J in [0.2, 0.8], depends on the policy, and so on the rule."""
    return np.ones_like(f, dtype=np.bool_)


CHOICES: dict[str, bandit.Reading] = {"same order": same_order, "section 5.1": bandit.nearest}
PLATEAUS = (("same order", 10), ("same order", 2), ("section 5.1", 10))
"""Choice of training contexts, and their dimension."""

TRAINING_RULES: dict[str, tuple[float, ...]] = {
    "adaptive": (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256),
    "constant step": (0.25, 1, 4, 16, 64),
    "REINFORCE": (0.5, 1, 4, 16, 64, 256),
    "GRPO": (0.5, 1, 4, 16, 64, 256),
    "1/J-normalised": (0.5, 1, 4, 16, 64, 256),
}
"""In the units of `numeric.experiments.laboratory.training.RULES`."""

SUCCESS_RATES = (0.01, 0.1, 0.5, 0.9)
STARTS = (0.1, 0.5)
UPDATES = {"bandit": 600, "training": 600}
CONTEXTS, POOL, POINTS = 100, 100, 40
CONSTANTS = ("family", "direction", "segment", "point")


def study(seeds: int = 40, seed: int = 0, progress: Progress = lambda done, total: None) -> Tables:
    """All tables, of `seeds` >= 1 problems of each kind and dimension, and of a tenth as many
    bandits (at least one). The same numbers, bit for bit, for the same arguments.

    Violated: a claim that is proved fails on an instance. ValueError: seeds below 1."""
    prompts = problems(seeds, seed)
    bandits = [seed + i for i in range(max(1, seeds // 10))]
    jobs: list[Callable[[], Tables]] = [
        *(partial(one_prompt, prompts, J) for J in SUCCESS_RATES),
        *(partial(outcomes, prompts, J, name) for J in STARTS for name in RULES),
        *(
            partial(contextual, bandits, name, multiple)
            for name, (_, multiples) in BANDIT_RULES.items()
            for multiple in multiples
        ),
        *(
            partial(plateau, bandits, choice, dimension, name, multiple)
            for choice, dimension in PLATEAUS
            for name, (_, multiples) in PLATEAU_RULES.items()
            for multiple in multiples
        ),
    ]
    tables: Tables = {}
    for done, job in enumerate(jobs, 1):
        for name, rows in job().items():
            tables.setdefault(name, []).extend(rows)
        progress(done, len(jobs))
    return tables


# -- one prompt ------------------------------------------------------------------------------------


def one_prompt(prompts: Problems, success_rate: float) -> Tables:
    """The tables `thresholds` and `ratios` at this success rate."""
    found = observe(prompts, success_rate)
    return {
        "thresholds": [
            {
                "kind": str(prompts.kind[i]),
                "d": int(prompts.dimension[i]),
                "problem": i,
                "J": success_rate,
                "gap": float(found.gap[i]),
                "observed": float(found.observed[i]),
                **{name: float(getattr(found, name)[i]) for name in CONSTANTS},
                "winner": "incorrect" if found.winner_incorrect[i] else "correct",
            }
            for i in range(len(prompts.kind))
        ],
        "ratios": [
            _ratio(prompts, found, success_rate, kind, name) for kind in KINDS for name in CONSTANTS
        ],
    }


def _ratio(prompts: Problems, found: Observed, J: float, kind: str, constants: str) -> Row:
    """Observed over predicted; a problem without a harmful step counts in `problems` only."""
    here = prompts.kind == kind
    hit = here & np.isfinite(found.observed)
    ratios = found.observed[hit] / getattr(found, constants)[hit]
    low, middle, high = np.quantile(ratios, [0, 0.5, 1]) if hit.any() else (np.nan,) * 3
    return {
        "kind": kind,
        "J": J,
        "constants": constants,
        "proved": "no" if constants == "point" else "yes",
        "problems": int(here.sum()),
        "with_a_harmful_step": int(hit.sum()),
        "min": float(low),
        "median": float(middle),
        "max": float(high),
    }


def outcomes(prompts: Problems, success_rate: float, name: str) -> Tables:
    """The rows of `training` for all multiples of one rule."""
    rules = [Rule(name, multiple) for multiple in TRAINING_RULES[name]]
    run = train(prompts, success_rate, rules, UPDATES["training"])
    ends = outcome(run)
    rows: list[Row] = []
    for kind in KINDS:
        here = prompts.kind == kind
        for r, rule in enumerate(rules):
            rows.append(
                {
                    "kind": kind,
                    "J": success_rate,
                    **asdict(rule),
                    "problems": int(here.sum()),
                    **{end: float((ends[here, r] == end).mean()) for end in OUTCOMES},
                    "J_ever_fell": float((run.falls[here, r] > 0).mean()),
                    "J_below_a_tenth": float((run.lowest[here, r] < success_rate / 10).mean()),
                    "final_J": float(run.mean[here, r].mean()),
                }
            )
    return {"training": rows}


# -- the contextual bandit -------------------------------------------------------------------------


def contextual(seeds: Sequence[int], name: str, multiple: float) -> Tables:
    """One rule on the bandits: the tables `bandit` and `interference`.

    Violated: an update lowered the success rate at its own context, by more than rounding."""
    make, _ = BANDIT_RULES[name]
    label: dict[str, str | int | float] = {"rule": name, "multiple": multiple}
    run = measure(seeds, 10, make(multiple), same_order)
    curve: list[Row] = [
        {**label, "updates": int(k), "J": float(J), "cumulative_gap": float(M)}
        for k, J, M in zip(run.updates, run.curve, run.cumulative, strict=True)
    ]
    return {"bandit": curve, "interference": [{**label, **run.interference}]}


def plateau(
    seeds: Sequence[int], choice: str, dimension: int, name: str, multiple: float
) -> Tables:
    """One row of `plateau`: mean success rate over the last fifth of the updates."""
    make, _ = PLATEAU_RULES[name]
    run = measure(seeds, dimension, make(multiple), CHOICES[choice])
    row: Row = {
        "contexts": choice,
        "d": dimension,
        "rule": name,
        "multiple": multiple,
        "pool_J": float(run.pool[-1]),
        "pool_J_before": float(run.pool[-2]),
        "J": float(run.J[-1]),
    }
    return {"plateau": [row]}


@dataclass(frozen=True, eq=False)
class Measured:
    """Means over seeds and contexts of one training run.

    After `updates` (T,): `curve` and `cumulative`, mean J and M(k) of evaluation contexts. By
    fifths of the updates (5,): mean `J` of these, and of the `pool`. Over all: the columns of the
    table `interference`, J in the last fifth among them."""

    updates: NDArray[np.intp]
    curve: Floats
    cumulative: Floats
    J: Floats
    pool: Floats
    interference: dict[str, float]


def measure(seeds: Sequence[int], dimension: int, rate: Rate, choice: bandit.Reading) -> Measured:
    """Train one bandit a seed, and look at all contexts at every update."""
    problem = bandit.problems(seeds, dimension=dimension, pool=POOL, contexts=CONTEXTS)
    K, rows = UPDATES["bandit"], np.arange(len(seeds))
    gap = np.zeros((len(seeds), CONTEXTS))
    in_pool, outside, cumulative, changes, own = [], [], [], [], []
    with np.errstate(over="ignore"):  # odds beyond the largest float make a bound void
        for update, _ in bandit.updates(problem, rate, choice, bandit.draws(seeds, K)):
            own.append(own_change(update, rows))
            before, after = bandit.sigmoid(update.before), bandit.sigmoid(update.after)
            change = (after - before)[:, POOL:]
            rise, loss = np.maximum(change, 0), np.maximum(-change, 0)
            changes.append(((change < 0).mean(), rise.mean(), loss.mean()))
            gap += np.maximum(update.gain[:, POOL:], 0)
            in_pool.append(after[:, :POOL].mean())
            outside.append(after[:, POOL:].mean())
            cumulative.append(gap.mean())
    pool, J = (np.reshape(x, (5, -1)).mean(axis=1) for x in (in_pool, outside))
    fell, gain, lost = np.mean(changes, axis=0).tolist()
    columns = {"share_fell": fell, "gain": gain, "loss": lost, "own_least": min(own)}
    kept = np.unique(np.geomspace(1, K, POINTS).astype(np.intp))
    return Measured(
        kept,
        np.array(outside)[kept - 1],
        np.array(cumulative)[kept - 1],
        J,
        pool,
        {**columns, "J": float(J[-1])},
    )


def own_change(update: bandit.Update, rows: NDArray[np.intp]) -> float:
    """The least change of log odds at the contexts trained on. Violated: J fell there, by more than
    rounding (claim `tabular_ascent`: it never does)."""
    before, after = (f[rows, update.trained] for f in (update.before, update.after))
    change = after - before
    if (change < -bandit.ROUNDING * (1 + np.abs(after))).any():
        says = "J does not fall at the context of the update"
        raise Violated(Property("tabular_ascent", says, False, float(change.min())))
    return float(change.min())


# -- files -----------------------------------------------------------------------------------------

COLUMNS = {
    "bandit": "rule and multiple (kappa, eta or alpha); after `updates`, mean J and M(K) of (14) "
    "over evaluation contexts and seeds",
    "interference": "share_fell: of evaluation contexts and updates, where J fell; gain, loss: "
    "mean rise and fall of J an update; own_least: least change of log odds at the context of the "
    "update; J: mean over the last fifth of the updates",
    "plateau": "contexts: how training contexts are chosen, d: their dimension; pool_J and J: mean "
    "over the last fifth of the updates, of the training pool and of evaluation contexts; "
    "pool_J_before: the same over the fifth before",
    "thresholds": "observed: smallest step along the gap behind which J is below its start (inf: "
    "none); family, direction, segment, point: eta_safe with these constants; winner: the response "
    "that a long step makes certain",
    "ratios": "observed over predicted; proved: whether eta_safe with these constants is proved",
    "training": "name and multiple (in the unit of the rule); shares of the problems by how they "
    "end; J_ever_fell: some update lowered J by more than 1e-6; J_below_a_tenth: J was below a "
    "tenth of its start at some time; final_J: mean over problems and the last fifth of updates",
}


def describe(seeds: int = 40, seed: int = 0) -> dict[str, Any]:
    """What it takes to make the tables again, and what their columns mean."""
    return {
        "command": f"{COMMAND} --seeds {seeds} --seed {seed}",
        "parameters": {
            "seeds": seeds,
            "seed": seed,
            "bandits": max(1, seeds // 10),
            "updates": UPDATES,
            "contexts": CONTEXTS,
            "pool": POOL,
        },
        "versions": record.versions("numpy", "scipy"),
        "columns": COLUMNS,
    }


def as_json(tables: Tables, seeds: int = 40, seed: int = 0) -> dict[str, Any]:
    """`describe`, and the tables that fit on a screen; null where there is no number."""
    short = ("ratios", "training", "interference", "plateau")
    return {**describe(seeds, seed), **{name: _with_null(tables[name]) for name in short}}


def _with_null(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [{k: None if v != v else v for k, v in row.items()} for row in rows]


def files(tables: Tables, seeds: int = 40, seed: int = 0) -> dict[str, str]:
    """A CSV for each table, and the record: names and contents for `numeric.core.record.write`."""
    contents = {f"{name}.csv": record.as_csv(rows) for name, rows in tables.items()}
    return {**contents, "laboratory.json": record.as_text(describe(seeds, seed))}
