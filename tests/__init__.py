"""The tests and the servers they talk to; nothing here is shipped."""
