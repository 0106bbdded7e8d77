"""Every numbered item, remark and observation of both papers, and what became of it here.

``python -m theory.paper.items`` writes proofs_notes/generated/items.md. An item that has parts of
several kinds has several rows. The claims that belong to no item are listed by ``new_claims``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from theory.kernel.statement import Statement
from theory.statements import STATEMENTS

Kind = Literal[
    "definition", "reproduction", "repair", "sharpening", "measured only", "not covered", "new"
]
MEANING: dict[Kind, str] = {
    "definition": "claims nothing; the formal statements are written in it",
    "reproduction": "proved as printed, or with less assumed",
    "repair": "false as printed, or in one reading; the row says what is proved in its place",
    "sharpening": "a stronger statement is proved",
    "measured only": "seen in experiments, and neither proved nor refuted",
    "not covered": "neither proved, refuted nor measured here",
    "new": "in neither paper",
}
PAPERS = {
    "gap": (
        "First paper: Joe Suk and Yaqi Duan, On the Optimization Dynamics of RLVR: Gradient Gap and"
        " Step Size Thresholds, arXiv:2510.08539 (four versions, v1 of October 2025 to v4 of May"
        " 2026). Meant is the anonymous copy under double-blind review: its main text, without the"
        " appendices B to D; numbers of equations and theorems are those of that copy."
    ),
    "stages": (
        "Second paper: Xinhao Yao, Lu Yu, Xiaolin Hu, Fengwei Teng, Qing Cui, Jun Zhou and Yong"
        " Liu, The Debate on RLVR Reasoning Capability Boundary: Shrinkage, Expansion, or Both? A"
        " Two-Stage Dynamic View, arXiv:2510.04028. Meant is what a published summary says of it;"
        " the formal readings are ours."
    ),
}


@dataclass(frozen=True, slots=True)
class Item:
    """``where`` it stands, what it ``says``, its kind, the slugs of its claims, and how the formal
    statement ``differs`` from the print, or why there is none."""

    where: str
    says: str
    kind: Kind
    claims: tuple[str, ...]
    differs: str

    @property
    def labels(self) -> frozenset[str]:
        return labels(self.where)


def labels(text: str) -> frozenset[str]:
    """The numbers of equations and theorems in a text: {"(15a)", "Theorem 1(b)", ...}."""
    named = re.findall(r"(?:Theorem|Lemma|Corollary|Assumption) \d(?:\([ab]\))?", text)
    rest = re.sub(r"(?:Theorem|Lemma|Corollary|Assumption) \d(?:\([ab]\))?", "", text)
    return frozenset(named) | frozenset(re.findall(r"\(\d+[ab]?\)", rest))


def _row(where: str, says: str, kind: Kind, claims: str = "", differs: str = "") -> Item:
    return Item(where, says, kind, tuple(claims.split()), differs)


GAP: tuple[Item, ...] = (
    _row("abstract, section 1", "a principled theory of RLVR at two levels: responses and tokens",
         "reproduction", "theorem_1b theorem_3", "one prompt, exact updates, no sampling noise"),
    _row("abstract: below the threshold learning converges", "a step size is safe",
         "reproduction", "theorem_1b theorem_3", "see Theorem 1(b) and Theorem 3"),
    _row("abstract: above it, performance collapses", "every longer step fails",
         "repair", "theorem_2 theorem_4 tabular_ascent theorem_2_scope",
         "it can collapse, on some instances; on free logits no step is too long"),
    _row("abstract, section 1: a sharp threshold", "one number separates the two",
         "sharpening", "eta_safe fixed_step_floor fixed_step_at_threshold overshooting_sharp",
         "printed: a factor 540 between (15a) and Theorem 2 at G^2 = L, J near 0; here it is"
         " 2 gap/L from both sides, as J and the gap tend to 0"),
    _row("abstract: length and success rate set the critical step", "it shrinks with the length",
         "sharpening", "token_eta_safe theorem_3_sharp token_overshooting_aligned",
         "the length that enters is the mean length of the correct responses, exactly"),
    _row("abstract: why length normalisation stabilises", "1/|o| follows the threshold",
         "measured only", "grpo_length_covariance grpo_safe_rate",
         "the exact gradient is proved; the stability is measured on small transformers: T^-2.6"
         " for Dr. GRPO, T^-0.9 for GRPO (training.md)"),
    _row("abstract: a fixed learning rate can stagnate below 100%", "and stay there",
         "reproduction", "fixed_step_floor fixed_step_floor_attained",
         "no numbered item says it. A step below 2 gap/L has the floor 1 - eta L/(2 gap), and an"
         " instance stays there for ever, over trajectories"),
    _row("abstract, section 1: validated on bandits", "simulations agree", "measured only", "",
         "bandit.md, with what did not reproduce"),
    _row("abstract, section 1: Qwen2.5-7B on GSM8K and DAPO17k", "experiments agree", "not covered",
         "", "models of that size were not trained here; small transformers were (training.md)"),
    _row("section 1.1: softmax policies obey a PL condition", "literature on policy gradients",
         "not covered", "", "background; quoted and not used"),
    _row("eq. (1)", "the next token is drawn from a softmax", "reproduction",
         "normalisation node_expectation tower_property",
         "any probabilities on a finite tree; that they are a softmax is used nowhere"),
    _row("eq. (2)", "the objective J", "definition", "", "one prompt; multi_prompt has several"),
    _row("eq. (3)", "the update, |w| at most 1", "definition", "",
         "the claims speak of the line theta + t w"),
    _row("eq. (4)", "REINFORCE, advantage r - J", "reproduction", "score_mean_zero effective_step",
         "the expected gradient; the normalised step is in effective_step"),
    _row("section 2: Dr. GRPO replaces r - J by the group's mean", "it is REINFORCE in the mean",
         "sharpening", "group_dr_grpo", "in the mean 1 - 1/n times (4), for a group of n"),
    _row("eq. (5)", "GRPO in one step, without clipping", "reproduction", "grpo_gradient",
         "as an expectation; sampled in groups and without 1/|o|: group_grpo"),
    _row("section 2: a cosine schedule is locally a constant step", "modelling", "not covered", "",
         "an approximation of practice; nothing is claimed"),
    _row("eq. (6)", "correct and incorrect responses", "definition", "",
         "rewards in [0, 1] where nothing else is said"),
    _row("eqs. (7a), (7b)", "the policy given success, and given failure", "reproduction",
         "normalisation expectation_functional", "that these are expectations is proved"),
    _row("eq. (8)", "mean scores g+ and g-", "reproduction", "score_mean_zero", ""),
    _row("eq. (9)", "the gradient gap", "definition", "", ""),
    _row("eq. (10), footnote 1", "grad J = J(1-J)(g+ - g-)", "reproduction", "gradient_identity",
         ""),
    _row("eq. (11), gap alignment", "w.(g+ - g-) = |g+ - g-| cos", "reproduction",
         "alignment_decomposition step_under_assumption_1",
         "the inner product; the angle is not used"),
    _row("section 3.1, (i) and (ii)", "the alignment should be positive, the step adapted to it",
         "reproduction", "eta_safe theorem_1b", "advice; these claims are its content"),
    _row("Assumption 1, eqs. (12), (13)", "scores are bounded and Lipschitz", "reproduction",
         "regularity_along_direction smoothness_remainder step_under_assumption_1"
         " theorem_1b_under_assumption_1",
         "most claims need it along the update alone, and no bound G; these start from the print"),
    _row("Assumption 1: along a direction", "vectors become numbers", "reproduction",
         "cauchy_schwarz", "a tool; the paper leaves it unsaid"),
    _row("Assumption 1(b)", "first-order remainder", "reproduction", "smoothness_remainder", ""),
    _row("eq. (14)", "the cumulative gap alignment M(K)", "definition", "", ""),
    _row("Theorem 1: steps at most 1/(2 sqrt L)", "a hypothesis of Theorem 1", "sharpening",
         "theorem_1a theorem_1b lemma_1_sharp", "not needed"),
    _row("Theorem 1(a)", "stagnation under weak alignment", "repair",
         "theorem_1a_printed theorem_1a", "the sign in the exponent is lost in print"),
    _row("Theorem 1(a), constant", "the constant L + 8G^2", "sharpening", "theorem_1a_sharp",
         "L + G^2/2 is enough"),
    _row("Theorem 1(b), eqs. (15a), (15b)", "convergence under an adapted step", "reproduction",
         "theorem_1b theorem_1b_under_assumption_1", "0 < J(0) < 1; no bound on the step"),
    _row("eq. (15a), Theorem 1(b): the step", "how long an adapted step may be", "sharpening",
         "eta_safe safe_gap theorem_1b_sharp theorem_1b_sharp_limit theorem_1b_longer",
         "theorem_1b_sharp allows (1-J) gap/L, theorem_1b_longer at every step the larger of that"
         " and gap/(2L + G^2), which is longer than (15a) at every J. eta_safe is about one update"
         " that rises"),
    _row("Theorem 1(b), last sentence", "M to infinity brings J to 1", "reproduction",
         "theorem_1b_limit", ""),
    _row("Theorem 1: J(0) = 1 and J(0) = 0", "the cases the text leaves out", "reproduction",
         "theorem_1b_edges", "J never changes then"),
    _row("remark after Theorem 1: a clear dichotomy", "without adapted steps progress stagnates",
         "repair", "theorem_1b_sharp tabular_ascent",
         "Theorem 1 has two sufficient conditions, and most runs meet neither; steps many times"
         " longer than (15a) converge"),
    _row("Lemma 1, eq. (16)", "the change of the log odds is gap eta up to (L + 8G^2) eta^2",
         "reproduction", "lemma_1 jensen_exp hoeffding_lemma step_under_assumption_1",
         "with the printed bound on the step"),
    _row("Lemma 1, eq. (16): constants", "how far from first order", "sharpening",
         "lemma_1_sharp sharp_step worst_case worst_case_attained best_case_attained",
         "every step; L + G^2/2, or L/(2(1-J)) below and L/(2J) above without any G; both ends of"
         " the range, the lower one attained at small J"),
    _row("Corollary 1", "a uniform gap gives a linear rate", "reproduction", "corollary_1",
         "the second bound on the step is not needed; the inequality is strict"),
    _row("Corollary 1: the step", "how long it may be", "sharpening", "corollary_1_sharp",
         "gap/(2L + G^2) is enough"),
    _row("section 3.2.2: a fixed step is enough", "for a uniform gap", "reproduction",
         "corollary_1", ""),
    _row("Theorem 2", "an instance on which long steps fail", "reproduction", "theorem_2",
         "print: there is an instance, then for the steps of a range. Here for every J(0), gap and"
         " step of the range there is one, which may depend on the step"),
    _row("Theorem 2: the least step", "60 gap/(L + G^2)", "sharpening",
         "overshooting_sharp overshooting_aligned",
         "every step longer than 2 gap/L, for gaps small against sqrt L; below it J rises"),
    _row("Theorem 2: for every G_o >= sqrt L_o", "one reading of its words", "repair",
         "theorem_2_scope", "false as soon as G^2 > (30/(1-J) - 1) L: L is the barrier"),
    _row("remark: 60 and 120 are not sharp, the phenomenon is robust", "smaller constants do",
         "measured only", "fixed_direction",
         "along a fixed direction every step below 2 gap (1/L + 1/U) gains"),
    _row("eq. (17)", "second order of the log odds", "repair", "expansion_printed expansion",
         "a factor 1/2 and the curvature terms are missing"),
    _row("remark after eq. (17): large Var- pulls the log odds down", "Var- > Var+ is dangerous",
         "repair", "expansion_without_variance sharp_step",
         "Var- can be eliminated: the coefficient is E+[s^2 + H]/(2(1-J)) - (1-2J) gap^2/2; a large"
         " Var- matters through L"),
    _row("remark after eq. (17): plausible for language models", "many wrong answers, few right",
         "not covered", "", "a conjecture about models; no variance of a large model was measured"),
    _row("section 3, end: the step must respect gap/(L + G^2)", "the scale of a safe step",
         "repair", "sharp_step theorem_2_scope", "sufficient up to a constant; G^2 is no barrier"),
    _row("section 4, before Assumption 2: the score is a sum of token scores", "", "reproduction",
         "token_decomposition", ""),
    _row("Assumption 2", "token scores are bounded and Lipschitz", "reproduction",
         "token_regularity theorem_3_under_assumption_2", "the rest needs it along the update"),
    _row("Assumption 3", "lengths have a psi_1 norm", "reproduction",
         "psi1_norm psi1_moment psi1_length theorem_3_under_assumption_2",
         "E[len] <= T_psi has a factor log 2 to spare"),
    _row("Theorem 3, eqs. (18a), (18b)", "convergence token by token", "reproduction",
         "theorem_3 theorem_3_under_assumption_2 tree_path", "0 < J(0) < 1"),
    _row("Theorem 3, limit as in Theorem 1(b)", "M to infinity", "reproduction", "theorem_3_limit",
         "the text says it of Theorem 1(b) alone"),
    _row("eq. (18a), Theorem 3: the step", "how long a step may be", "sharpening",
         "theorem_3_first_branch theorem_3_sharp theorem_3_sharp_limit token_eta_safe",
         "the second branch is not needed; nor are T_inf, T_psi and G"),
    _row("before Theorem 4: essentially tight in T_inf and T_psi", "the lengths must enter so",
         "repair", "token_sharp_step theorem_4",
         "T_psi need not enter a safe step. In Theorem 4 all lengths are T, so T_psi = T/log 2:"
         " the two are never told apart"),
    _row("Theorem 4, eq. (19)", "collapse token by token", "reproduction", "theorem_4",
         "for every T and J(0) up to 2^-T"),
    _row("Theorem 4, eq. (19): the least step", "120 gap/((L + G^2) T)", "sharpening",
         "token_overshooting_sharp token_overshooting_aligned",
         "every step longer than 2 (1-J) gap/(L E+[len]), below which J rises; on one landscape"
         " 1/(1 - J^(1/T)) times that, for small gaps"),
    _row("remark after Theorem 4: matches (19) up to constants", "an intrinsic barrier", "repair",
         "threshold_matches threshold_matches_scope",
         "the constant holds 1/(1-J); for large G the step of (19) raises J"),
    _row("remark after Theorem 4: 1-J matters only near 1", "speed, not safety", "reproduction",
         "threshold_matches", "1-J stands in the constant; as J falls it grows to 1"),
    _row("before eq. (20): g_GRPO ~ sqrt(J(1-J)) (g+ - g-)/T_psi", "GRPO points along the gap",
         "repair", "grpo_along_gap_printed grpo_length_covariance",
         "the authors restrict attention to scaling and write an asymptotic sign; refuted is our"
         " reading of it as a direction"),
    _row("eq. (20)", "effective steps of GRPO and Dr. GRPO", "reproduction", "effective_step",
         "equalities, for responses of one length"),
    _row("eq. (21)", "what (18a) asks for when L is small", "reproduction", "grpo_versus_dr_grpo",
         "keeps one of two arms of (18a)"),
    _row("remark after eq. (21): gradient gap", "both steps are proportional to it",
         "reproduction", "effective_step", ""),
    _row("remark after eq. (21): sequence length", "GRPO has 1/T_psi, Dr. GRPO has not",
         "reproduction", "effective_step grpo_versus_dr_grpo", "for responses of one length"),
    _row("eqs. (20), (21): GRPO overshoots as J tends to 1", "remark after them", "reproduction",
         "grpo_versus_dr_grpo", "as printed, for the two displayed equations"),
    _row("the same, against the whole of (18a)", "overshoots at the end", "repair",
         "grpo_overshoot_scope", "on the way to 1, not at the end: the arms of (18a) cross"),
    _row("remark: this may explain stagnation below 1", "a hypothesis", "measured only", "",
         "on small transformers the threshold of GRPO is no lower near J = 1 (training.md)"),
    _row("Assumption 2, before eq. (22): L_o = L_p T_inf and G_o = G_p T_inf", "(16) by tokens",
         "reproduction", "token_regularity", ""),
    _row("Lemma 2, eq. (22)", "the log odds, token by token", "reproduction",
         "lemma_2 tree_sum node_hoeffding token_supermartingale token_moment",
         "for every step, as the main text prints it"),
    _row("Lemma 2, eq. (22): constants", "and without the psi_1 norm", "sharpening",
         "lemma_2_sharp token_sharp_step", "0.757 G^2 T_psi; or the mean length of the correct"),
    _row("section 4, end: a sharp linear dependence on T_psi", "of the second-order term",
         "repair", "token_sharp_step", "no T_psi is needed at all"),
    _row("section 4, end: the gap is no martingale, scores are", "the idea of the proof of Lemma 2",
         "reproduction", "token_supermartingale", ""),
    _row("section 5.1, setup", "100 arms, 10 dimensions", "measured only", "", "bandit.md"),
    _row("section 5.1, first plot: a logistic curve (Corollary 1)", "J against M", "measured only",
         "corollary_1", "slope 1, not the 1/2 of the bound"),
    _row("section 5.1, second plot: two regimes (Theorem 2)", "convergence or none",
         "measured only", "tabular_ascent",
         "what is left behind has negative alignment, not a step that is too long"),
    _row("section 5.1, third plot", "contexts close to the training ones are faster",
         "measured only", "", "bandit.md"),
    _row("section 5.2: E_q[gap] from the norm of one batch gradient", "a proxy for the gap",
         "not covered", "",
         "not an identity: the norm of a mean of gaps is at most the mean of their norms, and the"
         " factor sqrt(J(1-J)) differs from prompt to prompt (errata.md)"),
    _row("section 5.2, figure 2", "gap and accuracy in three runs", "not covered", "",
         "needs a language model of 7 billion parameters"),
    _row("section 6: one update, several prompts", "left open there", "sharpening",
         "multi_prompt", "how one step moves the mean over prompts"),
    _row("section 6: prompt-adaptive updates, curricula", "future work", "not covered", "",
         "nothing is claimed"),
)  # fmt: skip

STAGES: tuple[Item, ...] = (
    _row("second paper: the two-stage dynamic", "first shrinkage, then expansion", "reproduction",
         "logit_gradient stage_boundary", "softmax over tokens with graded rewards: our reading"),
    _row("second paper: first stage", "good tokens gain, a rare best one loses", "reproduction",
         "exploitation_stage", "exact updates"),
    _row("second paper: second stage", "good tokens are saturated, the best one gains",
         "reproduction", "exploration_stage exploration_lasts", "past the boundary, at every step"),
    _row("second paper: needs a token with a higher reward", "(implicit)", "reproduction",
         "binary_control", "with one decision and rewards 0 and 1 there is no second stage"),
    _row("second paper: the example of probabilities over time", "a picture", "measured only", "",
         "two_stage.md draws ours"),
    _row("second paper: stopping early narrows a model", "shrinkage", "measured only", "",
         "two_stage.md, in the exact model"),
    _row("second paper: GRPO-N and GSPO-N", "updates by negative gradients alone", "repair",
         "negative_only negative_only_graded",
         "in two readings of ours: in expectation the same direction, J times as long"),
    _row("second paper: entropy is preserved", "by negative-only updates", "measured only", "",
         "two_stage.md: at equal learning rate yes, at equal step length no"),
    _row("second paper: benchmarks with Qwen2.5-Math-7B and Llama-3.2-3B", "accuracy",
         "not covered", "", "models of that size were not trained here"),
    _row("second paper: case study of code", "fewer errors", "not covered", "", "as above"),
)  # fmt: skip

ITEMS = {"gap": GAP, "stages": STAGES}


def is_new(statement: Statement) -> bool:
    return statement.paper_ref.startswith("not in the paper")


def new_claims() -> Iterator[Item]:
    """The claims that say they are in neither paper."""
    for s in filter(is_new, STATEMENTS.values()):
        yield Item(s.paper_ref, s.title, "new", (s.slug,), s.remark)


def all_items() -> Iterator[tuple[str, tuple[Item, ...]]]:
    """Each part of the table under its heading."""
    for key, citation in PAPERS.items():
        yield citation, ITEMS[key]
    yield "In neither paper.", tuple(new_claims())


def as_markdown() -> str:
    parts = ["# The papers, item by item", "", "Written by `python -m theory.paper.items`.", ""]
    parts += [f"- **{kind}**: {meaning}" for kind, meaning in MEANING.items()]
    for heading, rows in all_items():
        head = "| item | says | kind | claims | difference |"
        parts += ["", heading, "", head, "| --- " * 5 + "|"]
        for row in rows:
            claims = " ".join(f"`{slug}`" for slug in row.claims)
            cells = (row.where, row.says, row.kind, claims, row.differs)
            parts.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(parts) + "\n"


PATH = Path(__file__).resolve().parents[2] / "proofs_notes" / "generated" / "items.md"

if __name__ == "__main__":
    PATH.write_text(as_markdown(), encoding="utf-8")
