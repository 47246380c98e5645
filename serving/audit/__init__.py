"""Who asked what, when, and whether it was allowed: append-only lines, each bound to the one before it."""
