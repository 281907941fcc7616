#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""README.md and the other pages in Markdown: their links lead somewhere, and the commands, options, paths, make
targets, configuration keys and manual pages that they name exist in this tree."""

import fnmatch
import functools
import glob
import os
import re
import subprocess
from urllib.parse import unquote

TOP = os.environ.get("abs_top_srcdir") or os.path.abspath(f"{os.path.dirname(__file__)}/../..")
BUILT = os.environ.get("abs_top_builddir") or TOP
README_LINES = 150
# in these a name such as claim_grace is a configuration key; in pages for developers it may be C
FOR_ADMINS = ("README.md", "SECURITY.md", "docs/389ds.md", "docs/ejabberd.md", "docs/everyday.md", "docs/figures.md",
              "docs/openldap.md", "docs/pam.md", "docs/prosody.md", "docs/troubleshooting.md")
FOLDERS = r"\.ci|bench|common|config-examples|docs|include|m4|man|plugins|schema|scripts|tests|tools"
# where make install puts what this tree has elsewhere
INSTALLED = {
    "/usr/share/doc/invitegate/examples": "config-examples",
    "/usr/share/invitegate/schema": "schema",
    "/usr/share/invitegate/prosody": "plugins/prosody",
}
PLACEHOLDER = re.compile(r"(?<![A-Za-z])(?!README|HACKING|SECURITY|COPYING|NEWS)(?:X|[A-Z]{2,})(?![a-z])")


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def output(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout


class Page:
    """A page in Markdown: its headings, links, and code, each with the number of its line."""

    def __init__(self, path, text):
        self.path = path
        self.for_admins = path in FOR_ADMINS
        self.lines = text.splitlines()
        self.blocks = []  # (line, text) of code blocks
        self.spans = []  # (line, text) of code within sentences, in one line each
        self.prose = []  # (line, text) of the rest, code within sentences included
        self._split()
        self.links = self._links()
        self.anchors = self._anchors()

    def _split(self):
        fence, in_list, start, paragraph = None, False, 0, []

        def end_paragraph():
            for match in re.finditer(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "\n".join(paragraph), re.S):
                before = match.string[:match.start()].count("\n")
                self.spans.append((start + before, " ".join(match[2].split())))
            paragraph.clear()

        for number, line in enumerate(self.lines, 1):
            opening = re.match(r" {0,3}(```+|~~~+)", line)
            if fence is not None:
                if opening and opening[1].startswith(fence):
                    fence = None
                else:
                    self.blocks.append((number, line.strip()))
                continue
            in_list = bool(re.match(r" {0,3}([*+-]|\d+\.) ", line)) or in_list and (not line or line[0] == " ")
            if opening:
                end_paragraph()
                fence = opening[1]
            elif not line.strip():
                end_paragraph()
            elif line.startswith("    ") and not in_list and not paragraph:
                self.blocks.append((number, line[4:]))
            else:
                start = start if paragraph else number
                paragraph.append(line)
                self.prose.append((number, line))
        end_paragraph()

    def _links(self):
        """(line, target) of each link"""
        found = []
        for number, line in self.prose:
            text = re.sub(r"`[^`]*`", "", line)
            found += [(number, match[1]) for match in re.finditer(r"\]\(<?([^)\s>]*)", text)]
            found += [(number, match[1]) for match in re.finditer(r"^ {0,3}\[[^]]+\]:\s*(\S+)", text)]
        return found

    def _anchors(self):
        """What GitHub makes of the headings: lower case, letters, digits, _ and -, a number behind the second one"""
        found = set()
        for _, line in self.prose:
            heading = re.match(r" {0,3}#{1,6}\s+(.*?)\s*#*$", line)
            if heading:
                text = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", heading[1]).strip().lower()
                name = anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
                again = 0
                while anchor in found:
                    again += 1
                    anchor = f"{name}-{again}"
                found.add(anchor)
            found.update(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", line))
        return found

    @property
    def code(self):
        return self.blocks + self.spans

    @property
    def commands(self):
        """(line, text) of each command that code has; what a backslash continues is one, and remarks are gone"""
        joined, number = [], 0
        for line, text in self.blocks:
            if joined and joined[-1][1].endswith("\\") and number == line - 1:
                joined[-1] = (joined[-1][0], joined[-1][1][:-1] + text.strip())
            else:
                joined.append((line, text))
            number = line
        return [(line, command.strip()) for line, text in joined + self.spans
                for command in re.split(r"&&|[;|()`<>]", re.sub(r"(?<=\S) {2,}.*|(?<!\S)#.*", "", text.strip()))]


@functools.cache
def makefile():
    """(the targets of make, all that its rules and variables name)"""
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS")}
    # with Makefile as the goal, -n and -q keep it from being made anew
    listed = subprocess.run([os.environ.get("MAKE", "make"), "-pnq", "Makefile"], cwd=BUILT, env=environment,
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stdout
    files = re.sub(r"# Not a target:\n.*", "", listed.partition("\n# Files\n")[2])
    targets = set(re.findall(r"^([^\s#:=]+):(?!=)", files, re.M))
    with open(os.path.join(BUILT, "Makefile"), encoding="utf-8") as file:
        # a # before anything but a space takes out what this build was not configured for
        rules = re.sub(r"^\s*# .*", "", file.read(), flags=re.M)
    return targets, set(re.findall(r"[\w.+-]+(?:/[\w.+-]+)*", rules))


def exists(path):
    """In the sources, or where make puts what it makes; a path with * names one file at least"""
    for top in (TOP, BUILT):
        if glob.glob(os.path.join(top, path)):
            return True
    return bool(fnmatch.filter(makefile()[1], path.rstrip("/")))


def links(page, pages):
    for line, target in page.links:
        if re.match(r"[a-z][a-z+.-]*:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(page.path), path)) if path else page.path
        if path.startswith("..") or not os.path.exists(os.path.join(TOP, path)):
            yield line, f"{target}: there is no {path}"
        elif anchor and (path not in pages or anchor not in pages[path].anchors):
            yield line, f"{target}: {path} has no such heading"


def paths(page, _):
    for line, text in page.code:
        for path in re.findall(rf"(?<![\w/.$}}-])(?:\./)?((?:{FOLDERS})/[\w./*@+-]+)", text):
            path = path.rstrip(".")
            if not PLACEHOLDER.search(path) and "..." not in path and not exists(path):
                yield line, f"there is no {path}"
        for prefix, folder in INSTALLED.items():
            for path in re.findall(rf"(?<![\w]){prefix}(?![\w-])(/[\w./*@+-]+)?", text):
                if path and not exists(folder + path):
                    yield line, f"{prefix}{path}: there is no {folder}{path}"


def words(text):
    """The words of a command"""
    return re.findall(r"(?:[^\s\"']|\"[^\"]*\"|'[^']*')+", text)


@functools.cache
class Invitectl:
    """The commands and options that --help names."""

    def __init__(self):
        self.program = os.path.join(BUILT, "tools/invitectl")
        text = output(self.program, "--help")
        listed = re.search(r"^Commands:\n(.*?)^$", text, re.S | re.M)[1]
        self.commands = re.findall(r"^  ([a-z]+)\b", listed, re.M)
        self.options = {name: self.listed(output(self.program, name, "--help")) for name in self.commands}
        self.common = self.listed(text)

    @staticmethod
    def listed(text):
        """{option: whether a value follows}"""
        found = {}
        for short, long, value in re.findall(r"^ +(?:(-\w), )?(--[a-z-]+)( [A-Z]+)?", text, re.M):
            found[long] = bool(value)
            if short:
                found[short] = bool(value)
        return found

    def wrong(self, given):
        """What is wrong with these words behind invitectl, if anything"""
        given, known, command = list(given), self.common, None
        while given:
            word = given.pop(0)
            option, equals, _ = word.partition("=")
            if word.startswith("-") and word != "-":
                if option not in known:
                    return f"invitectl {command or ''}: no option {option}"
                if known[option] and not equals and given:
                    given.pop(0)
            elif command is None:
                if re.fullmatch(r"[A-Z]+|\.\.\.|…", word):
                    return None
                if word not in self.commands:
                    return f"invitectl has no command {word}"
                command, known = word, self.options[word]
        return None


def invitectl(page, _):
    program = Invitectl()
    for line, text in page.commands:
        match = re.search(r"(?:^|[\s\"/])invitectl\s+(.*)", text)
        wrong = match and program.wrong(words(match[1]))
        if wrong:
            yield line, wrong
    for line, text in page.spans:
        # "create --qr" is one too, in a sentence on invitectl
        if re.match(r"[a-z]+ .*--", text) and text.split()[0] in program.commands:
            wrong = program.wrong(words(text))
            if wrong:
                yield line, wrong


def make(page, _):
    known, _ = makefile()
    for line, text in page.commands:
        match = re.match(r"(?:(?:time|nice|[A-Z_]+=\S*) )*make (.*)", text)
        for word in words(match[1]) if match else ():
            if re.match(r"-|.*=|\.\.\.|…|\d+$", word) or PLACEHOLDER.search(word):
                continue
            if word not in known and not ("/" in word and exists(word)):
                yield line, f"make has no target {word}"


def known_keys():
    """(keys of invitegate.conf, other options with names like theirs)"""
    ours = set(re.findall(r"^([a-z_0-9]+) =", read("config-examples/invitegate.conf"), re.M))
    others = set(re.findall(r"^\.It Cm ([a-z_0-9]+)", read("man/pam_invite.8"), re.M))
    for names in re.findall(r"^\.It Cm ([a-z_0-9 ,]+)", read("man/invitegate-prosody.7"), re.M):
        others.update(re.split(r"[ ,]+", names))
    for path in glob.glob(os.path.join(TOP, "config-examples/prosody/*.lua")):
        others.update(re.findall(r"^\s*([a-z_0-9]+) = ", read(path), re.M))
    return ours, others


def keys(page, _):
    ours, others = known_keys()
    # pam_ is also what functions and modules of PAM are called by
    prefixes = {key.split("_")[0] for key in ours if "_" in key} - {"pam"}
    for line, text in page.spans + (page.blocks if page.for_admins else []):
        setting = re.match(r"\s*([a-z][a-z_0-9]*) = ", text + " ")
        name = setting[1] if setting else text
        by_prefix = page.for_admins and re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name) and name.split("_")[0] in prefixes
        if (setting or by_prefix) and name not in ours | others:
            yield line, f"no configuration has a key {name}"


def manuals(page, _):
    ours = {os.path.basename(path) for path in glob.glob(os.path.join(TOP, "man/*.[1-9]"))}
    names = {name.rpartition(".")[0] for name in ours}
    for line, text in page.prose + page.blocks:
        for name, section in re.findall(r"(?<![\w.-])([a-z][\w.-]*)`?\(([1-8])\)", text):
            if (name in names or name.startswith(("invite", "pam_invite"))) and f"{name}.{section}" not in ours:
                yield line, f"there is no manual page {name}({section})"


def reached(pages):
    """Pages that no link from README.md leads to, in any number of steps"""
    found, ahead = set(), ["README.md"]
    while ahead:
        path = ahead.pop()
        if path in pages and path not in found:
            found.add(path)
            ahead += [os.path.normpath(os.path.join(os.path.dirname(path), target.partition("#")[0]))
                      for _, target in pages[path].links if target.partition("#")[0]]
    return [f"no link leads from README.md to {path}" for path in pages if path not in found]


def short(pages):
    lines = len(pages["README.md"].lines)
    return [f"README.md has {lines} lines, more than {README_LINES}"] if lines > README_LINES else []


def first_invite(pages):
    """README.md's way to the first invite, which docs/openldap.md tells at length"""
    page = pages["README.md"]
    start = page.lines.index("## Five minutes to the first invite") + 1
    end = next(number for number in range(start, len(page.lines)) if page.lines[number].startswith("## ")) + 1
    ours = [(line, text) for line, text in page.blocks if start < line < end]
    told = {text for _, text in pages["docs/openldap.md"].blocks}
    if not ours:
        return ["README.md has no commands for the first invite"]
    return [f"README.md:{line}: docs/openldap.md lacks: {text}" for line, text in ours
            if text not in told]


