"""The healthy example forest: configuration, certification authority, schema, DNS partitions, sites."""

from base64 import b64decode
from typing import Final

from rempart.engines.directory.examples.draft import (
    CONFIGURATION,
    DOMAIN,
    FULL,
    PKI,
    READ,
    SCHEMA,
    SERVICES,
    Draft,
)
from rempart.engines.directory.examples.objects import draft

CERTIFICATE: Final = b64decode(
    "MIICsjCCAZqgAwIBAgIBATANBgkqhkiG9w0BAQsFADASMRAwDgYDVQQDDAdTQUlOLUNBMB4XDTI0MDEwMTAwMDAw"
    "MFoXDTQ0MDEwMTAwMDAwMFowEjEQMA4GA1UEAwwHU0FJTi1DQTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoC"
    "ggEBAOZ1MJ1LIVGv28/I/lg1wEkJBUlMekoNBk2zcx+VN+M+rX/jhZ49xKvae5l5Lp3I6QztNu8x7THAn3o0iS3t"
    "vDp+aXORgtpSdtS/88MNDASWTK3DEGLC+QqUXwiRl4d1P2pLqNKEXsWmbF6jQTd6S0vxbDJotzdwaBWbbJ9LMX1P"
    "CxjDOo9fglEN9mTx9oWftVRJSmFes2NRcbSOwWWJsYykWaEba/yCdG+07CT3goxl0TlteNJkUGPlK8rjKHoTEqBE"
    "BLO8KOR3/cGertx47gGHbTnOAb0SsMV/Wy2TOexxOaI7yRbyLckmt/pHRfSG4E7kFYr7Kh7hrJULBDMO6fcCAwEA"
    "AaMTMBEwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAix9CWQZDsN2u+H1AzofoAdRACkvPXA5q"
    "HAC+L3YhNKrtilFkczO3/3ZGfKAybnnlMHWOH3/LLspIIUMm8czSqASA2jy+cPbVQ2IaoGtEzCewfl+Y8kJFbees"
    "A8ElT7MDdEECvoYauKQ32/MGRl84RdBifESG2j/OQ6o8mNmODOZ7DYNAOErf7KT1LZM3vfwkEZ0zIqaDyYT5GspF"
    "zfefiiS/DbzceaDN9Bt7exQQQ4tNQ5u67gRpheMeucFuFaOkCPUzgtOAG2sGxUL6/WVCeruirt82DYjd2ioRwSZM"
    "r7d8ZsrYu8BJQoalwYv3ZnK7FxrlstCzT7OsN69kSBTe+g=="
)
"""Self-signed certificate of the example authority: RSA 2048, SHA-256, exponent 65537, valid until 2044."""

_FOREST_ACES = [f"(A;CI;{FULL};;;EA)", f"(A;CI;{FULL};;;SY)", f"(A;CI;{READ};;;AU)"]
_SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"
_CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2"
_ENROLL = "0e10c968-78fb-11d2-90d4-00c04f79dc55"


def forest_drafts() -> list[Draft]:
    """Every object of the configuration, schema and DNS partitions."""
    out = [*_configuration(), *_sites(), *_authority(), *_schema(), *_zones()]
    for one in out:
        if one.owner == "DA":
            one.owner = "EA"
    return out


def _forest(object_class: str, dn: str, **attributes: object) -> Draft:
    made = draft(object_class, dn, **attributes)
    made.aces = list(_FOREST_ACES)
    return made


