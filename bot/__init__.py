"""The staff's Telegram: parse, call one use case, say what to show; no SQL, no rule."""