def mentions(pages):
    """Pages below docs, perhaps with a heading's anchor, that comments, messages and manual pages name"""
    wrong = []
    places = [place for place in re.sub(r"\\", "", FOLDERS).split("|") if place != "docs"]
    for folder in places:
        for above, _, names in os.walk(os.path.join(TOP, folder)):
            for name in names:
                path = os.path.join(above, name)
                if not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    content = file.read()
                if b"\0" in content:
                    continue
                for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
                    for mention, anchor in re.findall(r"(?<![\w/])(docs/[\w-]+\.md)(?:#([\w-]+))?", line):
                        if PLACEHOLDER.search(mention):
                            continue
                        if mention not in pages or anchor and anchor not in pages[mention].anchors:
                            where = os.path.relpath(path, TOP)
                            wrong.append(f"{where}:{number}: there is no {mention}{anchor and '#' + anchor}")
    return wrong


EACH = {
    "links lead to a file, and to a heading that it has": links,
    "paths are in the tree": paths,
    "invitectl has the commands and options": invitectl,
    "make has the targets": make,
    "configuration keys exist": keys,
    "manual pages of ours exist": manuals,
}
TOGETHER = {
    "README.md leads to each page": reached,
    "README.md is short": short,
    "the commands to the first invite are the same in README.md and docs/openldap.md": first_invite,
    "pages that sources and manuals name exist": mentions,
}


