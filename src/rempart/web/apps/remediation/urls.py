"""The addresses of remediation."""

from django.urls import path

from rempart.web.apps.remediation import budget_views, shared_views, views

urlpatterns = [
    path("plan/", views.plan, name="plan"),
    path("plan/plan.<str:form>", views.export, name="plan_export"),
    path("actions/<int:pk>/", views.action, name="action"),
    path("actions/<int:pk>/modifier/", views.edit, name="action_edit"),
    path("actions/<int:pk>/planifier/", views.put, name="action_put"),
    path("actions/<int:pk>/etat/", views.move, name="action_move"),
    path("actions/<int:pk>/clore/", views.close, name="action_close"),
    path("actions/<int:pk>/commenter/", views.comment, name="action_comment"),
    path("actions/<int:pk>/piece/", views.proof, name="action_proof"),
    path("constats/<int:pk>/", views.finding, name="finding"),
    path("etablissements/<str:finess>/constats/", views.findings, name="findings_of"),
    path("etablissements/<str:finess>/plan/", views.plan, name="plan_of"),
    path("etablissements/<str:finess>/plan/plan.<str:form>", views.export, name="plan_export_of"),
    path("etablissements/<str:finess>/plan/ajouter/", views.add, name="action_add"),
    path("etablissements/<str:finess>/plan/mesures/", budget_views.measures, name="plan_measures"),
    path(
        "etablissements/<str:finess>/plan/calendrier/", budget_views.calendar, name="plan_calendar"
    ),
    path(
        "etablissements/<str:finess>/plan/calendrier/calendrier.xlsx",
        budget_views.calendar_workbook,
        name="plan_calendar_export",
    ),
    path(
        "etablissements/<str:finess>/plan/calendrier/budget/",
        budget_views.budget,
        name="plan_budget",
    ),
    path(
        "etablissements/<str:finess>/plan/calendrier/retenir/", budget_views.keep, name="plan_keep"
    ),
    path("actions/<int:pk>/accepter/", budget_views.accept, name="action_accept"),
    path("regroupements/<str:code>/plan/", shared_views.shared_plan, name="shared_plan"),
    path("regroupements/<str:code>/plan/partager/", shared_views.shared_add, name="shared_add"),
    path(
        "regroupements/<str:code>/plan/<int:pk>/", shared_views.shared_action, name="shared_action"
    ),
    path(
        "regroupements/<str:code>/plan/<int:pk>/etat/", shared_views.shared_move, name="shared_move"
    ),
]
