"""What is refused as a whole, since no single hidden cell would mend it."""

from features.errors import InputError


class ReleaseRefusedError(InputError):
    """Report a release that may not go out: an answer would be told twice, or its safety is not shown."""
