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
    "tree_sum",
    "tree_path",
    "node_expectation",
    "tower_property",
    "token_decomposition",
    "token_regularity",
    "node_hoeffding",
    "token_supermartingale",
    "psi1_norm",
    "psi1_moment",
    "psi1_length",
    "token_moment",
    "lemma_2_sharp",
    "lemma_2",
    "token_variance",
    "token_sharp_step",
    "token_eta_safe",
    "theorem_3_first_branch",
    "theorem_3",
    "theorem_3_under_assumption_2",
    "theorem_3_limit",
    "theorem_3_sharp",
    "theorem_3_sharp_limit",
    "grpo_gradient",
    "grpo_length_covariance",
    "grpo_along_gap_printed",
    "effective_step",
    "grpo_versus_dr_grpo",
    "grpo_overshoot_scope",
    "grpo_safe_rate",
    "threshold_matches",
    "threshold_matches_scope",
)

STATEMENTS: dict[str, Statement] = {
    slug: import_module(f"theory.statements.{slug}").STATEMENT for slug in SLUGS
}
