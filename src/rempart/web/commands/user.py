"""`rempart user create`: the first account of an installation."""

import click

from rempart.web.commands import setup


@click.group(help="Les comptes de la plateforme.")
def user() -> None:
    """The group of accounts."""


@user.command(
    help="Inviter la première personne (rôle national) et afficher son lien ; ensuite, on s’invite depuis les pages."
)
@click.option("--email", required=True, help="Son adresse.")
def create(email: str) -> None:
    """Invite, and print the link that opens the account."""
    setup.django()
    from rempart.web.apps.accounts import actions, mails, places  # noqa: PLC0415  # need the apps
    from rempart.web.core.scope import Level  # noqa: PLC0415  # id.

    sent = actions.open_first_account(email=email)
    link = mails.link_of(sent.invitation, sent.token, places.place_of(Level.NATIONAL, ""))
    click.echo(f"Lien d’invitation pour {email}, à usage unique :\n{link}")
