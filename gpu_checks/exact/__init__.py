"""Training with every response enumerated, held against the claims."""
