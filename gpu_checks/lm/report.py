"""What the probe says: a headline, tables, a record, a figure."""

import math
from typing import Any

from gpu_checks.lm.probe import MULTIPLES, Along, Probe
from gpu_checks.phase import calibration
from numeric.core import record

SAFE_SETTINGS = (
    ("sgd", "learning rate", "gradient"),
    ("normalised", "step length", "gradient"),
    ("adamw", "learning rate", "adamw"),
)
"""Rows of the table: the kind of update, what is set, and the direction that was measured."""


def setting(kind: str, along: Along, length: float) -> float:
    """A step length as what is set for this kind of update."""
    return length if kind == "normalised" else length / along.scale


def safe_rows(found: Probe) -> list[dict[str, Any]]:
    of = {one.direction: one for one in found.along}
    return [
        {
            "update": kind,
            "set": what,
            "safe_below": setting(kind, of[name], of[name].safe),
            "low": setting(kind, of[name], of[name].low),
            "high": setting(kind, of[name], of[name].high),
            "gap": of[name].gap,
            "gap_error": of[name].gap_error,
            "mean_curvature": max(of[name].curvature, of[name].remainder)
            if of[name].safe > 0
            else of[name].curvature,
        }
        for kind, what, name in SAFE_SETTINGS
    ]


def risk_rows(found: Probe) -> list[dict[str, Any]]:
    """At multiples of the safe step: the learning rates, and how often recorded runs collapsed."""
    of = {one.direction: one for one in found.along}
    recorded = calibration.recorded()
    rows = []
    for multiple in MULTIPLES:
        at = calibration.risk(multiple, recorded)
        settings = {
            kind: setting(kind, of[name], multiple * of[name].safe)
            for kind, _, name in SAFE_SETTINGS
        }
        share = f"{int(at['collapsed'])}/{int(at['runs'])}"
        ends = f"{100 * at['low']:.0f}-{100 * at['high']:.0f}%"
        rows.append({"times_safe": multiple, **settings, "collapsed": share, "interval": ends})
    return rows


def headline(found: Probe) -> str:
    of = {one.direction: one for one in found.along}
    start = f"J = {found.success:.2f} ± {found.error:.2f}."
    usable = [one for one in found.along if one.safe > 0]
    if not usable:
        return f"{start} No safe step is known: the measured gap is not positive; use more prompts."
    parts = [
        f"{label} {setting(kind, of[name], of[name].safe):.2g}"
        for kind, label, name in (
            ("adamw", "AdamW's learning rate is below", "adamw"),
            ("sgd", "SGD's below", "gradient"),
        )
        if of[name].safe > 0
    ]
    return f"{start} By mean_curvature_step the first update raises J while {', '.join(parts)}."


def notes(found: Probe) -> list[str]:
    """What the numbers are, and are not."""
    lines = [
        f"Estimated from {found.rollouts} responses ({found.tokens} tokens,"
        f" {found.cpu_seconds:.0f} CPU-s); intervals 95%, over prompts. An estimate, not a proof.",
        f"Groups without a signal: {found.homogeneous:.0%} ({found.solved:.0%} all right,"
        f" {found.homogeneous - found.solved:.0%} all wrong). Entropy {found.entropy:.2f} nats a"
        f" token, mean length {found.length:.1f}. Gap along the gradient from two half batches:"
        f" {found.gap_of_halves:.3g}.",
        "Collapsed: recorded runs of small transformers at this multiple of their predicted safe"
        " step (calibration.csv). For AdamW it is the first update; later ones have other lengths.",
    ]
    return lines


def confirmed_rows(found: Probe) -> list[dict[str, Any]]:
    return [
        {
            "direction": one.direction,
            "times_safe": one.multiple,
            "J": one.success,
            "error": one.error,
            "homogeneous": one.homogeneous,
            "entropy": one.entropy,
        }
        for one in found.confirmed
    ]


def files(found: Probe, command: str, parameters: dict[str, Any]) -> dict[str, bytes | str]:
    document = {
        "command": command,
        "parameters": parameters,
        "versions": record.versions("torch", "transformers"),
        "headline": headline(found),
        "probe": found.as_json(),
    }
    return {"probe.json": record.as_text(document), "probe.png": figure(found)}


LOOKS = {"gradient": ("#0072B2", "o", "-"), "adamw": ("#D55E00", "s", "--")}
LABELS = {"gradient": "along the gradient", "adamw": "AdamW's first update"}


def figure(found: Probe) -> bytes:
    """Left: J after one update, as fresh rollouts found it, against the step over the safe step;
    shaded is where J must rise. Right: how often recorded runs collapsed there."""
    from matplotlib.figure import Figure

    picture = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = picture.subplots(1, 2)
    start = next((c for c in found.confirmed if c.multiple == 0), None)
    J, error = (start.success, start.error) if start else (found.success, found.error)
    left.axhspan(J - error, J + error, color="0.85", label=f"before: J = {J:.2f}")
    left.axvspan(0.5, 1, color="#009E73", alpha=0.15, label="safe, as estimated")
    for name, (colour, marker, line) in LOOKS.items():
        rows = [c for c in found.confirmed if c.direction == name]
        if rows:
            xs, ys = [c.multiple for c in rows], [c.success for c in rows]
            bars = [c.error for c in rows]
            style = {"color": colour, "marker": marker, "linestyle": line, "capsize": 3}
            left.errorbar(xs, ys, yerr=bars, label=LABELS[name], **style)
    left.set(xlabel="step / safe step", ylabel="J after one update", xscale="log", xlim=(0.5, 24))
    left.set_ylim(bottom=-0.02)
    left.legend(fontsize=8)
    bins = calibration.recorded()
    ends = [min(row["up_to"], 256.0) for row in bins]
    starts = [max(row["above"], 0.5) for row in bins]
    middle = [math.sqrt(a * b) for a, b in zip(starts, ends, strict=True)]
    share = [row["share"] for row in bins]
    low = [row["share"] - row["low"] for row in bins]
    high = [row["high"] - row["share"] for row in bins]
    style = {"color": "0.2", "marker": "o", "capsize": 3}
    right.errorbar(middle, share, yerr=[low, high], linestyle="none", **style)
    right.hlines(share, starts, ends, color="0.2")
    right.set(
        xlabel="step / safe step", ylabel="share that collapsed", xscale="log", ylim=(-0.03, 1)
    )
    right.set_title("896 recorded runs of small transformers", fontsize=9)
    for axes in (left, right):
        axes.set_xticks([1, 2, 4, 8, 16, *([64] if axes is right else [])])
        axes.xaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
    return record.as_image(picture)
