"""Verbatims become language, sentiment, topics, effort and whether somebody could act; people's data stay out."""
