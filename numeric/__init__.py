"""Exact finite models of the paper's objects, in NumPy: float64, or balls for certified figures.

Imports numpy and python-flint only, so that no error in the proofs can reach the numbers that
test them.
"""
