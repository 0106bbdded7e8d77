r"""The letters of the paper in TeX, one table for variables and one for function symbols.

``theory.pretty.LETTERS`` are the same names for a terminal. A name is in a table here, or is one
Latin letter with digits; every other name is an error, so that no claim is printed half.
"""

from __future__ import annotations

import re

# binding strength: and, or, for all < comparison < sum < log x, sum_o x < product < quotient < atom
LOGIC, COMPARE, SUM, OPEN, PRODUCT, QUOTIENT, POWER, ATOM = range(8)

WORDS = (
    *("added", "allowed", "along", "baseline", "below", "best", "bound", "clipped", "coefficient"),
    *("collapse", "drift", "end", "fixed", "gains", "good", "losses"),
    *("fraction", "line", "loose", "loss", "mass", "mean", "moment", "narrower", "objective"),
    *("peak", "plain", "rate", "rising", "safe", "scale", "scaled", "share", "slope", "square"),
    *("start", "unscaled", "wider"),
)
LETTERS: dict[str, str] = {
    **{word: rf"\mathrm{{{word}}}" for word in WORDS},
    "alpha": r"\alpha",
    "bend_minus": r"\mathbb{E}^{-}[H]",
    "bend_plus": r"\mathbb{E}^{+}[H]",
    "mean_u": r"\mathbb{E}[u]",
    "minus_one": r"\mathrm{minus\,one}",
    "var_minus": r"\mathrm{Var}^{-}",
    "var_plus": r"\mathrm{Var}^{+}",
    "V_next": "V'",
    "shortfall": "m",
    "at_longest": r"\mathrm{at}_{T_\infty}",
    "at_response": r"g(\bar{o})",
    "at_root": r"\mathrm{at}_{\varnothing}",
    "C1": "C_0'",
    "change": r"\Delta\text{log-odds}",
    "cov_minus": r"\mathrm{Cov}^{-}[1/\lvert o\rvert, s]",
    "cov_plus": r"\mathrm{Cov}^{+}[1/\lvert o\rvert, s]",
    "curvature_minus": r"\mathbb{E}^{-}[B]",
    "curvature_plus": r"\mathbb{E}^{+}[B]",
    "delta": r"\lVert g^{+}-g^{-}\rVert",
    "dr_grpo": r"g_{\text{Dr.GRPO}}",
    "eps": r"\varepsilon",
    "eta": r"\eta",
    "eta_dr_grpo": r"\eta_{\text{Dr.GRPO}}",
    "eta_grpo": r"\eta_{\text{GRPO}}",
    "F": "1-J",
    "failure_rate": "F",
    "F_next": "1-J'",
    "gap": r"\Delta\mu",
    "growth_minus": r"\mathbb{E}^{-}[e^{X}]",
    "growth_plus": r"\mathbb{E}^{+}[e^{X}]",
    "grpo": r"g_{\text{GRPO}}",
    "hidden": "h",
    "inverse_minus": r"\mathbb{E}^{-}[1/\lvert o\rvert]",
    "inverse_plus": r"\mathbb{E}^{+}[1/\lvert o\rvert]",
    "J_next": "J'",
    "least_gap": r"\Delta\mu_{\min}",
    "length": r"\mathrm{length}",
    "length_minus": r"\mathbb{E}^{-}[\lvert o\rvert]",
    "length_plus": r"\mathbb{E}^{+}[\lvert o\rvert]",
    "logp": r"\log\pi",
    "m_minus": r"\mathbb{E}^{-}[s]",
    "m_plus": r"\mathbb{E}^{+}[s]",
    "mean_exp": r"\mathbb{E}[e^{X}]",
    "mean_f": r"\mathbb{E}[f]",
    "mean_g": r"\mathbb{E}[g]",
    "mean_length": r"\mathbb{E}[\lvert o\rvert]",
    "mean_of_sum": r"\mathbb{E}[af+bg+c]",
    "mean_score": r"\mathbb{E}[s]",
    "norm2": r"\lVert g^{+}\rVert^{2}",
    "norm2_a": r"\lVert a\rVert^{2}",
    "norm2_b": r"\lVert b\rVert^{2}",
    "dot": r"\langle a,b\rangle",
    "objective_next": r"\mathrm{objective}'",
    "one": r"\mathtt{1}",
    "over_responses": r"\sum_{o}g(\bar{o})",
    "per_token_minus": r"\mathbb{E}^{-}[s/\lvert o\rvert]",
    "per_token_plus": r"\mathbb{E}^{+}[s/\lvert o\rvert]",
    "rate_next": r"\mathrm{rate}'",
    "root": r"\varnothing",
    "s_t": "s_{t}",
    "score": "s",
    "sigma": r"\sigma",
    "star": r"o^{\star}",
    "sum_logp": r"\sum_{n}\log\pi(o_{n}\mid o_{<n})",
    "sum_score": r"\sum_{n}s_{n}",
    "T_inf": r"T_\infty",
    "T_psi": r"T_\psi",
    "tokens": r"\ell",
    "w_i": "w_{i}",
    "zero": r"\mathtt{0}",
}
STRENGTHS = {
    **dict.fromkeys(("F", "F_next"), SUM),
    **dict.fromkeys(("logp", "over_responses", "sum_logp", "sum_score"), OPEN),
    **dict.fromkeys(("V_next",), POWER),
    **dict.fromkeys(("J_next", "C1", "norm2", "norm2_a", "norm2_b", "star"), POWER),
    **dict.fromkeys(("objective_next", "rate_next"), POWER),
}
APPLIED: dict[tuple[str, int], str] = {  # a function symbol with its number of arguments
    ("a", 1): "a_{#1}",
    ("b", 1): "b_{#1}",
    ("B", 1): "B(#1)",
    ("bend", 2): "H_{#2}(#1)",
    ("logit", 1): r"\theta(#1)",
    ("logit", 2): r"\theta_{#1}(#2)",
    ("p", 1): "p(#1)",
    ("p", 2): "p_{#1}(#2)",
    ("p_next", 1): "p'(#1)",
    ("second", 1): "f''(#1)",
    ("u", 1): "u(#1)",
    ("before", 2): "{#1}_{<#2}",
    ("begins", 2): r"\mathbf{1}[#1\preceq #2]",
    ("complete", 1): r"\mathrm{complete}(#1)",
    ("count", 1): r"\mathrm{count}(#1)",
    ("eta", 1): r"\eta_{#1}",
    ("extend", 2): "#1#2",
    ("F", 1): "1-J(#1)",
    ("length", 1): r"\lvert #1\rvert",
    ("length_plus", 1): r"\mathbb{E}^{+}_{#1}[\lvert o\rvert]",
    ("r", 2): "r_{#1}(#2)",
    ("share", 1): "a_{#1}",
    ("token", 2): "{#1}_{#2}",
    ("value", 1): "X(#1)",
    ("w", 1): "w_{#1}",
    ("w", 2): "w_{#1,#2}",
    ("weight", 1): r"\omega(#1)",
    ("whole", 1): r"\bar{#1}",
}
POLICY = {"logp": r"\log\pi", "score": "s", "gradient": r"\partial_{#}\log\pi"}


class UnknownLetter(ValueError):
    """A name that the tables have no TeX for; the message names it."""


def letter(name: str) -> str:
    """TeX for a variable. One Latin letter stands for itself, digits are its index. Raises
    UnknownLetter."""
    if name in LETTERS:
        return LETTERS[name]
    found = re.fullmatch(r"([A-Za-z]|hidden_)(\d*)", name)
    if found is None:
        raise UnknownLetter(f"no TeX for the letter {name!r}: add it to theory.paper.latex_letters")
    base, index = LETTERS.get(found[1].rstrip("_"), found[1]), found[2]
    return f"{base}_{{{index}}}" if index else base
