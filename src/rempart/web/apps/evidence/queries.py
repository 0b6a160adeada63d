"""What pages show of the vault."""

from collections.abc import Collection

from rempart.web.apps.evidence.models import Document, Proof


def of_subjects(finess: str, subjects: Collection[str]) -> dict[str, list[Document]]:
    """Present documents of an establishment by the subject that they prove; one query."""
    found: dict[str, list[Document]] = {subject: [] for subject in subjects}
    rows = (
        Proof.objects.filter(document__establishment=finess, subject__in=list(subjects))
        .present()
        .select_related("document")
        .order_by("subject", "-document__dated_on", "-document_id")
    )
    for proof in rows:
        found[proof.subject].append(proof.document)
    return found
