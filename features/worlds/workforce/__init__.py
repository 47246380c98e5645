"""The people who work for the example company, and why some of them leave."""
