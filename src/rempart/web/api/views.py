"""The pages about the API: its documentation, and a person's tokens."""

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rempart.web.api.actions import make_token, revoke_token
from rempart.web.api.forms import TokenForm
from rempart.web.api.models import ApiToken
from rempart.web.api.schema import described, schema
from rempart.web.apps.accounts.models import User
from rempart.web.core.policy import public, scope_of, signed_in
from rempart.web.core.scope import Act


@public
def openapi(request: HttpRequest) -> HttpResponse:
    """The description that programs read."""
    return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})


@public
def documentation(request: HttpRequest) -> HttpResponse:
    """The same, for people."""
    return render(request, "api/documentation.html", {"groups": described(schema())})


@signed_in
def tokens(request: HttpRequest) -> HttpResponse:
    """A person's tokens, and the form that makes one; its secret is shown in this answer and never again."""
    scope, user = scope_of(request), cast(User, request.user)
    form = TokenForm(request.POST or None, scope=scope)
    secret = ""
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        _, secret = make_token(
            by=user, scope=scope, name=asked["name"], acts=[Act(a) for a in asked["acts"]], days=asked["days"]
        )  # fmt: skip
        form = TokenForm(scope=scope)
    context = {
        "form": form,
        "secret": secret,
        "tokens": ApiToken.objects.filter(owner=user).order_by("-pk"),
        "now": timezone.now(),
    }
    answer = render(request, "api/tokens.html", context, status=422 if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


@signed_in
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """The token opens nothing any more."""
    revoke_token(by=cast(User, request.user), token_id=token_id)
    return redirect("api_tokens")
