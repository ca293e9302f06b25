"""The one error of reading files: that a file holds no listings."""


class NoListingsError(ValueError):
    """A file that holds no listings, or no more of them; its message says what it is instead, on one line."""
