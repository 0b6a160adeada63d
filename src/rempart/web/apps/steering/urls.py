"""The addresses of steering."""

from django.urls import path, re_path

from rempart.web.apps.steering import views

urlpatterns = [
    path(
        "etablissements/<str:finess>/ce-que-voit-la-region/",
        views.seen_by_region,
        name="seen_by_region",
    ),
    path("", views.home, name="home"),
    path("portefeuille/", views.portfolio, name="portfolio"),
    re_path(r"^portefeuille/export\.(?P<form>csv|xlsx)$", views.export, name="portfolio_export"),
    path("portefeuille/vues/", views.save_view, name="save_view"),
    path("portefeuille/vues/<int:pk>/supprimer", views.delete_view, name="delete_view"),
]
