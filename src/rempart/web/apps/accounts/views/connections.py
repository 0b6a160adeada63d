"""Where I am signed in."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rempart.web.apps.accounts import connections
from rempart.web.apps.accounts.models import User
from rempart.web.core.policy import signed_in


@signed_in
def opened(request: HttpRequest) -> HttpResponse:
    """My open sessions: browser, network, dates."""
    user = cast(User, request.user)
    found = connections.sessions_of(user, request.session.session_key)
    return render(request, "accounts/sessions.html", {"sessions": found})


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """End one of my sessions, or all but this one."""
    user = cast(User, request.user)
    current = request.session.session_key
    if handle := request.POST.get("connexion", ""):
        connections.close_session(by=user, handle=handle, current=current)
        messages.success(request, "La connexion est fermée.")
        return redirect("sessions")
    ended = connections.close_other_sessions(by=user, current=current)
    words = ngettext("%(n)d connexion fermée.", "%(n)d connexions fermées.", ended) % {"n": ended}
    messages.success(request, words if ended else "Il n’y avait pas d’autre connexion.")
    return redirect("sessions")


close = signed_in(close)
