.PHONY: lock
lock:
	uv pip compile pyproject.toml --universal --generate-hashes -q -o requirements.lock --custom-compile-command "make lock"
	uv pip compile pyproject.toml --group dev --universal --generate-hashes -q -o requirements-dev.lock --custom-compile-command "make lock"
