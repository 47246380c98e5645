"""Servers for a benchmark: what starts one when it is imported holds no examples to collect."""

collect_ignore = ["plain.py"]
