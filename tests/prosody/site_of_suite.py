# SPDX-License-Identifier: BSD-2-Clause
"""A site of its own for a suite: slapd, invite-agent and Debian's Prosody in a folder, on free ports of
the loopback interface, ended by their pids."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(os.environ["abs_top_srcdir"])
BUILT = pathlib.Path(os.environ["abs_top_builddir"])
DOMAIN = "example.org"
SUFFIX = "dc=example,dc=org"
DEADLINE = 20


def missing():
    """What this machine lacks for these suites, or None."""
    for program in ("prosody", "ldapmodify", "openssl"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if shutil.which("slapd", path=os.environ["PATH"] + ":/usr/sbin") is None:
        return "slapd is not installed"
    try:
        import slixmpp  # noqa: F401
    except ImportError:
        return "slixmpp is not installed"
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(condition, what, seconds=DEADLINE):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


class Site:
    """provider: ldap, internal_hashed or cyrus. prosody: more lines of its configuration, for the host;
    server: for the whole server; modules: more of its modules."""

    domain = DOMAIN
    # what benchmarks want otherwise
    log_level = "debug"
    module_folders = ("plugins/prosody", "tests/prosody/modules")
    durability = ("--fast",)

    def __init__(self, provider="ldap", encryption=False, prosody="", server="", modules=(),
                 agent=None, slapd=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="invitegate-prosody."))
        self.provider = provider
        self.encryption = encryption
        self.prosody_lines = prosody
        self.server_lines = server
        self.modules = "".join(f'"{module}"; ' for module in modules)
        self.agent_keys = {"limit_checks": "10000/m", "limit_registrations": "10000/m"}
        self.agent_keys.update(agent or {})
        self.slapd_options = list(slapd)
        self.config = self.folder / "invitegate.conf"
        self.prosody_environment = {}
        # sanitizers and loaded machines make everything slow
        self.slowness = 1 if os.environ.get("INV_SANITIZERS", "no") == "no" else 4
        self.port = free_port()
        self.ldap_port = free_port()
        self.agent = None
        self.saslauthd = None
        self.prosody = None

    def __enter__(self):
        try:
            self.start_slapd()
            self.invitectl("init", "--bind-dn", f"cn=admin,{SUFFIX}", "--bind-password-file",
                           str(self.folder / "admin.password"), check=False)
            self.start_agent()
            if self.provider == "cyrus":
                self.start_saslauthd()
            self.start_prosody()
        except BaseException:
            self.show_logs()
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in (self.prosody, self.saslauthd, self.agent):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.signal_slapd(signal.SIGCONT)
        self.stop_slapd()
        shutil.rmtree(self.folder, ignore_errors=True)

    def show_logs(self):
        for name in ("slapd.log", "agent.log", "saslauthd.log", "prosody.log"):
            path = self.folder / name
            if path.exists():
                for line in path.read_text(errors="replace").splitlines()[-60:]:
                    print(f"# {name}: {line}", file=sys.stderr)

    # ------------------------------------------------------------------------------ directory

    def start_slapd(self):
        subprocess.run([TOP / "scripts/private-slapd", "start", "--conf", *self.durability, "--port",
                        str(self.ldap_port), *self.slapd_options, self.folder], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.configure({"socket": self.folder / "agent.sock", "to": "stderr", "level": "info",
                        "timeout": "1s"} | self.agent_keys)
        self.config.chmod(0o600)

    def configure(self, keys):
        """For the next start of the agent."""
        text = self.config.read_text()
        for key, value in keys.items():
            text = re.sub(rf"^{key} *=.*", f"{key} = {value}", text, count=1, flags=re.M)
        self.config.write_text(text)

    def stop_slapd(self):
        subprocess.run([TOP / "scripts/private-slapd", "stop", self.folder], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def signal_slapd(self, number):
        try:
            os.kill(int((self.folder / "slapd.pid").read_text()), number)
        except (OSError, ValueError):
            pass

    def stop_slapd(self):
        subprocess.run([TOP / "scripts/private-slapd", "stop", self.folder], check=True)

    def start_slapd_again(self):
        """The same directory, as it was."""
        subprocess.run([TOP / "scripts/private-slapd", "start", self.folder], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def invitectl(self, *arguments, stdin="", check=True):
        done = subprocess.run([BUILT / "tools/invitectl", "-c", self.config, *arguments], input=stdin,
                              capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"invitectl {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def invite(self, *arguments):
        return self.invitectl("create", "--print", "token", *arguments)

    def account(self, name, password="correct horse"):
        """An account that came by an invite outside of XMPP."""
        self.invitectl("redeem", "--user", name, "-", stdin=f"{self.invite()}\n{password}")

    def accounts(self):
        done = subprocess.run(["ldapsearch", "-x", "-LLL", "-H", f"ldap://127.0.0.1:{self.ldap_port}",
                               "-D", f"cn=admin,{SUFFIX}", "-y", self.folder / "admin.password",
                               "-b", f"ou=people,{SUFFIX}", "(objectClass=xmppAccount)", "uid"],
                              capture_output=True, text=True, check=True)
        return sorted(re.findall(r"^uid: (.*)$", done.stdout, re.M))

    def delete_account(self, name):
        """As some other tool of the site does it: nobody tells Prosody."""
        subprocess.run(["ldapdelete", "-x", "-H", f"ldap://127.0.0.1:{self.ldap_port}", "-D",
                        f"cn=admin,{SUFFIX}", "-y", self.folder / "admin.password",
                        f"uid={name},ou=people,{SUFFIX}"], check=True)

    def modify(self, ldif):
        subprocess.run(["ldapmodify", "-x", "-H", f"ldap://127.0.0.1:{self.ldap_port}", "-D",
                        f"cn=admin,{SUFFIX}", "-y", self.folder / "admin.password"], check=True,
                       input=ldif, text=True, stdout=subprocess.DEVNULL)

    def redeems(self, token):
        """Would the token still redeem?"""
        done = subprocess.run([BUILT / "tools/invitectl", "-c", self.config, "check", "-"],
                              input=token + "\n", capture_output=True, text=True, check=False)
        return done.returncode == 0

    # ---------------------------------------------------------------------------------- agent

    def start_agent(self):
        with open(self.folder / "agent.log", "ab") as log:
            self.agent = subprocess.Popen([BUILT / "tools/invite-agent", "-c", self.config, "--listen"],
                                          stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self.agent_answers, "invite-agent does not listen")

    def agent_answers(self):
        if self.agent.poll() is not None:
            raise RuntimeError("invite-agent ended")
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.folder / "agent.sock"))
            except OSError:
                return False
            return True

    def stop_agent(self, number=signal.SIGKILL):
        self.agent.send_signal(number)
        self.agent.wait(15)

    def end_agent(self):
        """As its service is ended: everything that was begun is finished, and its run-time checks, if it is
        built with such, have nothing to say. Leaks are told then."""
        self.stop_agent(signal.SIGTERM)
        said = (self.folder / "agent.log").read_text(errors="replace")
        if self.agent.returncode != 0 or re.search(r"\w+Sanitizer: |runtime error: ", said):
            raise RuntimeError(f"invite-agent ended with {self.agent.returncode}: {said[-20000:]}")

    # ------------------------------------------------------------------------------ saslauthd

    def start_saslauthd(self):
        """Over PAM, with the example of a service, which knows this directory through pam_invite."""
        for name in ("pam.d", "mux", "sasl2"):
            (self.folder / name).mkdir()
        module = f"{BUILT}/plugins/pam/.libs/pam_invite.so conf={self.config}"
        service = (TOP / "config-examples/pam.d/xmpp").read_text()
        (self.folder / "pam.d/xmpp").write_text(
            re.sub(r"^(?!#)(.*)pam_invite\.so", rf"\1{module}", service, flags=re.M))
        sasl = (TOP / "config-examples/sasl2/prosody.conf").read_text()
        (self.folder / "sasl2/prosody.conf").write_text(
            sasl + f"saslauthd_path: {self.folder}/mux/mux\n")
        with open(self.folder / "saslauthd.log", "ab") as log:
            self.saslauthd = subprocess.Popen(
                [TOP / "scripts/pam-wrapped", self.folder / "pam.d", shutil.which("saslauthd",
                 path=os.environ["PATH"] + ":/usr/sbin"), "-d", "-a", "pam", "-m", self.folder / "mux",
                 "-n", "1"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        # somebody else may be using pam_wrapper
        until(self.saslauthd_answers, "saslauthd does not listen", 900)

    def saslauthd_answers(self):
        if self.saslauthd.poll() is not None:
            raise RuntimeError("saslauthd ended")
        return (self.folder / "mux/mux").exists()

    # -------------------------------------------------------------------------------- prosody

    def plugin_paths(self):
        return "{ " + " ".join(f'"{TOP}/{folder}";' for folder in self.module_folders) + " }"

    def host_lines(self):
        """The examples as they are, but for what this folder has in other places."""
        example = TOP / f"config-examples/prosody/{self.provider}.cfg.lua"
        if example.exists():
            text = example.read_text()
        else:
            text = f'VirtualHost "{DOMAIN}"\nauthentication = "{self.provider}"\n' \
                   'modules_enabled = { "invitegate" }\ninvitegate_socket = ""\nc2s_require_encryption = true\n'
        values = {
            "plugin_paths": self.plugin_paths(),
            "invitegate_socket": f'"{self.folder}/agent.sock"',
            "c2s_require_encryption": "true" if self.encryption else "false",
            "ldap_server": f'"127.0.0.1:{self.ldap_port}"',
            "ldap_tls": "false",
            "ldap_rootdn": f'"cn=admin,{SUFFIX}"',
            "ldap_password": f'"{(self.folder / "admin.password").read_text().strip()}"',
        }
        for key, value in values.items():
            text = re.sub(rf"^(\s*{key}) = .*", rf"\1 = {value}", text, count=1, flags=re.M)
        return text

    def configuration(self):
        tls = f'ssl = {{ key = "{self.folder}/tls.key"; certificate = "{self.folder}/tls.crt"; }}'
        return f"""
