"""Every figure of the notes: experiments from recorded results, chapters from formulas."""

from collections.abc import Callable, Mapping
from pathlib import Path

from numeric.core.record import RESULTS as RESULTS
from numeric.course import pictures, token_pictures
from numeric.experiments.bandit import figures as bandit_figures
from numeric.experiments.collapse import helix
from numeric.experiments.laboratory import figures as laboratory_figures
from numeric.experiments.two_stage import figures as two_stage_figures

DRAWN: dict[str, Callable[[Path], Mapping[str, bytes]]] = {
    "bandit": bandit_figures.draw,
    "laboratory": laboratory_figures.draw,
    "two_stage": two_stage_figures.draw,
}
"""What draws the figures of each folder of results."""


def draw(results: Path = RESULTS) -> dict[str, bytes]:
    """All figures as png by file name: of the folders of results that are there, and of the
    chapters.

    FileNotFoundError: a table in a folder is missing. ValueError: a table is cut short."""
    found: dict[str, bytes] = {}
    for folder in (name for name in DRAWN if (results / name).is_dir()):
        found |= DRAWN[folder](results / folder)
    return found | pictures.draw() | token_pictures.draw() | helix.pictures()


CAPTIONS = {
    "setting": "Hoeffding's lemma and Jensen's inequality: the chord above, the tangent below.",
    "one_step": "The step inequalities: the sharp one needs no bound on the score.",
    "expansion": "Eq. (17) on three arms: printed, corrected and exact.",
    "safe_step": "Safe steps against the success rate.",
    "convergence": "Convergence under (15a) and under the sharp condition.",
    "several_prompts": "One update for several prompts; a constant rate for every success rate.",
    "response_trees": "A response tree, summed up from its leaves.",
    "token_level": "Which length limits the step.",
    "grpo": "The steps of GRPO and Dr. GRPO against their thresholds.",
    "groups": "The factor of GRPO on groups: at most J sqrt(n-1), near sqrt(J(1-J)) for large n.",
    "overshooting": "An aligned step that is too long: the success rate falls at every update.",
    "helix": "Steps along the gap that collapse, in three dimensions; J along them; the floor of a"
    " fixed step, theory and a run.",
    "questions": "A tabular softmax beside the wave of Theorem 2; a cumulative gap that stays"
    " bounded.",
    "bandit_panels": "Section 5.1, one seed (measured): success rate against cumulative gap, the"
    " gap against updates, success rate against relative gap.",
    "bandit_observations": "Section 5.1, all seeds (measured): the three observations as numbers.",
    "laboratory_rules": "Learning-rate rules on the contextual bandit (measured).",
    "laboratory_thresholds": "The smallest harmful step over the proved safe one, and training"
    " below and above it (measured).",
    "laboratory_plateau": "Stagnation with a fixed step (measured).",
    "two_stage_dynamic": "Exploitation, then exploration; no second stage with rewards 0 and 1"
    " (measured).",
    "two_stage_algorithms": "GRPO, GSPO and their negative-only forms in two readings (measured).",
}
"""What each figure shows, in a sentence."""
