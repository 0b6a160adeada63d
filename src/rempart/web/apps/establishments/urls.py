"""The addresses of the registry."""

from django.urls import path

from rempart.web.apps.establishments.views import pages, registry

urlpatterns = [
    path("etablissements/", pages.establishments, name="establishments"),
    path("etablissements/<str:finess>/", pages.establishment, name="establishment"),
    path("entites-juridiques/<str:finess>/", pages.operator, name="operator"),
    path("regroupements/<str:code>/", pages.grouping, name="grouping"),
    path("registre/", registry.home, name="registry"),
    path("registre/imports/<int:pk>/", registry.shown, name="registry_import"),
    path("registre/imports/<int:pk>/ecrire/", registry.accept, name="registry_accept"),
    path("registre/imports/<int:pk>/comparer/", registry.again, name="registry_again"),
    path("registre/imports/<int:pk>/abandonner/", registry.abandon, name="registry_abandon"),
]
