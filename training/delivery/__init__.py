"""Scores on their way out: batches kept on disk, tables of other people's databases, calls of a webhook."""
