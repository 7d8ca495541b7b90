"""Tokens that open something: nobody can guess one, and only its hash is kept."""

import hashlib
import secrets

BYTES = 24


def new_token() -> str:
    """192 bits from the system, as letters that an address may hold."""
    return secrets.token_urlsafe(BYTES)


def hashed(token: str) -> str:
    """What is stored of a token; its length makes a slow hash needless."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
