"""The addresses of frameworks."""

from django.urls import path

from rempart.web.apps.frameworks import views

urlpatterns = [
    path("referentiels/", views.listing, name="frameworks"),
    path("referentiels/importer/", views.propose, name="framework_import"),
    path("referentiels/importer/valider/", views.accept, name="framework_accept"),
    path("referentiels/<slug:name>/", views.framework, name="framework"),
    path("referentiels/<slug:name>/ciso-assistant.yaml", views.library, name="framework_library"),
]
