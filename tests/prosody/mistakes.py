#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Mistakes of a configuration that mod_invitegate tells in the log, each made for real."""

import re

import site_of_suite
from site_of_suite import until
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"


class Changed(site_of_suite.Site):
    """The example, with what a test has changed in it: pairs of a pattern and what stands there instead."""

    changes = ()

    def host_lines(self):
        text = super().host_lines()
        for pattern, instead in self.changes:
            text, count = re.subn(pattern, instead, text, flags=re.M)
            assert count == 1, pattern
        return text

    def start_again(self, *changes, behind="", server=""):
        self.stop_prosody()
        (self.folder / "prosody.log").write_text("")
        self.changes, self.prosody_lines, self.server_lines = changes, behind, server
        self.start_prosody()

    def errors(self):
        """What the module has told in this run; the agent has answered by then what it was asked at first."""
        return re.findall(r"example\.\w+:invitegate\s+error\s+(.*)", self.log())


async def registered(site, client, name):
    new = client()
    await new.open()
    await new.preauth(site.invite())
    await new.register(name, PASSWORD)


@suite.test
async def nothing_wrong(site, client):
    """A site as it should be has no error, at the start, and when somebody registers"""
    await registered(site, client, "anna")
    equal(site.errors(), [])


@suite.test
async def beside_others(site, _):
    """Modules that make invites of their own"""
    site.modules = '"invites_adhoc"; '
    site.start_again((r"^.*modules_disabled = .*\n", ""))
    site.modules = ""
    until(site.errors, "an error")
    equal(len(site.errors()), 1)
    assert site.errors()[0].startswith("mod_invites_adhoc and mod_invitegate do not go together: "), site.errors()


@suite.test
async def no_domain(site, _):
    """A host that the agent has no section for"""
    site.start_again((r'^VirtualHost "example.org"', 'VirtualHost "example.net"'))
    until(site.errors, "an error")
    equal(len(site.errors()), 1)
    assert site.errors()[0].startswith("invite-agent does not have the domain example.net: "), site.errors()
    assert "[domain example.net]" in site.errors()[0]


@suite.test
async def late_agent(site, _):
    """The same, where the agent starts after Prosody"""
    site.end_agent()
    site.start_again((r'^VirtualHost "example.org"', 'VirtualHost "example.net"'))
    until(site.errors, "an error")
    equal(len([error for error in site.errors() if "does not have the domain" in error]), 0)
    site.start_agent()
    until(lambda: [error for error in site.errors() if "does not have the domain example.net" in error],
          "the error, once the agent is there", 40)


@suite.test
async def inherited(site, client):
    """A host whose provider is the internal one of all hosts"""
    site.start_again((r"^\s*authentication = .*\n", ""), server='authentication = "internal_hashed"')
    await registered(site, client, "berta")
    equal(len(site.errors()), 1)
    assert site.errors()[0].startswith("This host has no provider of its own, and logs people in by internal_hashed"), \
        site.errors()


@suite.test
async def inherited_on_purpose(site, client):
    """The same, where copies of the accounts are wanted, and where the host has it of its own"""
    site.start_again((r"^\s*authentication = .*\n", ""), server='authentication = "internal_hashed"',
                     behind="invitegate_local_accounts = true")
    assert await client("berta", PASSWORD).log_in()
    equal(site.errors(), [])
    site.start_again((r"^(\s*authentication) = .*", r'\1 = "internal_hashed"'))
    assert await client("berta", PASSWORD).log_in()
    equal(site.errors(), [])


@suite.test
async def not_found(site, client):
    """A provider that looks where no account is made"""
    for number, change in enumerate(((r"^(\s*ldap_base) = .*", r'\1 = "ou=invites,dc=example,dc=org"'),
                                     (r"^(\s*ldap_filter) = .*", r'\1 = "(&(objectClass=account)(uid=$user))"'))):
        site.start_again(change)
        await registered(site, client, f"carol{number}")
        equal(len(site.errors()), 1)
        assert site.errors()[0].startswith(
            f"carol{number} has registered, and the provider ldap of this host does not find the account"), site.errors()
        assert not await client(f"carol{number}", PASSWORD).log_in()


@suite.test
async def found(site, client):
    """Once it finds one, it is not asked any more"""
    site.start_again()
    await registered(site, client, "dora")
    equal(site.errors(), [])
    assert await client("carol0", PASSWORD).log_in()


suite.run(site_class=Changed)
