"""The forms of the account library, without its placeholders: a label says once what is asked."""

from typing import Any

from allauth.account import forms as library
from allauth.mfa.webauthn import forms as keys


class Plain:
    """A form whose fields have no placeholder."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignIn(Plain, library.LoginForm):  # type: ignore[misc]  # the library has no types
    """Address and password; the way to a new password is under the button."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Adresse électronique"
        self.fields["password"].help_text = ""


class AskPassword(Plain, library.ResetPasswordForm):  # type: ignore[misc]
    """The address to which a link is sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Adresse électronique"


class NewPassword(Plain, library.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, twice."""


class ChangePassword(Plain, library.ChangePasswordForm):  # type: ignore[misc]
    """The present password, and a new one twice."""


class SetPassword(Plain, library.SetPasswordForm):  # type: ignore[misc]
    """A first password, twice."""


class AddKey(Plain, keys.AddWebAuthnForm):  # type: ignore[misc]
    """A key, under a name that its owner recognises."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Nom de la clé"
        self.fields["passwordless"].label = "En faire une clé d’accès, qui remplace le mot de passe"
        self.fields[
            "passwordless"
        ].help_text = "L’appareil demandera votre empreinte, votre visage ou son code."


class RenameKey(Plain, keys.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Nom de la clé"
