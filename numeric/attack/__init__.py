"""Weakened claims, and the finite policies that break them."""
