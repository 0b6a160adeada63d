"""The file of the second domain that the invented GHT holds, half way."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from rempart.content.knowledge import programmes
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment, Grouping
from rempart.web.apps.evidence.actions import Values, deposit
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.funding import actions
from rempart.web.apps.funding.models import CareFile, Span
from rempart.web.apps.funding.rules import Activity
from rempart.web.core import files

PROGRAMME: Final = "care_d2"
STATED: Final = "Donnée inventée"
PIECES: Final = (
    ("PSSI signée par la direction", Document.Kind.POLICY, date(2025, 3, 3), "P1/pssi"),
    ("Note d’organisation du projet", Document.Kind.OTHER, date(2025, 10, 2), "P2/organisation"),
    ("Schéma de gouvernance", Document.Kind.OTHER, date(2026, 2, 10), "O1.A/schema"),
    ("Ancienne politique de sauvegarde", Document.Kind.POLICY, date(2021, 5, 4), "O2.A/politique"),
)
"""Title, kind, day and what it proves; the last is too old for its window."""
SPENT: Final = (
    ("Coffre de sauvegarde isolé", 1, Decimal(38_400), date(2025, 11, 12), True),
    ("Accompagnement aux bilans d’impact", 2, Decimal(14_750), date(2026, 1, 20), True),
    ("Exercice sur table", 3, Decimal(6_200), date(2026, 4, 2), False),
    ("Formation commandée avant l’appel", 4, Decimal(2_900), date(2025, 5, 6), True),
)
"""Label, kind, euros, day of engagement, and whether its invoice is there; the last is before the period."""


def give_file(support: Establishment, group: Grouping, *, by: User) -> None:
    """The file of the GHT: its dates, its activity, its pieces and its expenses, by the acts of the pages."""
    file = actions.open_file(
        establishment=support, programme=PROGRAMME, span=Span.GROUPING, grouping=group, by=by
    )
    stated = {"application_deposit": date(2025, 10, 17)}
    settled = actions.Settings(stated, Decimal(55_000), STATED)
    file = actions.settle(file=file, settings=settled, seen=file.version, by=by)
    known = list(file.entities.all())
    activities = [
        Activity(
            one.finess,
            one.name,
            Decimal(max(52 - 17 * rank, 6)),
            STATED,
            2024,
            (f"{PROGRAMME}.O1.C",) if rank == 0 else (),
        )
        for rank, one in enumerate(known)
    ]
    file = actions.set_activities(file=file, activities=activities, seen=file.version, by=by)
    for title, kind, day, subject in PIECES:
        _give(support, title, kind, day, f"piece:{PROGRAMME}.{subject}", by)
    _spend(file, by)


def _spend(file: CareFile, by: User) -> None:
    kinds = programmes()[PROGRAMME].expense_kinds
    for label, kind, euros, day, has_invoice in SPENT:
        spent = actions.Spent(
            label, kinds[kind], euros, day, day + timedelta(days=30), "Fournisseur inventé"
        )
        made = actions.add_expense(file=file, spent=spent, by=by)
        if has_invoice:
            words = f"Facture : {label}"
            _give(file.establishment, words, Document.Kind.INVOICE, day, made.subject, by)


def _give(place: Establishment, title: str, kind: str, day: date, subject: str, by: User) -> None:
    content = f"{title}. Document inventé pour la démonstration, {place}.\n".encode()
    deposit(
        establishment=place,
        file=files.store([content], kind="proof"),
        file_name="document-invente.txt",
        values=Values(title, kind, STATED, day),
        subjects=[subject],
        by=by,
    )
