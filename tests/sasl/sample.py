#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""One login between Cyrus SASL's sample programs: sample.py FOLDER MECHANISM USER REALM [SSF] <PASSWORD
FOLDER has the plugins and sample.conf. Ends with 0 when the server says that the login is good."""
import os
import selectors
import subprocess
import sys

folder, mechanism, user, realm, ssf = (*sys.argv[1:5], *(sys.argv[5:] or ["256"]))
password = sys.stdin.readline()
environment = {**os.environ, "SASL_CONF_PATH": folder, "SASL_PATH": folder}
preload = os.environ.get("INV_PRELOAD")
if preload:
    environment["LD_PRELOAD"] = preload


def start(*command):
    """In a session without a terminal, so that it reads the password from its standard input."""
    return subprocess.Popen(["stdbuf", "-o0", *command], env=environment, start_new_session=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


server = start("sasl-sample-server", "-p", folder, "-s", "test", "-d", "mail.example.net", "-u", realm,
               "-m", mechanism, "-e", f"ssf={ssf},id=x")
client = start("sasl-sample-client", "-p", folder, "-s", "test", "-n", "mail.example.net", "-a", user, "-u", "",
               "-m", mechanism, "-e", f"ssf={ssf},id=x")
heard = {server: b"", client: b""}
others = {server: client, client: server}
selector = selectors.DefaultSelector()
for program in (server, client):
    os.set_blocking(program.stdout.fileno(), False)
    selector.register(program.stdout, selectors.EVENT_READ, program)


def answer(program, text):
    try:
        program.stdin.write(text)
        program.stdin.flush()
    except BrokenPipeError:
        pass


def take_lines(program):
    """What a program says to the other one is a line of base64 behind its letter."""
    *lines, rest = heard[program].split(b"\n")
    for line in lines:
        print("SC"[program is client] + "< " + line.decode(errors="replace"))
        start_of = line.find(b"S: " if program is server else b"C: ")
        if start_of >= 0:
            answer(others[program], line[start_of:] + b"\n")
    heard[program] = rest
    if program is client and rest.endswith(b"[]: "):
        answer(client, b"\n")
        heard[program] = b""
    elif program is client and rest.endswith(b"Password: "):
        answer(client, password.encode())
        heard[program] = b""


everything = b""
while selector.get_map():
    events = selector.select(20)
    if not events:
        break
    for key, _ in events:
        data = key.fileobj.read()
        if not data:
            selector.unregister(key.fileobj)
            if key.data is server:
                client.stdin.close()
            else:
                server.stdin.close()
            continue
        everything += data if key.data is server else b""
        heard[key.data] += data
        take_lines(key.data)
for program in (server, client):
    program.kill()
    program.wait()
print(everything.decode(errors="replace"))
sys.exit(0 if b"Negotiation complete" in everything else 1)
