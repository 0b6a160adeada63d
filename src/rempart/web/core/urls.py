"""The addresses of core."""

from django.urls import path

from rempart.web.core import views
from rempart.web.core.gallery import gallery

urlpatterns = [
    path("_composants", gallery, name="gallery"),
    path("travaux/", views.job_list, name="jobs"),
    path("travaux/<int:pk>/", views.job, name="job"),
    path("travaux/<int:pk>/annuler", views.cancel_job, name="job_cancel"),
    path("journal/", views.journal, name="journal"),
    path("etablissements/<str:finess>/journal/", views.journal, name="journal_of"),
    path("courriels/", views.mail_preference, name="mail_preference"),
]
