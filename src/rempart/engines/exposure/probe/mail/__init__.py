"""Mail policies of a domain, read from the DNS, from its policy host and from its servers' greeting."""
