#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Prosody with the configuration that its package installs, and the example beside it."""

import os
import pathlib
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import site_of_suite
from client import FEATURES
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
PACKAGED = pathlib.Path("/etc/prosody/prosody.cfg.lua")
EXAMPLE = "debian/conf.d/example.org.cfg.lua"


class Packaged(site_of_suite.Site):
    def configuration(self):
        """Only paths, ports and the log are others than in /etc/prosody."""
        (self.folder / "debian/conf.d").mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGED, self.folder / "debian")
        if not (self.folder / EXAMPLE).exists():
            (self.folder / EXAMPLE).write_text(self.host_lines())
        for kind in ("crt", "key"):
            shutil.copy(self.folder / f"tls.{kind}", self.folder / f"example.org.{kind}")
        return f"""
Include "debian/prosody.cfg.lua"
pidfile = "{self.folder}/prosody.pid"
data_path = "{self.folder}/data"
certificates = "{self.folder}"
run_as_root = true
log = {{ {{ levels = {{ min = "debug" }}, to = "file", filename = "{self.folder}/prosody.log" }} }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {self.port} }}
c2s_direct_tls_ports = {{}}
s2s_ports = {{}}
http_ports = {{}}
https_ports = {{}}
"""


def features(stream):
    found = [child.tag[1:].split("}")[0] for child in stream.offered.result()]
    return sorted(name for name in found if name in FEATURES)


@suite.test
async def account(site, client):
    """Registration by invite and login, as an administrator has it after following docs/prosody.md"""
    new = client()
    await new.open(encrypt=True)
    equal(features(new), sorted(FEATURES))
    await new.preauth(site.invite())
    await new.register("anna", PASSWORD)
    assert await new.log_in(user="anna", password=PASSWORD)
    assert "do not go together" not in site.log()


@suite.test
async def invite(site, client):
    """The command for invites makes one of the directory"""
    anna = client("anna", PASSWORD)
    await anna.open(encrypt=True)
    await anna.online()
    command = ElementTree.Element("{http://jabber.org/protocol/commands}command",
                                  {"node": "urn:xmpp:invite#invite", "action": "execute"})
    answer = await anna.request(command)
    uri = answer.xml.find(".//*[@var='uri']/{jabber:x:data}value").text
    assert site.redeems(uri), uri


@suite.test
async def checked(site, _):
    """prosodyctl finds nothing wrong with the example"""
    done = subprocess.run(["prosodyctl", "--root", "--config", site.folder / "prosody.cfg.lua", "check", "config"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0 and "All checks passed" in done.stdout, done.stdout


@suite.test
async def rivals(site, client):
    """Where Prosody's own modules for invites are left enabled, the log says what to do"""
    example = (site.folder / EXAMPLE).read_text()
    (site.folder / EXAMPLE).write_text("".join(
        line for line in example.splitlines(keepends=True) if "modules_disabled" not in line))
    site.stop_prosody()
    site.start_prosody()
    await client().open(encrypt=True)
    for name in ("invites_adhoc", "invites_register"):
        assert f"mod_{name} and mod_invitegate do not go together: on this host set modules_disabled" in site.log()


if not os.access(PACKAGED, os.R_OK):
    print(f"1..0 # SKIP {PACKAGED} cannot be read")
else:
    suite.run(site_class=Packaged, encryption=True)
