"""Live pages: what the report shows, as a place to look around; for people who signed in with a key."""
