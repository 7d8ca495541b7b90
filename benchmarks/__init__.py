"""Benchmarks: each prints ratios against a reference measured beside it."""
