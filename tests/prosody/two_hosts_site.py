# SPDX-License-Identifier: BSD-2-Clause
"""A site with two domains, each a host of one Prosody with a section of the configuration."""

import re

import site_of_suite

PASSWORD = "correct horse"
BRANCH = "ou=net,dc=example,dc=org"
CONTAINERS = "\n".join(f"dn: ou={name},{place}\nchangetype: add\nobjectClass: organizationalUnit\nou: {name}\n{more}"
                       for name, place, more in (
                           ("net", "dc=example,dc=org", ""), ("people", BRANCH, ""), ("rosters", BRANCH, ""),
                           ("invites", BRANCH, "objectClass: xmppInviteContainer\n")))


class TwoHosts(site_of_suite.Site):
    """example.net lives in a branch of its own. The rules of access are for example.org only, so the
    rootdn stands for invitegate, and the directory is not trusted to hash."""

    one_search_base = False  # else a name in one of them is not taken in the other

    def start_slapd(self):
        super().start_slapd()
        self.modify(CONTAINERS)
        text = self.config.read_text()
        start, end = text.index("[domain example.org]"), text.index("[agent]")
        first = re.sub("(?m)^password_verifiers *=.*", "password_verifiers = crypt", text[start:end])
        base = "dc=example,dc=org" if self.one_search_base else "ou=people,dc=example,dc=org"
        first = re.sub("(?m)^name_search_base *=.*", f"name_search_base = {base}", first)
        second = first.replace("[domain example.org]", "[domain example.net]")
        second = re.sub("= (ou=[a-z]*),dc=example,dc=org", rf"= \1,{BRANCH}", second)
        self.config.write_text(text[:start] + first + second + text[end:])
        self.configure({"bind": "simple", "bind_dn": "cn=admin,dc=example,dc=org",
                        "bind_password_file": self.folder / "admin.password"})

    def configuration(self):
        second = self.host_lines().replace('"example.org"', '"example.net"')
        second = second.replace("ou=people,dc=example,dc=org", f"ou=people,{BRANCH}")
        return super().configuration() + second[second.index("VirtualHost"):] + self.prosody_lines


class Net:
    """The second host, for clients."""

    domain = "example.net"

    def __init__(self, site):
        self.port, self.log = site.port, site.log


async def registered(site, client, server, name, *options):
    new = client(server=server)
    await new.open()
    await new.preauth(site.invite("-d", server.domain, *options))
    await new.register(name, PASSWORD)
    assert await new.log_in(user=name, password=PASSWORD)
    await new.roster_items()
    new.send_presence()
    return new
