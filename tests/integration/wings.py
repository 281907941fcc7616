#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The shape of the code: wings of common/ use those below them, front ends use the faces, one wing knows
libldap, and no two files need one another. docs/architecture.md has the picture. Each rule is tried on
made-up files that break it, too: a check that finds nothing could be blind."""
import os
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ.get("abs_top_srcdir", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("abs_top_builddir", SOURCE))

# What each wing may use beside itself.
WINGS = {
    "base": [],
    "config": ["base"],
    "directory": ["base", "config"],
    "credential": ["base", "config"],
    "model": ["base", "config", "directory", "credential"],
}
for above in ("invite", "redeem", "roster"):
    WINGS[above] = [*WINGS["model"], "model"]
WINGS["upkeep"] = [*WINGS["model"], "model", "invite", "redeem", "roster"]

# Faces of no single file, and the wing that they belong to.
PLAIN_FACES = {"call": "model"}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def read_sources():
    files = {}
    for folder in ("common", "include", "plugins", "tools"):
        for path in (SOURCE / folder).rglob("*.[ch]"):
            files[str(path.relative_to(SOURCE))] = path.read_text(encoding="utf-8")
    return files


def includes(text):
    return [(kind == "<", name) for kind, name in INCLUDE.findall(text)]


def wings_of_faces(files):
    """Which wing has the file that a face belongs to."""
    wings = dict(PLAIN_FACES)
    for path in files:
        part = path.split("/")
        if part[0] == "common" and path.endswith(".c"):
            stem = part[-1][:-2]
            if f"include/invitegate/{stem}.h" in files:
                known = wings.get(stem)
                if known is None or part[1] in WINGS[known]:
                    wings[stem] = part[1]
    return wings


def upwards(files):
    """Includes of common/ and of its faces that lead to a wing that is not below."""
    faces = wings_of_faces(files)
    wrong = []
    for path, text in sorted(files.items()):
        part = path.split("/")
        if part[0] == "common":
            own = part[1]
        elif part[0] == "include":
            own = faces.get(part[-1][:-2])
        else:
            continue
        if own not in WINGS:
            wrong.append(f"{path}: belongs to no wing")
            continue
        for system, name in includes(text):
            folder, base = os.path.split(name)
            ours = folder == "invitegate" or folder in WINGS or folder.startswith("common/")
            if not ours and (system or name == "config.h" or (folder == "" and part[0] == "common")):
                continue
            wing = faces.get(base[:-2]) if folder == "invitegate" else folder.removeprefix("common/")
            if wing != own and wing not in WINGS[own]:
                wrong.append(f"{path}: includes {name} of {wing}, which is not below {own}")
    return wrong


def behind_faces(files):
    """Front ends that look behind the faces."""
    wrong = []
    for path, text in sorted(files.items()):
        if not path.startswith(("plugins/", "tools/")):
            continue
        for system, name in includes(text):
            if "common/" in name or name.split("/")[0] in WINGS:
                wrong.append(f"{path}: includes {name}, which is no face")
    return wrong


def strangers_to_libldap(files):
    """<ldap.h> and <lber.h> outside of the directory's wing; DNs are texts that libldap takes apart."""
    return [f"{path}: includes <{name}>" for path, text in sorted(files.items())
            for _, name in includes(text)
            if name in ("ldap.h", "lber.h") and path != "common/base/dn.c"
            and not path.startswith("common/directory/")]


def faces_without_file(files):
    """A face has a file of its name in common/."""
    faces = wings_of_faces(files)
    return [f"{path}: no file of that name in common/" for path in sorted(files)
            if path.startswith("include/") and path.split("/")[-1][:-2] not in faces]


