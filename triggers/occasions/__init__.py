"""What can set a trigger off: one file each, found by its place."""