def _configuration() -> list[Draft]:
    partitions = f"CN=Partitions,{CONFIGURATION}"
    specifiers = f"CN=DisplaySpecifiers,{CONFIGURATION}"
    windows = f"CN=Windows NT,{SERVICES}"
    root = _forest("configuration", CONFIGURATION)
    root.aces += [
        "(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;ED)",
        "(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;BA)",
    ]
    names = {"sain": DOMAIN, "Enterprise Configuration": CONFIGURATION}
    names["Enterprise Schema"] = SCHEMA
    return [
        root,
        _forest("crossRefContainer", partitions, msds_behavior_version=7),
        *(
            _forest("crossRef", f"CN={name},{partitions}", ncname=dn, dnsroot="sain.test")
            for name, dn in names.items()
        ),
        _forest("container", SERVICES),
        _forest("container", windows),
        _forest(
            "nTDSService",
            f"CN=Directory Service,{windows}",
            dsheuristics="0000000001000000000200000001130",
            tombstonelifetime=180,
        ),
        _forest("container", specifiers),
        *(
            _forest(
                "displaySpecifier",
                f"CN=user-Display,CN={language},{specifiers}",
                admincontextmenu="1,{62AE1F9A-126A-11D0-A14B-0800361B1103}",
                contextmenu="0,{62AE1F9A-126A-11D0-A14B-0800361B1103}",
            )
            for language in ("409", "40C")
        ),
        *_keys_and_silos(),
    ]


def _keys_and_silos() -> list[Draft]:
    keys = f"CN=Group Key Distribution Service,{SERVICES}"
    roots = f"CN=Master Root Keys,{keys}"
    authentication = f"CN=AuthN Policy Configuration,{SERVICES}"
    silos, policies = f"CN=AuthN Silos,{authentication}", f"CN=AuthN Policies,{authentication}"
    key = _forest("msKds-ProvRootKey", f"CN=6a1b2c3d-0000-4000-8000-000000000001,{roots}")
    key.aces, key.protected = [f"(A;;{FULL};;;EA)", f"(A;;{FULL};;;SY)", f"(A;;{FULL};;;DA)"], True
    return [
        _forest("container", keys),
        _forest("container", roots),
        key,
        _forest("container", authentication),
        _forest("msDS-AuthNPolicySilos", silos),
        _forest("msDS-AuthNPolicies", policies),
        _forest(
            "msDS-AuthNPolicySilo",
            f"CN=Silo-Administration,{silos}",
            msds_authnpolicysiloenforced=True,
            msds_userauthnpolicy=f"CN=Politique-Administration,{policies}",
        ),
        _forest(
            "msDS-AuthNPolicy",
            f"CN=Politique-Administration,{policies}",
            msds_authnpolicyenforced=True,
            msds_usertgtlifetime=2400000000,
        ),
    ]


def _sites() -> list[Draft]:
    sites = f"CN=Sites,{CONFIGURATION}"
    main, branch = f"CN=Site-Principal,{sites}", f"CN=Site-Annexe,{sites}"
    out = [_forest("sitesContainer", sites)]
    for site, hosts in ((main, ("DC1", "DC2")), (branch, ("RODC1",))):
        out += [_forest("site", site), _forest("serversContainer", f"CN=Servers,{site}")]
        for host in hosts:
            server = f"CN={host},CN=Servers,{site}"
            kind = "nTDSDSARO" if host == "RODC1" else "nTDSDSA"
            computer = f"CN={host},OU=Domain Controllers,{DOMAIN}"
            settings = _forest(kind, f"CN=NTDS Settings,{server}", options=1)
            settings.attributes["msds-behavior-version"] = [7]
            out += [
                _forest(
                    "server",
                    server,
                    serverreference=computer,
                    dnshostname=f"{host.lower()}.sain.test",
                ),
                settings,
            ]
    return out


