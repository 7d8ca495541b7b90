"""HTTP for people and machines; parses, calls use cases, renders."""