# @0 ends a line that the first check in EACH has to find wrong, and so on.
WRONG = """# A page
## Twice, `this_way`!
## Twice, `this_way`!
[right](#twice-this_way) [right](#twice-this_way-1) [right](../COPYING) [right](everyday.md#every-day)
[wrong](#twice-this_way-2) @0
[wrong](nowhere.md) @0
[wrong](../docs/everyday.md#nowhere) @0
[wrong]: nowhere.md @0
`scripts/check`, `config-examples/*/base.ldif`, `/usr/share/doc/invitegate/examples/pam.d/xmpp`, `tests/base/check_X.c`
`scripts/nothing` @1
`config-examples/*.nothing` @1
`/usr/share/doc/invitegate/examples/nothing.conf` @1
`/usr/share/invitegate/schema/9nothing*.ldif` @1
`invitectl create @2
   --nothing`
`purge --older-then 1d` @2

    token=$(invitectl -d example.org create -u bob --note "--nothing" --print token)   invitectl says --nothing
    invitectl nothing && echo @2
    invitectl create && invitectl list --sort=nothing @2
    make && make -j2 check TESTS=tests/integration/pages.py
    make && make nothing @3

`make check-nothing` @3
`invite_only = no`, `claim_grace`, `allow_user_invites = true`, `pam_end`
`nothing_only = no` @4
`claim_grave` @4

```
bind_dn = cn=example
bind_dm = cn=example @4
```

invitectl(1), `invitectl`(1), printf(3)
invitectl(8) @5
`invite-nothing`(1) @5
"""


