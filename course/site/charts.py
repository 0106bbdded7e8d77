"""A page to play with as data for its script: sliders, formulas, and each picture for Vega."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from course.site import phase
from course.site.explorables import Chart, Explorable, Slider, functions

COLOURS = [f"var(--line-{j})" for j in range(1, 5)]
DASHES = [[1, 0], [7, 4], [2, 3], [9, 3, 2, 3]]
"""Lines are told apart by colour, and without it by their dashes."""

QUIET = {
    "background": "transparent",
    "font": "inherit",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "currentColor",
        "titleColor": "currentColor",
        "titleFontWeight": "normal",
        "domainColor": "var(--faint)",
        "gridColor": "var(--grid)",
        "tickColor": "var(--faint)",
        "labelFontSize": 12,
        "titleFontSize": 13,
        "tickCount": 6,
    },
}


def script(pages: Mapping[str, Explorable]) -> str:
    """Everything that the pages know: ``explorables`` by page, and ``phase``, the recorded runs."""
    written = []
    for name, page in pages.items():
        data = json.dumps(as_data(page), ensure_ascii=False)
        code = ",\n".join(f"{key}: {text}" for key, text in functions(page).items())
        written.append(f"{json.dumps(name)}: {{ ...{data}, functions: {{\n{code}\n}} }}")
    recorded = json.dumps({"panels": phase.panels(), "spec": phase.picture(QUIET)})
    return "\n".join(
        [
            "globalThis.explorables = {",
            ",\n".join(written),
            f"}};\nglobalThis.phase = {recorded};\n",
        ]
    )


def as_data(page: Explorable) -> dict[str, Any]:
    """The page without its functions. A curve has no ``begins``; a run draws no band."""
    charts = []
    for chart in page.charts:
        draws = [{"begins": None, "band": (), "where": {}, **asdict(d)} for d in chart.draws]
        charts.append({"spec": picture(chart), "at": chart.at, "draws": draws})
    return {"sliders": [asdict(s) for s in page.sliders], "charts": charts, "says": page.says}


def picture(chart: Chart) -> dict[str, Any]:
    """The picture for Vega-Lite. Its rows come from the script: lines, a band, a vertical line."""
    labels = labels_of(chart)
    x: dict[str, Any] = {"field": "x", "type": "quantitative", "title": chart.x}
    x["scale"] = {"nice": False, **chart.x_scale}
    y = {"field": "y", "type": "quantitative", "title": chart.y, "scale": dict(chart.y_scale)}
    style = {"field": "label", "type": "nominal", "legend": None}
    lines = {
        "data": {"name": "lines", "values": []},
        "mark": {"type": "line", "strokeWidth": chart.stroke, "clip": True},
        "encoding": {
            "x": x,
            "y": y,
            "detail": {"field": "part"},
            "order": {"field": "order", "type": "quantitative"},
            "color": {**style, "scale": {"domain": labels, "range": COLOURS[: len(labels)]}},
            "strokeDash": {**style, "scale": {"domain": labels, "range": DASHES[: len(labels)]}},
        },
    }
    band = {
        "data": {"name": "band", "values": []},
        "mark": {"type": "area", "clip": True, "color": "currentColor", "opacity": 0.16},
        "encoding": {"x": x, "y": y, "y2": {"field": "y2"}},
    }
    here = {
        "data": {"name": "here", "values": []},
        "mark": {"type": "rule", "color": "currentColor", "strokeDash": [2, 3], "clip": True},
        "encoding": {"x": x},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"{chart.y} against {chart.x}: {', '.join(labels)}",
        "width": "container",
        "height": 340,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": QUIET,
        "layer": [band, here, lines],
    }


def labels_of(chart: Chart) -> list[str]:
    return list(dict.fromkeys(label for draw in chart.draws for label in draw.lines))


def legend(chart: Chart) -> str:
    """Beside the picture, so that it wraps as text does."""
    items = []
    for label, colour, dashes in zip(labels_of(chart), COLOURS, DASHES, strict=False):
        pattern = " ".join(map(str, dashes))
        line = f'<line x2="30" y1="5" y2="5" stroke="{colour}" stroke-dasharray="{pattern}"/>'
        items.append(
            f'<li><svg aria-hidden="true" width="30" height="10">{line}</svg> {escape(label)}</li>'
        )
    return f'<ul class="legend">{"".join(items)}</ul>'


def controls(name: str, page: Explorable) -> str:
    """The sliders, a place for each picture and for the sentence, as HTML."""
    pictures = [f'<figure>{legend(c)}<div class="chart"></div></figure>' for c in page.charts]
    back = '<button type="button">back to the start</button>'
    return block(name, [*map(control, page.sliders), back], pictures)


def phase_controls(sliders: Sequence[Slider]) -> str:
    """The same for the phase diagrams, whose runs are listed in a table."""
    heads = "".join(f"<th>{head}</th>" for head in ("seed", "J at the start", "at the end", "fate"))
    table = f"<table><caption>Runs</caption><thead><tr>{heads}</tr></thead><tbody></tbody></table>"
    return block(
        "phase", map(control, sliders), ['<figure><div class="chart"></div></figure>'], table
    )


def control(slider: Slider) -> str:
    s = slider
    limits = f'min="{s.low}" max="{s.high}" step="{s.step}" value="{s.start}"'
    return (
        f"<label><span>{escape(s.label)}</span> <output></output>"
        f'<input type="range" name="{s.name}" aria-label="{escape(s.label)}" {limits}></label>'
    )


def block(name: str, controls: Iterable[str], pictures: Iterable[str], more: str = "") -> str:
    return "\n".join(
        [
            f'<div class="explorable" data-page="{name}">',
            '<form onsubmit="return false">',
            *controls,
            '</form><p role="status" aria-live="polite">This picture needs JavaScript.</p>',
            f'<div class="pictures">{"".join(pictures)}</div>',
            f"{more}</div>",
        ]
    )
