"""Annotation files of tools: what is in them, and what is wrong with it."""
