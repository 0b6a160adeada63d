"""Campaigns: a region, an operator or a grouping asks its establishments; nothing is stored for what nobody answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from rempart.web.apps.accounts.models import Membership, User
from rempart.web.apps.assessments.actions import prepared
from rempart.web.apps.assessments.models import Assessment, Campaign, CampaignMember
from rempart.web.apps.establishments.models import Establishment, covered
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.core import jobs, journal, mail
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run
from rempart.web.core.scope import Act, Grant, Level, Role, Scope

ASKED: Final = (Role.REFERENT, Role.RSSI, Role.DIRECTION)
BETWEEN_REMINDERS: Final = timedelta(hours=20)
MOST_MEMBERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a campaign asks, and of whom."""

    title: str
    framework: StoredFramework
    level: Level
    code: str
    opens_on: date
    due_on: date | None = None
    message: str = ""
    categories: tuple[str, ...] = ()


def establishments_of(wish: Wish, scope: Scope) -> QuerySet[Establishment]:
    """Open establishments of the place, among those where the scope may run a campaign."""
    place = Scope(grants=(Grant(Role.NATIONAL_CERT, wish.level, wish.code),))
    rows = Establishment.objects.visible_to(scope, Act.RUN_CAMPAIGN).open()
    if wish.level is not Level.NATIONAL:
        rows = rows.filter(covered(place, Act.RUN_CAMPAIGN))
    if wish.framework.region:
        rows = rows.filter(region=wish.framework.region)
    if wish.categories:
        rows = rows.filter(category__in=wish.categories)
    return rows


@transaction.atomic
def launch(*, wish: Wish, scope: Scope, today: date, by: User) -> Campaign:
    """Open an assessment in each establishment that has none open, in a few queries; its people are told by a job."""
    rows = list(establishments_of(wish, scope).order_by("pk")[: MOST_MEMBERS + 1])
    if not rows:
        raise Refused("Aucun établissement ouvert ne correspond à cette campagne.")
    if len(rows) > MOST_MEMBERS:
        raise Refused(f"Une campagne compte au plus {MOST_MEMBERS} établissements.")
    stored = wish.framework
    campaign = Campaign.objects.create(
        framework_id=stored.framework_id,
        version=stored.version,
        digest=stored.digest,
        title=wish.title,
        message=wish.message,
        level=wish.level,
        code=wish.code,
        launched_by=by,
        opens_on=wish.opens_on,
        due_on=wish.due_on,
    )
    _open_in(campaign, stored, rows, today)
    journal.record(
        "launch_campaign",
        by=by,
        object_kind="campaign",
        object_id=campaign.pk,
        object_label=campaign.title,
        details={"framework": str(stored), "establishments": len(rows), "code": wish.code},
    )
    jobs.enqueue(tell_members, by=by, campaign_id=campaign.pk, only_silent=False)
    return campaign


@transaction.atomic
def remind(*, campaign: Campaign, by: User) -> None:
    """Write to the people of establishments that have not begun, at most once a day."""
    now = timezone.now()
    told = Campaign.objects.filter(pk=campaign.pk).filter(
        Q(reminded_at__isnull=True) | Q(reminded_at__lt=now - BETWEEN_REMINDERS)
    )
    if not told.update(reminded_at=now):
        raise Refused(
            "Une relance est déjà partie aujourd’hui.", todo="Attendez demain pour la suivante."
        )
    journal.record(
        "remind_campaign",
        by=by,
        object_kind="campaign",
        object_id=campaign.pk,
        object_label=campaign.title,
    )
    jobs.enqueue(tell_members, by=by, campaign_id=campaign.pk, only_silent=True)


@jobs.job("tell_campaign", title="Écrire aux établissements d’une campagne")
def tell_members(run: Run, *, campaign_id: int, only_silent: bool) -> None:
    """One message to each person, whatever the number of their establishments."""
    campaign = Campaign.objects.select_related("launched_by").get(pk=campaign_id)
    rows = CampaignMember.objects.filter(campaign=campaign, assessment__submitted_at__isnull=True)
    if only_silent:
        rows = rows.filter(assessment__last_answer_at__isnull=True)
    members = list(rows.select_related("establishment", "assessment").order_by("pk"))
    with transaction.atomic():
        for person, concerned in people_of(members).items():
            mail.send(
                to=person,
                subject=campaign.title,
                template="assessments/mail/campaign.txt",
                context={
                    "campaign": campaign,
                    "members": concerned,
                    "is_reminder": only_silent,
                },
                is_for_digest=True,
            )


def people_of(members: Iterable[CampaignMember]) -> dict[str, list[CampaignMember]]:
    """E-mail address → the members that its person answers for, on the site or on its operator; one query."""
    by_code: dict[tuple[str, str], list[CampaignMember]] = {}
    for member in members:
        by_code.setdefault((Level.ESTABLISHMENT, member.establishment_id), []).append(member)
        operator = member.establishment.operator_id
        if operator:
            by_code.setdefault((Level.OPERATOR, operator), []).append(member)
    held = Membership.objects.in_force().filter(
        role__in=ASKED, level__in=(Level.ESTABLISHMENT, Level.OPERATOR)
    )
    found: dict[str, dict[int, CampaignMember]] = {}
    for level, code, email in held.values_list("level", "code", "user__email").order_by("pk"):
        for member in by_code.get((level, code), ()):
            found.setdefault(email, {})[member.pk] = member
    return {email: list(kept.values()) for email, kept in found.items()}


def _open_in(
    campaign: Campaign, stored: StoredFramework, rows: list[Establishment], today: date
) -> None:
    finesses = [row.pk for row in rows]
    mine = Assessment.objects.filter(establishment__in=finesses, framework_id=stored.framework_id)
    known = {found.establishment_id: found for found in mine.open()}
    before = dict(mine.known().order_by("submitted_at").values_list("establishment_id", "pk"))
    blank = prepared(rows[0], stored, today, campaign)
    figures: dict[str, Any] = {
        name: getattr(blank, name)
        for name in ("framework_id", "version", "digest", "total", "low", "high", "themes")
    }
    made = Assessment.objects.bulk_create(
        Assessment(
            establishment=row,
            campaign=campaign,
            opened_on=today,
            previous_id=before.get(row.pk),
            **figures,
        )
        for row in rows
        if row.pk not in known
    )
    known |= {found.establishment_id: found for found in made}
    CampaignMember.objects.bulk_create(
        CampaignMember(campaign=campaign, establishment=row, assessment=known[row.pk])
        for row in rows
    )
