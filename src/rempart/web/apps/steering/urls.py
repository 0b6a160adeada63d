"""The addresses of steering."""

from django.urls import path

from rempart.web.apps.steering import views

urlpatterns = [
    path("", views.home, name="home"),
    path("portefeuille/", views.portfolio, name="portfolio"),
]
