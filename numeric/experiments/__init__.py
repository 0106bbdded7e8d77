"""Experiments on exact models."""
