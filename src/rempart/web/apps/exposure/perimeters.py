"""What changes a perimeter: each act is one transaction, with its entry in the journal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from django.conf import settings as site
from django.db import transaction
from django.utils import timezone

from rempart.engines.exposure.names import sortable
from rempart.kernel.french import grouped
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.exposure import ending, rules, traces
from rempart.web.apps.exposure.models import Asset, ExposureAudit, Perimeter, Touch
from rempart.web.core import journal, projections
from rempart.web.core.errors import Refused

told: Final = partial(journal.record_on, "perimeter")
"""Write an act on a perimeter in the journal."""

MOST_TOLD: Final = 200
"""Values that one entry of the journal names; it gives their number too."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Who consents to be probed, in which function, from when and until when, on which document."""

    by: str
    function: str
    on: date
    until: date
    document: Document | None = None
    was: str = ""  # the mark of the consent that the person had before the eyes


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be touched, how gently, and when."""

    touch: Sequence[str]
    connections_at_once: int = 4
    connections_per_second: int = 5
    blackouts: str = ""
    rhythm: str = Perimeter.Rhythm.NONE
    is_searchable: bool = False
    was: str = ""  # the mark of the settings that the person had before the eyes


class Changed(Refused):
    """Somebody else wrote in between: what is there now has another mark."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that a discovery thinks is the establishment's, and why."""

    kind: str
    value: str
    why: str
    follows_addresses: bool = False  # as its domain does, which is declared with what is under it


def held(establishment: Establishment) -> Perimeter:
    """The perimeter of an establishment, made on its first need, locked until the end of the act."""
    Establishment.objects.select_for_update(no_key=True).get(pk=establishment.pk)
    return Perimeter.objects.get_or_create(establishment=establishment)[0]


def consent_mark(row: Perimeter) -> str:
    """What tells one consent from another."""
    return rules.mark_of(
        row.consent_by, row.consent_function, row.consent_on, row.consent_until, row.consent_document_id
    )  # fmt: skip


def settings_mark(row: Perimeter) -> str:
    """What tells some settings from others."""
    return rules.mark_of(
        row.touch, row.connections_at_once, row.connections_per_second, row.blackouts, row.rhythm,
        row.is_searchable,
    )  # fmt: skip


def _demand_unchanged(was: str, now: str) -> None:
    if was and was != now:
        raise Changed(
            "Une autre personne a changé cette page pendant que vous y écriviez.",
            todo="Ouvrez-la de nouveau pour voir ce qu’elle a mis, ou enregistrez encore pour garder ce qui est ici.",
        )


@transaction.atomic
def give_consent(*, establishment: Establishment, consent: Consent, today: date, by: User) -> None:
    """Write who consents to the probing of this perimeter. Raises Refused for a consent that cannot stand."""
    rules.check_consent(consent.on, consent.until, today)
    if not consent.by.strip() or not consent.function.strip():
        raise Refused("Dites qui consent, et dans quelle fonction.")
    if consent.document and consent.document.establishment_id != establishment.pk:
        raise Refused("Ce document est d’un autre établissement.")
    row = held(establishment)
    _demand_unchanged(consent.was, consent_mark(row))
    row.consent_by, row.consent_function = consent.by.strip()[:120], consent.function.strip()[:120]
    row.consent_on, row.consent_until = consent.on, consent.until
    row.consent_document, row.reminded_on = consent.document, None
    saved(row)
    projections.refresh([establishment.pk])
    told(
        row, "consent_to_sweeps", by,
        who=row.consent_by, function=row.consent_function,
        on=consent.on.isoformat(), until_on=consent.until.isoformat(),
        document=consent.document.pk if consent.document else None,
    )  # fmt: skip


@transaction.atomic
def withdraw_consent(*, establishment: Establishment, by: User) -> None:
    """End the consent at once; what runs is stopped."""
    row = held(establishment)
    if row.consent_on is None:
        raise Refused("Il n’y a pas de consentement à retirer.")
    before = row.consent_until
    row.consent_by, row.consent_function = "", ""
    row.consent_on, row.consent_until, row.consent_document = None, None, None
    saved(row)
    _stop_sweeps(row, by)
    projections.refresh([establishment.pk])
    told(row, "withdraw_consent_to_sweeps", by, until_on=before.isoformat() if before else "")


