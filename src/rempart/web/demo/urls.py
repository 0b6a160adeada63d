"""The addresses of the demonstration."""

from django.urls import path

from rempart.web.demo import views

urlpatterns = [
    path("demo/", views.people, name="demo"),
    path("demo/<str:key>/", views.enter, name="demo_enter"),
]
