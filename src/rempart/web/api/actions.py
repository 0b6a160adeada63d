"""Making and revoking tokens."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from rempart.web.api.models import ApiToken
from rempart.web.api.rules import LIVES, SHOWN, digest_of, new_secret
from rempart.web.apps.accounts.models import User
from rempart.web.core import journal
from rempart.web.core.errors import Refused
from rempart.web.core.scope import Act, Scope


@transaction.atomic
def make_token(
    *, by: User, scope: Scope, name: str, acts: Collection[Act], days: int
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is not kept and can be shown once. Raises Refused."""
    if days not in LIVES:
        raise Refused(
            "Cette durée n’est pas proposée.", expected=f"{', '.join(map(str, LIVES))} jours."
        )
    beyond = [act for act in acts if not scope.can(act)]
    if beyond or not acts:
        raise Refused(
            "Ce jeton demanderait des droits que vous n’avez pas."
            if beyond
            else "Ce jeton ne permettrait rien.",
            todo="Choisissez parmi les droits qui sont les vôtres.",
        )
    secret = new_secret()
    token = ApiToken.objects.create(
        owner=by,
        name=name,
        digest=digest_of(secret),
        start=secret[:SHOWN],
        acts=sorted(acts),
        expires_at=timezone.now() + timedelta(days=days),
    )
    journal.record(
        "make_token", by=by, object_kind="token", object_id=token.pk, object_label=name,
        details={"acts": token.acts, "days": days},
    )  # fmt: skip
    return token, secret


@transaction.atomic
def revoke_token(*, by: User, token_id: int) -> None:
    """The token opens nothing any more. Raises Refused when it is not theirs, or is revoked already."""
    token = ApiToken.objects.select_for_update(no_key=True).filter(pk=token_id, owner=by).first()
    if token is None or token.revoked_at is not None:
        raise Refused("Ce jeton n’existe pas, ou est déjà révoqué.")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    journal.record(
        "revoke_token", by=by, object_kind="token", object_id=token.pk, object_label=token.name
    )


def revoke_all(owner: User) -> None:
    """Nothing signs in for somebody whose account is closed, even if it opens again one day."""
    ApiToken.objects.filter(owner=owner, revoked_at__isnull=True).update(revoked_at=timezone.now())
