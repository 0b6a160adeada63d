"""What other tools say beside what we measured: one finding a check and a target, with who agrees and who does not.

Our measure decides. A claim that it confirms joins the finding; one that it contradicts is shown as a dispute and counts
for nothing; one about what we did not measure makes a finding of its own, never more than possible, with its tool as
source. A product that a tool names with its version is matched to known holes like ours, as a claim of that tool.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from rempart.content.exposure import ExposureCheck
from rempart.content.exposure_catalogue import ExposureCatalogue
from rempart.content.foreign_rules import related_checks
from rempart.content.severity import SEVERITIES
from rempart.engines.exposure.doors import closed_endpoints
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.feeds.match import match
from rempart.engines.exposure.judge import fix_for, references_of
from rempart.engines.exposure.moments import instant
from rempart.engines.exposure.products import endpoint_of, products_of
from rempart.engines.exposure.report import CheckResult, Claim, Dispute, Finding, Gap
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Endpoint, Reach, Seen
from rempart.engines.exposure.seen.hosts import HostSeen
from rempart.engines.exposure.seen.services import Product, ServiceSeen
from rempart.kernel.french import counted
from rempart.kernel.outcome import Outcome

EXPLOITED: Final = "hole_known_exploited"
KNOWN: Final = "hole_known"
OTHER: Final = "hole_other_tool"
_MOST_SHOWN: Final = 40
_GOOD: Final = "Mesuré par Rempart : conforme."
_NO_OBJECT: Final = "Mesuré par Rempart : sans objet ici."
_EITHER: Final = "Mesuré par Rempart : conforme, ou sans objet."
_CLOSED: Final = "Mesuré par Rempart : rien n’écoute sur ce port."
# A tool alone does not make a check's full weight: its word on a hole is at most this severe.
_MOST_OF_HOLES: Final = "medium"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Findings, gaps and results once the claims are joined, and what is disputed."""

    findings: list[Finding]
    gaps: list[Gap]
    results: list[CheckResult]
    disputes: list[Dispute]


def reconcile(
    findings: Sequence[Finding],
    gaps: Sequence[Gap],
    results: Sequence[CheckResult],
    claims: Iterable[ClaimSeen],
    *,
    catalogue: ExposureCatalogue,
    seen: Iterable[Seen] = (),
    holes: Bundle | None = None,
) -> Reconciled:
    """Join claims to what was judged. `seen` are the observations, which tell that a name and an address are one place.

    Nothing depends on the order of the claims. Findings without any claim come back as they were.
    """
    told, observed = list(claims), list(seen)
    if not told:
        # A region without any is judged every week: nothing of it is to be looked up.
        judged = [f for f in findings if f.check != OTHER]
        return Reconciled(judged, list(gaps), _counted(results, {}, gaps, {}), [])
    places = _Places(observed)
    ours = {(f.check, f.target): f for f in findings if f.check != OTHER}
    grouped = _by_target(told, places, catalogue, holes, ours)
    unsure = {key: g for g in gaps if (key := (g.check, g.target)) in grouped}
    cleared = {
        key: _clearing(r)
        for r in results
        if r.id != OTHER
        for t in r.cleared
        if (key := (r.id, t)) in grouped
    }
    kept = dict(ours)
    disputes: list[Dispute] = []
    for key, said in sorted(grouped.items()):
        content = catalogue.checks[key[0]]
        accuses = any(claim.says == "failed" for claim in said)
        if key in ours:
            kept[key] = _joined(ours[key], said)
        elif against := places.against(key, cleared.get(key, ""), said, holes):
            if accuses:
                disputes.append(_dispute(content, key[1], said, against))
        elif accuses:
            kept[key] = _alone(content, key[1], said, holes, unsure.get(key))
    left = [gap for gap in gaps if (gap.check, gap.target) not in kept]
    return Reconciled(list(kept.values()), left, _counted(results, kept, left, ours), disputes)


