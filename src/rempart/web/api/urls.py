"""The API: the same actions and queries as the pages, under the same scope."""

from django.urls import path
from ninja import NinjaAPI

from rempart.web.api import errors, views
from rempart.web.api.auth import AUTHENTICATION, CallsOfPerson
from rempart.web.api.operations import (
    assessments,
    audits,
    calendar,
    establishments,
    evidence,
    exposure,
    funding,
    jobs,
    journal,
    portfolio,
    remediation,
    sharing,
)

api = NinjaAPI(
    title="Rempart",
    version="1",
    description="Les mêmes gestes que les pages, sous les mêmes droits.",
    openapi_url=None,
    docs_url=None,
    auth=AUTHENTICATION,
    throttle=[CallsOfPerson("600/m")],
    urls_namespace="api",
)
errors.install(api)
for module in (
    establishments,
    audits,
    exposure,
    evidence,
    assessments,
    remediation,
    sharing,
    calendar,
    funding,
    portfolio,
    jobs,
    journal,
):
    api.add_router("", module.router)

urlpatterns = [
    path("api/", views.documentation, name="api_documentation"),
    path("api/v1/openapi.json", views.openapi, name="api_openapi"),
    path("api/v1/", api.urls),
    path("compte/jetons/", views.tokens, name="api_tokens"),
    path("compte/jetons/<int:token_id>/revoquer/", views.revoke, name="api_token_revoke"),
]
