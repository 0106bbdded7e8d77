"""The trusted core: terms, obligations, solvers, rules, proofs. It imports nothing else of
gradgap."""
