"""The members of a common file: what those who share their answers with their grouping have answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from rempart.content.frameworks import Framework, Item
from rempart.engines.eligibility.members import Member, lowest
from rempart.engines.eligibility.objectives import Given
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.rules import answers_of
from rempart.web.apps.funding.models import CareEntity, CareFile, Span


@dataclass(frozen=True, slots=True)
class MemberLine:
    """What one member answers to an objective, in words."""

    name: str
    words: str
    tone: str


def given_of(assessment: Assessment | None) -> dict[str, Given]:
    """The answers of an assessment, as objectives take them."""
    kept = answers_of(assessment.given) if assessment else {}
    return {
        item: Given(said.value, is_not_applicable=said.kind == "not_applicable")
        for item, said in kept.items()
    }


def members_of(
    file: CareFile, framework: Framework, entities: Sequence[CareEntity]
) -> list[Member]:
    """Each entity of a common file, the holder's own included; one query, none for the file of one establishment.

    Only what is shared with the grouping is read. A legal entity answers by its sites: the lowest of them counts.
    """
    if file.span == Span.ESTABLISHMENT:
        return []
    names = [entity.finess for entity in entities]
    rows = (
        Assessment.objects.filter(framework_id=framework.id, shared_with_grouping=True)
        .filter(Q(establishment__in=names) | Q(establishment__operator__in=names))
        .exclude(state="archived")
        .exclude(establishment=file.establishment_id)
        .filter(establishment__closed_on__isnull=True)
        .select_related("establishment")
        .order_by("opened_on", "pk")
    )
    latest = {row.establishment_id: row for row in rows}
    by_entity: dict[str, list[Mapping[str, Given]]] = {}
    for row in latest.values():
        for name in {row.establishment_id, row.establishment.operator_id or ""}:
            by_entity.setdefault(name, []).append(given_of(row))
    return [
        Member(entity.finess, entity.name, _whole(framework, by_entity.get(entity.finess)))
        for entity in entities
    ]


def _whole(
    framework: Framework, sites: Sequence[Mapping[str, Given]] | None
) -> dict[str, Given] | None:
    if sites is None:
        return None
    return {
        item.id: whole
        for item in framework.items
        if (whole := lowest(item, [site[item.id] for site in sites if item.id in site]))
    }


def lines(item: Item, members: Sequence[Member]) -> list[MemberLine]:
    """The members of a common file beside an objective, those who are not there yet first."""
    found = [(_rank(item, member), _line(item, member)) for member in members]
    return [line for _, line in sorted(found, key=lambda pair: (pair[0], pair[1].name))]


def _rank(item: Item, member: Member) -> int:
    given = member.of(item)
    if given is None:
        return 2
    if given.is_not_applicable:
        return 4
    return 1 if given.level is None else 3 if given.level >= item.target else 0


def _line(item: Item, member: Member) -> MemberLine:
    words, tone = {
        0: ("pas atteint", "bad"),
        1: ("« je ne sais pas »", "none"),
        2: ("pas de réponse partagée", "none"),
        3: ("atteint", "ok"),
        4: ("sans objet", "none"),
    }[_rank(item, member)]
    return MemberLine(member.name, words, tone)
