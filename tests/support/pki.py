"""A small forest with certificate services, described row by row: `Forest().template(…)`, then `.kinds()`."""

from rempart.engines.directory.adcs.escalations import Escalation, escalations
from rempart.engines.directory.builder import Builder
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Fact, Kind, Relation, Uac
from rempart.engines.directory.rights import Right

SID = "S-1-5-21-1-2-3"
BASE = "CN=Public Key Services,CN=Services,CN=Configuration,DC=sain,DC=test"
CLIENT = "1.3.6.1.5.5.7.3.2"
SERVER = "1.3.6.1.5.5.7.3.1"
AGENT = "1.3.6.1.4.1.311.20.2.1"
MAIL = "1.3.6.1.5.5.7.3.4"
UPN, DNS, SUPPLIED = 0x2000000, 0x8000000, 0x1

Grant = tuple[str, Right]


class Forest:
    """Domain, controller DC1, users alice (in staff) and bob, computer srv, authority CA on host pki."""

    def __init__(self) -> None:
        self.builder = b = Builder()
        b.facts |= {Fact.PKI, Fact.ACL_PKI, Fact.CA_REGISTRY}
        self.rows: dict[str, int] = {}
        self._rid = 1100
        self.rows["domain"] = b.row(SID)
        b.describe(b.row(SID), Kind.DOMAIN, name="SAIN.TEST", dn="DC=sain,DC=test")
        self.named("everyone", Kind.GROUP, "SAIN.TEST-S-1-5-11")
        self.named("admins", Kind.GROUP, f"{SID}-512")
        for name in ("alice", "bob"):
            self.named(name, Kind.USER, uac=Uac.NORMAL_ACCOUNT)
        for name in ("srv", "pki"):
            self.named(name, Kind.COMPUTER, uac=Uac.WORKSTATION_ACCOUNT)
        self.named("dc1", Kind.COMPUTER, uac=Uac.SERVER_TRUST_ACCOUNT)
        self.named("staff", Kind.GROUP)
        self.relate(Relation.MEMBER, "alice", "staff")
        self.named("ca", Kind.ENTERPRISE_CA, "CA-GUID", dn=f"CN=ca,CN=Enrollment Services,{BASE}")
        self.relate(Relation.HOSTS_CA, "pki", "ca")
        self.grant("ca", ("everyone", Right.Enroll))

    def named(
        self, name: str, kind: Kind, identifier: str = "", *, dn: str = "", uac: int | None = None
    ) -> int:
        self._rid += 1
        row = self.builder.row(identifier or f"{SID}-{self._rid}")
        self.builder.describe(row, kind, name=f"{name}@SAIN.TEST", dn=dn, uac=uac)
        self.rows[name] = row
        return row

    def grant(self, on: str, *grants: Grant) -> None:
        entries = [(self.rows[who], int(right), False) for who, right in grants]
        self.builder.set("acl", self.rows[on], self.builder.acl((on, tuple(grants)), entries))

    def relate(self, relation: Relation, src: str, dst: str) -> None:
        self.builder.relate(relation, self.rows[src], self.rows[dst])

    def say(self, on: str, **attributes: str | int) -> None:
        for name, value in attributes.items():
            self.builder.attribute(self.rows[on], name.replace("_", "-"), str(value).split())

    def template(
        self,
        name: str,
        *grants: Grant,
        names: int = UPN,
        enrollment: int = 0,
        ekus: str = CLIENT,
        version: int = 2,
        published: bool = True,
        **more: str | int,
    ) -> None:
        self.named(name, Kind.CERT_TEMPLATE, f"{name}-GUID")
        self.grant(name, *grants)
        self.say(
            name,
            mspki_certificate_name_flag=names,
            mspki_enrollment_flag=enrollment,
            pkiextendedkeyusage=ekus,
            mspki_template_schema_version=version,
            **more,
        )
        if published:
            self.relate(Relation.PUBLISHED, name, "ca")

    def escalations(self) -> list[Escalation]:
        directory = self.builder.build()
        return escalations(directory, Groups(directory))

    def found(self, *, hosts: bool = False) -> set[tuple[str, str]]:
        """(kind, name of the principal); the machine of the authority is left out unless asked for."""
        names = {row: name for name, row in self.rows.items()}
        kinds = {(e.kind, names[e.principal]) for e in self.escalations()}
        return {k for k in kinds if hosts or k[0] != "GoldenCert"}
