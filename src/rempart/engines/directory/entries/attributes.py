"""Which attributes of a directory are kept, how, and which are never: names are LDAP's, in lower case."""

from collections.abc import Callable
from typing import Final

from rempart.engines.directory.entries import values
from rempart.engines.directory.model import Kind, Relation

SECRETS: Final = frozenset(
    {
        "ms-mcs-admpwd",
        "ms-mcs-admpwdhistory",
        "mslaps-password",
        "mslaps-encryptedpassword",
        "mslaps-encryptedpasswordhistory",
        "mslaps-encrypteddsrmpassword",
        "mslaps-encrypteddsrmpasswordhistory",
        "unicodepwd",
        "userpassword",
        "unixuserpassword",
        "msds-managedpassword",
        "msds-managedpasswordpreviousid",
        "supplementalcredentials",
        "ntpwdhistory",
        "lmpwdhistory",
        "dbcspwd",
        "currentvalue",
        "priorvalue",
        "initialauthincoming",
        "initialauthoutgoing",
        "trustauthincoming",
        "trustauthoutgoing",
        "msfve-recoverypassword",
        "msfve-keypackage",
        "mskds-rootkeydata",
        "mspki-credentialroamingtokens",
        "mspkiaccountcredentials",
        "mspkidpapimasterkeys",
        "msds-executescriptpassword",
        "orclcommonattribute",
    }
)
"""Attributes that hold a secret: the value is dropped as it arrives, only its presence is kept, as TRUE."""

Codec = Callable[[bytes], str]

_TEXTS = [
    "samaccountname",
    "description",
    "displayname",
    "info",
    "comment",
    "userprincipalname",
    "dnshostname",
    "operatingsystem",
    "operatingsystemversion",
    "operatingsystemservicepack",
    "serviceprincipalname",
    "scriptpath",
    "profilepath",
    "homedirectory",
    "physicaldeliveryofficename",
    "l",
    "mail",
    "employeeid",
    "altsecurityidentities",
    "msds-allowedtodelegateto",
    "msds-assignedauthnpolicysilo",
    "msds-assignedauthnpolicy",
    "msds-authnpolicysilomembers",
    "msds-userauthnpolicy",
    "msds-computerauthnpolicy",
    "msds-serviceauthnpolicy",
    "msds-usertgtlifetime",
    "msds-secondarykrbtgtnumber",
    "msds-managedpasswordinterval",
    "msds-delegatedmsastate",
    "accountexpires",
    "ms-mcs-admpwdexpirationtime",
    "mslaps-passwordexpirationtime",
    "grouptype",
    "msds-resultantpso",
    "systemflags",
    "instancetype",
    "pwdproperties",
    "minpwdlength",
    "maxpwdage",
    "minpwdage",
    "pwdhistorylength",
    "lockoutthreshold",
    "lockoutduration",
    "lockoutobservationwindow",
    "ms-ds-machineaccountquota",
    "msds-behavior-version",
    "ntmixeddomain",
    "dsheuristics",
    "tombstonelifetime",
    "revision",
    "objectversion",
    "gplink",
    "gpoptions",
    "msds-minimumpasswordlength",
    "msds-maximumpasswordage",
    "msds-minimumpasswordage",
    "msds-passwordhistorylength",
    "msds-passwordsettingsprecedence",
    "msds-lockoutthreshold",
    "msds-lockoutduration",
    "msds-lockoutobservationwindow",
    "trustpartner",
    "trustattributes",
    "trustdirection",
    "trusttype",
    "flatname",
    "mspki-certificate-name-flag",
    "mspki-enrollment-flag",
    "mspki-ra-signature",
    "mspki-private-key-flag",
    "mspki-template-schema-version",
    "mspki-template-minor-revision",
    "mspki-cert-template-oid",
    "mspki-minimal-key-size",
    "pkiextendedkeyusage",
    "mspki-certificate-application-policy",
    "mspki-ra-application-policies",
    "mspki-certificate-policy",
    "mspki-ra-policies",
    "certificatetemplates",
    "flags",
    "mspki-enrollment-servers",
    "gpcfilesyspath",
    "gpcmachineextensionnames",
    "gpcuserextensionnames",
    "gpcfunctionalityversion",
    "versionnumber",
    "gpcwqlfilter",
    "ldapdisplayname",
    "defaultsecuritydescriptor",
    "searchflags",
    "posssuperiors",
    "systemposssuperiors",
    "subclassof",
    "governsid",
    "attributeid",
    "auxiliaryclass",
    "systemauxiliaryclass",
    "admincontextmenu",
    "contextmenu",
    "shellcontextmenu",
    "adminpropertypages",
    "shellpropertypages",
    "adminmultiselectpropertypages",
    "createwizardext",
    "creationwizard",
    "msdfsr-flags",
    "msdfsr-options",
    "msdfsr-replicationgrouptype",
    "msdfsr-contentsetguid",
    "msdfsr-computerreference",
    "msdfsr-rootpath",
    "msdfsr-directorypath",
    "frsreplicasettype",
    "frsrootpath",
    "frscomputerreference",
    "options",
    "ncname",
    "dnsroot",
    "netbiosname",
    "msds-hasdomainncs",
    "objectcategory",
    "keywords",
    "servicednsname",
    "msds-revealedusers",
]
_BOOLEANS = [
    "iscriticalsystemobject",
    "msds-expirepasswordsonsmartcardonlyaccounts",
    "msds-passwordcomplexityenabled",
    "msds-passwordreversibleencryptionenabled",
    "msds-authnpolicysiloenforced",
    "msds-authnpolicyenforced",
    "isdefunct",
    "msds-isrodc",
    "msds-isgc",
]
_GUIDS = ["schemaidguid", "attributesecurityguid", "rightsguid"]
_SIDS = ["sidhistory", "securityidentifier", "ms-ds-creatorsid", "objectsid"]
_HEXADECIMAL = ["dnsproperty"]

