"""What a page answers when an act cannot be done: a sentence that says what to do."""

from rempart.kernel.errors import RempartError


class Refused(RempartError):
    """An act that the rules do not allow now; the view answers 409 or 422 with its sentence."""
