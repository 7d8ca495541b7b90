"""The scripts of those that `make bench` compares us with; each runs in an environment of its own, never in ours."""
