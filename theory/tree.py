"""Response trees: prefixes, tokens, and the policy at each prefix.

A response is grown token by token. The tree of its prefixes is given by

    root            the empty prefix
    extend(p, v)    prefix p followed by token v
    complete(p)     1 when p is a whole response, something else when it is open
    begins(p, o)    1 when response o begins with prefix p, else 0
    whole(o)        the complete prefix that response o is
    length(p)       its number of tokens

and the policy by logp(p, t), the log-probability that the response begins with p. The token
log-probability of eq. (1) is a difference, log pi(v | p) = logp(extend(p, v)) - logp(p), and so is
the token score. ``Tree`` writes these for one update, or for step k of a trajectory.
"""

from dataclasses import dataclass

from theory.kernel.terms import (
    NAT,
    REAL,
    Lambda,
    Sort,
    Symbol,
    Term,
    TermLike,
    absolute,
    conj,
    eq,
    exp,
    forall,
    has_derivative,
    implies,
    instantiate,
    negate,
    total,
    var,
)
from theory.vocabulary import AT_K, RESPONSE, STEP, G, L, Line, k, o, t

PREFIX, TOKEN = Sort("Prefix"), Sort("Token")
p, v, root = var("p", PREFIX), var("v", TOKEN), var("root", PREFIX)
extend = Symbol("extend", (PREFIX, TOKEN), PREFIX)
whole = Symbol("whole", (RESPONSE,), PREFIX)
begins = Symbol("begins", (PREFIX, RESPONSE))
complete = Symbol("complete", (PREFIX,))
length = Symbol("length", (PREFIX,), NAT)
T, T_psi = var("T", NAT), var("T_psi")  # T_inf and T_psi1 of Assumption 3

child = extend(p, v)
size = length(whole(o))  # |o|


def is_complete(prefix: Term) -> Term:
    return eq(complete(prefix), 1)


def is_open(prefix: Term) -> Term:
    """A token follows."""
    return negate(is_complete(prefix))


def at_open(formula: Term) -> Term:
    """The formula for every open prefix p."""
    return forall(p, implies(is_open(p), formula))


def either(*parts: Term) -> Term:
    return Term("or", parts)


# -- the tree ------------------------------------------------------------------------------------


def indicators() -> Term:
    return forall(p, forall(o, either(eq(begins(p, o), 0), eq(begins(p, o), 1))))


def rooted() -> Term:
    """Every response begins with the empty prefix."""
    return conj(forall(o, eq(begins(root, o), 1)), eq(length(root), 0))


def branching() -> Term:
    """A response that begins with an open prefix goes on with exactly one token, T tokens at
    most."""
    longer = forall(v, eq(length(child), length(p) + 1))
    one_token = forall(o, eq(total(v, begins(child, o)), begins(p, o)))
    return at_open(conj(length(p) + 1 <= T, longer, one_token))


def ending() -> Term:
    """Exactly one response begins with a complete prefix, and it is that prefix."""
    nothing_more = forall(o, either(eq(begins(p, o), 0), eq(whole(o), p)))
    return forall(p, implies(is_complete(p), conj(eq(total(o, begins(p, o)), 1), nothing_more)))


# -- the policy ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tree:
    """The policy on the tree along one update."""

    line: Line = STEP

    @property
    def logp_symbol(self) -> Symbol:
        return Symbol("logp", (*self._sorts(), PREFIX, REAL))

    @property
    def score_symbol(self) -> Symbol:
        return Symbol("score", (*self._sorts(), PREFIX, REAL))

    def _sorts(self) -> tuple[Sort, ...]:
        return tuple(x.sort for x in self.line.prefix)

    def logp(self, prefix: Term, at: TermLike = 0) -> Term:
        """log-probability that the response begins with the prefix."""
        return self.logp_symbol(*self.line.prefix, prefix, at)

    def score(self, prefix: Term, at: TermLike = 0) -> Term:
        """Its slope along the update: the sum of the scores of its tokens."""
        return self.score_symbol(*self.line.prefix, prefix, at)

    def token_logp(self, at: TermLike = 0) -> Term:
        """log pi(v | p), eq. (1)."""
        return self.logp(child, at) - self.logp(p, at)

    def token_score(self, at: TermLike = 0) -> Term:
        """w . grad log pi(v | p)."""
        return self.score(child, at) - self.score(p, at)

    def node_mean(self, f: Term, at: TermLike = 0) -> Term:
        """E_p[f] = sum over the next token v of pi(v | p) f: the expectation of this node."""
        return total(v, exp(self.token_logp(at)) * f)

    def put(self, term: Term) -> Term:
        """A term about responses, with each response o read as the complete prefix whole(o)."""
        before = (k,) if self.line.prefix else ()
        return instantiate(
            term,
            {},
            {
                self.line.logp_symbol: Lambda(
                    (*before, o, t), self.logp_symbol(*before, whole(o), t)
                ),
                self.line.score_symbol: Lambda(
                    (*before, o, t), self.score_symbol(*before, whole(o), t)
                ),
            },
        )

    # -- hypotheses --------------------------------------------------------------------------
    def normalised(self) -> Term:
        """The probabilities of the next token sum to one; every response begins with the root."""
        starts = forall(t, eq(self.logp(root, t), 0))
        return conj(starts, at_open(forall(t, eq(total(v, exp(self.token_logp(t))), 1))))

    def differentiable(self) -> Term:
        return forall(p, has_derivative(t, self.logp(p, t), self.score(p, t)))

    def smooth(self) -> Term:
        """Assumption 2, second half, on the segment that the update walks."""
        change = absolute(self.token_score(t) - self.token_score(0))
        on_segment = conj(0 <= t, t <= self.line.end)
        steady = at_open(forall(v, forall(t, implies(on_segment, change <= L * t))))
        return conj(0 <= L, steady)

    def bounded(self) -> Term:
        """Assumption 2, first half, at the start of the update."""
        return conj(0 <= G, at_open(forall(v, absolute(self.token_score(0)) <= G)))

    def light(self) -> Term:
        """Assumption 3: the psi_1 norm of the length is at most T_psi."""
        moment = total(o, exp(self.logp(whole(o))) * exp(size / T_psi))
        return conj(0 < T_psi, moment <= 2)


TREE, TREE_AT_K = Tree(), Tree(AT_K)
