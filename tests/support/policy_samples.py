"""Files of group policies, written as Windows writes them."""

LDAP_KEY = r"System\CurrentControlSet\Services\NTDS\Parameters"

TEMPLATE = r"""[Unicode]
Unicode=yes
[System Access]
MinimumPasswordLength = 12
NewAdministratorName = "patron"
[Registry Values]
MACHINE\System\CurrentControlSet\Services\NTDS\Parameters\LDAPServerIntegrity=4,2
MACHINE\System\CurrentControlSet\Control\Lsa\LmCompatibilityLevel=4,5
MACHINE\Software\Test\Liste=7,un,deux
MACHINE\Software\Test\DefaultPassword=1,"tres-secret"
[Privilege Rights]
SeDebugPrivilege = *S-1-5-32-544,CHU\alice
SeTcbPrivilege =
[Group Membership]
*S-1-5-32-544__Memberof =
*S-1-5-32-544__Members = *S-1-5-21-1-2-3-1105,bob
*S-1-5-21-1-2-3-1200__Memberof = *S-1-5-32-555
[Service General Setting]
"Spooler",4,"D:AR(A;;GA;;;SY)"
[Version]
signature="$CHICAGO$"
Revision=1
"""

CPASSWORD = "j1Uyj3Vx8TY9LtLZil2uAuZkFQA/4latT76ZwgdHdhw"

GROUPS = f"""<?xml version="1.0" encoding="utf-8"?>
<Groups clsid="{{3125E937-EB16-4b4c-9934-544FC6D24D26}}">
  <User clsid="{{DF5F1855-51E5-4d24-8B1A-D9BDE98BA1D1}}" name="admin_local" changed="2014-02-01 10:00:00">
    <Properties action="U" newName="" cpassword="{CPASSWORD}" userName="admin_local"/>
  </User>
  <Group clsid="{{6D4A79E4-529C-4481-ABD0-F5BD7EA93BA7}}" name="Administrateurs">
    <Properties action="U" deleteAllUsers="1" groupSid="S-1-5-32-544" groupName="Administrateurs">
      <Members>
        <Member name="CHU\\helpdesk" action="ADD" sid="S-1-5-21-1-2-3-1300"/>
        <Member name="CHU\\ancien" action="REMOVE" sid=""/>
      </Members>
    </Properties>
  </Group>
  <Group disabled="1" name="Ignoré"><Properties groupSid="S-1-5-32-555"/></Group>
</Groups>
"""

REGISTRY = """<?xml version="1.0" encoding="utf-8"?>
<RegistrySettings>
  <Registry name="AutoAdminLogon"><Properties action="U" hive="HKEY_LOCAL_MACHINE" type="REG_DWORD"
    key="SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon" name="AutoAdminLogon" value="0000000A"/></Registry>
  <Registry name="DefaultPassword"><Properties action="U" hive="HKEY_LOCAL_MACHINE" type="REG_SZ"
    key="SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon" name="DefaultPassword" value="tres-secret"/></Registry>
</RegistrySettings>
"""

SERVICES = """<NTServices><NTService name="WebClient">
  <Properties startupType="DISABLED" serviceName="WebClient"/></NTService></NTServices>
"""

SCRIPTS = "[Startup]\r\n0CmdLine=carte.bat\r\n0Parameters=/mot:tres-secret\r\n"


def pol(*records: tuple[str, str, int, bytes]) -> bytes:
    """A Registry.pol of (key, name, type, data)."""

    def text(value: str) -> bytes:
        return value.encode("utf-16-le")

    found = b"PReg\x01\x00\x00\x00"
    for key, name, kind, data in records:
        found += text("[" + key + "\0;" + name + "\0;") + kind.to_bytes(4, "little") + text(";")
        found += len(data).to_bytes(4, "little") + text(";") + data + text("]")
    return found


def dword(key: str, name: str, value: int) -> tuple[str, str, int, bytes]:
    """A REG_DWORD record."""
    return key, name, 4, value.to_bytes(4, "little")