pidfile = "{self.folder}/prosody.pid"
data_path = "{self.folder}/data"
certificates = "{self.folder}"
run_as_root = true
plugin_paths = {self.plugin_paths()}
log = {{ {{ levels = {{ min = "{self.log_level}" }}, to = "file", filename = "{self.folder}/prosody.log" }} }}
modules_enabled = {{ "roster"; "saslauth"; "disco"; "ping"; "presence"; "iq"; "message"; "c2s";
    {'"tls";' if self.encryption else ""} "adhoc"; "offline"; "private"; {self.modules}}}
modules_disabled = {{ "s2s"; "posix"; "http"; }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {self.port} }}
http_ports = {{}}
https_ports = {{}}
network_settings = {{ nagle = false }}
allow_unencrypted_plain_auth = {"false" if self.encryption else "true"}
{tls if self.encryption else ""}
{self.server_lines}
{self.host_lines()}
{self.prosody_lines}
"""

    def start_prosody(self):
        (self.folder / "data").mkdir(exist_ok=True)
        if self.encryption and not (self.folder / "tls.crt").exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={DOMAIN}",
                            "-addext", f"subjectAltName=DNS:{DOMAIN}", "-keyout",
                            self.folder / "tls.key", "-out", self.folder / "tls.crt"], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        (self.folder / "prosody.cfg.lua").write_text(self.configuration())
        with open(self.folder / "prosody.out", "ab") as log:
            self.prosody = subprocess.Popen(
                ["prosody", "--config", self.folder / "prosody.cfg.lua", "-F"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env=os.environ | {"SASL_CONF_PATH": str(self.folder / "sasl2")} | self.prosody_environment)
        until(self.prosody_answers, "Prosody does not listen")

    def prosody_answers(self):
        if self.prosody.poll() is not None:
            raise RuntimeError("Prosody ended: " + (self.folder / "prosody.out").read_text())
        return listens(self.port)

    def stop_prosody(self):
        self.prosody.terminate()
        self.prosody.wait(15)

    def shell(self, command):
        """A command of mod_admin_shell."""
        done = subprocess.run(["prosodyctl", "--root", "--config", self.folder / "prosody.cfg.lua", "shell", command],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout

    def only_here(self, name, password):
        """An account that Prosody has and the directory does not."""
        subprocess.run(["prosodyctl", "--root", "--config", self.folder / "prosody.cfg.lua", "register",
                        name, DOMAIN, password], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)

    def log(self):
        return (self.folder / "prosody.log").read_text(errors="replace")
