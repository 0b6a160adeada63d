"""The cast: people with known rights, the same in every test."""

from rempart.web.apps.accounts.models import Membership, User
from rempart.web.core.scope import Level, Role

PASSWORD = "un mot de passe assez long"


def a_person(
    email: str, role: Role | None = None, level: Level = Level.NATIONAL, code: str = ""
) -> User:
    """A person who holds one role, or none."""
    first = email.split("@")[0].capitalize()
    user = User.objects.create_user(email, PASSWORD, first_name=first, last_name="Essai")
    if role:
        Membership.objects.create(user=user, role=role, level=level, code=code)
    return user