def itself():
    """That each check finds what is wrong in WRONG, and nothing else"""
    page = Page("docs/", WRONG)
    page.for_admins = True
    pages = {page.path: page, "docs/everyday.md": Page("docs/everyday.md", read("docs/everyday.md"))}
    wrong = []
    for kind, check in enumerate(EACH.values()):
        found = {line for line, _ in check(page, pages)}
        due = {line for line, text in enumerate(page.lines, 1) if text.endswith(f" @{kind}")}
        wrong += [f"{what}: line {line}: {page.lines[line - 1]}" for what, lines in
                  (("not found", due - found), ("found in vain", found - due)) for line in sorted(lines)]
    return wrong


def main():
    top = ["README.md", "HACKING.md", "SECURITY.md", "bench/README.md", "bench/prosody/README.md"]
    chapters = sorted(os.path.relpath(path, TOP) for path in glob.glob(os.path.join(TOP, "docs/*.md")))
    pages = {path: Page(path, read(path)) for path in top + chapters if os.path.exists(os.path.join(TOP, path))}
    print(f"1..{len(pages) * len(EACH) + len(TOGETHER) + 1}")
    results = [(f"{path}: {what}", [f"{path}:{line}: {wrong}" for line, wrong in check(page, pages)])
               for path, page in pages.items() for what, check in EACH.items()]
    results += [(what, check(pages)) for what, check in TOGETHER.items()]
    results += [("each check finds what is wrong in a page made for it", itself())]
    for number, (what, wrong) in enumerate(results, 1):
        print(f"{'not ok' if wrong else 'ok'} {number} - {what}")
        for line in wrong:
            print(f"# {line}")


main()
