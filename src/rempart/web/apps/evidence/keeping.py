"""A document from the form to the vault: looked at by the anti-malware, stored once, linked."""

from django.db import transaction

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence import actions
from rempart.web.apps.evidence.forms import DepositForm
from rempart.web.apps.evidence.models import Document
from rempart.web.core import antivirus, files, journal
from rempart.web.core.antivirus import Said
from rempart.web.core.errors import Refused


def keep(
    *, establishment: Establishment, form: DepositForm, former: Document | None, by: User
) -> Document:
    """Keep what a valid form gives. Raises Refused when the anti-malware finds something: nothing is stored."""
    file = form.cleaned_data["file"]
    found = antivirus.scan(file.chunks())
    if found.said is Said.INFECTED:
        _refused(establishment, file.name or "", found.detail, by)
        raise Refused(
            f"L’antivirus a reconnu « {found.detail} » dans ce document : il n’est pas gardé.",
            todo="Prévenez votre service informatique, et ne l’ouvrez pas.",
        )
    file.seek(0)
    stored = files.store(file.chunks(), kind="proof")
    scan = Document.Scan.CLEAN if found.said is Said.CLEAN else Document.Scan.NOT_SCANNED
    with transaction.atomic():
        made = actions.deposit(
            establishment=establishment,
            file=stored,
            file_name=file.name or "document",
            values=form.values(),
            subjects=form.cleaned_data.get("proves", []),
            scan=scan,
            by=by,
        )
        if former is not None and former.pk != made.pk:
            actions.replace(document=former, newer=made, by=by)
    return made


@transaction.atomic
def _refused(establishment: Establishment, name: str, detail: str, by: User) -> None:
    journal.record(
        "refuse_document",
        by=by,
        object_kind="document",
        object_id="",
        object_label=name,
        establishment=establishment.pk,
        details={"found": detail},
    )
