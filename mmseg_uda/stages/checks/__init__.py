"""Finding, before the first stage runs, what would stop a later one."""
