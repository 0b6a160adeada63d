"""What documents prove of files: how the vault says it, what it offers to choose from, the dates that candidates state."""

from collections.abc import Collection, Iterable
from datetime import date

from django.urls import reverse

from rempart.content.knowledge import programmes
from rempart.web.apps.evidence.subjects import Said
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.funding.models import CareFile, Expense
from rempart.web.apps.funding.standing import named_dates


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


def stated_dates(finess: str, today: date) -> dict[str, dict[str, date | None]]:
    """The dates of the establishment's files, by the framework whose windows name them."""
    return {
        programmes()[file.programme].framework: named_dates(file, today)
        for file in CareFile.objects.filter(establishment=finess)
    }
