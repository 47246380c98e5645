"""Verbatims become language, sentiment, topics, effort and whether one could act; names stay out."""
