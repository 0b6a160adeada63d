"""The addresses of audits."""

from django.urls import path

from rempart.web.apps.audits import views

urlpatterns = [
    path("audits/", views.audit_list, name="audits"),
    path("audits/<int:pk>/", views.audit, name="audit"),
    path("audits/<int:pk>/avancement/", views.progress, name="audit_progress"),
    path("audits/<int:pk>/annuler/", views.cancel, name="audit_cancel"),
    path("audits/<int:pk>/effacer-les-fichiers/", views.forget, name="audit_forget"),
    path("audits/<int:pk>/retirer/", views.withdraw, name="audit_withdraw"),
    path("audits/<int:pk>/rapport.<str:form>", views.download, name="audit_download"),
    path("etablissements/<str:finess>/audits/", views.audit_list, name="audits_of"),
    path("etablissements/<str:finess>/audits/deposer/", views.deposit, name="audit_deposit"),
]
