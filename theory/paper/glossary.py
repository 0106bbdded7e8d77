"""The glossary: signs, the letters of the claims, terms, and the references.

``python -m theory.paper.glossary`` writes proofs_notes/generated/glossary.md. A letter means what
the statements say that it means; signs and terms are listed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from theory.kernel.terms import Term
from theory.paper.citation import as_markdown as references_as_markdown
from theory.paper.latex_terms import formula
from theory.paper.latex_words import name, prose
from theory.pretty import letter
from theory.statements import STATEMENTS

NOTATION: tuple[tuple[str, str], ...] = (
    (r"\theta' = \theta+\eta w", "one update, of size eta along w"),
    (
        r"\pi_{t}(o)",
        "probability of the response o at theta + t w; pi without an argument is 3.14...",
    ),
    (r"s_{t}(o)", "its score along w, the derivative of log pi at t"),
    (r"\partial_{i}\log\pi_{t}(o)", "coordinate i of the gradient of log pi"),
    (r"r(o)", "the reward, in [0, 1]; in the paper 0 or 1"),
    (r"J,\ J'", "success rate before and after the update; J(k) at step k of a trajectory"),
    (
        r"\mathbb{E}^{\pm}_{t}[f]",
        "mean of f(o) over the correct (+) or the incorrect (-) responses, "
        "weights r pi and (1 - r) pi, eqs. (7a), (7b)",
    ),
    (r"\Delta\mu", "gap alignment, w.(g+ - g-), eq. (11)"),
    (r"\Delta\text{log-odds}", "change of log(J/(1-J)) in one update"),
    (r"L,\ G", "Assumption 1: the score is L-Lipschitz and at most G; Assumption 2 for one token"),
    (r"\pi_{k,t},\ s_{k,t},\ \eta_{k}", "the same during step k of a trajectory"),
    (r"M(K)", "cumulative gap, the sum of [gap(k)]_+ eta_k over k < K, eq. (14)"),
    (r"[x]_{+}", "the larger of x and 0"),
    (r"\pi_{q,t},\ r_{q}", "the same for the prompt q, which has the weight a_q"),
    (r"p,\ v,\ pv,\ \varnothing", "a prefix, a token, the prefix with the token, the empty prefix"),
    (r"\bar{o},\ \lvert p\rvert", "the response o as a complete prefix; the number of tokens of p"),
    (r"\mathbf{1}[p\preceq o]", "1 when the response o begins with the prefix p, else 0"),
    (r"\mathrm{complete}(p)", "1 when p is a whole response, something else when a token follows"),
    (r"\pi_{t}(v\mid p)", "probability of the token v after p: log pi(pv) - log pi(p) is its log"),
    (r"s_{t}(v\mid p)", "its score, s(pv) - s(p)"),
    (
        r"T,\ T_\infty,\ T_\psi",
        "Assumption 3: the longest response, and the psi_1 norm of the length",
    ),
    (r"\sigma", "standard deviation of the reward, sqrt(J(1-J)) for 0/1 rewards"),
    (r"\alpha", "learning rate of GRPO and Dr. GRPO, eq. (20)"),
    (
        r"h_{0},\ h_{1},\ \ldots",
        "in proofs: the numbers that a lemma about any numbers is used for",
    ),
)
LEGEND: tuple[tuple[str, str], ...] = (
    ("proved", "a proof object ends in exactly the statement, from the hypotheses it lists, and Z3 "
     "and cvc5 both answered unsat to every question it leaves open; so did those of a model in "
     "which all hypotheses hold"),
    ("refuted", "a model is proved to meet every hypothesis and to miss the conclusion"),
    ("witnessed", "an existence claim: a family of models is proved to have the properties, for "
     "all parameters that the statement admits"),
    ("undecided", "neither: a time-out, a disagreement, an error. A proof that was not finished is "
     "undecided, however likely the claim"),
    ("tested", "a program looked for a counterexample and found none. A false twin that the proof "
     "does not prove is tested"),
    ("measured", "a number that a program gave at some instances; it is no bound"),
)  # fmt: skip
TERMS: tuple[tuple[str, str, str], ...] = (
    ("advantage", "reward minus a baseline; what a policy gradient weighs a response with",
     "chapters/grpo.md"),
    ("axiom", "a textbook fact of calculus or of finite sums that proofs may use; none mentions a "
     "policy", "kernel.md"),
    ("ball arithmetic", "numbers as intervals that surely hold the true value", "sharpness.md"),
    ("certificate", "data from which a verdict can be checked again without the search for it",
     "check.md"),
    ("collapse", "the success rate falls to 0 along a run", "chapters/overshooting.md"),
    ("countermodel", "a policy on which every hypothesis holds and the conclusion fails",
     "break.md"),
    ("curvature", "how fast the score changes along an update; L bounds it", "chapters/setting.md"),
    ("descent lemma", "a function whose derivative is L-Lipschitz is within L t^2/2 of its tangent",
     "chapters/setting.md"),
    ("false twin", "a claim changed so that it is false; its proof must not go through",
     "kernel.md"),
    ("gap alignment", "mean score of the correct responses minus that of the incorrect ones, along "
     "the update", "chapters/setting.md"),
    ("gradient gap", "the vector g+ - g-: the gradient of the log odds", "chapters/setting.md"),
    ("GRPO, Dr. GRPO", "policy gradients with advantages from a group of samples; the first "
     "divides by the deviation of the rewards and by the length", "chapters/grpo.md"),
    ("ledger", "all claims, each with its verdict and what it rests on", "claims.md"),
    ("log odds", "log(J/(1-J)); its gradient is the gradient gap", "chapters/setting.md"),
    ("log-linear policy", "a softmax whose logits are linear in the parameters",
     "chapters/setting.md"),
    ("obligation", "a question without quantifiers over policies that both solvers must answer "
     "unsat", "kernel.md"),
    ("overshooting", "a step along the gap that is so long that J falls",
     "chapters/overshooting.md"),
    ("policy", "a probability for each response to a prompt", "chapters/setting.md"),
    ("prefix", "the first tokens of a response; open when a token follows, else complete",
     "chapters/response_trees.md"),
    ("psi_1 norm", "the least a > 0 with E[exp(X/a)] <= 2; small when long responses are rare",
     "chapters/token_level.md"),
    ("RLVR", "reinforcement learning with verifiable rewards: a program says right or wrong",
     "chapters/setting.md"),
    ("score", "derivative of log pi(o) along the update", "chapters/setting.md"),
    ("slug", "the short name of a claim, the same in every folder", "claims.md"),
    ("stagnation", "the success rate stays below 1 however many updates follow",
     "chapters/convergence.md"),
    ("success rate", "J, the mean reward of one prompt", "chapters/setting.md"),
    ("witness", "a policy on which all hypotheses of a claim hold: it is not empty", "kernel.md"),
)  # fmt: skip
ESCAPED = str.maketrans({sign: rf"\{sign}" for sign in "|_*"})
PATH = Path(__file__).resolve().parents[2] / "proofs_notes" / "generated" / "glossary.md"


def letters() -> Iterator[tuple[str, str, str, str]]:
    """Letter in TeX and in a terminal, meaning as plain text, the first claim that has it."""
    seen = set()
    for statement in STATEMENTS.values():
        for n in statement.notation:
            short = n.symbol if isinstance(n.symbol, Term) else n.symbol(*n.params)
            key = formula(short), n.meaning
            if key not in seen:
                seen.add(key)
                plain = n.symbol.data if isinstance(n.symbol, Term) else n.symbol.name
                yield key[0], letter(str(plain)), n.meaning, statement.slug


def as_markdown() -> str:
    def text(plain: str) -> str:
        return prose(plain, name).replace(r"\%", "%").replace("|", r"\vert ")

    def row(term: str, meaning: str, page: str) -> str:
        return f"| {text(term)} | {text(meaning)} | [{Path(page).stem}](../{page}) |"

    parts = [
        "# Glossary",
        "",
        "Written by `python -m theory.paper.glossary`.",
        "",
        "## Terms",
        "",
        "| term | meaning | more |",
        "| --- | --- | --- |",
        *(row(*entry) for entry in TERMS),
        "",
        "Verdicts and other words of evidence:",
        "",
        *(f"- **{word}**: {meaning}." for word, meaning in LEGEND),
        "",
        "## Signs",
        "",
        "| sign | meaning |",
        "| --- | --- |",
        *(f"| ${tex}$ | {text(meaning)} |" for tex, meaning in NOTATION),
        "",
        "## Letters of the claims",
        "",
        "| letter | in a terminal | meaning | defined in |",
        "| --- | --- | --- | --- |",
        *(
            f"| ${tex}$ | {plain.translate(ESCAPED)} | {text(meaning)} | `{slug}` |"
            for tex, plain, meaning, slug in letters()
        ),
        "",
        references_as_markdown(),
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    PATH.write_text(as_markdown(), encoding="utf-8")
