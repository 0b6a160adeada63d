"""The addresses of files."""

from django.urls import path

from rempart.web.apps.funding.views import activity, expenses, exports, overview

ONE = "care/<int:pk>/"

urlpatterns = [
    path("care/", overview.listing, name="care_files"),
    path("care/declares/", overview.declared, name="care_declared"),
    path("etablissements/<str:finess>/care/", overview.of_establishment, name="care_files_of"),
    path("etablissements/<str:finess>/care/ouvrir/", overview.begin, name="care_file_open"),
    path(ONE, overview.care_file, name="care_file"),
    path(f"{ONE}dates/", overview.dates, name="care_file_dates"),
    path(f"{ONE}dates.ics", exports.calendar, name="care_file_calendar"),
    path(f"{ONE}declaration/", overview.declare, name="care_file_declare"),
    path(f"{ONE}declaration/reprendre/", overview.take_back, name="care_file_take_back"),
    path(f"{ONE}activite/", activity.activity, name="care_file_activity"),
    path(f"{ONE}activite/importer/", activity.import_activities, name="care_file_import"),
    path(f"{ONE}activite.csv", activity.export_activities, name="care_file_activity_csv"),
    path(f"{ONE}depenses/", expenses.ledger, name="care_file_expenses"),
    path(f"{ONE}depenses/ajouter/", expenses.add, name="care_file_expense_add"),
    path(f"{ONE}depenses/<int:expense>/", expenses.edit, name="care_file_expense"),
    path(f"{ONE}depenses/<int:expense>/retirer/", expenses.remove, name="care_file_expense_remove"),
    path(f"{ONE}export/<str:form>/", exports.export, name="care_file_export"),
]
