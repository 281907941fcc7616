#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# scripts/quickstart on this build: what it shows, what it leaves behind, and how it ends when it is
# interrupted, when a step fails, and with --keep.
set -u
: "${abs_top_srcdir:?run this by make check}" "${abs_top_builddir:?}"
PATH=$PATH:/usr/sbin:/sbin
quickstart=$abs_top_srcdir/scripts/quickstart

skip_all() {
    echo "1..0 # SKIP $*"
    exit 0
}
# It is what people do first, with what they have built. Each program in it has suites of its own, which run with
# sanitizers too; this one takes five minutes there.
[ "${INV_SANITIZERS:-no}" = no ] || skip_all "with run-time checks other suites go the same ways"
for program in saslauthd testsaslauthd pamtester slapd ldapsearch prosody openssl; do
    command -v "$program" >/dev/null || skip_all "$program is not installed"
done
[ -z "$(LD_PRELOAD=libpam_wrapper.so /bin/true 2>&1)" ] || skip_all "libpam-wrapper is not installed"
/usr/bin/python3 -c 'import slixmpp' 2>/dev/null || skip_all "python3-slixmpp is not installed"
ls /usr/lib/*/security/pam_pwquality.so >/dev/null 2>&1 || skip_all "libpam-pwquality is not installed"

folder=$(mktemp -d "${TMPDIR:-/tmp}/invitegate-test.XXXXXX") || exit 99
TMPDIR=$folder/t
mkdir "$TMPDIR"
export TMPDIR
runner=''
cleanup() {
    [ -z "$runner" ] || kill "$runner" 2>/dev/null
    for kept in "$TMPDIR"/*/slapd.pid; do
        [ ! -e "$kept" ] || "$abs_top_srcdir/scripts/private-slapd" stop "${kept%/slapd.pid}"
    done
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

number=0
# report DESCRIPTION COMMAND...: passes if the command succeeds; shows what quickstart printed if not
report() {
    number=$((number + 1))
    description=$1
    shift
    if "$@" >"$folder/reported" 2>&1; then
        echo "ok $number - $description"
    else
        echo "not ok $number - $description"
        sed 's/^/# /' "$folder/reported" "$folder/output" | tail -n 60
    fi
}
prints() { report "$1" grep -q -- "$2" "$folder/output"; }
ends_with() { tail -n 1 "$folder/output" | grep -q -- "$1"; }
log_is_clean() {
    token=$(sed -n 's/^ *xmpp:.*preauth=//p' "$folder/output")
    [ -n "$token" ] && ! grep 'result=' "$folder/output" | grep -qe elephants -e "$token"
}
has_no_noise() {
    ! grep -qE "/proc/|No such file" "$folder/output"
}
nothing_left() {
    [ -z "$(ls -A "$TMPDIR")" ] && [ -z "$(pids "$TMPDIR")" ]
}
# Processes that have this folder in their command line.
pids() {
    for process in /proc/[0-9]*; do
        if { tr '\0' ' ' <"$process/cmdline"; } 2>/dev/null | grep -qF "$1"; then
            echo "${process#/proc/}"
        fi
    done
}
within_deadline() {
    tries=600
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.1
    done
}

"$quickstart" --built "$abs_top_builddir" >"$folder/output" 2>&1
report "it succeeds" test $? -eq 0
report "and says so at the end" ends_with 'Everything worked'
prints "setup makes the directory ready" '^ *done  *rules  *30 rules of access'
prints "and has tried it" '^ *Tried, and found right'
prints "bob's entry names his inviter" '^ *xmppInvitedBy: alice@example.org'
prints "bob's password is hashed ({ARGON2} in base64)" '^ *userPassword:: e0FSR09OMn0'
prints "and has a verifier for SCRAM" '^ *authPassword: SCRAM-SHA-256'
prints "alice is on bob's roster" '^ *alice@example.org'
prints "the second use is told to the log alone" 'result=BAD_TOKEN.*mallory'
prints "a weak password is refused in pam_pwquality's words" 'BAD PASSWORD'
if command -v svnserve >/dev/null; then
    prints "bob commits by SCRAM, through svnserve" '^ *Committed revision 1'
    prints "and is named in the log" '^ *r1 | bob'
    prints "and nobody does with another password" '^ *svn: E170001'
