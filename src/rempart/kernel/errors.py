"""The errors that a user reads: what was found, what was expected, what to do."""


class RempartError(Exception):
    """An anticipated failure, worded in French for the person who runs the command.

    Raised by engines and content; the command line prints it and exits with 2.
    """

    def __init__(self, found: str, *, expected: str = "", todo: str = "") -> None:
        self.found = found
        self.expected = expected
        self.todo = todo
        super().__init__(" ".join(part for part in (found, expected, todo) if part))


class UnreadableSource(RempartError):
    """A file, folder or server that cannot be read as a directory collection."""


class InvalidContent(RempartError):
    """A content file that does not respect its schema or its examples."""
