#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Logins a second by SCRAM and PLAIN with mod_auth_invitegate, beside Prosody's own accounts and mod_auth_ldap,
in the same run. README.md here says more."""

import base64
import contextlib
import hashlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(os.environ["abs_top_srcdir"]) / "tests/prosody"))

# pylint: disable=wrong-import-position
import needs
from figures import figure
from logins_site import Logins
from places import FILES, ITERATIONS, Place, Stock, load
from site_of_suite import BUILT, DOMAIN, SUFFIX

SECONDS = float(os.environ.get("INV_BENCH_SECONDS", "2"))
HASH = os.environ.get("INV_BENCH_HASH", "SHA-256")
ROUNDS = 5
CLIENTS = (1, 8)
ACCOUNTS = 20
PASSWORD = "correct horse battery"  # of the clients
# names of accounts, by how the directory keeps their passwords; all have SCRAM verifiers where they were made
KEPT = {"{ARGON2}": "slow", "{SSHA}": "quick"}


class Directory(Logins, Place):
    """Accounts in a directory, as many with each hash."""

    def __init__(self, provider):
        super().__init__(0, 0, provider=provider, agent={
            "verifiers": "yes", "password_verifiers": f"server scram-{HASH.lower()}",
            "scram_iterations": str(ITERATIONS), "limit_checks": "1000000/s",
            "timeout": "30s", "claim_grace": "10m"})

    def __enter__(self):
        super().__enter__()
        try:
            self.fill()
        except BaseException:
            self.__exit__()
            raise
        return self

    def fill(self):
        for prefix in KEPT.values():
            for number in range(ACCOUNTS):
                self.account(f"{prefix}{number + 1}", PASSWORD)
        for number in range(ACCOUNTS):
            self.keep_by_ssha(f"{KEPT['{SSHA}']}{number + 1}")

    def keep_by_ssha(self, name):
        """As a site's own tool stores it."""
        salt = os.urandom(8)
        value = base64.b64encode(hashlib.sha1(PASSWORD.encode() + salt).digest() + salt).decode()
        self.modify(f"dn: uid={name},ou=people,{SUFFIX}\nchangetype: modify\nreplace: userPassword\n"
                    f"userPassword: {{SSHA}}{value}\n")

    def slapd_pid(self):
        return int((self.folder / "slapd.pid").read_text())


class Invitegate(Directory):
    def __init__(self):
        super().__init__("invitegate")

    def processes(self):
        return super().processes() | {"invite-agent": self.agent.pid, "slapd": self.slapd_pid()}


class Ldap(Directory):
    """mod_auth_ldap as it comes, over a socket as the agent, and as the rootdn, for whom slapd evaluates no rule
    of access."""

    def __init__(self):
        super().__init__("ldap")

    def host_lines(self):
        text = super().host_lines().replace('modules_enabled = { "invitegate" }', "")
        path = str(self.folder / "ldapi").replace("/", "%2F")
        return re.sub(r"^(\s*ldap_server) = .*", rf'\1 = "ldapi://{path}"', text, count=1, flags=re.M)

    def processes(self):
        return super().processes() | {"slapd": self.slapd_pid()}


class Internal(Stock):
    """Prosody's own accounts, in files, as it comes."""

    def __init__(self):
        super().__init__(ACCOUNTS, ACCOUNTS, f'{FILES}\npassword_hash = "{HASH}"')

    def __enter__(self):
        super().__enter__()
        try:
            load(self.port, self.jobs(ACCOUNTS))
        except BaseException:
            self.__exit__()
            raise
        return self


class Runs:
    """What one way to log in took, round by round, for each number of clients."""

    def __init__(self, name, place, mechanism, prefix):
        self.name = name
        self.place = place
        self.client = subprocess.Popen(
            [BUILT / "bench/prosody/logins", str(place.port), mechanism, prefix, str(ACCOUNTS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.rounds = {number: [] for number in CLIENTS}
        self.processor = {number: dict.fromkeys(place.processes(), 0.0) for number in CLIENTS}

    def __enter__(self):
        self.answer()
        return self

    def __exit__(self, *_):
        self.client.stdin.close()
        self.client.wait()

    def answer(self):
        line = self.client.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name}: the clients have ended")
        return line

    def run(self, clients):
        before = self.place.processor()
        self.client.stdin.write(f"{clients} {SECONDS}\n")
        self.client.stdin.flush()
        self.rounds[clients].append(json.loads(self.answer()))
        after = self.place.processor()
        for name in after:
            self.processor[clients][name] += after[name] - before[name]

    def of(self, clients, key):
        return statistics.median(each[key] for each in self.rounds[clients])

    def print(self, clients, *beside):
        name = f"{self.name}, {clients} client{'s' if clients > 1 else ''}"
        done = sum(each["logins"] for each in self.rounds[clients])
        rate = self.of(clients, "rate")
        if not beside:
            figure(f"{name}: logins", rate, "1/s")
        for other in beside:
            figure(f"{name}: logins", rate, "1/s", other.name, other.of(clients, "rate"))
        for share in ("p10", "p50", "p99"):
            figure(f"{name}: a login takes, {share}", self.of(clients, f"{share}_ms"), "ms")
        for server, seconds in self.processor[clients].items():
            figure(f"{name}: CPU of {server}, each", seconds / done * 1000, "ms")
        of_client = sum(each["client_cpu_seconds"] for each in self.rounds[clients])
        figure(f"{name}: CPU of the clients, each", of_client / done * 1000, "ms")


def main():
    if not needs.are_there("bench/prosody/logins.py", needs.LDAP):
        return
    scram = f"SCRAM-{HASH}"
    slow, quick = KEPT["{ARGON2}"], KEPT["{SSHA}"]
    with contextlib.ExitStack() as open_ones:
        ours, stock, ldap = (open_ones.enter_context(place()) for place in (Invitegate, Internal, Ldap))
        os.sync()  # what filling them left to write
        runs = [Runs(*one) for one in (
            (f"invitegate, {scram}", ours, scram, slow), (f"stock, {scram}", stock, scram, "user"),
            ("invitegate, PLAIN {SSHA}", ours, "PLAIN", quick),
            ("mod_auth_ldap, PLAIN {SSHA}", ldap, "PLAIN", quick),
            ("invitegate, PLAIN {ARGON2}", ours, "PLAIN", slow),
            ("mod_auth_ldap, PLAIN {ARGON2}", ldap, "PLAIN", slow),
            ("stock, PLAIN", stock, "PLAIN", "user"))]
        for each in runs:
            open_ones.enter_context(each)
        for _ in range(ROUNDS):
            for clients in CLIENTS:
                for each in runs:
                    each.run(clients)
    own_scram, stock_scram, own_quick, ldap_quick, own_slow, ldap_slow, stock_plain = runs
    for clients in CLIENTS:
        own_scram.print(clients, stock_scram, ldap_quick, ldap_slow)
        own_quick.print(clients, ldap_quick, stock_plain)
        own_slow.print(clients, ldap_slow, stock_plain)
        for each in (stock_scram, stock_plain, ldap_quick, ldap_slow):
            each.print(clients)


main()
