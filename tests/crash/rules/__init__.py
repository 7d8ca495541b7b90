"""The rules that hold whatever was killed, by what they are about."""
