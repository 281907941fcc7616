#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invite-agent(8) and --help name the same options; invite-agent(7), the code and the sizes it has
# agree; the examples of units are ones that systemd understands.
set -u
: "${abs_top_srcdir:?run this by make check}" "${abs_top_builddir:?}"
agent=$abs_top_builddir/tools/invite-agent
page8=$abs_top_srcdir/man/invite-agent.8
page7=$abs_top_srcdir/man/invite-agent.7
code=$abs_top_srcdir/tools/agent
work=$(mktemp -d "${TMPDIR:-/tmp}/invitegate-agent-manual.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
number=0

report() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        [ ! -e "$work/diff" ] || sed 's/^/# /' "$work/diff"
    fi
    rm -f "$work/diff"
}

# same DESCRIPTION: the files page and code hold the same lines, and some
same() {
    sort -o "$work/page" "$work/page"
    sort -o "$work/code" "$work/code"
    [ -s "$work/page" ] && diff -u "$work/page" "$work/code" >"$work/diff"
    report $? "$1"
}

# section PAGE NAME: its lines
section() {
    awk -v start=".Sh $2" '/^\.Sh / { inside = 0 } $0 == start { inside = 1 } inside' "$1"
}

sed -nE 's/^\.It Fl ([A-Za-z]) , Fl -([a-z]+)( Ar ([A-Z]+))?$/-\1 --\2 \4/p' "$page8" >"$work/page"
"$agent" --help | sed -nE 's/^  -([A-Za-z]), --([a-z]+) ( *[a-z]|([A-Z]+) ).*/-\1 --\2 \4/p' >"$work/code"
same "the same options"

section "$page8" "EXIT STATUS" | sed -nE 's/^\.It ([0-9])$/\1/p' >"$work/page"
"$agent" --help | sed -n '/^Exit status:/,$p' | grep -oE '\b[0-9] [a-z]' | cut -c1 >"$work/code"
same "the same exit statuses"

section "$page7" OPERATIONS | sed -nE 's/^\.It Cm ([a-z-]+).*/\1/p' >"$work/page"
sed -nE 's/^ *\{"([a-z-]+)", [0-9].*/\1/p' "$code/operations.c" >"$work/code"
same "the same operations"

section "$page7" OPERATIONS |
    awk '/^\.Bl -tag -width roster-subscription/ { inside = 1 } /^\.El/ { inside = 0 } inside' |
    sed -nE 's/^\.It Li ([a-z-]+)$/\1=/p' >"$work/page"
sed -n '/char \*const options\[\]/,/;/p' "$code/op_create.c" | grep -oE '"[a-z-]+="' |
    tr -d '"' >"$work/code"
same "the same options of create"

section "$page7" RESULTS | sed -nE 's/^\.It Li ([A-Z_]+)( , ([A-Z_]+))?$/\1 \3/p' | tr ' ' '\n' |
    grep . >"$work/page"
# without the one of PAM, and with the one of the protocol itself
{
    sed -nE 's/^ +INV_([A-Z_]+)( =.*)?,.*/\1/p' "$abs_top_srcdir/include/invitegate/result.h" |
        grep -vx NOT_OURS
    echo BAD_REQUEST
} >"$work/code"
same "the same results"

sizes=$(sed -nE 's/^#define AGENT_(REQUEST_MAX|FIELDS_MAX|ID_MAX|QUEUE_MAX|PLACES_MAX|PEER_MAX|NOTE_MAX|FRAME_SECONDS) +([0-9]+).*/\2/p' \
    "$code"/*.h)
missing=0
for size in $sizes; do
    grep -qw "$size" "$page7" || missing=1
done
[ "$(echo "$sizes" | wc -w)" -eq 8 ] && [ $missing -eq 0 ]
report $? "the page has the sizes of the code"

"$agent" >/dev/null 2>&1
[ $? -eq 2 ] && { "$agent" --listen --stdio || [ $? -eq 2 ]; } >/dev/null 2>&1
report $? "neither or both of --listen and --stdio is wrong usage"
mkdir "$work/few"
printf '[directory]\nuri = ldapi:///\n[tokens]\nkey_file = %s\n[domain example.org]\n%s' "$work/few/keys" \
    "$(for c in invites people rosters; do echo "$c = ou=$c,dc=example,dc=org"; done)" >"$work/few/conf"
echo "1 $(head -c 32 /dev/zero | base64)" >"$work/few/keys"
chmod 0600 "$work/few/conf" "$work/few/keys"
prlimit --nofile=60:60 "$agent" -c "$work/few/conf" --stdio </dev/null >/dev/null 2>"$work/error"
[ $? -eq 4 ] && grep -q "descriptors.*LimitNOFILE=" "$work/error"
report $? "too few descriptors are told with the remedy"
prlimit --nofile=60: "$agent" -c "$work/few/conf" --stdio </dev/null >/dev/null 2>"$work/error"
report $? "a soft limit is raised"
"$agent" --no-such-option >/dev/null 2>&1
[ $? -eq 2 ]
report $? "an unknown option is wrong usage"
"$agent" -c "$work/none.conf" --stdio </dev/null >/dev/null 2>"$work/error"
[ $? -eq 4 ] && grep -q "$work/none.conf" "$work/error"
report $? "a configuration that is not there is named"
[ "$("$agent" --version)" = "invitegate $(sed -nE 's/^AC_INIT\(\[invitegate\], \[(.*)\]\)/\1/p' \
    "$abs_top_srcdir/configure.ac")" ]
report $? "--version"

if command -v systemd-analyze >/dev/null; then
    sed "s|^ExecStart=[^ ]*|ExecStart=$agent|" \
        "$abs_top_srcdir/config-examples/systemd/invite-agent.service" >"$work/invite-agent.service"
    cp "$abs_top_srcdir/config-examples/systemd/invite-agent.socket" "$work/"
    # which users there are, and pages of manuals, are this machine's business
    SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$work/invite-agent.service" \
        "$work/invite-agent.socket" 2>&1 | grep "$work/" >"$work/diff"
    [ ! -s "$work/diff" ]
    report $? "systemd takes the units"
else
    number=$((number + 1))
    echo "ok $number - systemd takes the units # SKIP systemd-analyze is not installed"
fi
echo "1..$number"
