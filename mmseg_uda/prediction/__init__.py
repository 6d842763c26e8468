"""Predicting a set of images: which ones, how they load, and by what network."""
