"""The paper's notation, once: index sets, variables, letters, and the policy along one update.

One update moves theta to theta + eta*w. Everything about it is visible on the line t -> theta +
t*w:

    logp(o, t)   log pi_{theta + t w}(o)                    log-probability of response o
    score(o, t)  w . grad log pi_{theta + t w}(o)           its derivative in t
    r(o)         1 if o is correct, 0 if not                verifiable reward, eq. (6)

A trajectory theta_0, theta_1, ... has one line for each step: logp(k, o, t). Several prompts have
one line each: logp(q, o, t). ``Line`` writes all derived quantities for any of these cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from theory.kernel.terms import (
    NAT,
    REAL,
    Sort,
    Symbol,
    Term,
    TermLike,
    absolute,
    conj,
    const,
    eq,
    exp,
    forall,
    has_derivative,
    implies,
    log,
    maximum,
    prefix_sum,
    total,
    var,
)

RESPONSE, COORDINATE, PROMPT = Sort("Response"), Sort("Coordinate"), Sort("Prompt")

o, i, q = var("o", RESPONSE), var("i", COORDINATE), var("q", PROMPT)
k, K = var("k", NAT), var("K", NAT)
t, u = var("t"), var("u")
eta, L, G, C0, C1, eps, alpha = map(var, ("eta", "L", "G", "C0", "C1", "eps", "alpha"))
steps = Symbol("eta", (NAT,))  # the step sizes eta_k of a trajectory
half = const(1) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """The policy along one update; ``prefix`` is () for one step, (k,) for step k, (q,) for prompt
    q.

    ``end`` is the step size, the point of the line where the update arrives."""

    prefix: tuple[Term, ...] = ()
    end: Term = eta

    @property
    def logp_symbol(self) -> Symbol:
        return Symbol("logp", (*self._sorts(), RESPONSE, REAL))

    @property
    def score_symbol(self) -> Symbol:
        return Symbol("score", (*self._sorts(), RESPONSE, REAL))

    @property
    def reward_symbol(self) -> Symbol:
        return Symbol("r", (PROMPT, RESPONSE) if PROMPT in self._sorts() else (RESPONSE,))

    def _sorts(self) -> tuple[Sort, ...]:
        return tuple(p.sort for p in self.prefix)

    # -- functions of the response o ---------------------------------------------------------
    def logp(self, at: TermLike = 0) -> Term:
        return self.logp_symbol(*self.prefix, o, at)

    def score(self, at: TermLike = 0) -> Term:
        return self.score_symbol(*self.prefix, o, at)

    @property
    def reward(self) -> Term:
        return self.reward_symbol(q, o) if PROMPT in self._sorts() else self.reward_symbol(o)

    def correct(self, at: TermLike = 0) -> Term:
        """r(o) * pi(o), the weight of pi+ before normalisation, eq. (7a)."""
        return self.reward * exp(self.logp(at))

    def incorrect(self, at: TermLike = 0) -> Term:
        """(1 - r(o)) * pi(o), the weight of pi- before normalisation, eq. (7b)."""
        return (1 - self.reward) * exp(self.logp(at))

    # -- numbers -----------------------------------------------------------------------------
    def success(self, at: TermLike = 0) -> Term:
        """J, the success rate."""
        return total(o, self.correct(at))

    def failure(self, at: TermLike = 0) -> Term:
        """1 - J."""
        return 1 - self.success(at)

    def mean_correct(self, f: Term, at: TermLike = 0) -> Term:
        """E+[f]: expectation under pi+, eq. (7a)."""
        return total(o, self.correct(at) * f) / self.success(at)

    def mean_incorrect(self, f: Term, at: TermLike = 0) -> Term:
        """E-[f]: expectation under pi-, eq. (7b)."""
        return total(o, self.incorrect(at) * f) / self.failure(at)

    def alignment(self, at: TermLike = 0) -> Term:
        """Delta mu = w . (g+ - g-), the gap alignment of eq. (11)."""
        return self.mean_correct(self.score(at), at) - self.mean_incorrect(self.score(at), at)

    def log_odds(self, at: TermLike = 0) -> Term:
        """log J - log(1 - J)."""
        return log(self.success(at)) - log(self.failure(at))

    def log_odds_change(self) -> Term:
        return self.log_odds(self.end) - self.log_odds(0)

    # -- hypotheses --------------------------------------------------------------------------
    def normalised(self) -> Term:
        return forall(t, eq(total(o, exp(self.logp(t))), 1))

    def differentiable(self) -> Term:
        return forall(o, has_derivative(t, self.logp(t), self.score(t)))

    def smooth(self, constant: Term = L) -> Term:
        """Assumption 1(b), eq. (13), on the segment that the update walks; ``constant`` may depend
        on the response o."""
        change = absolute(self.score(t) - self.score(0))
        on_segment = conj(0 <= t, t <= self.end)
        return forall(o, forall(t, implies(on_segment, change <= constant * t)))

    def bounded(self) -> Term:
        """Assumption 1(a), eq. (12), at the start of the update."""
        return forall(o, absolute(self.score(0)) <= G)

    def verifiable(self) -> Term:
        """Rewards lie in [0, 1]. The paper's are 0 or 1; nothing needs more than the range."""
        return forall(o, conj(0 <= self.reward, self.reward <= 1))

    def interior(self) -> Term:
        """0 < J < 1: there are correct and incorrect responses."""
        return conj(0 < self.success(), self.success() < 1)


