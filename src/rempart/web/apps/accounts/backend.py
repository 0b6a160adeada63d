"""Who a session is of, with what that person holds: one query instead of two, at each request."""

from typing import cast

from allauth.account.auth_backends import AuthenticationBackend

from rempart.web.apps.accounts.models import Membership, User


class Backend(AuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """The one of the library, whose `get_user` reads the memberships too: the scope of the request is made of them."""

    def get_user(self, user_id: int) -> User | None:
        """The person of a session; None when the account is closed."""
        rows = Membership.objects.filter(user=user_id, ended_at__isnull=True)
        held = list(rows.select_related("user").order_by("id"))
        if not held:
            return cast(User | None, super().get_user(user_id))
        user = held[0].user
        user.held_just_now = held
        return user if self.user_can_authenticate(user) else None
