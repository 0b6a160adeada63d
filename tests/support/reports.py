"""A hand-made report that holds every case a page must show, and its hostile and large variants."""

from typing import Final

import msgspec

from rempart.engines.directory.report import (
    AcceptedRisk,
    Action,
    Bucket,
    ChokePoint,
    ControlResult,
    Convergence,
    DirectoryResult,
    DomainRef,
    Duplicate,
    ExposedPrincipal,
    Exposure,
    FixText,
    Level,
    LevelCount,
    ObjectRef,
    Path,
    Plan,
    PointResult,
    Report,
    SourceFileRef,
    SourceRef,
    Stage,
    Step,
)
from rempart.kernel.outcome import Outcome

DOMAIN: Final = "S-1-5-21-1004336348-1177238915-682003330"

HOSTILE: Final = (
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "compta\u202egpj.exe",
    "ligne\nsuivante\tet\x00nul\x1b[31m",
    "{{ 7*7 }} {% raw %}",
    "#panic() *gras* $x$ `code`",
    "A" * 2000,
    "حساب الخادم",
    "漢字😀",
    "z\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301algo",
    "\ud800seul",
)


def ref(name: str, kind: str = "user", rid: int = 1104, **more: object) -> ObjectRef:
    """An object of the sample domain."""
    dn = f"CN={name},OU=Comptes,DC=chu,DC=test"
    return ObjectRef(id=f"{DOMAIN}-{rid}", name=f"{name}@CHU.TEST", kind=kind, dn=dn, **more)  # type: ignore[arg-type]


DUPONT = ref("M.DUPONT", rid=1104)
SUPPORT = ref("SUPPORT-N1", "group", 1201)
BACKUP = ref("SVC-SAUVEGARDE", rid=1302)
ROOT = ObjectRef(id=DOMAIN, name="CHU.TEST", kind="domain", dn="DC=chu,DC=test")
DC1 = ref("DC1", "computer", 1000)
ADMINS = ref("ADMINS DU DOMAINE", "group", 512)
EVERYONE = ref("UTILISATEURS DU DOMAINE", "group", 513)
SCANNER = ref("PC-RADIO-014", "computer", 1410)


def fix(minutes: int = 15) -> FixText:
    """How the sample gestures are made."""
    return FixText(
        console="Ouvrir la console ADSI, puis la racine du domaine.\nOnglet Sécurité : retirer l’entrée.",
        powershell="# Retire le droit de réplication\n$acl = Get-Acl 'AD:DC=chu,DC=test'\nSet-Acl -AclObject $acl",
        rollback="Rejouer le fichier ACL exporté avant le geste.",
        service_effect="Aucun si la sauvegarde n’utilise pas DirSync.",
        minutes=minutes,
    )


def step(a: ObjectRef, relation: str, label: str, b: ObjectRef, cut_by: str = "") -> Step:
    """One edge of a path."""
    text = f"Le premier {label} du second."
    return Step(a, relation, label, b, 10, explanation=text, cut_by=cut_by)


def paths() -> list[Path]:
    """Three families of paths, that cross at the service account and at the domain root."""
    last = step(BACKUP, "DCSync", "peut répliquer les secrets", ROOT, "replication")
    reset = step(SUPPORT, "ForceChangePassword", "change le mot de passe", BACKUP)
    return [
        Path([step(DUPONT, "MemberOf", "est membre", SUPPORT), reset, last], 30, 31),
        Path(
            [
                step(EVERYONE, "AdminTo", "est administrateur local", SCANNER),
                step(SCANNER, "HasSession", "détient la session", BACKUP),
                last,
            ],
            45,
            12,
        ),
        Path(
            [step(ref("M.ANCIEN", rid=1188), "HasSIDHistory", "porte le SID", ADMINS, "sid")], 5, 6
        ),
    ]


def control(
    name: str,
    title: str,
    levels: list[int],
    outcome: Outcome = Outcome.FAILED,
    objects: list[ObjectRef] | None = None,
    **more: object,
) -> ControlResult:
    """A control with one point a level, that all came out alike."""
    objects = objects if objects is not None else [BACKUP] if outcome is Outcome.FAILED else []
    reason = {
        Outcome.NOT_MEASURED: "La collecte ne contient pas les objets de la partition de configuration.",
        Outcome.NOT_APPLICABLE: "L’annuaire n’a pas de contrôleur en lecture seule.",
    }.get(outcome, "")
    fields = {
        "kind": "control",
        "theme": "Comptes privilégiés",
        "reason": reason,
        "failed_levels": levels if outcome is Outcome.FAILED else [],
        "points": [PointResult(n, outcome, reason, len(objects)) for n in levels],
        "why": "Un attaquant qui tient ce compte arrête le dossier patient, l’imagerie et le laboratoire.",
        "attack": "Il demande un ticket, le casse hors ligne, puis ouvre une session d’administrateur.",
        "fix": fix(),
        "link": f"https://www.cert.ssi.gouv.fr/uploads/ad_checklist.html#vuln_{name}",
        "related": [],
    } | more
    return ControlResult(
        id=f"vuln_{name}",
        title=title,
        levels=levels,
        outcome=outcome,
        objects=objects,
        **fields,  # type: ignore[arg-type]
    )


