"""Free text (verbatims) turned into dated features."""
