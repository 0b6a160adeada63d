"""The addresses, app by app; each view declares its policy."""

from django.conf import settings
from django.urls import include, path

from rempart.web.core import error_pages
from rempart.web.core.views import healthy

urlpatterns = [
    path("", include("rempart.web.apps.steering.urls")),
    path("", include("rempart.web.apps.peers.urls")),
    path("", include("rempart.web.apps.funding.urls")),
    path("", include("rempart.web.apps.establishments.urls")),
    path("", include("rempart.web.apps.audits.urls")),
    path("", include("rempart.web.apps.exposure.urls")),
    path("", include("rempart.web.apps.assessments.urls")),
    path("", include("rempart.web.apps.remediation.urls")),
    path("", include("rempart.web.apps.evidence.urls")),
    path("", include("rempart.web.apps.frameworks.urls")),
    path("", include("rempart.web.apps.accounts.urls")),
    path("", include("rempart.web.core.urls")),
    path("", include("rempart.web.api.urls")),
    path("sante", healthy, name="healthy"),
]
if settings.DEMO:
    urlpatterns.append(path("", include("rempart.web.demo.urls")))

handler400 = error_pages.bad_request
handler403 = error_pages.denied
handler404 = error_pages.missing
handler500 = error_pages.broken
