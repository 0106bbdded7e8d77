r"""The parts of the document that are not about one claim: notation, legend, facts, tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from theory.kernel.axioms import AXIOMS
from theory.kernel.rules import FACTS
from theory.ledger.run import Entry, Ledger
from theory.paper.items import MEANING, all_items
from theory.paper.latex import badge, item, numbers, shown
from theory.paper.latex_terms import formula, lines
from theory.paper.latex_words import link, name, prose
from theory.pretty import abbreviations
from theory.statements import STATEMENTS
from theory.thresholds import thresholds
from theory.token_thresholds import token_thresholds

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


def table(columns: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table that may run over pages."""
    head = " & ".join(rf"\textbf{{{h}}}" for h in heads)
    body = "\n".join(" & ".join(row) + r" \\" for row in rows)
    return (
        rf"\begin{{longtable}}{{{columns}}}\toprule {head} \\ \midrule\endhead "
        rf"\bottomrule\endfoot" + f"\n{body}\n" + r"\end{longtable}"
    )


def notation() -> str:
    rows = ((rf"\({tex}\)", prose(meaning)) for tex, meaning in NOTATION)
    return table(r"@{}l@{\quad}P{0.72\linewidth}@{}", ("Sign", "Meaning"), rows)


def legend() -> str:
    rows = ((badge(word), prose(meaning) + ".") for word, meaning in LEGEND)
    return table(r"@{}l@{\quad}P{0.74\linewidth}@{}", ("Word", "What it says"), rows)


def facts() -> str:
    """The axioms and the facts of the kernel, with their sources: all that proofs rest on."""
    rows = []
    for axiom in AXIOMS.values():
        given = "".join(f"\\quad if {shown(formula(c))}" for c in axiom.conditions)
        rows.append((name(axiom.name), shown(formula(axiom.conclusion)) + given,
                     prose(axiom.source)))  # fmt: skip
    rows += [(name(key), prose(says), prose(source)) for key, (says, source) in FACTS.items()]
    columns = r"@{}l@{\quad}P{0.45\linewidth}@{\quad}P{0.27\linewidth}@{}"
    return table(columns, ("Name", "Fact", "Source"), rows)


def overview(ledger: Ledger) -> str:
    """One line a claim."""
    rows = ((link(e.slug), prose(e.title), prose(e.paper_ref), e.verdict) for e in ledger.entries)
    columns = r"@{}P{0.24\linewidth}@{\quad}P{0.34\linewidth}@{\quad}P{0.23\linewidth}@{\quad}l@{}"
    return table(columns, ("Claim", "What it says", "In the paper", "Verdict"), rows)


def papers() -> str:
    """Both papers, item by item."""
    kinds = "\n".join(rf"\item[{kind}] {prose(meaning)}" for kind, meaning in MEANING.items())
    parts = [f"\\begin{{description}}\n{kinds}\n\\end{{description}}"]
    columns = (
        r"@{}P{0.2\linewidth}@{\quad}P{0.17\linewidth}@{\quad}P{0.13\linewidth}"
        r"@{\quad}P{0.18\linewidth}@{\quad}P{0.2\linewidth}@{}"
    )
    for heading, items in all_items():
        rows = (
            (prose(i.where), prose(i.says), i.kind, " ".join(map(link, i.claims)), prose(i.differs))
            for i in items
        )
        heads = ("Item", "Says", "Kind", "Claims", "Difference")
        parts.append(f"{prose(heading)}\n\n{table(columns, heads, rows)}")
    return "\n\n".join(parts)


# -- errata ----------------------------------------------------------------------------------------


def errata(ledger: Ledger) -> str:
    """What is refuted, with its model and its repair; then what is stated otherwise than in
    print."""
    refuted = [_erratum(e) for e in ledger.entries if e.verdict == "refuted"]
    kept = {e.slug for e in ledger.entries if e.verdict != "refuted"}
    rows = (
        (link(s.slug), prose(str(s.printed)), prose(s.remark))
        for s in STATEMENTS.values()
        if s.printed is not None and s.slug in kept
    )
    columns = r"@{}P{0.24\linewidth}@{\quad}P{0.36\linewidth}@{\quad}P{0.33\linewidth}@{}"
    others = table(columns, ("Claim", "Printed", "Remark"), rows)
    return "\n\n".join((*refuted, r"\subsection*{Stated otherwise than printed}", others))


