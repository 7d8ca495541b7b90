"""What can be asked of a deal before a trigger acts: one file each, found by its place."""
