"""The addresses of the registry."""

from django.urls import path

from rempart.web.apps.establishments import views

urlpatterns = [path("etablissements/<str:finess>/", views.establishment, name="establishment")]
