"""How Python looks for garbage: what was made at the start stays, so nobody searches it again and again."""

import gc

# Young objects come by the thousand with each batch and go with it; looking more seldom finds no less.
_YOUNG, _MIDDLE, _OLD = 50_000, 50, 100


def settle() -> None:
    """Take everything that is there now for permanent. Called once, when a program has been built."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
