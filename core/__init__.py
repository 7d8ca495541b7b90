"""Plumbing without a messenger or a deal in it; imports nothing of ours."""
