"""The addresses of peers."""

from django.urls import path

from rempart.web.apps.peers import views

urlpatterns = [
    path("etablissements/<str:finess>/pairs/", views.peers, name="peers"),
    path("etablissements/<str:finess>/taille/", views.size, name="peers_size"),
]
