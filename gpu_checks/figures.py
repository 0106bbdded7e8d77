"""Every figure of the trained models, from recorded results alone: no torch is needed."""

from collections.abc import Callable, Mapping
from pathlib import Path

from gpu_checks.cumulative import figures as cumulative_figures
from gpu_checks.exact import figures as exact_figures
from gpu_checks.phase import report as phase_report

RESULTS = Path(__file__).parent / "results"

DRAWN: dict[str, Callable[[Path], Mapping[str, bytes]]] = {
    "phase": phase_report.draw,
    "cumulative": cumulative_figures.draw,
    "exact": exact_figures.draw,
}
"""What draws the figures of each folder of results."""


def draw(results: Path = RESULTS) -> dict[str, bytes]:
    """The figures as png by file name, of those folders of DRAWN that are there.

    FileNotFoundError: a table in one is missing. ValueError: a table is cut short."""
    found: dict[str, bytes] = {}
    for folder, figures in DRAWN.items():
        if (results / folder).is_dir():
            found |= figures(results / folder)
    return found


CAPTIONS = {
    "phase_length": "Step size against length: converged or collapsed, with the measured threshold"
    " and the predicted safe step (measured).",
    "phase_length_modes": "How runs end, by step size and length (measured).",
    "phase_length_law": "How the threshold scales with the length (measured).",
    "phase_success": "Step size against the initial success rate (measured).",
    "phase_success_modes": "How runs end, by step size and initial success rate (measured).",
    "phase_success_law": "How the threshold scales with the initial success rate (measured).",
    "cumulative_gap": "The paper's Figure 2 on small transformers, short steps (measured): success"
    " rate against cumulative gap, estimated from two halves of a batch.",
    "cumulative_norm": "The same, with the gap read off the size of the gradient, as in the paper"
    " (measured).",
    "cumulative_long": "The same as the first with steps ten times as long (measured).",
    "exact": "All responses enumerated (measured): the smallest harmful step over the predicted"
    " safe one, and training below it and far above.",
}
"""What each figure shows, in a sentence."""