def _authority() -> list[Draft]:
    folders = ("AIA", "CDP", "Certification Authorities", "Enrollment Services", "OID")
    templates = f"CN=Certificate Templates,{PKI}"
    stores = (
        f"CN=NTAuthCertificates,{PKI}",
        f"CN=SAIN-CA,CN=AIA,{PKI}",
        f"CN=SAIN-CA,CN=Certification Authorities,{PKI}",
    )
    service = _forest(
        "pKIEnrollmentService",
        f"CN=SAIN-CA,CN=Enrollment Services,{PKI}",
        cacertificate=CERTIFICATE,
        dnshostname="srv-pki.sain.test",
        certificatetemplates=["Serveur-Web", "Ordinateur"],
        flags=10,
        displayname="SAIN-CA",
    )
    service.aces.append(f"(OA;;CR;{_ENROLL};;AU)")
    return [
        _forest("container", PKI),
        *(_forest("container", f"CN={name},{PKI}") for name in folders),
        _forest("container", templates),
        *(_forest("certificationAuthority", dn, cacertificate=CERTIFICATE) for dn in stores),
        service,
        _template("Serveur-Web", templates, _SERVER_AUTHENTICATION, subject=1, who="DA"),
        _template("Ordinateur", templates, _CLIENT_AUTHENTICATION, subject=0x8000000, who="DC"),
    ]


def _template(name: str, parent: str, usage: str, *, subject: int, who: str) -> Draft:
    made = _forest(
        "pKICertificateTemplate",
        f"CN={name},{parent}",
        displayname=name,
        flags=131680,
        revision=100,
        mspki_certificate_name_flag=subject,
        mspki_enrollment_flag=0,
        mspki_private_key_flag=16842752,
        mspki_ra_signature=0,
        mspki_template_schema_version=2,
        mspki_minimal_key_size=2048,
        pkiextendedkeyusage=[usage],
        mspki_certificate_application_policy=[usage],
        mspki_cert_template_oid=f"1.3.6.1.4.1.311.21.8.7.{subject & 0xFF}",
    )
    made.aces.append(f"(OA;;CR;{_ENROLL};;{who})")
    return made


def _schema() -> list[Draft]:
    root = _forest("dMD", SCHEMA, objectversion=88)
    root.aces, root.owner = (
        [f"(A;CI;{FULL};;;SA)", f"(A;CI;{FULL};;;SY)", f"(A;CI;{READ};;;AU)"],
        "SA",
    )
    classes = {
        "user": "bf967aba-0de6-11d0-a285-00aa003049e2",
        "computer": "bf967a86-0de6-11d0-a285-00aa003049e2",
        "group": "bf967a9c-0de6-11d0-a285-00aa003049e2",
    }
    attributes = {
        "msLAPS-Password": "f3531ec6-6330-4f8e-8d39-7a671fbac605",
        "msLAPS-EncryptedPassword": "ac0a1e4c-9b1c-4a2a-8d7a-2c9f0f4c7d11",
        "unixUserPassword": "612cb747-c0e8-4f92-9221-fdd5f15b550d",
    }
    default = f"D:(A;;{FULL};;;DA)(A;;{FULL};;;SY)(A;;{FULL};;;AO)(A;;{READ};;;AU)"
    out = [root]
    for object_class, named in (("classSchema", classes), ("attributeSchema", attributes)):
        for name, guid in named.items():
            one = _forest(object_class, f"CN={name},{SCHEMA}", ldapdisplayname=name)
            one.attributes["schemaidguid"] = [guid]
            if object_class == "classSchema":
                one.attributes["defaultsecuritydescriptor"] = [default]
            one.aces, one.owner = list(root.aces), "SA"
            out.append(one)
    return out


def _zones() -> list[Draft]:
    out = []
    for partition, zones in (
        ("DomainDnsZones", ("sain.test", "10.in-addr.arpa")),
        ("ForestDnsZones", ("_msdcs.sain.test",)),
    ):
        root = f"DC={partition},{DOMAIN}"
        container = f"CN=MicrosoftDNS,{root}"
        out += [_forest("domainDNS", root), _forest("container", container)]
        out += [_forest("dnsZone", f"DC={zone},{container}", dnsproperty=2) for zone in zones]
    for one in out:
        one.aces.append(f"(A;CI;{FULL};;;DA)")
    return out
