# SPDX-License-Identifier: BSD-2-Clause
"""Another XMPP server, with Prosody's own modules only, that a suite's Prosody talks to on the loopback
interface."""

import subprocess

from site_of_suite import TOP, free_port, listens, until

DOMAIN = "elsewhere.example"


def lines(own_port, neighbours):
    """Of a server's configuration: where it listens for others, and where they do."""
    names = " ".join(f'["{domain}"] = {port};' for domain, port in neighbours.items())
    return f"""
modules_disabled = {{ "posix"; "http" }}
s2s_ports = {{ {own_port} }}
s2s_interfaces = {{ "127.0.0.1" }}
s2s_require_encryption = false
s2s_secure_auth = false
neighbours = {{ {names} }}
"""


class Neighbour:
    """Its accounts are in its own store."""

    domain = DOMAIN

    def __init__(self, folder, s2s_port, neighbours):
        self.folder = folder / "neighbour"
        self.port = free_port()
        self.s2s_port = s2s_port
        self.neighbours = neighbours
        self.prosody = None

    def __enter__(self):
        self.folder.mkdir(exist_ok=True)
        (self.folder / "prosody.cfg.lua").write_text(f"""
pidfile = "{self.folder}/prosody.pid"
data_path = "{self.folder}/data"
certificates = "{self.folder}"
run_as_root = true
plugin_paths = {{ "{TOP}/tests/prosody/modules" }}
log = {{ {{ levels = {{ min = "debug" }}, to = "file", filename = "{self.folder}/prosody.log" }} }}
modules_enabled = {{ "roster"; "saslauth"; "presence"; "message"; "iq"; "c2s"; "s2s"; "dialback"; "neighbours" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {self.port} }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
{lines(self.s2s_port, self.neighbours)}
VirtualHost "{DOMAIN}"
""")
        (self.folder / "data").mkdir(exist_ok=True)
        self.start()
        return self

    def start(self):
        with open(self.folder / "prosody.out", "ab") as log:
            self.prosody = subprocess.Popen(
                ["prosody", "--config", self.folder / "prosody.cfg.lua", "-F"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        until(lambda: listens(self.port), "the neighbour does not listen")

    def stop(self):
        self.prosody.terminate()
        self.prosody.wait(15)

    def account(self, name, password):
        subprocess.run(["prosodyctl", "--root", "--config", self.folder / "prosody.cfg.lua", "register",
                        name, DOMAIN, password], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)

    def log(self):
        return (self.folder / "prosody.log").read_text(errors="replace")

    def __exit__(self, *_):
        if self.prosody is not None and self.prosody.poll() is None:
            self.stop()