KEPT: Final[dict[str, Codec]] = {
    **dict.fromkeys(_TEXTS, values.text),
    "accountexpires": values.expiry,
    **dict.fromkeys(_BOOLEANS, values.boolean),
    **dict.fromkeys(_GUIDS, values.guid),
    **dict.fromkeys(_SIDS, values.sid),
    **dict.fromkeys(_HEXADECIMAL, values.hexadecimal),
    "msds-keycredentiallink": values.fingerprint,
}
"""Sparse attributes and how each value becomes text."""

NOT_OF_ACCOUNTS: Final = frozenset(
    {"objectsid", "instancetype", "objectcategory", "flags", "options", "whenchanged"}
)
"""Kept for rare objects only: on a million accounts they cost memory and teach nothing."""

BLOBS: Final = frozenset({"cacertificate", "usercertificate"})
"""Binary attributes kept as they are, on objects that are not accounts."""

LINKS: Final[dict[str, tuple[Relation, bool]]] = {
    "member": (Relation.MEMBER, True),
    "memberof": (Relation.MEMBER, False),
    "managedby": (Relation.MANAGED_BY, False),
    "serverreference": (Relation.SERVER_REFERENCE, False),
    "msds-oidtogrouplink": (Relation.OID_GROUP_LINK, False),
    "msds-psoappliesto": (Relation.PSO_APPLIES_TO, False),
    "msds-assignedauthnpolicysilo": (Relation.SILO_MEMBER, False),
    "msds-managedaccountprecededbylink": (Relation.DMSA_PREDECESSOR, False),
    "msds-hostserviceaccount": (Relation.DUMP_SMSA, False),
    "msds-krbtgtlink": (Relation.KRBTGT_LINK, False),
    "msds-revealedusers": (Relation.RODC_REVEALED, False),
    "msds-revealedlist": (Relation.RODC_REVEALED, False),
    "msds-revealondemandgroup": (Relation.RODC_REVEAL_ON_DEMAND, False),
    "msds-neverrevealgroup": (Relation.RODC_NEVER_REVEAL, False),
}
"""Attributes that name other objects: the relation, and whether the value comes first in the pair."""

KINDS: Final[dict[str, Kind]] = {
    "user": Kind.USER,
    "inetorgperson": Kind.USER,
    "msds-managedserviceaccount": Kind.USER,
    "msds-groupmanagedserviceaccount": Kind.USER,
    "msds-delegatedmanagedserviceaccount": Kind.USER,
    "computer": Kind.COMPUTER,
    "group": Kind.GROUP,
    "domaindns": Kind.DOMAIN,
    "organizationalunit": Kind.OU,
    "container": Kind.CONTAINER,
    "builtindomain": Kind.CONTAINER,
    "lostandfound": Kind.CONTAINER,
    "msds-quotacontainer": Kind.CONTAINER,
    "mstpm-informationobjectscontainer": Kind.CONTAINER,
    "dfsconfiguration": Kind.CONTAINER,
    "filelinktracking": Kind.CONTAINER,
    "configuration": Kind.NAMING_CONTEXT,
    "dmd": Kind.NAMING_CONTEXT,
    "grouppolicycontainer": Kind.GPO,
    "pkicertificatetemplate": Kind.CERT_TEMPLATE,
    "pkienrollmentservice": Kind.ENTERPRISE_CA,
    "certificationauthority": Kind.ROOT_CA,
    "mspki-enterprise-oid": Kind.ISSUANCE_POLICY,
    "site": Kind.SITE,
    "server": Kind.SERVER,
    "ntdsdsa": Kind.NTDS_SETTINGS,
    "ntdsdsaro": Kind.NTDS_SETTINGS,
    "trusteddomain": Kind.TRUST,
    "dnszone": Kind.DNS_ZONE,
    "msds-passwordsettings": Kind.PASSWORD_SETTINGS,
    "classschema": Kind.SCHEMA_OBJECT,
    "attributeschema": Kind.SCHEMA_OBJECT,
    "crossref": Kind.CROSS_REF,
    "mskds-provrootkey": Kind.KDS_ROOT_KEY,
    "secret": Kind.SECRET,
    "displayspecifier": Kind.DISPLAY_SPECIFIER,
    "msds-authnpolicysilo": Kind.AUTHN_SILO,
    "msds-authnpolicy": Kind.AUTHN_POLICY,
}
"""Kind of each class; `msdfsr-*` and `ntfrs*` are DFSR, and anything else OTHER."""

IGNORED_CLASSES: Final = frozenset({"dnsnode"})
"""Numerous objects that no check and no path looks at."""

ALL_ATTRIBUTES_SIGNS: Final = frozenset({"usnchanged", "instancetype", "usncreated"})
"""Attributes that nobody asks by name: their presence tells that every attribute was asked."""

READ: Final = (
    frozenset(KEPT)
    | frozenset(LINKS)
    | BLOBS
    | SECRETS
    | {
        "objectclass",
        "objectguid",
        "objectsid",
        "isdeleted",
        "whencreated",
        "whenchanged",
        "pwdlastset",
        "lastlogontimestamp",
        "useraccountcontrol",
        "primarygroupid",
        "admincount",
        "msds-supportedencryptiontypes",
        "ntsecuritydescriptor",
        "msds-groupmsamembership",
        "msds-allowedtoactonbehalfofotheridentity",
    }
)
"""Every attribute that the model looks at: readers of long files may leave the others out."""
