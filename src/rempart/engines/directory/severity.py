"""How much a failed control of the directory weighs, on the scale that all audits share.

The levels and the kinds are those of the list that ANSSI publishes; what each weighs is our own choice.
"""

from typing import Final

from rempart.content.severity import Severity
from rempart.engines.directory.report import ControlResult

LEVELS: Final = {1: Severity.CRITICAL, 2: Severity.HIGH, 3: Severity.MEDIUM, 4: Severity.LOW}
_KINDS: Final = {"extra": Severity.MEDIUM, "warning": Severity.LOW, "info": Severity.INFO}


def severity_of(control: ControlResult) -> Severity:
    """That of the lowest level that it fails; of what has no level, that of its kind."""
    if control.kind == "control" and control.failed_levels:
        return LEVELS.get(min(control.failed_levels), Severity.LOW)
    return _KINDS.get(control.kind, Severity.LOW)