def circles(needs):
    """Groups of files that need one another, by Tarjan."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(needs.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = []
            while not group or group[-1] != node:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(", ".join(sorted(group)))

    for node in sorted(needs):
        if node not in index:
            visit(node)
    return found


def needs_of_headers(files):
    """Which header includes which."""
    needs = {}
    for path, text in files.items():
        if not path.endswith(".h"):
            continue
        for system, name in includes(text):
            places = [f"include/{name}", f"common/{name}", f"tools/ctl/{name}",
                      f"{os.path.dirname(path)}/{name}"]
            needs.setdefault(path, set()).update(p for p in places if not system and p in files)
    return needs


def symbols_of(paths):
    """What each object defines and what it lacks, by its path."""
    found = {str(path): (set(), set()) for path in paths}
    if not found:
        return found
    output = subprocess.run(["nm", "--print-file-name", *found], capture_output=True, text=True, check=True).stdout
    for line in output.splitlines():
        path, _, symbol = line.partition(":")
        defined, lacking = found[path]
        *_, kind, name = symbol.split()
        if kind == "U":
            lacking.add(name)
        elif kind in "TDBRVW":
            defined.add(name)
    return found


def needs_of_objects(folder, sources):
    """Which file calls a function, or reads a variable, of which other one, by what was compiled."""
    names = {}
    for path in sorted((BUILD / folder).rglob("*.o")):
        place = path.parent.parent if path.parent.name == ".libs" else path.parent
        name = f"{place.relative_to(BUILD)}/{path.name[:-2].split('-', 1)[-1]}"
        if f"{name}.c" in sources:
            names[str(path)] = name
    found = {names[path]: symbols for path, symbols in symbols_of(names).items()}
    home = {symbol: name for name, (defined, _) in found.items() for symbol in defined}
    return {name: {home[s] for s in lacking if s in home and home[s] != name}
            for name, (_, lacking) in found.items()}


def main():
    count = 0

    def report(description, wrong):
        nonlocal count
        count += 1
        print(f"{'not ok' if wrong else 'ok'} {count} - {description}")
        for line in wrong:
            print(f"# {line}")

    def finds(description, wrong):
        report(f"this check finds {description}", [] if wrong else ["it found nothing"])

    files = read_sources()
    report("wings include downwards only", upwards(files))
    report("front ends include faces only", behind_faces(files))
    report("libldap is known to the directory's wing only", strangers_to_libldap(files))
    report("each face has its file", faces_without_file(files))
    report("no circle among headers", circles(needs_of_headers(files)))
    for folder in ("common", "tools/ctl", "tools/agent", "plugins/pam", "plugins/sasl"):
        needs = needs_of_objects(folder, files)
        report(f"no circle among the files of {folder}",
               circles(needs) if len(needs) > 3 else [f"only {len(needs)} objects in {BUILD}"])

    broken = dict(files)
    broken["common/base/x.c"] = '#include "model/lock.h"\n'
    finds("a private header of a wing above", upwards(broken))
    broken = dict(files)
    broken["common/config/x.c"] = '#include "invitegate/account.h"\n'
    finds("a face of a wing above", upwards(broken))
    broken["common/config/x.c"] = "#include <model/lock.h>\n"
    finds("the same in angle brackets", upwards(broken))
    for quoted in ('"common/model/lock.h"', "<model/lock.h>"):
        finds(f"a front end that looks behind the faces, by {quoted}",
              behind_faces({"tools/ctl/x.c": f"#include {quoted}\n"}))
    for quoted in ("<ldap.h>", '"lber.h"'):
        finds(f"libldap elsewhere, by {quoted}",
              strangers_to_libldap({"common/model/x.c": f"#include {quoted}\n"}))
    finds("a face of nothing", faces_without_file({**files, "include/invitegate/nothing.h": ""}))
    finds("a circle of three", circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}))
    finds("a circle of two headers", circles(needs_of_headers(
        {"common/base/a.h": '#include "b.h"\n', "common/base/b.h": '#include "base/a.h"\n'})))
    needs = needs_of_objects("common", files).get("common/redeem/redeem", set())
    finds("the calls from one file into another", needs & {"common/redeem/judge"})
    print(f"1..{count}")


sys.exit(main())
