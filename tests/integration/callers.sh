#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The programs that people really reach pam_invite.so through, with the stacks of config-examples:
# saslauthd, pamtester, ejabberd's epam, libpamtest. They read /etc/pam.d, so scripts/pam-wrapped gives
# them another folder, one at a time.
set -u
: "${abs_top_srcdir:?run this by make check}" "${abs_top_builddir:?}"
PATH=$PATH:/usr/sbin:/sbin
epam=${EPAM:-/usr/lib/erlang/p1_pam/bin/epam}
invitectl=$abs_top_builddir/tools/invitectl
number=0
saslauthd_pid=''

skip_all() {
    echo "1..0 # SKIP $*"
    exit 0
}

[ "${INV_SANITIZERS:-no}" = no ] || [ -n "${INV_PRELOAD:-}" ] ||
    skip_all "these hosts cannot load a module with this build's run-time checks"
for program in saslauthd testsaslauthd pamtester slapd ldapsearch; do
    command -v "$program" >/dev/null || skip_all "$program is not installed"
done
[ -z "$(LD_PRELOAD=libpam_wrapper.so /bin/true 2>&1)" ] ||
    skip_all "libpam_wrapper.so is not installed (libpam-wrapper)"
[ -x "$epam" ] || skip_all "$epam is not installed (erlang-p1-pam)"
folder=$(mktemp -d "${TMPDIR:-/tmp}/invitegate-callers.XXXXXX") || exit 99
mkdir "$folder/pam.d" "$folder/sasl"

finish() {
    stop_saslauthd
    "$abs_top_srcdir/scripts/private-slapd" stop "$folder/slapd" 2>/dev/null
    rm -rf "$folder"
}

stop_saslauthd() {
    if [ -n "$saslauthd_pid" ]; then
        kill "$saslauthd_pid" 2>/dev/null
        wait "$saslauthd_pid" 2>/dev/null
    fi
    saslauthd_pid=''
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

report() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        awk '{ print "# " $0 }' "$folder/output"
    fi
}

wrapped() {
    "$abs_top_srcdir/scripts/pam-wrapped" "$folder/pam.d" "$@"
}

# Somebody else may use pam-wrapped now: up to five minutes.
await_saslauthd() {
    tries=3000
    until [ -S "$folder/sasl/mux" ]; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] && kill -0 "$saslauthd_pid" || return 1
        sleep 0.1
    done
}

# The example with the module's path and conf=; all else as it is.
write_stack() {
    sed "/^#/!s|pam_invite\\.so|$abs_top_builddir/plugins/pam/.libs/pam_invite.so|
        /^#/!s|pam_invite\\.so|& conf=$folder/slapd/invitegate.conf|" \
        "$abs_top_srcdir/config-examples/pam.d/$1" >"$folder/pam.d/$1"
}

invite() {
    "$invitectl" -c "$folder/slapd/invitegate.conf" create --print token 2>"$folder/output"
}

sasl() {
    testsaslauthd -f "$folder/sasl/mux" -s xmpp -u "$1" -p "$2" >"$folder/output" 2>&1 &&
        grep -q OK "$folder/output"
}

# pamtester asks on standard input when that is no terminal.
pam() {
    wrapped pamtester "$@" >"$folder/output" 2>&1
}

"$abs_top_srcdir/scripts/private-slapd" start --conf --fast "$folder/slapd" >"$folder/output" ||
    { cat "$folder/output" >&2 && exit 99; }
"$invitectl" -c "$folder/slapd/invitegate.conf" init >"$folder/output" 2>&1 ||
    { cat "$folder/output" >&2 && exit 99; }
write_stack xmpp
write_stack xmpp-register
# ----------------------------------------------------------------------------------- saslauthd
"$abs_top_srcdir/scripts/pam-wrapped" "$folder/pam.d" saslauthd -d -a pam -m "$folder/sasl" -n 1 \
    >"$folder/saslauthd.log" 2>&1 &
