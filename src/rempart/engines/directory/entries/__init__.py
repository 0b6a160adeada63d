"""LDAP entries, from any source, into the model."""
