"""What documents prove of files: how the vault says it, and what it offers to choose from."""

from collections.abc import Collection, Iterable

from django.urls import reverse

from rempart.content.knowledge import programmes
from rempart.web.apps.evidence.subjects import Said
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.funding.models import CareFile, Expense


def described(finess: str, subjects: Collection[str]) -> dict[str, Said]:
    """Expenses of the establishment's files, each with its ledger."""
    wanted = set(subjects)
    rows = Expense.objects.filter(file__establishment=finess)
    return {
        row.subject: Said(
            f"Dépense : {row.label}", reverse("care_file_expenses", args=[row.file_id])
        )
        for row in rows
        if row.subject in wanted
    }


def offered(finess: str) -> Iterable[tuple[str, str]]:
    """The pieces that the establishment's files ask for, then the expenses."""
    for file in CareFile.objects.filter(establishment=finess):
        framework = catalogue.get(programmes()[file.programme].framework)
        for item in framework.items:
            for piece in item.pieces:
                yield (
                    f"piece:{item.id}/{piece.id}",
                    f"{framework.short_title} {item.ref} : {piece.title}",
                )
    for row in Expense.objects.present().filter(file__establishment=finess):
        yield row.subject, f"Dépense : {row.label}"
