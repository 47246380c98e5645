"""What customers say in long form: calls of the service line and public reviews."""
