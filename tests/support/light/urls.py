"""The one address of the light site."""

from django.urls import path

from rempart.web.core.views import healthy

urlpatterns = [path("sante", healthy, name="healthy")]
