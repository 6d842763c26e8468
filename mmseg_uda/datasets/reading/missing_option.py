"""Files that cannot be read because a data set does not say how."""


class MissingOptionError(ValueError):
    """A file needs an option of its data set; the text says which."""
