"""A few recorded numbers in words, for the document. Measured, not proved; each from a table in
`numeric/results` that a command writes."""

import json
from pathlib import Path
from typing import Any

from numeric.core.record import RESULTS, read_csv


def numbers(results: Path = RESULTS) -> dict[str, str]:
    """What was measured, and the value. FileNotFoundError: a table is missing."""
    return {**_worst_case(results), **_laboratory(results), **_bandit(results), **_stages(results)}


def _worst_case(results: Path) -> dict[str, str]:
    summary = json.loads((results / "worst_case.json").read_text(encoding="utf-8"))["summary"]
    used = summary["sharp_step used below: least, median, largest"]
    what = "Part of the lower half of sharp_step that the worst case of one update uses, on a grid"
    return {f"{what}: least, median, largest": ", ".join(map(str, used))}


def _laboratory(results: Path) -> dict[str, str]:
    """The smallest harmful step over eta_safe, with constants for which the latter is proved."""
    table = read_csv(results / "laboratory" / "ratios.csv")
    rows = zip(*(table[name] for name in ("kind", "J", "constants", "proved")), strict=True)
    chosen = [i for i, row in enumerate(rows) if row[2] == "family" and row[3] == "yes"]
    return {
        f"Smallest harmful step over eta_safe at J = {table['J'][i]:g}, {table['kind'][i]} problems"
        ": least, median, largest": ", ".join(
            f"{float(table[name][i]):.3g}" for name in ("min", "median", "max")
        )
        for i in chosen
    }


def _bandit(results: Path) -> dict[str, str]:
    table = read_csv(results / "bandit" / "bandit_summary.csv")
    said = {
        "rms_slope_one": "Contextual bandit: error in J of the curve of slope 1",
        "rms_corollary": "Contextual bandit: error in J of Corollary 1's curve, slope 1/2",
        "below_curve": "Contextual bandit: share of points below Corollary 1's curve",
        "middle": "Contextual bandit: share of contexts that end with 0.1 < J < 0.9",
        "spearman": "Contextual bandit: rank correlation of relative gap and time to J = 1/2",
    }
    return {
        f"{words}; median over seeds, and the 0.1 and 0.9 quantiles": _spread(table, measure)
        for measure, words in said.items()
    }


def _spread(table: dict[str, Any], measure: str) -> str:
    (row,) = [
        i
        for i, pair in enumerate(zip(table["measure"], table["reading"], strict=True))
        if pair == (measure, "whole_pool")
    ]
    median, low, high = (float(table[name][row]) for name in ("median", "q10", "q90"))
    return f"{median:.2g} [{low:.2g}, {high:.2g}]"


def _stages(results: Path) -> dict[str, str]:
    table = read_csv(results / "two_stage" / "moments.csv")
    keys = zip(table["bandit"], table["reading"], table["moment"], strict=True)
    at = {key: int(k) for key, k in zip(keys, table["k"], strict=True)}
    return {
        f"Two stages, graded rewards, {name}: update at which V passes the good token's reward, by "
        "the formula and as observed": f"{at['graded', reading, 'formula']} and "
        f"{at['graded', reading, 'good_logit_turns']}"
        for reading, name in (("centred", "REINFORCE"), ("normalised", "GRPO"))
    }
