"""A bundle becomes scores with reasons over HTTP."""
