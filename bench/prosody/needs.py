# SPDX-License-Identifier: BSD-2-Clause
"""What a comparison needs of this machine, so that it says which package is missing before it starts anything."""

import os
import re
import shutil
import subprocess
import sys

PROGRAMS = {"prosody": "prosody", "slapd": "slapd", "ldapmodify": "ldap-utils"}
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"

# of Lua, by package: what has to work in the interpreter that Prosody runs in
SQLITE = ("lua-dbi-sqlite3", 'assert(require "DBI".Connect("SQLite3", ":memory:"))')
LDAP = ("lua-ldap", 'require "lualdap"')


def find(program):
    return shutil.which(program, path=PATH)


def interpreter():
    """The Lua of Prosody's first line; None where that names none."""
    with open(find("prosody"), "rb") as file:
        words = file.readline(200).decode(errors="replace").split()
    return find(words[-1]) if words and re.search(r"lua[0-9.]*$", words[-1]) else None


def works(lua, code):
    return subprocess.run([lua, "-e", code], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def lacking(*modules):
    """The packages that are not there, or not for that Lua."""
    packages = [package for program, package in PROGRAMS.items() if find(program) is None]
    lua = None if "prosody" in packages else interpreter()
    if lua is not None:
        packages += [package for package, code in modules if not works(lua, code)]
    return packages


def are_there(comparison, *modules):
    """False, and a line on standard error, where a package is missing."""
    packages = lacking(*modules)
    if packages:
        print(f"{comparison}: left out, {', '.join(packages)} not installed, or not for Prosody's Lua "
              "(scripts/install-packages bench)", file=sys.stderr)
    return not packages