@transaction.atomic
def settle(*, establishment: Establishment, settings: Settings, by: User) -> Perimeter:
    """Say what may be touched, how gently, when, and how often."""
    if unknown := sorted(set(settings.touch) - set(Touch.values)):
        raise Refused(f"« {unknown[0]} » n’est pas une chose que l’on touche.")
    if not settings.touch:
        raise Refused("Cochez au moins une chose à regarder.")
    if settings.connections_at_once < rules.LEAST_CONNECTIONS:
        raise Refused(f"Il faut au moins {rules.LEAST_CONNECTIONS} connexions à la fois.")
    hours = rules.hours_of(settings.blackouts)
    row = held(establishment)
    _demand_unchanged(settings.was, settings_mark(row))
    row.touch = [touch for touch in Touch.values if touch in settings.touch]
    row.connections_at_once = settings.connections_at_once
    row.connections_per_second = settings.connections_per_second
    row.blackouts = "\n".join(filter(None, (s.strip() for s in settings.blackouts.splitlines())))
    row.rhythm, row.is_searchable = settings.rhythm, settings.is_searchable
    saved(row)
    told(
        row, "settle_perimeter", by,
        touch=row.touch, blackouts=len(hours.forbidden), rhythm=row.rhythm, is_searchable=row.is_searchable,
    )  # fmt: skip
    return row


@transaction.atomic
def add_asset(
    *,
    establishment: Establishment,
    kind: str,
    value: str,
    with_subdomains: bool = False,
    follows_addresses: bool = False,
    is_excluded: bool = False,
    by: User,
) -> Asset:
    """Declare a name, an address or a range; one that was proposed or refused becomes declared."""
    clean = rules.asset_value(
        kind, value, with_subdomains=with_subdomains, may_be_private=site.SWEEP_PRIVATE
    )
    row = held(establishment)
    if row.assets.count() >= rules.MOST_ASSETS:
        raise too_many()
    is_name = kind in (Asset.Kind.DOMAIN, Asset.Kind.HOST)
    asset, _ = Asset.objects.update_or_create(
        perimeter=row,
        kind=kind,
        value=clean,
        defaults={
            "place": sortable(clean),
            "with_subdomains": with_subdomains and kind == Asset.Kind.DOMAIN,
            "follows_addresses": follows_addresses and is_name,
            "is_excluded": is_excluded,
            "state": Asset.State.ACCEPTED,
            "decided_by": by,
            "decided_at": timezone.now(),
        },
    )
    saved(row)
    told(row, "declare_asset", by, kind=kind, value=clean, is_excluded=is_excluded)
    return asset


@transaction.atomic
def decide_assets(*, assets: Iterable[Asset], is_accepted: bool, by: User) -> int:
    """Accept or refuse what a discovery proposed; gives how many. What is refused is not proposed again."""
    mine = list(assets)
    state = Asset.State.ACCEPTED if is_accepted else Asset.State.REFUSED
    for perimeter in {asset.perimeter_id: asset.perimeter for asset in mine}.values():
        row = held(perimeter.establishment)
        values = sorted(a.value for a in mine if a.perimeter_id == row.pk)
        row.assets.filter(pk__in=[a.pk for a in mine], state=Asset.State.PROPOSED).update(
            state=state, decided_by=by, decided_at=timezone.now()
        )
        _told_decision(row, values, is_accepted, by)
    return len(mine)


@transaction.atomic
def decide_every(*, establishment: Establishment, words: str, is_accepted: bool, by: User) -> int:
    """Accept or refuse every proposal whose value holds these words, however many they are; gives how many."""
    row = held(establishment)
    mine = row.assets.proposed().filter(value__contains=words)
    values = list(mine.order_by("value").values_list("value", flat=True))
    state = Asset.State.ACCEPTED if is_accepted else Asset.State.REFUSED
    mine.update(state=state, decided_by=by, decided_at=timezone.now())
    if values:
        _told_decision(row, values, is_accepted, by)
    return len(values)


