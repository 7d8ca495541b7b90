"""What a trigger can do: one file each, found by its place."""
