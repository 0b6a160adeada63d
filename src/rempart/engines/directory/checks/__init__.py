"""The checks: importing this package registers them all."""

from rempart.engines.directory.checks import (
    certificate_services as certificate_services,
    certificates as certificates,
    configuration as configuration,
    group_policies as group_policies,
    ownership as ownership,
    permissions as permissions,
    replication as replication,
    rodc as rodc,
)
