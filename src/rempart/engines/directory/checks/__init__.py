"""The checks: importing this package registers them all."""

from rempart.engines.directory.checks import (
    accounts as accounts,
    certificate_services as certificate_services,
    certificates as certificates,
    configuration as configuration,
    controllers as controllers,
    domain as domain,
    group_policies as group_policies,
    kerberos as kerberos,
    ownership as ownership,
    passwords as passwords,
    permissions as permissions,
    privileged as privileged,
    replication as replication,
    rodc as rodc,
    trusts as trusts,
)
