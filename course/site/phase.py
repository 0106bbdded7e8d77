"""The recorded phase diagrams as a page: every cell, and the runs behind it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course.site.explorables import Slider
from numeric.core.record import read_csv

RESULTS = Path(__file__).parents[2] / "gpu_checks" / "results" / "phase" / "runs.csv"
SHOWN = ("seed", "start", "final_success", "fate")
AXES = {"longest": "tokens", "start": "J(0)"}


def panels(results: Path = RESULTS) -> list[dict[str, Any]]:
    """One for each diagram and algorithm: its title, its levels and steps, and its runs, with the
    level and the step of each. Warm starts that aim at one J(0) are measured a little apart."""
    columns = read_csv(results)
    runs = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    found = []
    for diagram, algorithm in dict.fromkeys((r["diagram"], r["algorithm"]) for r in runs):
        against = "start" if diagram == "success" else "longest"
        here = [r for r in runs if (r["diagram"], r["algorithm"]) == (diagram, algorithm)]
        rows = [
            {"level": round(float(r[against]), 2), "step": float(r["step_size"])}
            | {name: r[name] if name == "fate" else float(r[name]) for name in SHOWN}
            for r in here
        ]
        found.append(
            {
                "title": f"{algorithm}, {AXES[against]}",
                "axis": AXES[against],
                "levels": sorted({row["level"] for row in rows}),
                "steps": sorted({row["step"] for row in rows}),
                "runs": rows,
            }
        )
    return found


def sliders(shown: list[dict[str, Any]]) -> list[Slider]:
    """Which diagram, and which cell of it, each by its number."""
    most = {name: max(len(panel[name]) for panel in shown) for name in ("levels", "steps")}
    return [
        Slider(name="panel", label="diagram", low=0, high=len(shown) - 1, step=1, start=0),
        Slider(name="level", label="level", low=0, high=most["levels"] - 1, step=1, start=1),
        Slider(name="step", label="step size", low=0, high=most["steps"] - 1, step=1, start=5),
    ]


def picture(style: Mapping[str, Any]) -> dict[str, Any]:
    """Cells coloured by the mean final success rate, with how many of their runs collapsed."""
    place = {
        "x": {"field": "step", "type": "ordinal", "title": "step size (learning rate)",
              "axis": {"labelAngle": 0}},
        "y": {"field": "level", "type": "ordinal", "title": None, "sort": "descending"},
    }  # fmt: skip
    chosen = {"test": "datum.chosen", "value": "var(--line-1)"}
    light = {"test": "datum.success > 0.55", "value": "#000000"}
    cells = {
        "mark": {"type": "rect", "strokeWidth": 4, "cursor": "pointer"},
        "encoding": {
            "color": {
                "field": "success",
                "type": "quantitative",
                "title": "mean final success",
                "scale": {"scheme": "cividis", "domain": [0, 1]},
                "legend": {"orient": "bottom", "gradientLength": 200, "titleColor": "currentColor",
                           "labelColor": "currentColor", "titleFontWeight": "normal"},
            },
            "stroke": {"condition": chosen, "value": "transparent"},
        },
    }  # fmt: skip
    counts = {
        "mark": {"type": "text", "fontSize": 12},
        "encoding": {
            "text": {"field": "said"},
            "color": {"condition": light, "value": "#ffffff"},
        },
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": "Mean final success by step size and level; the sliders choose a cell, and"
        " the table below has its runs.",
        "width": "container",
        "height": 260,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": style,
        "data": {"name": "cells", "values": []},
        "encoding": place,
        "layer": [cells, counts],
    }
