"""One of each thing that an address can name, all of the establishment of Alice: what others must not reach."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from factories.assessments import an_asked_question
from factories.audits import a_control, a_deposit, a_report
from factories.documents import a_document
from factories.exposure import an_exposed_world
from factories.findings import a_budget, a_finding, a_shared_action, an_action
from factories.funding import a_care_world
from factories.invitations import a_mandate, an_invitation
from factories.people import a_person
from rempart.web.api.models import ApiToken
from rempart.web.apps.accounts.models import Membership
from rempart.web.apps.establishments.models import RegistryImport
from rempart.web.apps.steering.models import SavedView
from rempart.web.core.files import store
from rempart.web.core.scope import Level, Role


def a_world(cast: Any) -> dict[str, dict[str, Any]]:
    """Route → the arguments of its address."""
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("vuln_a")))
    finding = a_finding(cast.home)
    action = an_action(cast.home, cast.alice, finding)
    action.proof_file, action.proof_name = store([b"une preuve"], kind="proof"), "preuve.txt"
    action.save()
    sent = an_invitation(cast.alice)
    mandate = a_mandate(cast.alice, cast.home, "rssi@exemple.test")
    view = SavedView.objects.create(owner=cast.rose, name="Mes EHPAD", query="categorie=500")
    given = RegistryImport.objects.create(state=RegistryImport.State.READY)
    token = ApiToken.objects.create(
        owner=cast.alice, name="script", digest="0" * 64, start="rempart_", acts=[],
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    membership = Membership.objects.get(user=cast.alice)
    person = a_person("d@exemple.test", Role.DIRECTION, Level.ESTABLISHMENT, cast.home.pk)
    found: dict[str, dict[str, Any]] = {
        "action_proof": {"pk": action.pk},
        "api_token_revoke": {"token_id": token.pk},
        "audit_download": {"pk": audit.pk, "form": "html"},
        "delete_view": {"pk": view.pk},
        "finding": {"pk": finding.pk},
        "grouping": {"code": "BRE-07"},
        "health_callback": {"provider_id": "proconnect"},
        "health_login": {"provider_id": "proconnect"},
        "invitation": {"place": "350000019", "token": sent.token},
        "invitation_revoke": {"pk": sent.invitation.pk},
        "mandate_revoke": {"pk": mandate.pk},
        "membership_end": {"pk": membership.pk},
        "operator": {"finess": cast.home.operator_id},
        "plan_export": {"form": "xlsx"},
        "plan_export_of": {"form": "xlsx", "finess": cast.home.pk},
        "portfolio_export": {"form": "csv"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
        "mfa_edit_webauthn": {"pk": 1},
        "mfa_remove_webauthn": {"pk": 1},
    }
    # By the first word of their names: `audit`, `audit_cancel`, and those that come.
    found |= {"audit_": {"pk": audit.pk}, "action_": {"pk": action.pk}}
    found |= {"person_": {"pk": person.pk}} | _a_plan(cast)
    document = a_document(cast.home, cast.alice)
    found |= {"evidence_": {"pk": document.pk}}
    found |= an_asked_question(cast) | a_care_world(cast)
    found |= {"job_": {"pk": audit.job_id}, "registry_": {"pk": given.pk}}
    care = {"care_file_id": found["care_"]["pk"]}
    found |= {"api": care | {"audit_id": audit.pk, "action_id": action.pk, "job_id": audit.job_id}}
    found["api"] |= {"document_id": document.pk, "assessment_id": found["assessment_"]["pk"]}
    return _exposed(found, cast)


def _exposed(found: dict[str, dict[str, Any]], cast: Any) -> dict[str, dict[str, Any]]:
    """The same, with what the home exposes."""
    exposed = an_exposed_world(cast)
    found["api"]["exposure_audit_id"] = exposed["exposure_"]["pk"]
    return found | exposed


def _a_plan(cast: Any) -> dict[str, dict[str, Any]]:
    """A budget of the home, and an action that Bob's grouping shares."""
    a_budget(cast.home, cast.alice)
    grouping = {"code": "BRE-07"}
    shared = grouping | {"pk": a_shared_action(cast.bob, "BRE-07", cast.hospital).pk}
    of_grouping = dict.fromkeys(("shared_plan", "shared_add"), grouping)
    return of_grouping | dict.fromkeys(("shared_action", "shared_move"), shared)
