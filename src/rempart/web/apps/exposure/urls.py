"""The addresses of exposure."""

from django.urls import path

from rempart.web.apps.exposure.views import audits, elements, joins, overview, perimeter, region

_OF = "etablissements/<str:finess>/exposition"

urlpatterns = [
    path("exposition/", overview.exposures, name="exposures"),
    path("exposition/couverture/", region.coverage, name="exposure_coverage"),
    path("exposition/recherche/", region.search, name="exposure_search"),
    path("exposition/audits/<int:pk>/", audits.audit, name="exposure_audit"),
    path("exposition/audits/<int:pk>/avancement/", audits.progress, name="exposure_progress"),
    path("exposition/audits/<int:pk>/annuler/", audits.cancel, name="exposure_cancel"),
    path("exposition/audits/<int:pk>/retirer/", audits.withdraw, name="exposure_withdraw"),
    path("exposition/audits/<int:pk>/colonnes/", joins.columns, name="exposure_columns"),
    path(
        "exposition/audits/<int:pk>/rapport.<str:form>", audits.download, name="exposure_download"
    ),
    path("exposition/constats/<int:pk>/", overview.finding, name="exposure_finding"),
    path("exposition/constats/<int:pk>/reverifier/", overview.retest, name="exposure_retest"),
    path("exposition/elements/<int:pk>/retirer/", elements.remove, name="exposure_asset_remove"),
    path(f"{_OF}/", overview.exposure, name="exposure_of"),
    path(f"{_OF}/deposer/", audits.deposit, name="exposure_deposit"),
    path(f"{_OF}/joindre/", joins.join, name="exposure_join"),
    path(f"{_OF}/balayer/", audits.sweep, name="exposure_sweep"),
    path(f"{_OF}/preuve.zip", audits.proof, name="exposure_proof"),
    path(f"{_OF}/preuve/joindre/", audits.attach_proof, name="exposure_proof_attach"),
    path(f"{_OF}/perimetre/", perimeter.perimeter, name="exposure_perimeter"),
    path(f"{_OF}/perimetre/consentement/", perimeter.consent, name="exposure_consent"),
    path(f"{_OF}/perimetre/consentement/retirer/", perimeter.withdraw, name="exposure_unconsent"),
    path(f"{_OF}/perimetre/reglages/", perimeter.settings, name="exposure_settings"),
    path(f"{_OF}/perimetre/liste/", elements.give, name="exposure_list"),
    path(f"{_OF}/perimetre/propositions/", elements.decide, name="exposure_decide"),
    path(f"{_OF}/perimetre/decouvrir/", elements.discover, name="exposure_discover"),
    path(f"{_OF}/perimetre/arreter/", perimeter.stop, name="exposure_stop"),
    path(f"{_OF}/perimetre/reprendre/", perimeter.resume, name="exposure_resume"),
    path(f"{_OF}/perimetre.yaml", perimeter.download, name="exposure_perimeter_file"),
]
