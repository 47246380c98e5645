"""Raw X- and O-tables become one honest row per entity and snapshot."""
