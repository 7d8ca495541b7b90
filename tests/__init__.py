"""Tests: the same tree as the code, and the whole program against real servers."""
