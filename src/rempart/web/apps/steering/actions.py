"""What people do to the views of the portfolio, and what writes the situations again."""

from collections.abc import Collection

from django.db import transaction

from rempart.web.apps.accounts.models import User
from rempart.web.apps.steering import projection
from rempart.web.apps.steering.models import SavedView
from rempart.web.core import journal
from rempart.web.core.errors import Refused
from rempart.web.core.scope import Act, Grant, Scope

VIEWS_LIMIT = 50
"""Views that one person keeps: more would not be found again."""


def rebuild_situations(finess: Collection[str] | None = None) -> None:
    """Write the situations of these establishments again, or of all, in one transaction."""
    with transaction.atomic():
        projection.recompute(finess)


def shareable(scope: Scope) -> Grant | None:
    """The widest grant of the portfolio, whose holders a view can be shared with."""
    order = ["national", "region", "grouping", "operator", "establishment"]
    grants = [g for g in scope.grants if g.allows(Act.SEE_PORTFOLIO) and g.delegation is None]
    return min(grants, key=lambda g: order.index(g.level), default=None)


@transaction.atomic
def save_view(*, by: User, scope: Scope, name: str, query: str, share: bool = False) -> SavedView:
    """Keep a view under a name; the same name of the same person is the same view."""
    own = SavedView.objects.filter(owner=by)
    if not own.filter(name=name).exists() and own.count() >= VIEWS_LIMIT:
        raise Refused(
            f"Vous avez déjà {VIEWS_LIMIT} vues.", todo="Supprimez-en une, puis recommencez."
        )
    grant = shareable(scope) if share else None
    view, _ = SavedView.objects.update_or_create(
        owner=by,
        name=name,
        defaults={
            "query": query,
            "shared_level": grant.level if grant else "",
            "shared_code": grant.code if grant else "",
        },
    )
    _journal("save_portfolio_view", view, by)
    return view


@transaction.atomic
def delete_view(*, by: User, view: SavedView) -> None:
    """Delete one's own view."""
    if view.owner_id != by.pk:
        raise Refused(
            f"La vue « {view.name} » est à {view.owner}.",
            todo="Demandez-lui de la supprimer, ou de ne plus la partager.",
        )
    _journal("delete_portfolio_view", view, by)
    view.delete()


@transaction.atomic
def record_export(*, by: User, form: str, total: int, query: str) -> None:
    """Say in the journal who took the portfolio away, how much of it, and by which filters."""
    journal.record(
        "export_portfolio",
        by=by,
        object_kind="portfolio",
        object_id=form,
        details={"establishments": total, "query": query},
    )


def _journal(act: str, view: SavedView, by: User) -> None:
    journal.record(
        act,
        by=by,
        object_kind="saved_view",
        object_id=view.pk,
        object_label=view.name,
        details={"query": view.query, "shared": view.shared_level},
    )
