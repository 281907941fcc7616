# SPDX-License-Identifier: BSD-2-Clause
"""The two that are compared: Prosody with mod_invitegate, invite-agent and slapd; and Prosody with its own
mod_invites, mod_invites_register and mod_register_ibr. The same Prosody, the same settings of it, the same
hashing (SCRAM-SHA-1, 10 000 rounds), the same invites: to make an account, or one with a contact."""

import os
import pathlib
import re
import secrets
import subprocess

from figures import processor_seconds, resident_megabytes
from site_of_suite import BUILT, DOMAIN, SUFFIX, Site, until

ITERATIONS = 10000


class Place(Site):
    """tokens: of invites that nobody has used yet, as many as usable says. All others are only there.
    inviters: so many accounts that the invites come from; each has those it invited on its roster."""

    log_level = "info"
    module_folders = ("plugins/prosody", "bench/prosody/modules")
    durability = ()  # each writes to the disk as it does by default

    def __init__(self, outstanding, usable, inviters=0, **options):
        super().__init__(**options)
        self.inviters = [f"inviter{number + 1}" for number in range(inviters)]
        self.outstanding = outstanding
        self.usable = usable
        self.tokens = []
        self.registered = 0

    def processes(self):
        """Name and pid of each server."""
        return {"prosody": self.prosody.pid}

    def processor(self):
        return {name: processor_seconds(pid) for name, pid in self.processes().items()}

    def memory(self):
        return {name: resident_megabytes(pid) for name, pid in self.processes().items()}

    def jobs(self, count):
        """Names and tokens for so many registrations, as load reads them."""
        lines = []
        for token in self.tokens[:count]:
            self.registered += 1
            lines.append(f"user{self.registered} {token}\n")
        del self.tokens[:count]
        return "".join(lines)


class Invitegate(Place):
    """Ours, with logins by LDAP."""

    def __enter__(self):
        ldif = self.folder / "outstanding.ldif"
        ldif.write_text("\n".join([*self.accounts_of_inviters(), *self.invites()]))
        self.slapd_options = ["--extra-ldif", str(ldif)]
        super().__enter__()
        ldif.unlink()
        for inviter in self.inviters or [None]:
            number = self.usable // max(1, len(self.inviters))
            self.tokens += self.invitectl("create", "--count", str(number), "--print", "token",
                                          *(("--inviter", f"{inviter}@{DOMAIN}") if inviter else ())).split()
        return self

    def accounts_of_inviters(self):
        for name in self.inviters:
            yield (f"dn: uid={name},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nobjectClass: xmppAccount\n"
                   f"uid: {name}\ncn: {name}\nsn: {name}\nxmppJid: {name}@{DOMAIN}\n")

    def invites(self):
        """Those that only are there, in LDIF."""
        for _ in range(self.outstanding - self.usable):
            number = secrets.token_hex(20)
            yield (f"dn: inviteId={number},ou=invites,{SUFFIX}\nobjectClass: xmppInvite\ninviteId: {number}\n"
                   f"inviteType: account\ninviteDomain: {DOMAIN}\ninviteUses: 1\ninviteUsesLeft: 1\n"
                   "inviteExpires: 20991231000000Z\ninviteKeyId: 1\ninviteTerms: none\n")

    def start_slapd(self):
        self.agent_keys |= {"password_verifiers": "scram-sha-1", "scram_iterations": str(ITERATIONS),
                            "timeout": "5s"}
        super().start_slapd()
        self.forget_pages()

    def forget_pages(self):
        """What filled the database left its pages in memory in large pieces, each of which costs more to
        write to: the database is read again, as after the machine was started."""
        self.stop_slapd()
        with open(self.folder / "db/data.mdb", "rb") as database:
            os.fsync(database.fileno())
            os.posix_fadvise(database.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        self.start_slapd_again()

    def processes(self):
        slapd = int((self.folder / "slapd.pid").read_text())
        return super().processes() | {"invite-agent": self.agent.pid, "slapd": slapd}


class Stock(Place):
    """storage: the lines of the configuration that say where Prosody keeps what it has."""

    def __init__(self, outstanding, usable, storage, inviters=0):
        super().__init__(outstanding, usable, inviters)
        self.storage = storage
        self.filling = True

    def __enter__(self):
        try:
            self.fill()
            self.start_prosody()
        except BaseException:
            self.show_logs()
            self.__exit__()
            raise
        return self

    def fill(self):
        """In a run of its own, so that what it takes in memory is gone."""
        tokens = self.folder / "tokens"
        self.start_prosody()
        self.prosody.wait(600)
        self.tokens = tokens.read_text().split()[:self.usable]
        if len(self.tokens) != self.usable:
            raise RuntimeError("the store was not filled: " + (self.folder / "prosody.log").read_text())
        tokens.unlink()
        self.filling = False

    def prosody_answers(self):
        return self.filling or super().prosody_answers()

    def host_lines(self):
        filling = f"""
modules_enabled = {{ "bench_invites" }}
bench_invites = {self.outstanding}
bench_inviters = {len(self.inviters)}
bench_tokens_file = "{self.folder}/tokens"
"""
        return f"""
VirtualHost "{DOMAIN}"
authentication = "internal_hashed"
default_iteration_count = {ITERATIONS}
c2s_require_encryption = false
allow_registration = true
registration_invite_only = true
{self.storage}
{filling if self.filling else 'modules_enabled = { "invites"; "invites_register"; "register_ibr" }'}
"""


SQLITE = 'storage = "sql"\nsql = { driver = "SQLite3"; database = "prosody.sqlite" }'
FILES = 'storage = "internal"'
LOAD = pathlib.Path(BUILT) / "bench/prosody/load"


def load(port, jobs, *options):
    """Runs the clients; what they printed."""
    done = subprocess.run([LOAD, *options, str(port)], input=jobs, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"load: {done.stderr}")
    return done.stdout
