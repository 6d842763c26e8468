"""Checks of data before hours are spent training on them."""
