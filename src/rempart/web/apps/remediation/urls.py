"""The addresses of remediation."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
