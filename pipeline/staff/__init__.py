"""People who work here: who they are, what they may do, whose turn it is."""
