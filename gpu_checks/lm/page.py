"""A diagnosis in a terminal, as JSON, and as one page of HTML that needs nothing else."""

import math
from dataclasses import asdict
from html import escape
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from gpu_checks.lm.diagnosis import HARMFUL, Diagnosis
from numeric.core import record

PANELS = (
    (("success",), "success rate J", False),
    (("step_over_safe",), "step / safe step", True),
    (("all_wrong", "all_right", "homogeneous"), "share of groups", False),
    (("entropy",), "entropy, nats a token", False),
    (("length",), "tokens a response", False),
    (("gap_bound",), "gap of s/|o|, at most", True),
)
"""The measures of a picture, what it shows, and whether its axis is logarithmic."""


def headline(name: str, found: Diagnosis) -> str:
    if found.fate == "unknown":
        return f"{name}: {found.updates} updates; no success rate is logged."
    path = f"J {found.start:.2f} -> {found.final:.2f}, best {found.best:.2f}"
    lost = f", lost from update {found.lost_from} on" if found.lost_from is not None else ""
    return f"{name}: {found.fate}{lost} ({found.updates} updates, {path})."


def lines(found: Diagnosis) -> list[str]:
    """Findings, each with its evidence, theorem and advice, then what the log cannot show."""
    told = []
    for one in found.findings:
        claim = f" [{one.claim}]" if one.claim else " [no theorem speaks of it]"
        told.append(f"update {one.since}: {one.name}: {one.evidence}.{claim} Advice: {one.advice}.")
    return told + [f"({text}.)" for text in found.missing]


def as_json(name: str, found: Diagnosis) -> dict[str, Any]:
    document = asdict(found)
    document["series"] = {
        key: [[step, value if math.isfinite(value) else None] for step, value in values]
        for key, values in found.series.items()
    }
    return {"log": name, **document}


def view(named: dict[str, Diagnosis]) -> Group:
    """What the live view shows: a row a run, then the findings."""
    table = Table("run", "updates", "J", "step / safe", "all wrong", "entropy", "length", "state")
    for name, found in named.items():
        last = {key: values[-1][1] for key, values in found.series.items() if values}
        cells = (
            f"{last[key]:.3g}" if key in last else "-"
            for key in ("success", "step_over_safe", "all_wrong", "entropy", "length")
        )
        table.add_row(name, str(found.updates), *cells, found.fate)
    return Group(table, *(Text(line) for found in named.values() for line in lines(found)))


# -- the page --------------------------------------------------------------------------------------

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#222;background:#fff}h1{font-size:1.4rem}table{border-collapse:collapse}td,th{text-align:left;
vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ccc}img{width:100%}"""


def page(name: str, found: Diagnosis) -> str:
    """Headline, curves, findings, and what the log cannot show."""
    rows = "".join(
        f"<tr><td>{one.since}</td><td>{escape(one.name)}: {escape(one.evidence)}</td>"
        f"<td>{escape(one.claim) or 'no theorem speaks of it'}</td>"
        f"<td>{escape(one.advice)}</td></tr>"
        for one in found.findings
    )
    header = "<tr><th>update</th><th>finding</th><th>theorem</th><th>advice</th></tr>"
    table = f"<table>{header}{rows}</table>" if rows else "<p>Nothing to report.</p>"
    listed = "".join(f"<li>{escape(text)}</li>" for text in found.missing)
    unknown = f"<h2>What this log cannot show</h2><ul>{listed}</ul>" if listed else ""
    title = escape(headline(name, found))
    svg = picture(found).decode()
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>{svg[svg.index('<svg') :]}"
        f"<h2>Findings</h2>{table}{unknown}</body></html>\n"
    )


FEW = 20
"""Points that are shown one by one."""
COLOURS = ("#D55E00", "#009E73", "#0072B2")


def picture(found: Diagnosis) -> bytes:
    """The curves of PANELS that the log has, as SVG; a line where the run was lost."""
    from matplotlib.figure import Figure

    shown = [p for p in PANELS if any(found.series.get(name) for name in p[0])]
    tall = max(1, math.ceil(len(shown) / 2))
    drawn = Figure(figsize=(9, 2.4 * tall), layout="constrained")
    grid = drawn.subplots(tall, 2, squeeze=False, sharex=True).flatten().tolist()
    for axes, (names, title, logarithmic) in zip(grid, shown, strict=False):
        for name, colour in zip(names, COLOURS, strict=False):
            known = [(k, v) for k, v in found.series.get(name, []) if math.isfinite(v)]
            xs, ys = [k for k, _ in known], [v for _, v in known]
            marker = "o" if len(xs) < FEW else None
            label = name.replace("_", " ")
            axes.plot(xs, ys, color=colour, marker=marker, markersize=3, label=label)
        if len(names) > 1:
            axes.legend(fontsize=7)
        if logarithmic and any(v > 0 for n in names for _, v in found.series.get(n, [])):
            axes.set_yscale("log")
        if names == ("step_over_safe",):
            axes.axhspan(1, HARMFUL, color="0.9")
        if found.lost_from is not None:
            axes.axvline(found.lost_from, color="0.3", linestyle=":")
        axes.set(xlabel="update", ylabel=title)
    for axes in grid[len(shown) :]:
        axes.set_axis_off()
    return record.as_image(drawn, "svg")
