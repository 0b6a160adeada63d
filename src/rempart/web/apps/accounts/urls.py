"""The addresses of accounts."""

from django.urls import include, path

from rempart.web.apps.accounts import library, provider_views
from rempart.web.apps.accounts.views import (
    account,
    closing,
    connections,
    invitations,
    mandates,
    members,
    records,
)

_OF_ACCOUNT = [
    path("", account.account, name="account"),
    path("sur-invitation/", account.by_invitation, name="account_signup"),
    path("connexions/", connections.opened, name="sessions"),
    path("connexions/fermer/", connections.close, name="sessions_close"),
    path("fermer/", closing.close_own, name="account_close"),
    path("mandats/", mandates.received, name="mandates_received"),
    path("sso/<slug:provider_id>/", provider_views.go, name="health_login"),
    path("sso/<slug:provider_id>/retour/", provider_views.come_back, name="health_callback"),
    *library.ENTRANCE,
    *library.OWN,
]

_OF_ESTABLISHMENT = [
    path("acces/", members.people, name="access"),
    path("acces/inviter/", members.invite_here, name="invite_here"),
    path("mandats/", mandates.given, name="mandates"),
    path("mandats/donner/", mandates.give, name="mandate_give"),
    path("consultations/", records.looked, name="access_records"),
]

urlpatterns = [
    path("compte/", include(_OF_ACCOUNT)),
    path("etablissements/<str:finess>/", include(_OF_ESTABLISHMENT)),
    path("invitations/", members.invitations, name="invitations"),
    path("invitations/inviter/", members.invite, name="invite"),
    path("invitations/<int:pk>/annuler/", members.revoke, name="invitation_revoke"),
    path("invitations/<str:place>/<str:token>/", invitations.answer, name="invitation"),
    path("personnes/<int:pk>/", closing.person, name="person"),
    path("personnes/<int:pk>/second-facteur/", closing.reset, name="person_reset"),
    path("personnes/<int:pk>/fermer/", closing.close, name="person_close"),
    path("acces/<int:pk>/finir/", members.end, name="membership_end"),
    path("mandats/<int:pk>/finir/", mandates.revoke, name="mandate_revoke"),
]
