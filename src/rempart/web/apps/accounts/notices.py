"""News for the people of an establishment: they wait for the mail of the day, unless a person wants each at once."""

from django.conf import settings
from django.urls import reverse

from rempart.web.apps.accounts.models import User
from rempart.web.core import mail
from rempart.web.core.scope import Level


def tell(
    finess: str, *, subject: str, words: str, but_not: int | None = None, is_urgent: bool = False
) -> int:
    """Write a piece of news to everyone who has a role on the establishment itself; gives how many. What is urgent does
    not wait for the digest of the day.

    A mail can be read by others: it says that something is there, and where, never what was found.
    """
    people = User.objects.filter(
        is_active=True,
        memberships__level=Level.ESTABLISHMENT,
        memberships__code=finess,
        memberships__ended_at__isnull=True,
    )
    link = settings.PUBLIC_URL + reverse("establishment", args=[finess])
    others = people if but_not is None else people.exclude(pk=but_not)
    addresses = set(others.values_list("email", flat=True))
    for address in sorted(addresses):
        mail.write(
            to=address, subject=subject, text=f"{words}\n{link}\n", is_for_digest=not is_urgent
        )
    return len(addresses)
