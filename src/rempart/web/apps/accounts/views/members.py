"""Who has access to what: people, invitations, and how a role is given and taken back."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rempart.web.apps.accounts import actions, queries
from rempart.web.apps.accounts.forms import Invite, InviteHere, posted
from rempart.web.apps.accounts.models import Delegation, Invitation, Membership, User
from rempart.web.apps.accounts.places import covers, place_of
from rempart.web.apps.establishments.access import acts_on, establishment_or_404
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of, signed_in
from rempart.web.core.scope import Act, Level, Role


@needs(Act.SEE_ACCESS)
def people(request: HttpRequest, finess: str) -> HttpResponse:
    """Who has access to this establishment, and by what."""
    scope = scope_of(request)
    found = establishment_or_404(scope, finess, Act.SEE_ACCESS)
    mandates = Delegation.objects.filter(establishment=found).in_force(timezone.localdate())
    context = {
        "establishment": found,
        "people": queries.people_of(found, scope, cast(User, request.user)),
        "invitations": queries.invitations_here(found),
        "mandates": mandates.count(),
        "acts": acts_on(scope, found),
    }
    return render(request, "accounts/access.html", context)


@needs(Act.INVITE)
def invite_here(request: HttpRequest, finess: str) -> HttpResponse:
    """Invite somebody to this establishment."""
    scope = scope_of(request)
    found = establishment_or_404(scope, finess, Act.INVITE)
    roles = queries.roles_to_invite(scope, Level.ESTABLISHMENT)
    form = InviteHere(posted(request), roles=roles)
    if form.is_valid() and _invited(request, form, Level.ESTABLISHMENT, finess):
        seen = Act.SEE_ACCESS in acts_on(scope, found)
        return redirect("access", finess) if seen else redirect("invitations")
    context = {"establishment": found, "form": form}
    return render(request, "accounts/invite.html", context, status=422 if form.is_bound else 200)


@needs(Act.INVITE)
def invitations(request: HttpRequest) -> HttpResponse:
    """The invitations that I sent and that nobody has accepted yet."""
    pending = queries.invitations_by(cast(User, request.user))
    return render(request, "accounts/invitations.html", {"invitations": pending})


@needs(Act.INVITE)
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a region, an operator, a grouping, an establishment."""
    scope = scope_of(request)
    levels = queries.levels_to_invite(scope)
    roles = [
        role for role in Role if any(role in queries.roles_to_invite(scope, x) for x in levels)
    ]
    form = Invite(posted(request), roles=roles, levels=levels)
    if form.is_valid():
        data = form.cleaned_data
        if _invited(request, form, Level(data["level"]), data["code"]):
            return redirect("invitations")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/invite.html", {"form": form}, status=status)


def _invited(request: HttpRequest, form: InviteHere, level: Level, code: str) -> bool:
    """Send the invitation; a refusal is said on the form, with what was typed."""
    data = form.cleaned_data
    try:
        sent = actions.invite(
            email=data["email"],
            role=Role(data["role"]),
            level=level,
            code=code,
            scope=scope_of(request),
            by=cast(User, request.user),
        )
    except Refused as fault:
        form.add_error(None, str(fault))
        return False
    until = timezone.localtime(sent.invitation.expires_at).strftime("%d/%m/%Y")
    messages.success(request, f"Invitation envoyée à {data['email']}, valable jusqu’au {until}.")
    return True


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the link of an invitation useless: by whoever made it, or could have."""
    scope = scope_of(request)
    found = get_object_or_404(Invitation, pk=pk)
    place = place_of(Level(found.level), found.code)
    mine = found.made_by_id == scope.user_id
    if not mine and not any(g.allows(Act.INVITE) and covers(g, place) for g in scope.grants):
        raise Http404
    actions.revoke_invitation(invitation=found, scope=scope, by=cast(User, request.user))
    messages.success(request, f"L’invitation de {found.email} est annulée.")
    return _back(request, found.level, found.code)


revoke = needs(Act.INVITE)(revoke)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a role back; one’s own can always be left."""
    scope = scope_of(request)
    found = get_object_or_404(Membership.objects.select_related("user"), pk=pk)
    place = place_of(Level(found.level), found.code)
    mine = found.user_id == scope.user_id
    if not mine and not any(g.allows(Act.INVITE) and covers(g, place) for g in scope.grants):
        raise Http404
    actions.end_membership(membership=found, scope=scope, by=cast(User, request.user))
    messages.success(request, f"Le rôle de {found.user} a pris fin.")
    return redirect("account") if mine else _back(request, found.level, found.code)


end = signed_in(end)


def _back(request: HttpRequest, level: str, code: str) -> HttpResponse:
    scope = scope_of(request)
    place = place_of(Level(level), code)
    sees = any(g.allows(Act.SEE_ACCESS) and covers(g, place) for g in scope.grants)
    if level == Level.ESTABLISHMENT and sees:
        return redirect("access", code)
    return redirect("invitations")
