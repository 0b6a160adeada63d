"""What changes the frameworks that are kept: loading those of the content, importing others."""

from django.db import transaction

from rempart.content.frameworks import Framework
from rempart.content.knowledge import frameworks
from rempart.web.apps.accounts.models import User
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.apps.frameworks.rules import digest_of, document_of, is_before, version_beside
from rempart.web.core import journal
from rempart.web.core.errors import Refused

Origin = StoredFramework.Origin


def load_shipped() -> list[StoredFramework]:
    """Write the frameworks of the content that are new or whose text is; done again, it writes nothing."""
    made = []
    for framework in frameworks().values():
        document = document_of(framework)
        digest = digest_of(document)
        rows = StoredFramework.objects.filter(framework_id=framework.id, origin=Origin.SHIPPED)
        known = rows.filter(digest=digest).first()
        if known is None:
            with transaction.atomic():
                made.append(keep(framework, Origin.SHIPPED))
        elif not known.is_current:
            with transaction.atomic():
                _make_current(known)
    return made


@transaction.atomic
def import_framework(*, framework: Framework, by: User, region: str = "") -> StoredFramework:
    """Keep a framework that somebody brings, for a region or for everyone; the same text twice is one row."""
    check_importable(framework, region)
    rows = StoredFramework.objects.filter(framework_id=framework.id, region=region)
    if (known := rows.filter(digest=digest_of(document_of(framework))).first()) is not None:
        return known
    made = keep(framework, Origin.IMPORTED, by=by, region=region)
    journal.record(
        "import_framework",
        by=by,
        object_kind="framework",
        object_id=made.framework_id,
        object_label=made.title,
        details={"version": made.version, "digest": made.digest, "region": region},
    )
    return made


def check_importable(framework: Framework, region: str) -> None:
    """Raise Refused for the name of a framework of everyone, and for an older version.

    Each region may import the same framework for itself; nobody imports for everyone what a region has in its own text.
    """
    rows = StoredFramework.objects.filter(framework_id=framework.id).defer("document")
    if rows.filter(origin=Origin.SHIPPED).exists():
        raise Refused(
            f"L’identifiant « {framework.id} » est celui d’un référentiel fourni avec Rempart.",
            todo="Donnez un autre identifiant au référentiel importé.",
        )
    others = rows.filter(region="") if region else rows.exclude(region="")
    if others.exists():
        raise Refused(
            f"L’identifiant « {framework.id} » est déjà pris : ce référentiel a été importé pour "
            + ("tout le pays." if region else "une région."),
            todo="Servez-vous de celui qui est en place, ou donnez un autre identifiant au vôtre.",
        )
    present = rows.filter(region=region).present().first()
    if present is not None and is_before(framework.version, present.version):
        raise Refused(
            f"La version {framework.version} est plus ancienne que celle en place ({present.version}).",
            todo="Importez une version plus récente, ou donnez-lui un autre identifiant.",
        )


def keep(
    framework: Framework, origin: Origin, *, by: User | None = None, region: str = ""
) -> StoredFramework:
    """Write a version, which becomes the present one."""
    document = document_of(framework)
    digest = digest_of(document)
    rows = StoredFramework.objects.filter(framework_id=framework.id)
    # What is for everyone takes the place of what regions had under this name; a region has its own beside the others.
    rows = rows.filter(region=region) if region else rows
    taken = rows.filter(version=framework.version).exists()
    rows.update(is_current=False)
    return StoredFramework.objects.create(
        framework_id=framework.id,
        version=version_beside(framework.version, digest) if taken else framework.version[:60],
        title=framework.title[:300],
        short_title=framework.short_title[:120],
        digest=digest,
        document=document,
        items_count=len(framework.items),
        origin=origin,
        region=region,
        provider=framework.provider[:300],
        copyright=framework.copyright,
        imported_by=by,
    )


def _make_current(row: StoredFramework) -> None:
    StoredFramework.objects.filter(framework_id=row.framework_id).update(is_current=False)
    StoredFramework.objects.filter(pk=row.pk).update(is_current=True)
