"""How a stage trains."""
