"""A trained network as files that work without this package."""
