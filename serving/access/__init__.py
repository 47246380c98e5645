"""Who may ask what: keys, roles, routes. Deny by default; the secret of a key is kept nowhere."""
