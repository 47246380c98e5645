"""A frame becomes an evaluated bundle, drivers and reports."""
