"""What a collection asks for, by name: never everything, and never a secret.

A list rather than `*` for two reasons. `*` gives an over-privileged account the values of LAPS passwords and other
confidential attributes, which must not leave the directory even for an instant; and a directory of people holds
addresses, telephones and photographs that no check needs (GDPR article 5.1.c, data minimisation).
"""

from typing import Final

_IDENTITY: Final = """
    cn displayName distinguishedName name objectCategory objectClass objectGUID objectSid sAMAccountName
    sAMAccountType sIDHistory userPrincipalName dNSHostName comment description info whenCreated whenChanged
    instanceType systemFlags isCriticalSystemObject isDeleted isRecycled showInAdvancedViewOnly adminCount
    nTSecurityDescriptor flags
"""
_ACCOUNTS: Final = """
    userAccountControl accountExpires badPwdCount lastLogon lastLogonTimestamp
    lockoutTime logonCount pwdLastSet primaryGroupID userWorkstations scriptPath profilePath
    msTSInitialProgram servicePrincipalName msDS-SupportedEncryptionTypes msDS-AllowedToDelegateTo
    msDS-AllowedToActOnBehalfOfOtherIdentity msDS-KeyCredentialLink msDS-KeyPrincipal altSecurityIdentities
    userCertificate managedBy member groupType operatingSystem operatingSystemVersion
    operatingSystemServicePack location physicalDeliveryOfficeName l ms-Mcs-AdmPwdExpirationTime msLAPS-PasswordExpirationTime
    msDS-GroupMSAMembership msDS-ManagedPasswordInterval msDS-HostServiceAccount
    msDS-DelegatedMSAState msDS-ManagedAccountPrecededByLink msDS-SupersededManagedAccountLink
    msDS-SupersededServiceAccountState msDS-AssignedAuthNPolicy msDS-AssignedAuthNPolicySilo
    msDS-AuthNPolicySiloMembers msExchMasterAccountSid
    creationTime
    msDS-ShadowPrincipalSid msDS-ExternalDirectoryObjectId mS-DS-ConsistencyGuid mS-DS-CreatorSID
    msDS-LastSuccessfulInteractiveLogonTime msDS-LastFailedInteractiveLogonTime
    accountNameHistory
"""
_RODC: Final = """
    msDS-KrbTgtLink msDS-SecondaryKrbTgtNumber msDS-RevealedUsers
    msDS-RevealedDSAs msDS-RevealOnDemandGroup msDS-NeverRevealGroup msDS-AuthenticatedToAccountlist
    serverReference rIDSetReferences
"""
_DOMAIN: Final = """
    msDS-Behavior-Version minPwdLength maxPwdAge minPwdAge pwdHistoryLength pwdProperties lockoutThreshold
    lockoutDuration lockOutObservationWindow ms-DS-MachineAccountQuota msDS-ExpirePasswordsOnSmartCardOnlyAccounts
    fSMORoleOwner wellKnownObjects otherWellKnownObjects subRefs nTMixedDomain msDS-LogonTimeSyncInterval
    msDS-AllowedDNSSuffixes auditingPolicy forceLogoff creationTime msDS-PerUserTrustQuota
    msDS-MaximumPasswordAge msDS-MinimumPasswordAge msDS-MinimumPasswordLength msDS-PasswordComplexityEnabled
    msDS-PasswordHistoryLength msDS-PasswordReversibleEncryptionEnabled msDS-PasswordSettingsPrecedence
    msDS-PSOAppliesTo msDS-LockoutThreshold msDS-LockoutDuration msDS-LockoutObservationWindow
    trustAttributes trustDirection trustPartner trustType flatName securityIdentifier trustPosixOffset
    msDS-TrustForestTrustInfo msDS-IngressClaimsTransformationPolicy msDS-EgressClaimsTransformationPolicy
    rIDAvailablePool rIDManagerReference
"""
_POLICIES: Final = """
    gPLink gPOptions gPCFileSysPath gPCMachineExtensionNames gPCUserExtensionNames gPCWQLFilter
    gPCFunctionalityVersion versionNumber msWMI-Name msWMI-Parm1 msWMI-Parm2
    msDS-AuthNPolicyEnforced msDS-AuthNPolicySiloEnforced msDS-UserAuthNPolicy msDS-ComputerAuthNPolicy
    msDS-ServiceAuthNPolicy msDS-UserTGTLifetime msDS-ComputerTGTLifetime msDS-ServiceTGTLifetime
    msDS-UserAllowedToAuthenticateFrom msDS-UserAllowedToAuthenticateTo msDS-ComputerAllowedToAuthenticateTo
    msDS-UserAllowedNTLMNetworkAuthentication msDS-ServiceAllowedToAuthenticateFrom
    msDS-ServiceAllowedToAuthenticateTo msDS-StrongNTLMPolicy
"""
_CONFIGURATION: Final = """
    dSHeuristics tombstoneLifetime sPNMappings msDS-Other-Settings nCName nETBIOSName dnsRoot nTMixedDomain
    msDS-NC-Replica-Locations msDS-NC-RO-Replica-Locations msDS-SDReferenceDomain trustParent rootTrust
    uPNSuffixes options hasMasterNCs msDS-hasMasterNCs msDS-HasDomainNCs invocationId siteObject
    siteList cost interSiteTopologyGenerator msDS-EnabledFeature
    adminContextMenu adminPropertyPages contextMenu creationWizard shellContextMenu shellPropertyPages createWizardExt
    createDialog classDisplayName treatAsLeaf adminMultiselectPropertyPages queryFilter extraColumns
    appliesTo rightsGuid validAccesses localizationDisplayId msKds-Version msKds-CreateTime
    msKds-UseStartTime msKds-DomainID msKds-KDFAlgorithmID serviceBindingInformation keywords serviceClassName
    serviceDNSName
"""
_SCHEMA: Final = """
    lDAPDisplayName governsID attributeID attributeSyntax oMSyntax isSingleValued schemaIDGUID
    attributeSecurityGUID searchFlags defaultSecurityDescriptor defaultObjectCategory subClassOf auxiliaryClass
    systemAuxiliaryClass possSuperiors systemPossSuperiors mayContain systemMayContain mustContain
    systemMustContain objectClassCategory linkID rDNAttID isDefunct objectVersion systemOnly schemaInfo
    isMemberOfPartialAttributeSet rangeLower rangeUpper
"""
_PKI: Final = """
    cACertificate cACertificateDN authorityRevocationList certificateTemplates crossCertificatePair
    msPKI-Enrollment-Servers pKIEnrollmentAccess msPKI-Cert-Template-OID msPKI-Certificate-Application-Policy
    msPKI-Certificate-Name-Flag msPKI-Certificate-Policy msPKI-Enrollment-Flag msPKI-Minimal-Key-Size
    msPKI-OID-Attribute msPKI-OID-CPS msPKI-OIDToGroupLink msDS-OIDToGroupLink
    msPKI-OIDLocalizedName msPKI-Private-Key-Flag msPKI-RA-Application-Policies msPKI-RA-Policies
    msPKI-RA-Signature msPKI-Site-Name msPKI-Supersede-Templates msPKI-Template-Minor-Revision
    msPKI-Template-Schema-Version pKICriticalExtensions pKIDefaultCSPs pKIDefaultKeySpec pKIExpirationPeriod
    pKIExtendedKeyUsage pKIKeyUsage pKIMaxIssuingDepth pKIOverlapPeriod revision
"""
_SERVICES: Final = """
    dNSProperty dnsRecord dNSTombstoned msDFSR-ComputerReference msDFSR-ContentSetGuid msDFSR-DirectoryPath
    msDFSR-Enabled msDFSR-FileFilter msDFSR-Flags msDFSR-MemberReference
    msDFSR-Options msDFSR-ReadOnly msDFSR-ReplicationGroupGuid msDFSR-ReplicationGroupType msDFSR-RootPath
    msDFSR-StagingPath msDFSR-Version fRSComputerReference fRSMemberReference fRSReplicaSetType fRSRootPath
    fRSReplicaSetGUID fRSVersion msExchVersion msExchCurrentServerRoles

"""

