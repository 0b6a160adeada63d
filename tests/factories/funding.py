"""Files of programmes, with the frameworks that they look at."""

from datetime import date
from decimal import Decimal
from typing import Any

from factories.assessments import a_stored
from rempart.content.knowledge import frameworks, programmes
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence import actions as vault
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.funding import actions
from rempart.web.apps.funding.models import CareFile, Expense, Span
from rempart.web.core.files import store


def a_care_file(
    establishment: Establishment, by: User, programme: str = "care_d2", **fields: Any
) -> CareFile:
    """A file of the second domain, for the establishment alone."""
    a_stored(frameworks()[programmes()[programme].framework])
    values = {"span": Span.ESTABLISHMENT} | fields
    return actions.open_file(establishment=establishment, programme=programme, by=by, **values)


def an_expense(file: CareFile, by: User, **fields: Any) -> Expense:
    """A thousand euros engaged in the period."""
    values = {
        "label": "Serveur de sauvegarde",
        "kind": programmes()[file.programme].expense_kinds[1],
        "euros": Decimal(1000),
        "engaged_on": date(2025, 9, 1),
    } | fields
    return actions.add_expense(file=file, spent=actions.Spent(**values), by=by)


def a_document(establishment: Establishment, by: User, *subjects: str, **fields: Any) -> Document:
    """A document that proves some subjects."""
    values = {"title": "PSSI 2025", "dated_on": date(2025, 9, 1)} | fields
    content = str(values).encode()
    return vault.deposit(
        establishment=establishment,
        file=store([content], kind="proof"),
        file_name="piece.txt",
        values=vault.Values(**values),
        subjects=subjects,
        by=by,
    )


def a_care_world(cast: Any) -> dict[str, dict[str, Any]]:
    """Route → the arguments of its address, for a file of Alice's home with one expense."""
    file = a_care_file(cast.home, cast.alice)
    one = {"pk": file.pk, "expense": an_expense(file, cast.alice).pk}
    return {
        "care_": {"pk": file.pk},
        "care_file_expense": one,
        "care_file_expense_remove": one,
        "care_file_export": {"pk": file.pk, "form": "dossier"},
    }
