"""The outcome of a check: four values, and never a default that flatters."""

from enum import StrEnum


class Outcome(StrEnum):
    """What a check concluded; `NOT_MEASURED` always carries a reason and never counts as good."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    NOT_MEASURED = "not_measured"
