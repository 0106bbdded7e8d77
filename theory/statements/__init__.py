"""Every claim, in the order in which one reads them. ``STATEMENTS[slug]`` is the claim itself."""

from __future__ import annotations

from importlib import import_module

from theory.statement import Statement

SLUGS = (
    "normalisation",
    "score_mean_zero",
    "gradient_identity",
    "alignment_decomposition",
    "expectation_functional",
    "jensen_exp",
    "hoeffding_lemma",
    "cauchy_schwarz",
    "regularity_along_direction",
    "smoothness_remainder",
    "log_success_step",
    "sharp_step",
    "lemma_1_sharp",
    "lemma_1",
    "step_under_assumption_1",
    "eta_safe",
    "theorem_1a_printed",
    "theorem_1a",
    "theorem_1a_sharp",
    "theorem_1b",
    "theorem_1b_under_assumption_1",
    "theorem_1b_limit",
    "theorem_1b_edges",
    "corollary_1",
    "theorem_1b_sharp",
    "theorem_1b_sharp_limit",
    "multi_prompt",
    "constant_rate",
)

STATEMENTS: dict[str, Statement] = {
    slug: import_module(f"theory.statements.{slug}").STATEMENT for slug in SLUGS
}
