"""Config files: read, checked, changed by the command line."""
