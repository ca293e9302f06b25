"""The one kind of error that a user is shown as a line instead of a traceback."""


class GpudealsError(Exception):
    """Something a user can cause and mend; its text is one clear line."""
