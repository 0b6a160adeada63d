"""Ranges of versions: read from the many ways in which CVE records write them, and asked whether they hold a version.

A range without an upper bound is not kept: it says that a mend was not known when the record was written, and
would accuse every later version for ever.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from rempart.engines.exposure.feeds.bundle import Affected, Span
from rempart.engines.exposure.feeds.versions import (
    Scheme,
    Version,
    compare,
    is_short_of,
    order,
    parse,
)

MOST_SPANS: Final = (
    400  # of one product in one record: more is a list of builds that nobody will match
)

_NONE: Final = frozenset({"", "0", "n/a", "na", "unspecified", "*", "-", "all", "unknown"})
_PATCH: Final = re.compile(r"(?:patch|take|cu|sp|p|update|u|su)[\s.-]*[0-9]+[0-9a-z.]*")
_TWO_NUMBERS: Final = re.compile(r"[0-9]+\.[0-9]+")
_OPERATOR: Final = re.compile(r"(<=|>=|<|>|=)\s*([^\s,<>=]+)")
_UP_TO: Final = re.compile(
    r"(?:up to|through|until)?\s*(?P<high>[vr]?[0-9][\w.\-()]*)\s*(?:and|or)\s+"
    r"(?:earlier|below|prior|older|lower|before)\b.*"
)
_TO: Final = re.compile(
    r"(?P<low>[vr]?[0-9][\w.\-()]*)\s*(?:to|through|thru|up to|–|~|\s-\s)\s*(?P<high>[vr]?[0-9][\w.\-()]*)"
)
_BEFORE: Final = re.compile(
    r"(?:versions?\s+)?(?:before|prior to|earlier than|less than|below)\s+(?P<high>[vr]?[0-9][\w.\-()]*)"
)
_UP_ONLY: Final = re.compile(r"(?:up to|through|until)\s+(?P<high>[vr]?[0-9][\w.\-()]*)")
_BRANCH: Final = re.compile(r"[vr]?(?P<low>[0-9]+(?:\.[0-9]+)*)\.(?:x|\*)")
_PRODUCT: Final = re.compile(r"^(?:[a-z][\w-]*\s+){1,5}(?=[vr]?[0-9])")


def affected_of(hole: str, records: Iterable[dict[str, Any]], default: str = "") -> Affected | None:
    """The ranges of the `versions` of one product in a CVE record (version 5 of the format); None without any."""
    spans: list[Span] = []
    exact: list[str] = []
    mended: list[str] = []
    for record in records:
        if record.get("versionType") in {"git", "original_commit_for_fix"}:
            continue
        if record.get("status") == "unaffected":
            mended.append(str(record.get("version", "")))
        elif record.get("status") == "affected":
            _add(record, spans, exact)
        if len(spans) + len(exact) > MOST_SPANS:
            break
    if not spans and not exact and default == "affected":
        spans = _below(mended)
    return Affected(hole, spans, sorted(set(exact))) if spans or exact else None


def _add(record: dict[str, Any], spans: list[Span], exact: list[str]) -> None:
    low = str(record.get("version", "")).strip()
    for key, is_in in (("lessThan", False), ("lessThanOrEqual", True)):
        if record.get(key):
            high = _of_branch(low, str(record[key]).strip(), str(record.get("versionType", "")))
            found = _bounded(low, high, is_in, record.get("changes"))
            if found is not None:
                spans.append(found)
            return
    if (version := parse(low)) is not None:
        exact.append(version.text.strip())
    else:
        spans.extend(spans_of_text(low))


def _of_branch(low: str, high: str, kind: str) -> str:
    """A patch level stated beside its branch: « 13.1 » and « 49.13 » of the type « patch » mean 13.1-49.13."""
    branch = _TWO_NUMBERS.match(low)
    if kind.lower() == "patch" and branch and _TWO_NUMBERS.fullmatch(high):
        return f"{branch[0]}-{high}"
    return high


def _bounded(low: str, high: str, is_in: bool, changes: Any) -> Span | None:
    """One range with a bound above, the changes inside it being the versions that branches were mended in."""
    low = "" if low.lower() in _NONE else _PRODUCT.sub("", low.lower()).strip()
    high = high.lower().strip()
    if _PATCH.fullmatch(high) and parse(low) is not None:
        high = f"{low} {high}"
    if (branch := _BRANCH.fullmatch(high)) is not None:
        high, is_in = _next(branch["low"]), False
    high = _PRODUCT.sub("", high)
    if parse(high) is None or (low and parse(low) is None):
        return None
    fixed = [
        str(change.get("at", ""))
        for change in (changes if isinstance(changes, list) else [])
        if isinstance(change, dict) and change.get("status") == "unaffected"
    ]
    return Span(low, high, is_in, False, [at for at in fixed if at != high and parse(at)])


def spans_of_text(text: str) -> Iterator[Span]:
    """The ranges that a sentence states: « < 2.1 », « >= 1.0, < 1.4 », « 6.2.0 and below », « 7.4.x »…"""
    found = text.strip().lower()[:200]
    if _BEFORE.fullmatch(found) is None and _UP_ONLY.fullmatch(found) is None:
        found = _PRODUCT.sub("", found)
    if operators := _OPERATOR.findall(found):
        span = _of_operators(operators)
        if span is not None:
            yield span
    elif (match := _UP_TO.fullmatch(found)) or (match := _UP_ONLY.fullmatch(found)):
        yield from _valid(Span("", match["high"], True))
    elif match := _TO.fullmatch(found):
        yield from _valid(Span(match["low"], match["high"], True))
    elif match := _BEFORE.fullmatch(found):
        yield from _valid(Span("", match["high"]))
    elif match := _BRANCH.fullmatch(found):
        yield from _valid(Span(match["low"], _next(match["low"])))


def _of_operators(operators: list[tuple[str, str]]) -> Span | None:
    low = high = ""
    is_high_in = is_low_out = False
    for sign, version in operators:
        if sign in {"<", "<="}:
            high, is_high_in = version, sign == "<="
        elif sign in {">", ">="}:
            low, is_low_out = version, sign == ">"
        else:
            low = high = version
            is_high_in = True
    found = next(_valid(Span(low, high, is_high_in, is_low_out)), None) if high else None
    return found


def _valid(span: Span) -> Iterator[Span]:
    if parse(span.high) is not None and (not span.low or parse(span.low) is not None):
        yield span


def _below(mended: list[str]) -> list[Span]:
    """What a record says that names only versions that are not touched: all that comes before the first of them."""
    known = [found for text in mended if (found := parse(text)) is not None]
    if not known:
        return []
    first = known[0]
    for version in known[1:]:
        first = version if order(version, first) < 0 else first
    return [Span("", first.text.strip())]


def _next(branch: str) -> str:
    """The branch after: 7.4 → 7.5."""
    head, dot, last = branch.rpartition(".")
    return f"{head}{dot}{int(last) + 1}"


def holds(span: Span, version: str, scheme: Scheme = Scheme.GENERIC) -> bool | None:
    """Whether a version is in a range; None when it is too short, or written too differently, to be placed."""
    if scheme is not Scheme.GENERIC:
        return _holds_package(span, version, scheme)
    seen, high = parse(version), parse(span.high)
    if seen is None or high is None:
        return None
    above = order(seen, high)
    if above > 0 or (above == 0 and not span.is_high_in):
        return False
    if span.low and (below := _is_above_low(span, seen)) is not True:
        return below
    if is_short_of(seen, high):
        return None
    return not _is_mended(span, seen)


def _is_above_low(span: Span, seen: Version) -> bool | None:
    low = parse(span.low)
    if low is None:
        return None
    found = order(seen, low)
    if found < 0:
        return None if is_short_of(seen, low) else False
    return not (found == 0 and span.is_low_out)


def _is_mended(span: Span, seen: Version) -> bool:
    """A fix that is a hot fix mends its own branch only: 10.2.8-h3 says nothing of 10.2.9."""
    for text in span.fixed:
        fix = parse(text)
        if fix is None or order(seen, fix) < 0:
            continue
        if not fix.is_hotfix or seen.numbers == fix.numbers:
            return True
    return False


def _holds_package(span: Span, version: str, scheme: Scheme) -> bool | None:
    above = compare(version, span.high, scheme)
    if above is None:
        return None
    if above > 0 or (above == 0 and not span.is_high_in):
        return False
    if not span.low:
        return True
    below = compare(version, span.low, scheme)
    return None if below is None else below > 0 or (below == 0 and not span.is_low_out)
