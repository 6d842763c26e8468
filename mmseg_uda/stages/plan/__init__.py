"""From a config to a checked list of stages and their configs."""
