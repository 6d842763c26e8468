"""Running stages: what is there, what to do, what is left behind."""
