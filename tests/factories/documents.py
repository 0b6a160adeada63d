"""Documents of the vault."""

from typing import Any

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence import actions
from rempart.web.apps.evidence.actions import Values
from rempart.web.apps.evidence.models import Document
from rempart.web.core import files

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def a_document(
    home: Establishment, by: User, *subjects: str, content: bytes = PDF, **values: Any
) -> Document:
    """A policy that proves these subjects."""
    given = {"title": "PSSI 2026"} | values
    return actions.deposit(
        establishment=home,
        file=files.store([content], kind="proof"),
        file_name="pssi.pdf",
        values=Values(**given),
        subjects=subjects,
        by=by,
    )