def controls() -> list[ControlResult]:
    """A handful of each outcome."""
    replicated = ref(
        "SVC-SAUVEGARDE", rid=1302, detail="réplication des secrets (DCSync)", levels=[1, 2]
    )
    old = ref("KRBTGT", rid=502, detail="inchangé depuis 1 530 jours", levels=[2])
    return [
        control(
            "permissions_naming_context",
            "Des comptes ordinaires peuvent lire tous les mots de passe du domaine",
            [1, 2],
            objects=[replicated],
        ),
        control("krbtgt", "Le mot de passe du compte krbtgt a plus d’un an", [2], objects=[old]),
        control(
            "password_change_server_no_change_90",
            "Des serveurs n’ont pas changé de mot de passe depuis 90 jours",
            [2],
            objects=[
                ref(f"SRV-{n:03d}", "computer", 2000 + n, detail=f"{91 + n} jours")
                for n in range(73)
            ],
        ),
        control("guest", "Le compte Invité est actif", [2], Outcome.PASSED),
        control("protected_users", "Des comptes privilégiés hors de Protected Users", [3]),
        control("dc_obsolete", "Un contrôleur a un système obsolète", [1], Outcome.PASSED),
        control(
            "certificates_vuln", "Des certificats sont faibles", [1, 2, 3], Outcome.NOT_MEASURED
        ),
        control("dnszone_bad_prop", "Des zones DNS sont ouvertes", [1, 3], Outcome.NOT_MEASURED),
        control("rodc_reveal", "Un RODC révèle trop", [3], Outcome.NOT_APPLICABLE),
        control("dc_crypto", "Les contrôleurs acceptent RC4", [2, 3, 4], Outcome.PASSED),
    ]


def exposure() -> Exposure:
    """49 of 1 585, as in the sample directory."""
    return Exposure(
        low_privileged=1585,
        exposed=49,
        by_kind={"user": 37, "computer": 12},
        low_privileged_by_kind={"user": 1203, "computer": 382},
        exposed_without_sessions=37,
        tier0=14,
        tier0_objects=[ADMINS, ROOT, DC1],
        by_ou=[
            Bucket("OU=Support", 31, 44),
            Bucket("OU=Radiologie", 12, 90),
            Bucket("OU=Comptes/OU=Anciens", 6, 210),
            Bucket("OU=Soins", 0, 1241),
        ],
        by_site=[Bucket("Nord", 40, 900), Bucket("Sud", 9, 685)],
        by_distance=[Bucket("1", 6, 49), Bucket("2", 12, 49), Bucket("3", 31, 49)],
        choke_points=[ChokePoint(BACKUP, 43), ChokePoint(SUPPORT, 31)],
        paths=paths(),
        principals=[
            ExposedPrincipal(ref(f"AGENT{n:02d}", rid=3000 + n), 3, 30, "SUPPORT-N1@CHU.TEST")
            for n in range(49)
        ],
    )


def plan() -> Plan:
    """Two gestures, certified."""
    return Plan(
        actions=[
            Action(
                id="replication",
                title="Retirer à SVC-SAUVEGARDE le droit de réplication sur CHU.TEST",
                cost=4,
                closes=["vuln_permissions_naming_context"],
                kind="remove_ace",
                minutes=15,
                cuts=3,
                objects=[BACKUP, ROOT],
                fix=fix(),
                exposed_after=6,
                remaining_cost=2,
            ),
            Action(
                id="sid",
                title="Effacer l’historique de SID de M.ANCIEN",
                cost=2,
                closes=[],
                minutes=10,
                cuts=1,
                objects=[ref("M.ANCIEN", rid=1188)],
                fix=fix(10),
            ),
        ],
        cost=6,
        bound=6.0,
        exposed_after=0,
        minimal=True,
        level_after=Level(2, True, 5),
        structural_cost=6,
        structural_actions=2,
        monthly=[Bucket("Mois 1", 0, 49)],
    )


def level(value: int = 1) -> Level:
    """The level of the sample, and how its points came out."""
    rows = [(1, 1, 1, 2), (2, 3, 2, 1), (3, 1, 1, 2), (4, 0, 1, 0)]
    counts = [LevelCount(n, f, p, m, 1 if n == 3 else 0) for n, f, p, m in rows]
    return Level(value, at_most=value > 1, points_not_measured=5, by_level=counts)


