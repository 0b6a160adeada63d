"""The addresses of a demonstration, which the settings of the tests do not open."""

from django.urls import include, path

urlpatterns = [
    path("", include("rempart.web.config.urls")),
    path("", include("rempart.web.demo.urls")),
]