saslauthd_pid=$!
await_saslauthd || { cat "$folder/saslauthd.log" >&2 && exit 99; }

token=$(invite)
password='three purple elephants'
! sasl bob "$password"
report $? "saslauthd: bob is unknown"
sasl bob "$token:$password"
report $? "saslauthd: bob registers with TOKEN:PASSWORD"
sasl bob "$password"
report $? "saslauthd: bob logs in with his password"
sasl bob "$token:$password"
report $? "saslauthd: and with the token in front of it"
! sasl bob "$password!"
report $? "saslauthd: but with no other"
! sasl mallory "$token:$password"
report $? "saslauthd: the used token registers nobody else"
! sasl bob "$token"
report $? "saslauthd: the token alone is no password"

# 256 bytes are what testsaslauthd carries: 33 for the token, 223 for the password.
token=$(invite)
long=$(printf '%0223d' 7 | tr 0 x)
sasl longbob "$token:$long" && sasl longbob "$long"
report $? "saslauthd: a password as long as its protocol carries"
kill -0 "$saslauthd_pid"
report $? "saslauthd lives"
stop_saslauthd

# ----------------------------------------------------------------------------------- pamtester
token=$(invite)
! printf '%s\n' "$token" password password | pam xmpp-register carol chauthtok &&
    grep -q 'BAD PASSWORD' "$folder/output"
report $? "pamtester: a weak password is refused in pam_pwquality's words"
printf '%s\n' "$token" "Three-purple-elephants" "Three-purple-elephants" |
    pam xmpp-register carol chauthtok
report $? "pamtester: carol registers with the same token"
printf '%s\n' "Three-purple-elephants" | pam xmpp carol authenticate acct_mgmt setcred
report $? "pamtester: carol logs in"
! printf '%s\n' "$token" "Three-purple-elephants" "Three-purple-elephants" |
    pam xmpp-register dave chauthtok
report $? "pamtester: the token is used up"
! pam xmpp nobody.here acct_mgmt </dev/null
report $? "pamtester: an unknown name has no account"

# ---------------------------------------------------------------------------------------- epam
token=$(invite)
{
    printf 'acct\txmpp\terin\n'
    printf 'auth\txmpp\terin\t%s\n' "$token:short" "$token:$password" "$password" \
        "$token:$password" "$password!"
    printf 'acct\txmpp\terin\n'
    printf 'auth\txmpp\tfrank\t%s\n' "$token:$password"
    printf 'acct\txmpp\tfrank\n'
} >"$folder/requests"
"$abs_top_builddir/tests/integration/epam_frames" \
    "$abs_top_srcdir/scripts/pam-wrapped" "$folder/pam.d" "$epam" \
    <"$folder/requests" >"$folder/output" 2>"$folder/errors"
report $? "epam: one process answers everything and ends well"
answers() {
    sed -n "$1p" "$folder/output" | grep -q "^$2"
}
answers 1 false
report $? "epam: user_exists says no for a free name"
answers 2 false
report $? "epam: a password that the directory refuses"
answers 3 true
report $? "epam: erin registers with the same token"
answers 4 true && answers 5 true
report $? "epam: erin logs in, with and without the token"
answers 6 false
report $? "epam: but with no other password"
answers 7 true
report $? "epam: user_exists says yes"
answers 8 false && answers 9 false
report $? "epam: the used token registers nobody else"

# ----------------------------------------------------------------------------------- libpamtest
if [ -x "$abs_top_builddir/tests/integration/pamtest" ]; then
    token=$(invite)
    wrapped "$abs_top_builddir/tests/integration/pamtest" "$token" grace "Four-purple-elephants" \
        >"$folder/pamtest" 2>&1
    cp "$folder/pamtest" "$folder/output"
    [ "$(grep -c '^ok' "$folder/pamtest")" -eq 4 ]
    report $? "libpamtest: registers, logs in, refuses"
else
    number=$((number + 1))
    echo "ok $number - libpamtest # SKIP libpamtest is not installed"
fi
echo "1..$number"
