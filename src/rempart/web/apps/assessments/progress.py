"""How far a campaign is; by name, only what it gives: not begun, begun, finished."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from rempart.web.apps.assessments.models import Campaign, CampaignMember
from rempart.web.core.scope import Act, Scope

BEGUN = Q(assessment__last_answer_at__isnull=False, assessment__submitted_at__isnull=True)
FINISHED = Q(assessment__submitted_at__isnull=False)
SILENT = Q(assessment__last_answer_at__isnull=True, assessment__submitted_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of a campaign."""

    asked: int
    silent: int
    begun: int
    finished: int


def listed(scope: Scope) -> QuerySet[Campaign]:
    """The campaigns of a scope with how far each is, in one query."""
    finished = Q(members__assessment__submitted_at__isnull=False)
    return (
        Campaign.objects.visible_to(scope)
        .select_related("launched_by")
        .annotate(asked=Count("members"), finished=Count("members", filter=finished))
        .order_by("-opens_on", "-pk")
    )


def campaign_or_404(scope: Scope, pk: int) -> Campaign:
    """A campaign of a place of the scope; otherwise it does not exist."""
    rows = Campaign.objects.visible_to(scope, Act.RUN_CAMPAIGN).select_related("launched_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("Cette campagne n’existe pas, ou n’est pas de votre périmètre.")
    return found


def tally(campaign: Campaign) -> Tally:
    """The figures of a campaign, in one query."""
    found = CampaignMember.objects.filter(campaign=campaign).aggregate(
        asked=Count("pk"),
        silent=Count("pk", filter=SILENT),
        begun=Count("pk", filter=BEGUN),
        finished=Count("pk", filter=FINISHED),
    )
    return Tally(**found)


def followed(campaign: Campaign, wanted: str) -> QuerySet[CampaignMember]:
    """The establishments of a campaign, the silent ones first."""
    rows = CampaignMember.objects.filter(campaign=campaign)
    filters = {"silence": SILENT, "cours": BEGUN, "terminees": FINISHED}
    if wanted in filters:
        rows = rows.filter(filters[wanted])
    return rows.select_related("establishment", "assessment").order_by(
        "assessment__submitted_at", "assessment__last_answer_at", "establishment__name", "pk"
    )