ASKED: Final[tuple[str, ...]] = tuple(
    sorted(
        {
            name
            for block in (
                _IDENTITY,
                _ACCOUNTS,
                _RODC,
                _DOMAIN,
                _POLICIES,
                _CONFIGURATION,
                _SCHEMA,
                _PKI,
                _SERVICES,
            )
            for name in block.split()
        },
        key=str.lower,
    )
)
"""Names as the schema of Active Directory spells them; a server ignores those that it does not know."""

ASKED_NAMES: Final = frozenset(name.lower() for name in ASKED)
"""The same, lower case: what a reader may take as asked, so that absence means that the value is not set. Neither back links
(`memberOf`, the mirror of `member`) nor constructed attributes, which cost the server a calculation an entry."""

ROOT_DSE: Final = (
    "currentTime",
    "configurationNamingContext",
    "defaultNamingContext",
    "dnsHostName",
    "domainControllerFunctionality",
    "domainFunctionality",
    "dsServiceName",
    "forestFunctionality",
    "isGlobalCatalogReady",
    "namingContexts",
    "rootDomainNamingContext",
    "schemaNamingContext",
    "supportedCapabilities",
    "supportedControl",
    "supportedSASLMechanisms",
)


def kept(attributes: dict[str, list[bytes]]) -> dict[str, list[bytes]]:
    """Only what was asked: a server that sends more, or a secret, is not believed."""
    return {
        name: values for name, values in attributes.items() if name.partition(";")[0] in ASKED_NAMES
    }