def _clearing(result: CheckResult) -> str:
    """What our measure says where it found nothing wrong."""
    if not result.not_applicable:
        return _GOOD
    return _EITHER if result.passed else f"{_NO_OBJECT} {result.reason}".strip()


class _Places:
    """The names under which our observations know an address and a port, and the other way."""

    def __init__(self, seen: Sequence[Seen]) -> None:
        self._labels: dict[tuple[str, int], dict[str, None]] = {}
        self._domains: set[str] = set()
        self._services: dict[str, str] = {}
        self._closed = set(closed_endpoints(seen))
        self._names = {one.name for one in seen if isinstance(one, HostSeen)}
        self._versioned = {
            one.target
            for one in seen
            if not isinstance(one, ClaimSeen) and any(p.version for p in products_of(one))
        }
        for one in seen:
            if isinstance(one, ServiceSeen) and one.service and one.reach is Reach.ANSWERED:
                self._services[one.target] = one.service
            if domain := getattr(one, "domain", ""):
                self._domains.add(domain)
            endpoint = endpoint_of(one)
            if endpoint is None or isinstance(one, ClaimSeen):
                continue
            for host in {endpoint.address, endpoint.name} - {""}:
                known = self._labels.setdefault((host, endpoint.port), {})
                known[endpoint.label] = None

    def targets(self, endpoint: Endpoint) -> list[str]:
        """Our targets at this place: those of the name when it is given and known, else those of the address, else the
        endpoint's own label. A name that we do not know does not hide that the port of its address is closed."""
        named = self._labels.get((endpoint.name, endpoint.port)) if endpoint.name else None
        known = named or self._labels.get((endpoint.address, endpoint.port))
        if known:
            return list(known)
        bare = Endpoint(endpoint.address, endpoint.port).label if endpoint.address else ""
        is_closed = bare in self._closed and endpoint.name not in self._names
        return [bare if is_closed else endpoint.label]

    def against(
        self,
        key: tuple[str, str],
        cleared: str,
        said: Sequence[ClaimSeen],
        holes: Bundle | None,
    ) -> str:
        """What of our own measure contradicts a claim, French; "" when nothing does.

        A hole is contradicted only where a version was seen, and by a bundle that describes it: not having looked is
        not having found it right.
        """
        check, target = key
        if check in {KNOWN, EXPLOITED} and target not in self._closed:
            described = holes is not None and all(
                cve in holes.contents.holes for claim in said for cve in claim.cves
            )
            return cleared if described and target in self._versioned else ""
        if cleared or target in self._closed:
            return cleared or _CLOSED
        if check.startswith("service_") and target in self._services:
            return (
                f"Mesuré par Rempart : ce qui répond ici a été reconnu ({self._services[target]})."
            )
        return ""

    def domains(self, name: str) -> list[str]:
        """The nearest of our zones that holds a name; none when we looked at none."""
        labels = name.split(".")
        parents = (".".join(labels[n:]) for n in range(len(labels)))
        found = next((parent for parent in parents if parent in self._domains), "")
        return [found] if found else []


def _by_target(
    claims: Iterable[ClaimSeen],
    places: _Places,
    catalogue: ExposureCatalogue,
    holes: Bundle | None,
    ours: Container[tuple[str, str]],
) -> dict[tuple[str, str], list[ClaimSeen]]:
    """Claims by check and target. What nothing of ours speaks of goes to one check, when it is an accusation."""
    grouped: dict[tuple[str, str], list[ClaimSeen]] = {}
    matched: dict[Product, tuple[str, ...]] = {}
    for claim in (c for c in claims if c.reach is Reach.ANSWERED):
        for said in (claim, *_of_product(claim, holes, matched)):
            check = _check_of(said, holes)
            if check not in catalogue.checks:
                if said.says != "failed" or said.severity == "info":
                    continue
                check = OTHER
            if check not in catalogue.checks:
                continue
            for target in _targets(check, said, places):
                key = _confirmed(check, target, said, ours)
                grouped.setdefault(key, []).append(said)
    return {key: sorted(said, key=_order) for key, said in grouped.items()}