def _erratum(entry: Entry) -> str:
    statement = STATEMENTS[entry.slug]
    parts = [
        rf"\subsection*{{{prose(statement.title)}}}",
        rf"{link(entry.slug)}, {prose(entry.paper_ref)}. {badge('refuted')}\par",
        rf"\emph{{Printed:}} {prose(statement.printed or '')}.\par",
        rf"\emph{{Countermodel:}} {numbers(entry.countermodel or {})}.\par",
        f"{prose(statement.remark)}\\par",
    ]
    if statement.corrected_by:
        repair = STATEMENTS[statement.corrected_by]
        parts.append(rf"\emph{{Repair:}} {link(repair.slug)}, {prose(repair.title)}:\par")
        names = abbreviations(repair)
        parts += [item(shown(line)) for line in lines(repair.conclusion, names)]
    return "\n".join(parts)


# -- thresholds ------------------------------------------------------------------------------------

RATES = (0.01, 0.1, 0.5, 0.9, 0.99)
BOUNDS = (1, 3)  # G, with L = 1: G^2/L is 1 and 9
LENGTHS = (10, 100, 1000)


def threshold_tables() -> str:
    """Safe steps for a few success rates, evaluated from the statements for L = 1 and a gap of
    1."""
    rows: list[tuple[str, ...]] = []
    for bound in BOUNDS:
        for rate in RATES:
            found = thresholds(rate, 1, 1, bound)
            values = (found.paper, found.converges, *found.branches.values(), found.safe)
            ratio = f"{found.safe / found.paper:.3g}"
            rows.append((str(bound**2), f"{rate:g}", *(f"{v:.4g}" for v in values), ratio))
    heads = (r"\(G^{2}/L\)", r"\(J\)", "(15a)", r"\((1-J)\)", r"\(2(1-J)\)", r"\(2J/(1+G^2)\)",
             r"\(1/(1+G^2/2)\)", r"\(\eta_{\mathrm{safe}}\)", "over (15a)")  # fmt: skip
    trajectory = table("@{}rrrrrrrrr@{}", heads, rows)
    rows.clear()
    for longest in LENGTHS:
        for rate in RATES:
            token = token_thresholds(rate, 1, 1, 1, longest)
            values = (token.paper, token.converges, token.safe)
            ratio = f"{token.safe / token.paper:.3g}"
            rows.append((str(longest), f"{rate:g}", *(f"{v:.4g}" for v in values), ratio))
    mean = r"\((1-J)\Delta\mu/(L\,\mathbb{E}^{+}[\lvert o\rvert])\)"
    safe = r"\(\eta_{\mathrm{safe}}\)"
    token_heads = (r"\(T\)", r"\(J\)", "(18a)", mean, safe, "over (18a)")
    tokens = table("@{}rrrrrr@{}", token_heads, rows)
    return (
        rf"\subsection*{{Trajectory level, {link('eta_safe')}}}"
        "\nStep sizes in units of \\(\\Delta\\mu/L\\), with \\(L=1\\) and \\(\\Delta\\mu=1\\)."
        " Below the largest of the three branches, \\(\\eta_{\\mathrm{safe}}\\), the success rate"
        f" rises.\n{trajectory}\n"
        rf"\subsection*{{Token level, {link('token_eta_safe')}}}"
        "\nHere \\(L=G=1\\), \\(\\Delta\\mu=1\\), \\(\\mathbb{E}^{+}[\\lvert o\\rvert]=T\\) and"
        " \\(T_\\psi=T/\\log 2\\), the longest lengths that Assumption 3 admits."
        f"\n{tokens}\n"
    )


def recorded(numbers: Mapping[str, str]) -> str:
    """Numbers that programs recorded, as they come."""
    rows = ((prose(key), prose(value)) for key, value in numbers.items())
    return table(r"@{}P{0.6\linewidth}@{\quad}P{0.3\linewidth}@{}", ("Measured", "Value"), rows)
