"""What another tool says is wrong and that none of our checks looks at: kept, as its word and no more."""

from collections.abc import Iterator

from rempart.engines.exposure.registry import (
    Confidence,
    Context,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
)
from rempart.engines.exposure.seen.claims import ClaimSeen


@check("hole_other_tool", ClaimSeen)
def other_tool(seen: ClaimSeen, context: Context) -> Iterator[Verdict]:
    """A result of another tool that none of our checks speaks of, unless it is for information; one that the tool did not
    weigh is kept."""
    heaviest = str(context.params.get("heaviest", "medium"))
    held = {"critical": heaviest, "high": heaviest, "": heaviest}
    if seen.check:
        yield not_applicable("Un point de contrôle de Rempart en parle.")
    elif seen.says == "passed" or seen.severity == "info":
        yield passed(seen.title)
    else:
        yield failed(
            f"{seen.tool} : {seen.title}",
            seen.evidence,
            severity=held.get(seen.severity, seen.severity),
            confidence=Confidence.POSSIBLE,
        )
