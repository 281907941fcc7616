#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: terminal.py SHOWN ANSWER... -- COMMAND...

Runs COMMAND at a terminal of its own and gives it one ANSWER a prompt (what ends in ": "), each with
a newline; the answer ^C interrupts it. What the terminal showed goes into the file SHOWN. Ends with
the status of COMMAND, 128 + N after signal N, 99 when the echo stayed off, 98 when it took too long
(TERMINAL_SECONDS, or 30).
"""
import os
import fcntl
import select
import signal
import sys
import termios
import time

split = sys.argv.index("--")
shown_path, answers, command = sys.argv[1], sys.argv[2:split], sys.argv[split + 1:]

# The far end stays open here too, to look at its settings when the child has left it.
terminal, far_end = os.openpty()
child = os.fork()
if child == 0:
    os.close(terminal)
    # Who runs the tests in the background may have had ^C ignored; a person at a terminal has not.
    for number in signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP:
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    fcntl.ioctl(far_end, termios.TIOCSCTTY, 0)
    for descriptor in 0, 1, 2:
        os.dup2(far_end, descriptor)
    os.execvp(command[0], command)

shown = b""
unanswered = b""
deadline = time.monotonic() + float(os.environ.get("TERMINAL_SECONDS", "30"))
status = None
while status is None:
    if time.monotonic() > deadline:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        sys.exit(98)
    if select.select([terminal], [], [], 0.05)[0]:
        part = os.read(terminal, 4096)
        shown += part
        unanswered += part
    if unanswered.endswith(b": ") and answers:
        answer = answers.pop(0)
        unanswered = b""
        os.write(terminal, b"\x03" if answer == "^C" else answer.encode() + b"\n")
    done, wait_status = os.waitpid(child, os.WNOHANG)
    if done == child:
        status = os.waitstatus_to_exitcode(wait_status)
while select.select([terminal], [], [], 0)[0]:
    shown += os.read(terminal, 4096)
with open(shown_path, "wb") as file:
    file.write(shown)
if not termios.tcgetattr(far_end)[3] & termios.ECHO:
    sys.exit(99)
sys.exit(status if status >= 0 else 128 - status)