def sample() -> Report:
    """The report of a small hospital, with something in every section."""
    file = SourceFileRef("20261114_BloodHound.zip", 1_482_233, "9f3c" + "0a1b" * 15)
    extra = {"kind": "extra", "theme": "Mots de passe"}
    return Report(
        title="chu.test",
        audited_on="2026-11-14",
        tool_version="0.1.0",
        catalogue_version="2026-09-03",
        catalogue_sha256="ab" * 32,
        sources=[SourceRef("SharpHound 2.5 (format 6)", "SharpHound", "2026-11-13", [file])],
        domains=[DomainRef(DOMAIN, "CHU.TEST", "2016", 1203, 382, 215, "2009-03-02", ["ghs.test"])],
        level=level(),
        controls=controls(),
        unscored=[
            control("passwords_in_descriptions", "Des mots de passe en clair", [], **extra),
            control("laps", "LAPS manque", [], Outcome.PASSED, **extra),
        ],
        exposure=exposure(),
        plan=plan(),
        accepted=[
            AcceptedRisk("vuln_spn_priv", BACKUP, "Migration en mars", "A. Martin", "2026-10-01", "2027-03-31"),
            AcceptedRisk("vuln_owner", DC1, "Protégé comme AdminSDHolder"),
            AcceptedRisk("vuln_guest", DUPONT, "Borne d’accueil", "A. Martin", "2025-01-01", "2026-01-01", "expired"),
        ],
        notes=["La collecte a un jour de plus que l’audit."],
        facts_missing=["Zones DNS", "Certificats de la PKI"],
    )  # fmt: skip


def group() -> Report:
    """The sample beside a second directory, with an account in both and a path between them."""
    base = sample()
    first = DirectoryResult("chu.test", base.domains, base.level, 49, 1585, "2026-11-13")
    second = DirectoryResult("ghs.test", base.domains, level(3), 4, 210, "2026-11-10")
    twins = [Duplicate("m.dupont", [DUPONT, BACKUP], "même identifiant")]
    stages = [Stage("Fermer les chemins", "Chaque annuaire applique son plan.", ["chu.test"], ["geste 1"], 2)]  # fmt: skip
    both = Convergence([first, second], twins, paths()[:1], stages)
    return msgspec.structs.replace(base, convergence=both)


def clean() -> Report:
    """A directory where nothing that was measured fails, and all was measured."""
    base = sample()
    counts = [LevelCount(n, 0, k, 0, 0) for n, k in ((1, 37), (2, 30), (3, 21), (4, 7))]
    passed = [msgspec.structs.replace(c, outcome=Outcome.PASSED, reason="", objects=[], failed_levels=[], points=[]) for c in base.controls]  # fmt: skip
    return msgspec.structs.replace(
        base,
        level=Level(5, False, 0, counts),
        controls=passed,
        unscored=[],
        exposure=Exposure(1585, 0, {}, {"user": 1203, "computer": 382}, tier0=14),
        plan=Plan([], 0, 0.0, 0, minimal=True, level_after=Level(5, False, 0, counts)),
        accepted=[],
        notes=[],
        facts_missing=[],
    )


def unmeasured() -> Report:
    """No access list was read: neither exposure nor plan."""
    base = sample()
    reason = "La source ne contient aucune liste d’accès (ldapdomaindump ne les lit pas)."
    return msgspec.structs.replace(
        base, exposure=Exposure(0, 0, {}, reason=reason), plan=Plan([], 0, 0.0, 0)
    )


def hostile() -> Report:
    """Every name that a page receives is one of `HOSTILE`."""
    refs = [
        ObjectRef(f"{DOMAIN}-{n}", text, "user", f"CN={text}", text)
        for n, text in enumerate(HOSTILE)
    ]
    chain = [step(a, text, text, b, "x") for a, b, text in zip(refs, refs[1:], HOSTILE[1:], strict=False)]  # fmt: skip
    bad = control("hostile", "Des noms hostiles", [1], objects=refs, theme=HOSTILE[1])
    bad = msgspec.structs.replace(bad, link="javascript:alert(1)", why=HOSTILE[1])
    base = sample()
    shown = msgspec.structs.replace(
        base.exposure,
        paths=[Path(chain, 1, 3), *(Path([s], 1) for s in chain)],
        by_ou=[Bucket(text, 1, 2) for text in HOSTILE],
        choke_points=[ChokePoint(r, 3) for r in refs],
        principals=[ExposedPrincipal(r, 1, 1, r.name) for r in refs],
        tier0_objects=refs,
    )
    gestures = [Action(r.name, r.name, 1, [r.name], objects=[r], fix=FixText(*[r.name] * 4, 1)) for r in refs]  # fmt: skip
    return msgspec.structs.replace(
        base,
        title=HOSTILE[1] + HOSTILE[3],
        controls=[bad, *base.controls],
        exposure=shown,
        plan=msgspec.structs.replace(base.plan, actions=gestures),
        notes=list(HOSTILE),
        domains=[DomainRef(DOMAIN, text) for text in HOSTILE],
    )


def large(objects: int = 5000, failing: int = 76) -> Report:
    """`failing` controls at fault, `objects` objects each."""
    base = sample()
    refs = [ref(f"POSTE-{n:06d}", "computer", 10_000 + n, detail=f"{n} jours") for n in range(objects)]  # fmt: skip
    every = [control(f"c{n}", f"Le point numéro {n} est en échec", [1 + n % 4], objects=refs) for n in range(failing)]  # fmt: skip
    people = [ExposedPrincipal(r, 3, 30, "SUPPORT-N1@CHU.TEST") for r in refs]
    return msgspec.structs.replace(
        base,
        controls=every,
        exposure=msgspec.structs.replace(base.exposure, principals=people),
    )
