"""Weights in files: read safely, recognised, held against a model."""