def positive_part(x: Term) -> Term:
    """[x]_+ = max(x, 0)."""
    return maximum(x, 0)


STEP = Line()
AT_K = Line((k,), steps(k))
AT_Q = Line((q,))


def line_at(step: TermLike) -> Line:
    """The line of step number ``step`` of a trajectory."""
    number = step if isinstance(step, Term) else const(step)
    return Line((number,), steps(number))


def cumulative_gap(horizon: TermLike) -> Term:
    """M(K), eq. (14)."""
    return prefix_sum(k, horizon, positive_part(AT_K.alignment()) * steps(k))


def continues() -> Term:
    """Step k + 1 starts where step k ends."""
    return forall(k, forall(o, eq(line_at(k + 1).logp(0), AT_K.logp(steps(k)))))


# -- letters ---------------------------------------------------------------------------------------

LETTERS: Mapping[str, tuple[str, str]] = {
    "alpha": ("α", r"\alpha"),
    "ascent": ("∇J", r"\nabla\bar{J}"),
    "at_longest": ("at_longest", r"\mathrm{at}_{T_\infty}"),
    "at_response": ("g(whole(o))", r"g(\bar{o})"),
    "at_root": ("at_root", r"\mathrm{at}_{\varnothing}"),
    "bend_minus": ("E-[H]", r"\mathbb{E}^{-}[H]"),
    "bend_plus": ("E+[H]", r"\mathbb{E}^{+}[H]"),
    "C1": ("C0'", "C_0'"),
    "change": ("Δ log-odds", r"\Delta\text{log-odds}"),
    "cov_minus": ("Cov-(1/|o|, s)", r"\mathrm{Cov}^{-}[1/\lvert o\rvert, s]"),
    "cov_plus": ("Cov+(1/|o|, s)", r"\mathrm{Cov}^{+}[1/\lvert o\rvert, s]"),
    "curvature_minus": ("E-[B]", r"\mathbb{E}^{-}[B]"),
    "curvature_plus": ("E+[B]", r"\mathbb{E}^{+}[B]"),
    "delta": ("|g+ - g-|", r"\lVert g^{+}-g^{-}\rVert"),
    "dot": ("dot", r"\langle a,b\rangle"),
    "dr_grpo": ("g_Dr.GRPO", r"g_{\text{Dr.GRPO}}"),
    "eps": ("ε", r"\varepsilon"),
    "eta": ("η", r"\eta"),
    "eta_dr_grpo": ("η_Dr.GRPO", r"\eta_{\text{Dr.GRPO}}"),
    "eta_grpo": ("η_GRPO", r"\eta_{\text{GRPO}}"),
    "F": ("(1-J)", "1-J"),
    "F_next": ("(1-J')", "1-J'"),
    "F_seen": ("F_seen", r"F_{\text{seen}}"),
    "failure_rate": ("F", "F"),
    "fp": ("fp", r"\mathrm{fp}"),
    "gap": ("Δμ", r"\Delta\mu"),
    "gap2": ("|g+ - g-|²", r"\lVert g^{+}-g^{-}\rVert^{2}"),
    "gap_seen": ("Δμ_seen", r"\Delta\mu_{\text{seen}}"),
    "growth_minus": ("growth_minus", r"\mathbb{E}^{-}[e^{X}]"),
    "growth_plus": ("growth_plus", r"\mathbb{E}^{+}[e^{X}]"),
    "grpo": ("g_GRPO", r"g_{\text{GRPO}}"),
    "hidden": ("hidden", "h"),
    "inverse_minus": ("E-[1/|o|]", r"\mathbb{E}^{-}[1/\lvert o\rvert]"),
    "inverse_plus": ("E+[1/|o|]", r"\mathbb{E}^{+}[1/\lvert o\rvert]"),
    "J_at": ("J", "J"),
    "J_next": ("J'", "J'"),
    "J_seen": ("J_seen", r"J_{\text{seen}}"),
    "least_gap": ("Δμ_min", r"\Delta\mu_{\min}"),
    "length": ("length", r"\mathrm{length}"),
    "length_minus": ("E-[|o|]", r"\mathbb{E}^{-}[\lvert o\rvert]"),
    "length_plus": ("E+[|o|]", r"\mathbb{E}^{+}[\lvert o\rvert]"),
    "log_e": ("log(1-J)", r"\log(1-J)"),
    "logp": ("log π", r"\log\pi"),
    "m_minus": ("E-[s]", r"\mathbb{E}^{-}[s]"),
    "m_plus": ("E+[s]", r"\mathbb{E}^{+}[s]"),
    "mean_exp": ("mean_exp", r"\mathbb{E}[e^{X}]"),
    "mean_f": ("mean_f", r"\mathbb{E}[f]"),
    "mean_g": ("mean_g", r"\mathbb{E}[g]"),
    "mean_length": ("mean_length", r"\mathbb{E}[\lvert o\rvert]"),
    "mean_of_sum": ("mean_of_sum", r"\mathbb{E}[af+bg+c]"),
    "mean_rate": ("mean J", r"\bar{J}"),
    "mean_score": ("mean_score", r"\mathbb{E}[s]"),
    "mean_u": ("E[u]", r"\mathbb{E}[u]"),
    "minus_one": ("minus_one", r"\mathrm{minus\,one}"),
    "norm2": ("|g+|²", r"\lVert g^{+}\rVert^{2}"),
    "norm2_a": ("norm2_a", r"\lVert a\rVert^{2}"),
    "norm2_b": ("norm2_b", r"\lVert b\rVert^{2}"),
    "o2": ("o'", "o'"),
    "objective_next": ("objective_next", r"\mathrm{objective}'"),
    "one": ("one", r"\mathtt{1}"),
    "over_responses": ("Σ_o g(whole(o))", r"\sum_{o}g(\bar{o})"),
    "over_J": ("E[A/J s]", r"\mathbb{E}[(A/J)s]"),
    "per_token_minus": ("E-[s/|o|]", r"\mathbb{E}^{-}[s/\lvert o\rvert]"),
    "per_token_plus": ("E+[s/|o|]", r"\mathbb{E}^{+}[s/\lvert o\rvert]"),
    "pushed": ("E[A s]", r"\mathbb{E}[As]"),
    "rate_next": ("rate_next", r"\mathrm{rate}'"),
    "reinforce": ("E[A s]", r"\mathbb{E}[As]"),
    "rho": ("ρ", r"\rho"),
    "right_squares": ("E[A² r]", r"\mathbb{E}[A^{2}r]"),
    "root": ("root", r"\varnothing"),
    "s_t": ("s_t", "s_{t}"),
    "score": ("score", "s"),
    "shortfall": ("m", "m"),
    "sigma": ("σ", r"\sigma"),
    "square_plus": ("E+[s²+H]", r"\mathbb{E}^{+}[s^{2}+H]"),
    "star": ("star", r"o^{\star}"),
    "sum_logp": ("Σ_n log π(o_n | o_<n)", r"\sum_{n}\log\pi(o_{n}\mid o_{<n})"),
    "sum_score": ("Σ_n s_n", r"\sum_{n}s_{n}"),
    "T_inf": ("T∞", r"T_\infty"),
    "T_psi": ("T_ψ", r"T_\psi"),
    "tokens": ("ℓ", r"\ell"),
    "tp": ("tp", r"\mathrm{tp}"),
    "trace_minus": ("V-", "V^{-}"),
    "trace_plus": ("V+", "V^{+}"),
    "V_next": ("V'", "V'"),
    "var_minus": ("Var-", r"\mathrm{Var}^{-}"),
    "var_plus": ("Var+", r"\mathrm{Var}^{+}"),
    "w_i": ("w_i", "w_{i}"),
    "when_right": ("E[A r]", r"\mathbb{E}[Ar]"),
    "when_wrong": ("E[A (1-r)]", r"\mathbb{E}[A(1-r)]"),
    "wrong_squares": ("E[A² (1-r)]", r"\mathbb{E}[A^{2}(1-r)]"),
    "zero": ("zero", r"\mathtt{0}"),
}
"""Names that are not written as they are: in a terminal, in TeX."""
