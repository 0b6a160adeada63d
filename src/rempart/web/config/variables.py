"""Every variable that an installation may set: the page of the documentation is made from this table."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its name, what it is when nobody sets it, what it does."""

    name: str
    default: str
    words: str
    is_secret: bool = False


VARIABLES: Final[dict[str, tuple[Variable, ...]]] = {
    "L’installation": (
        Variable(
            "REMPART_DATA",
            "./rempart-data",
            "Dossier de tout ce qui doit être gardé : base embarquée, fichiers déposés, clé.",
        ),
        Variable(
            "REMPART_URL",
            "http://127.0.0.1:8000",
            "Adresse publique, telle qu’on la tape. Elle sert aux liens des courriels ; en https, les cookies ne voyagent plus en clair.",
        ),
        Variable(
            "REMPART_HOSTS",
            "localhost,127.0.0.1,[::1]",
            "Noms sous lesquels on peut demander la plateforme, séparés par des virgules.",
        ),
        Variable(
            "REMPART_ORIGINS",
            "",
            "Origines de confiance pour les formulaires, quand elles diffèrent de REMPART_URL (https://autre.exemple.fr).",
        ),
        Variable(
            "REMPART_BEHIND_PROXY",
            "non",
            "oui quand un serveur mandataire termine le TLS et fixe X-Forwarded-Proto. Jamais sans lui.",
        ),
        Variable(
            "REMPART_DATABASE_URL",
            "base embarquée de REMPART_DATA",
            "postgresql://compte:mot-de-passe@machine/base pour une installation à plusieurs machines.",
            is_secret=True,
        ),
        Variable(
            "REMPART_SECRET_KEY",
            "fabriquée au premier démarrage",
            "Clé de l’installation : sessions, secrets des seconds facteurs. À garder avec les sauvegardes.",
            is_secret=True,
        ),
        Variable(
            "REMPART_SECRET_KEY_FALLBACKS",
            "",
            "Anciennes clés, le temps de changer de clé.",
            is_secret=True,
        ),
        Variable("REMPART_UPLOAD_MAX_MB", "2048", "Taille la plus grande d’un dépôt, en Mo."),
        Variable(
            "REMPART_CLAMAV",
            "",
            "Antivirus qui examine les preuves déposées : unix:/run/clamav/clamd.ctl ou tcp:machine:3310. "
            "Vide, les documents sont marqués « non analysés ».",
        ),
        Variable(
            "REMPART_SWEEP_PRIVATE",
            "non",
            "oui pour qu’un périmètre puisse déclarer des adresses privées, que ce serveur sonderait alors. "
            "Seulement sur une installation d’un seul établissement.",
        ),
        Variable(
            "REMPART_LOG_LEVEL",
            "WARNING",
            "DEBUG, INFO, WARNING ou ERROR ; écrit sur la sortie d’erreur.",
        ),
        Variable(
            "REMPART_DEMO",
            "non",
            "Démonstration : données inventées, connexion sans mot de passe. Jamais sur une installation réelle.",
        ),
    ),
    "Les courriels": (
        Variable("REMPART_SMTP_HOST", "localhost", "Serveur qui envoie les courriels."),
        Variable("REMPART_SMTP_PORT", "25", "Son port."),
        Variable("REMPART_SMTP_STARTTLS", "non", "oui pour chiffrer (port 587 le plus souvent)."),
        Variable("REMPART_SMTP_USER", "", "Son compte, s’il en faut un."),
        Variable("REMPART_SMTP_PASSWORD", "", "Son mot de passe.", is_secret=True),
        Variable("REMPART_MAIL_FROM", "rempart@localhost", "Adresse de l’expéditeur."),
    ),
    "Les travaux": (
        Variable(
            "REMPART_JOB_FIRST_PAUSE",
            "10",
            "Secondes avant le deuxième essai d’un travail qui a échoué ; les pauses suivantes quadruplent, jusqu’à une heure.",
        ),
        Variable(
            "REMPART_JOB_TURN",
            "60",
            "Secondes après lesquelles un balayage laisse passer les travaux qui attendent, puis reprend où il en était.",
        ),
        Variable(
            "REMPART_JOB_LOST_AFTER",
            "30",
            "Secondes de silence après lesquelles un travail est repris à un processus mort.",
        ),
    ),
    "Les comptes": (
        Variable(
            "REMPART_SECOND_FACTOR_ROLES",
            "regional_officer,adviser,national_cert",
            "Rôles pour lesquels un second facteur est exigé.",
        ),
        Variable(
            "REMPART_PROCONNECT_DISCOVERY",
            "",
            "Adresse de découverte de ProConnect, avec /.well-known/ ; vide, le bouton n’est pas montré.",
        ),
        Variable("REMPART_PROCONNECT_CLIENT_ID", "", "Identifiant donné par ProConnect."),
        Variable(
            "REMPART_PROCONNECT_CLIENT_SECRET", "", "Secret donné par ProConnect.", is_secret=True
        ),
        Variable(
            "REMPART_PROCONNECT_ACR_ALLOWED",
            "",
            "Niveaux d’authentification acceptés, séparés par des virgules.",
        ),
        Variable(
            "REMPART_PSC_DISCOVERY",
            "",
            "Adresse de découverte de Pro Santé Connect, avec /.well-known/ ; vide, le bouton n’est pas montré.",
        ),
        Variable("REMPART_PSC_CLIENT_ID", "", "Identifiant donné par Pro Santé Connect."),
        Variable(
            "REMPART_PSC_CLIENT_SECRET", "", "Secret donné par Pro Santé Connect.", is_secret=True
        ),
        Variable(
            "REMPART_PSC_ACR_ALLOWED",
            "eidas1,eidas2,eidas3",
            "Niveaux d’authentification acceptés, séparés par des virgules.",
        ),
        Variable(
            "REMPART_SSO_ORIGINS",
            "",
            "Autres origines par lesquelles une connexion déléguée passe.",
        ),
    ),
}


def page() -> str:
    """The page of the documentation."""
    parts = [
        "# Variables",
        "Toutes sont facultatives. Une variable dont le nom finit par `_FILE` donne le fichier où lire la valeur : "
        "employez-la pour les secrets (signalés ●), qui n’ont pas leur place dans un fichier de service.",
    ]
    for title, variables in VARIABLES.items():
        rows = [f"## {title}\n\n| Variable | Par défaut | Effet |\n|---|---|---|"]
        for found in variables:
            mark = " ●" if found.is_secret else ""
            default = f"`{found.default}`" if found.default else "–"
            rows.append(f"| `{found.name}`{mark} | {default} | {found.words} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"
