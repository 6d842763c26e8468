"""The weight files that a stage starts from."""
