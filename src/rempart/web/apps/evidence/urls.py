"""The addresses of the vault."""

from django.urls import path

from rempart.web.apps.evidence import views

urlpatterns = [
    path("etablissements/<str:finess>/preuves/", views.listing, name="evidence_of"),
    path("etablissements/<str:finess>/preuves/deposer/", views.deposit, name="evidence_deposit"),
    path("preuves/<int:pk>/", views.document, name="evidence_document"),
    path("preuves/<int:pk>/fichier", views.download, name="evidence_download"),
    path("preuves/<int:pk>/retirer/", views.withdraw, name="evidence_withdraw"),
    path("preuves/<int:pk>/detacher/", views.detach, name="evidence_detach"),
]
