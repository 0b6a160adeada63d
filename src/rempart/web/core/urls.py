"""The addresses of core."""

from django.urls import path

from rempart.web.core.gallery import gallery

urlpatterns = [path("_composants", gallery, name="gallery")]
