"""The level that must be held between two audits: where the proof stands, and who is told that its window closes."""

from datetime import date, time, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings as site
from django.db import transaction
from django.utils import timezone

from rempart.content.exposure_rules import held_rules
from rempart.engines.exposure.held import Audit, Window, WindowState, window
from rempart.engines.exposure.proof import signer
from rempart.kernel.outcome import Outcome
from rempart.render.french import counted
from rempart.web.apps.accounts import notices
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence import actions as documents
from rempart.web.apps.evidence.actions import Values
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.exposure.models import ExposureAudit, Perimeter
from rempart.web.apps.exposure.recording import report_of
from rempart.web.core import files, schedule
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run, job

BEFORE_THE_END: Final = timedelta(days=30)
PIECES: Final = (
    "piece:care_d1.exposition.correction/audit_initial",
    "piece:care_d1.exposition.correction/audit_final",
)
"""What the file of the proof is in the CaRE file: it holds the reports of both audits."""


def audits_of(finess: str) -> list[Audit]:
    """What each audit of an establishment says of the level, the oldest first."""
    rows = ExposureAudit.objects.done().filter(establishment_id=finess).in_order()
    found = rows.values_list("level_on", "level_outcome", "level_reasons", "pk")
    return [
        Audit(on, Outcome(said), tuple(reasons), str(pk)) for on, said, reasons, pk in found if on
    ]


def proof_of(finess: str, today: date) -> Window:
    """Where the proof of an establishment stands on a day."""
    return window(audits_of(finess), today, held_rules())


def proof_file(finess: str, today: date) -> bytes:
    """The file that proves that the level is held, signed by this installation. Raises RempartError when it is not."""
    # Drawing two reports is heavy: the process of the pages must not carry it before it is asked.
    from rempart.render.exposure.proof import assembled  # noqa: PLC0415

    audits = audits_of(finess)
    found = window(audits, today, held_rules())
    if found.first is None or found.second is None:
        raise Refused(found.message, todo="Le dossier se fait quand le niveau est tenu.")
    first, second = (
        report_of(ExposureAudit.objects.get(pk=int(audit.key)))
        for audit in (found.first, found.second)
    )
    return assembled(first, second, audits, found, held_rules(), signing_key())


@transaction.atomic
def attach(*, establishment: Establishment, by: User, today: date) -> Document:
    """Put the file that proves the level among the documents, as the two pieces that the programme asks for. Raises
    RempartError when the level is not held."""
    found = proof_of(establishment.pk, today)
    content = proof_file(establishment.pk, today)
    first, second = (audit.on if audit else None for audit in (found.first, found.second))
    return documents.deposit(
        establishment=establishment,
        file=files.store([content], kind="proof"),
        file_name=f"niveau-tenu-{establishment.pk}.zip",
        values=Values(
            title=f"Niveau d’exposition tenu du {first:%d/%m/%Y} au {second:%d/%m/%Y}",
            kind=Document.Kind.AUDIT_REPORT,
            author_words=f"Rempart, clé {key_name()}",
            dated_on=second,
        ),
        subjects=PIECES,
        by=by,
    )


def signing_key() -> Ed25519PrivateKey:
    """The key of this installation for its proofs, drawn from its secret and stored nowhere."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rempart.exposure.proof")
    return Ed25519PrivateKey.from_private_bytes(kdf.derive(site.SECRET_KEY.encode("utf-8")))


def key_name() -> str:
    """The name of that key, to compare with the one of a proof."""
    return signer(signing_key())


@schedule.daily("warn_of_exposure", at=time(5, 40))
@job("warn_of_exposure", title="Prévenir des fins de consentement et de fenêtre")
def warn_of_exposure(run: Run) -> None:
    """Before the digests leave."""
    warn(timezone.localdate())


def warn(today: date) -> int:
    """Tell of consents that end within a month and of windows that close soon, once for each; gives how many."""
    ending = Perimeter.objects.filter(
        consent_until__gte=today, consent_until__lte=today + BEFORE_THE_END, reminded_on=None
    )
    told = sum(_warn_of_consent(pk, today) for pk in ending.values_list("pk", flat=True))
    rules = held_rules()
    since = today - timedelta(days=rules.most_days)
    recent = ExposureAudit.objects.done().filter(swept_on__gte=since, window_told_on=None)
    places = recent.order_by("establishment").values_list("establishment", flat=True).distinct()
    return told + sum(_warn_of_window(finess, today) for finess in places)


@transaction.atomic
def _warn_of_consent(finess: str, today: date) -> int:
    rows = Perimeter.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("establishment").get(pk=finess)
    if row.reminded_on is not None or row.consent_until is None:
        return 0
    row.reminded_on = today
    row.save(update_fields=["reminded_on"])
    left = counted((row.consent_until - today).days, "jour")
    notices.tell(
        finess,
        subject=f"Fin prochaine d’un consentement : {row.establishment}",
        words=f"Le consentement à être sondé finit dans {left} : après lui, plus rien n’est balayé.",
    )
    return 1


@transaction.atomic
def _warn_of_window(finess: str, today: date) -> int:
    found = proof_of(finess, today)
    if found.state is not WindowState.CLOSING or found.first is None or found.closes_on is None:
        return 0
    rows = ExposureAudit.objects.select_for_update(of=("self",), no_key=True)
    first = rows.select_related("establishment").get(pk=int(found.first.key))
    if first.window_told_on is not None:
        return 0
    first.window_told_on = today
    first.save(update_fields=["window_told_on"])
    notices.tell(
        finess,
        subject=f"Un second audit est attendu : {first.establishment}",
        words=f"Le second audit d’exposition est à faire avant le {found.closes_on:%d/%m/%Y} : après, la preuve "
        "repart de zéro.",
    )
    return 1