def _confirmed(
    check: str, target: str, claim: ClaimSeen, ours: Container[tuple[str, str]]
) -> tuple[str, str]:
    """The finding that a claim joins: that of its own check, else one that says the same otherwise."""
    if claim.says == "failed" and (check, target) not in ours:
        for other in related_checks().get(check, ()):
            if (other, target) in ours:
                return other, target
    return check, target


def _targets(check: str, claim: ClaimSeen, places: _Places) -> list[str]:
    """A check of a zone or of its mail is about the domain."""
    if check.partition("_")[0] in {"dns", "mail"}:
        return places.domains(claim.endpoint.name)
    return places.targets(claim.endpoint)


def _check_of(claim: ClaimSeen, holes: Bundle | None) -> str:
    """A hole of the list of exploited ones is the affair of its own check."""
    if claim.check == KNOWN and holes and holes.is_exploited(claim.cves):
        return EXPLOITED
    return claim.check


def _of_product(
    claim: ClaimSeen, holes: Bundle | None, matched: dict[Product, tuple[str, ...]]
) -> Iterator[ClaimSeen]:
    """What the product that a claim names implies, said by its tool; `matched` keeps what was looked up already."""
    if holes is None or claim.product is None or not claim.product.version or claim.cves:
        return
    product = claim.product
    if product not in matched:
        matched[product] = match(product, holes).holes
    found = matched[product]
    exploited = [hole for hole in found if hole in holes.contents.kev]
    others = [hole for hole in found if hole not in holes.contents.kev]
    for check, listed in ((EXPLOITED, exploited), (KNOWN, others)):
        if listed:
            yield msgspec.structs.replace(
                claim,
                check=check,
                title=f"{product.name} {product.version} : {counted(len(listed), 'faille connue', 'failles connues')}",
                severity="",
                says="failed",
                evidence=product.proof,
                cves=sorted(listed),
            )


def _order(claim: ClaimSeen) -> tuple[str, ...]:
    return claim.tool, claim.rule, claim.title, claim.says, claim.evidence, str(claim.at)


def _words(claim: ClaimSeen, title: str) -> str:
    """What a tool says; the title of our check when it gives nothing but the name of its rule."""
    if claim.title != claim.rule:
        return claim.title
    return title if claim.says == "failed" else "Ne relève pas ce défaut."


def _shown(said: Sequence[ClaimSeen], ours: str, title: str) -> list[Claim]:
    """The claims as they are printed; `ours` is what we say, failed or passed, and `title` that of the check."""
    shown = [
        Claim(
            tool=claim.tool,
            rule=claim.rule,
            says=_words(claim, title),
            agrees=claim.says == ours,
            seen_on=instant(claim.at)[:10],
            severity=claim.severity,
            evidence=claim.evidence,
        )
        for claim in said
    ]
    unique = list(dict.fromkeys(shown))
    return sorted(unique, key=_weight)[:_MOST_SHOWN]


def _weight(claim: Claim) -> tuple[bool, int, str, str]:
    """Who contradicts first, then the most severe."""
    told = claim.severity in SEVERITIES
    rank = SEVERITIES.index(claim.severity) if told else len(SEVERITIES)
    return claim.agrees, rank, claim.tool, claim.rule


def _joined(finding: Finding, said: Sequence[ClaimSeen]) -> Finding:
    agreeing = {claim.tool for claim in said if claim.says == "failed"}
    return msgspec.structs.replace(
        finding,
        sources=[*finding.sources, *sorted(agreeing - set(finding.sources))],
        claims=_shown(said, "failed", finding.title),
    )


