"""Verbatims become language, tone, effort, topics and whether one could act; names and words stay out."""
