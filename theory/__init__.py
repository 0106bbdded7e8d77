"""What is true: statements, axioms, proofs and the ledger of verdicts."""
