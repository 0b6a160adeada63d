"""The addresses of assessments."""

from django.urls import path

from rempart.web.apps.assessments.views import (
    answering,
    campaigns,
    delegated,
    documents,
    overview,
    paper,
    results,
    tables,
)

ONE = "evaluations/<int:pk>/"

urlpatterns = [
    path("evaluations/", overview.listing, name="assessments"),
    path(
        "etablissements/<str:finess>/evaluations/", overview.of_establishment, name="assessments_of"
    ),
    path("etablissements/<str:finess>/evaluations/ouvrir/", overview.begin, name="assessment_open"),
    path("evaluations/feuille/", paper.sheet, name="assessment_sheet"),
    path(ONE, overview.assessment, name="assessment"),
    path(f"{ONE}reglages/", overview.settle, name="assessment_settle"),
    path(f"{ONE}fin/", overview.end, name="assessment_end"),
    path(f"{ONE}terminer/", overview.submit, name="assessment_submit"),
    path(f"{ONE}rouvrir/", overview.reopen, name="assessment_reopen"),
    path(f"{ONE}reporter/", overview.carry, name="assessment_carry"),
    path(f"{ONE}questions/<str:item>/", answering.question, name="assessment_question"),
    path(
        f"{ONE}questions/<str:item>/fiche/",
        answering.question_sheet,
        name="assessment_question_sheet",
    ),
    path(f"{ONE}questions/<str:item>/commenter/", answering.comment, name="assessment_comment"),
    path(f"{ONE}themes/<str:theme>/", answering.theme, name="assessment_theme"),
    path(f"{ONE}propositions/", answering.proposals, name="assessment_proposals"),
    path(f"{ONE}saisie/", paper.paper, name="assessment_paper"),
    path(f"{ONE}resultat/", results.show, name="assessment_result"),
    path(f"{ONE}resultat/plan/", results.take, name="assessment_take"),
    path(f"{ONE}classeur/", tables.propose, name="assessment_table"),
    path(f"{ONE}classeur/valider/", tables.accept, name="assessment_table_accept"),
    path(f"{ONE}documents/<str:form>", documents.document, name="assessment_document"),
    path("verification/", documents.verify, name="verification"),
    path("verification/<str:code>/", documents.verify, name="verification_of"),
    path(f"{ONE}liens/", delegated.questions, name="delegated_questions"),
    path("liens/<int:pk>/retirer/", delegated.revoke, name="delegated_question_revoke"),
    path("q/<str:token>/", delegated.answer, name="delegated_answer"),
    path("campagnes/", campaigns.listing, name="campaigns"),
    path("campagnes/nouvelle/", campaigns.new, name="campaign_new"),
    path("campagnes/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campagnes/<int:pk>/relancer/", campaigns.remind, name="campaign_remind"),
    path(
        "groupements/<str:code>/reponses/<str:framework>/",
        results.grouping,
        name="grouping_answers",
    ),
]
