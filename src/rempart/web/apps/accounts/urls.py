"""The addresses of accounts."""

from django.urls import include, path

urlpatterns = [path("compte/", include("allauth.urls"))]