fi
prints "dave registers inside an XMPP client" '^ *dave@example.org is registered'
prints "logs in by SCRAM" '^ *logged in as dave@example.org/.* by SCRAM-SHA-256$'
prints "by no other password" '^ *xmpp-client: the server does not let dave@example.org in'
prints "and has alice on his roster" '^ *on the roster: alice@example.org  subscription both'
prints "his invite is used up there as well" '^ *xmpp-client: cancel/item-not-found'
report "no program says that it missed a file" has_no_noise
report "its log lines hold no password and no token" log_is_clean
report "nothing is left behind" nothing_left

"$quickstart" --keep --built "$abs_top_builddir" >"$folder/output" 2>&1
report "--keep succeeds" test $? -eq 0
kept=$(ls -d "$TMPDIR"/invitegate.*)
report "Prosody runs on and answers the line that is printed" \
    eval "$(sed -n 's/^ *\(.*xmpp-client .* roster dave <.*\)/\1/p' "$folder/output" | tail -n 1)"
report "the directory runs on and answers the line that is printed" \
    eval "$(sed -n 's/^ *\(.*invitectl -c .* list\)$/\1/p' "$folder/output")"
report "also for ldapsearch" eval "$(sed -n 's/^ *\(ldapsearch -H .*\)/\1/p' "$folder/output" | tail -n 1) uid=bob | grep -q '^mail: bob'"
report "it ends by the line that is printed" eval "$(sed -n 's/^ *\(.*private-slapd stop.*\)/\1/p' "$folder/output")"
report "and is gone" nothing_left

# interrupted SIGNAL STATUS WHOM PLACE: as soon as the command at PLACE is shown; WHOM is "-" for ^C at a
# terminal, which reaches all processes in front, or empty for the program alone
interrupted() {
    rm -f "$folder/output" # what stands there of the last run must not be waited for
    setsid env --default-signal=INT,QUIT "$quickstart" --built "$abs_top_builddir" >"$folder/output" 2>&1 &
    runner=$!
    within_deadline grep -qs -- "$4" "$folder/output"
    kill -s "$1" -- "$3$runner"
    wait "$runner"
    report "$1 at $4 ends it with its number" test $? -eq "$2"
    runner=''
    report "with nothing left behind" within_deadline nothing_left
}
interrupted TERM 143 "" 'saslauthd -d'
interrupted INT 130 - 'private-slapd start'
interrupted INT 130 - 'saslauthd -d'
interrupted INT 130 - 'private-prosody start'
interrupted INT 130 - 'xmpp-client .* register'
interrupted TERM 143 "" 'private-prosody start'

# A private slapd whose first start fails does not keep half a directory for the next one.
"$abs_top_srcdir/scripts/private-slapd" start --fast --extra-ldif /nonexistent "$folder/s" >"$folder/output" 2>&1
report "a file that cannot be loaded fails" test $? -eq 1
prints "and is named" "cannot load /nonexistent"
report "no database is left of it" test ! -e "$folder/s/db"
"$abs_top_srcdir/scripts/private-slapd" start --fast --port ldap "$folder/s" >"$folder/output" 2>&1
report "a port that is no number fails" test $? -eq 1
prints "and is named as well" "ldap is no port"

mkdir "$folder/empty"
"$quickstart" --built "$folder/empty" >"$folder/output" 2>&1
report "a folder without a build fails" test $? -eq 1
prints "and is named" "$folder/empty holds no built invitegate"
"$quickstart" --nonsense >"$folder/output" 2>&1
report "an unknown option is wrong usage" test $? -eq 2

echo "1..$number"
