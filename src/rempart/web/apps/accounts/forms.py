"""What people type about accounts; forms validate, actions write."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from rempart.web.apps.accounts.models import Delegation, User
from rempart.web.apps.accounts.places import Place
from rempart.web.apps.accounts.queries import groupings_of_region
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.scope import ACT_WORDS, DELEGABLE, LEVEL_WORDS, ROLE_WORDS, Act, Level, Role

_DATE = {"type": "date"}


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent to a form, were it nothing at all; None when the form is only asked for."""
    return request.POST if request.method == "POST" else None


class InviteHere(forms.Form):
    """Invite somebody to an establishment."""

    email = forms.EmailField(
        label="Adresse électronique professionnelle",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Rôle", widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        choice_of(field).choices = [(role.value, ROLE_WORDS[role]) for role in roles]


class Invite(InviteHere):
    """Invite somebody to a level: a region, an operator, a grouping, an establishment."""

    level = forms.ChoiceField(label="Sur")
    code = forms.CharField(
        label="Code",
        max_length=40,
        required=False,
        help_text="Numéro FINESS, code du groupement ou code INSEE de la région ; vide pour la France entière.",
    )

    def __init__(self, *args: Any, levels: list[Level], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["level"]
        choice_of(field).choices = [(level.value, LEVEL_WORDS[level]) for level in levels]

    def clean(self) -> dict[str, Any]:
        """A code goes with every level but the nation."""
        data = super().clean() or {}
        level = data.get("level")
        if level and (level == Level.NATIONAL) == bool(data.get("code")):
            self.add_error(
                "code",
                "La France entière n’a pas de code."
                if level == Level.NATIONAL
                else "Indiquez le code.",
            )
        return data


class OpenAccount(forms.Form):
    """The account that an invitation opens."""

    first_name = forms.CharField(
        label="Prénom", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label="Nom", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Douze caractères au moins. Une phrase est plus facile à retenir, et plus sûre.",
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        self.email = email
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """A password that is neither common nor made of the person's own name."""
        data = super().clean() or {}
        if password := data.get("password"):
            names = {name: data.get(name, "") for name in ("first_name", "last_name")}
            try:
                validate_password(password, User(email=self.email, **names))
            except forms.ValidationError as fault:
                self.add_error("password", fault)
        return data


class GiveMandate(forms.Form):
    """Mandate somebody on one establishment."""

    to = forms.ChoiceField(
        label="À qui", choices=Delegation.To.choices, widget=forms.RadioSelect, initial="person"
    )
    email = forms.EmailField(
        label="Adresse de la personne",
        help_text="Si vous mandatez une personne.",
        error_messages={"required": "Indiquez à qui vous donnez ce mandat."},
    )
    grouping = forms.ChoiceField(
        label="Groupement",
        help_text="Si vous mandatez un groupement.",
        error_messages={"required": "Indiquez à quel groupement vous donnez ce mandat."},
    )
    acts = forms.MultipleChoiceField(
        label="Pour",
        widget=forms.CheckboxSelectMultiple,
        initial=[Act.SEE_ESTABLISHMENT, Act.SEE_FINDINGS],
    )
    from_on = forms.DateField(label="Du", widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    until_on = forms.DateField(
        label="Au",
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
        help_text="Un an au plus ; un mandat se renouvelle et se révoque.",
    )
    reason = forms.CharField(label="Pourquoi", max_length=300, required=False)

    def __init__(self, *args: Any, establishment: Establishment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["email"].required = self["to"].value() == Delegation.To.PERSON
        self.fields["grouping"].required = self["to"].value() == Delegation.To.GROUPING
        self.fields["from_on"].initial = today
        self.fields["until_on"].initial = today + timedelta(days=183)
        groupings = [(g.pk, str(g)) for g in groupings_of_region(establishment)]
        choice_of(self.fields["grouping"]).choices = [("", "–"), *groupings]
        lent = [(act.value, ACT_WORDS[act]) for act in Act if act in DELEGABLE]
        choice_of(self.fields["acts"]).choices = lent

    def clean(self) -> dict[str, Any]:
        """The one who is mandated is named in the field that goes with the choice."""
        data = super().clean() or {}
        named = {Delegation.To.PERSON.value: "email", Delegation.To.GROUPING.value: "grouping"}
        data["code"] = data.get(named.get(data.get("to", ""), ""), "")
        return data


class CloseAccount(forms.Form):
    """Close an account; where a place is left without anybody, whoever closes says that they know it."""

    is_acknowledged = forms.BooleanField(label="")

    def __init__(self, *args: Any, unled: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not unled:
            del self.fields["is_acknowledged"]
            return
        names = ", ".join(map(str, unled))
        field = self.fields["is_acknowledged"]
        field.label = f"Je sais qu’il n’y aura plus ni référent ni direction pour {names}"


def choice_of(field: forms.Field) -> Any:
    """A field whose choices are known only when the form is made."""
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(field)
    return field