def _told_decision(row: Perimeter, values: Sequence[str], is_accepted: bool, by: User) -> None:
    saved(row)
    act = "accept_assets" if is_accepted else "refuse_assets"
    told(row, act, by, count=len(values), values=values[:MOST_TOLD])


@transaction.atomic
def remove_asset(*, asset: Asset, by: User) -> None:
    """Take an asset out of the perimeter: it is not probed any more."""
    row = held(asset.perimeter.establishment)
    row.assets.filter(pk=asset.pk).delete()
    saved(row)
    told(row, "remove_asset", by, kind=asset.kind, value=asset.value)


@transaction.atomic
def propose_assets(
    *, establishment: Establishment, found: Iterable[Candidate], by: User | None, most: int = 300
) -> int:
    """Put what was discovered before a person, `most` at most; what is known, or was refused, is left as it is. Gives
    how many are new."""
    row = held(establishment)
    known = set(row.assets.values_list("kind", "value"))
    most = min(most, rules.MOST_ASSETS - len(known))
    made: list[Asset] = []
    for candidate in found:
        if len(made) >= most:
            break
        if (candidate.kind, candidate.value) in known:
            continue
        try:
            value = rules.asset_value(
                candidate.kind, candidate.value, may_be_private=site.SWEEP_PRIVATE
            )
        except Refused:
            continue
        if (candidate.kind, value) not in known:
            known.add((candidate.kind, value))
            made.append(
                Asset(
                    perimeter=row,
                    kind=candidate.kind,
                    value=value,
                    place=sortable(value),
                    why=candidate.why[:300],
                    follows_addresses=candidate.follows_addresses,
                    state=Asset.State.PROPOSED,
                )
            )
    Asset.objects.bulk_create(made, batch_size=500)
    if made:
        values = sorted(asset.value for asset in made)
        told(row, "propose_assets", by, count=len(values), values=values[:MOST_TOLD])
    return len(made)


@transaction.atomic
def stop(*, establishment: Establishment, by: User) -> None:
    """The kill switch: what runs stops, and nothing begins until somebody resumes."""
    row = held(establishment)
    row.stopped_at, row.stopped_by = timezone.now(), by
    saved(row)
    stopped = _stop_sweeps(row, by)
    projections.refresh([establishment.pk])
    told(row, "stop_sweeps", by, sweeps=stopped)


@transaction.atomic
def resume(*, establishment: Establishment, by: User) -> None:
    """Let sweeps begin again."""
    row = held(establishment)
    if row.stopped_at is None:
        raise Refused("Les balayages ne sont pas arrêtés.")
    row.stopped_at, row.stopped_by = None, None
    saved(row)
    projections.refresh([establishment.pk])
    told(row, "resume_sweeps", by)


def _stop_sweeps(row: Perimeter, by: User) -> int:
    """Ask all that probes a perimeter to stop; it ends by itself, within a second."""
    traces.ask_to_stop(row.pk)
    # A job that began meanwhile took the file away, and could not yet read that it must not go.
    transaction.on_commit(partial(traces.ask_to_stop, row.pk))
    running = ExposureAudit.objects.filter(
        establishment_id=row.pk, state=ExposureAudit.State.WAITING, form=ExposureAudit.Form.SWEEP
    ).select_related("job")
    found = [audit for audit in running if audit.job and not audit.job.is_finished]
    for audit in found:
        ending.cancel(audit=audit, by=by)
    return len(found)


def too_many() -> Refused:
    """A perimeter that would be too long."""
    return Refused(
        f"Un périmètre a au plus {grouped(rules.MOST_ASSETS)} éléments, propositions et refus compris.",
        todo="Déclarez un domaine avec ses sous-domaines, ou une plage, plutôt que chaque nom.",
    )


def saved(row: Perimeter) -> None:
    """Write a perimeter whose elements changed. Raises Refused when its ranges are too wide together."""
    ranges = row.assets.accepted().filter(kind=Asset.Kind.RANGE, is_excluded=False)
    rules.check_ranges(ranges.values_list("value", flat=True))
    row.version += 1
    row.save()
