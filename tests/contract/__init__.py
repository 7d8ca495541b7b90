"""The suite that every channel passes, against a real server of its messenger's protocol."""
