"""How many questions one look may cause, whatever the zone names.

A zone that points to a hundred servers, each of which points to a hundred more, makes a resolver that believes it ask
tens of thousands of questions, mostly to others (NXNS, CVE-2020-12662).
"""

from contextvars import ContextVar
from typing import Final

# An ordinary domain takes thirty, its SPF followed to its end a hundred.
MOST_QUESTIONS: Final = 400
SPENT: Final = f"Ce domaine a fait poser plus de {MOST_QUESTIONS} questions : l’examen s’arrête là."

_left: ContextVar[list[int]] = ContextVar("questions left")


def begin() -> None:
    """A look begins: what is asked from here, in this task and in those that it starts, is counted."""
    _left.set([MOST_QUESTIONS])


def take() -> bool:
    """Count one question; False when there were too many."""
    left = _left.get(None)
    if left is None:
        return True
    left[0] -= 1
    return left[0] >= 0


def is_spent() -> bool:
    """Whether nothing more may be asked."""
    left = _left.get(None)
    return left is not None and left[0] <= 0