def _dispute(
    content: ExposureCheck, target: str, said: Sequence[ClaimSeen], against: str
) -> Dispute:
    return Dispute(
        content.id,
        target,
        content.title,
        against,
        _shown([claim for claim in said if claim.says == "failed"], "passed", content.title),
    )


def _alone(
    content: ExposureCheck,
    target: str,
    said: Sequence[ClaimSeen],
    holes: Bundle | None,
    gap: Gap | None,
) -> Finding:
    """A finding that rests on other tools only."""
    accusing = [claim for claim in said if claim.says == "failed"]
    tools = sorted({claim.tool for claim in accusing})
    cves = sorted({cve for claim in accusing for cve in claim.cves})
    products = list(dict.fromkeys(c.product.id for c in accusing if c.product))
    return Finding(
        key=f"{content.id}|{target}",
        check=content.id,
        theme=str(content.theme),
        target=target,
        title=content.title,
        severity=_severity(content, accusing),
        confidence="possible",
        detail=_detail(accusing, tools, gap),
        evidence=next((claim.evidence for claim in accusing if claim.evidence), ""),
        why=content.why,
        fix=fix_for(content, products),
        references=references_of(content),
        objectives=list(content.objectives),
        cves=cves,
        is_exploited=holes is not None and holes.is_exploited(cves),
        epss=holes.highest_epss(cves) if holes else None,
        product=products[0] if products else "",
        data_as_of=holes.as_of("kev", "holes") if holes and cves else "",
        seen_at=instant(max(claim.at for claim in accusing)),
        sources=tools,
        claims=_shown(said, "failed", content.title),
    )


def _detail(accusing: Sequence[ClaimSeen], tools: Sequence[str], gap: Gap | None) -> str:
    titles = list(dict.fromkeys(claim.title for claim in accusing))
    more = len(titles) - 4
    text = f"Dit par {', '.join(tools)} et non mesuré par Rempart : {' ; '.join(titles[:4])}"
    text += f" ; et {counted(more, 'autre')}." if more > 0 else "."
    return f"{text} Ici : {gap.reason}" if gap else text


def _severity(content: ExposureCheck, accusing: Sequence[ClaimSeen]) -> str:
    """The check's own; for holes, what the tools say, held down: a tool alone never makes a finding critical."""
    if content.id not in {EXPLOITED, KNOWN, OTHER}:
        return str(content.severity)
    told = [claim.severity for claim in accusing if claim.severity in SEVERITIES]
    worst = min((SEVERITIES.index(s) for s in told), default=SEVERITIES.index(_MOST_OF_HOLES))
    return SEVERITIES[max(worst, SEVERITIES.index(_MOST_OF_HOLES))]


def _counted(
    results: Sequence[CheckResult],
    kept: Mapping[tuple[str, str], Finding],
    left: Sequence[Gap],
    ours: Mapping[tuple[str, str], Finding],
) -> list[CheckResult]:
    """The results with what the claims added, and without what they replaced."""
    touched = {check for check, _ in set(kept) - set(ours)} | {OTHER}
    return [_recounted(r, kept, left) if r.id in touched else r for r in results]


def _recounted(
    result: CheckResult, kept: Mapping[tuple[str, str], Finding], left: Sequence[Gap]
) -> CheckResult:
    failed = sum(check == result.id for check, _ in kept)
    unsure = sum(gap.check == result.id for gap in left)
    if failed:
        outcome, reason = Outcome.FAILED, result.reason if unsure else ""
    elif unsure:
        outcome, reason = Outcome.NOT_MEASURED, result.reason
    elif result.passed:
        outcome, reason = Outcome.PASSED, ""
    else:
        outcome, reason = Outcome.NOT_APPLICABLE, result.reason
    return msgspec.structs.replace(
        result,
        outcome=outcome,
        reason=reason,
        failed=failed,
        not_measured=unsure,
        cleared=[target for target in result.cleared if (result.id, target) not in kept],
    )
