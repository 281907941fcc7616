#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The programs that people really reach pam_invite.so through, with the stacks of config-examples:
# saslauthd, pamtester, ejabberd's epam, libpamtest. They read /etc/pam.d, so pam_wrapper gives them
# another folder; it has 62 places for the whole machine and races for them, hence the lock.
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
for program in saslauthd testsaslauthd pamtester setsid flock slapd ldapsearch; do
    command -v "$program" >/dev/null || skip_all "$program is not installed"
done
[ -x "$epam" ] || skip_all "$epam is not installed (erlang-p1-pam)"
wrapper=$(pkg-config --variable=libdir pam_wrapper 2>/dev/null)
for wrapper in "$wrapper/libpam_wrapper.so" /usr/lib/*/libpam_wrapper.so /usr/lib*/libpam_wrapper.so; do
    [ ! -f "$wrapper" ] || break
done
[ -f "$wrapper" ] || skip_all "libpam_wrapper.so is not installed (libpam-wrapper)"

folder=$(mktemp -d "${TMPDIR:-/tmp}/invitegate-callers.XXXXXX") || exit 99
mkdir "$folder/pam.d" "$folder/sasl"

# The places of pam_wrapper that processes of this group have.
places_of() {
    for place in /tmp/pam.?; do
        pid=$(cat "$place/pid" 2>/dev/null) || continue
        if [ "$(ps -o pgid= -p "$pid" 2>/dev/null | tr -d ' ')" = "$1" ]; then
            echo "$place"
        fi
    done
}

# saslauthd ends by killing its process group, so it has one of its own; its processes then leave their
# places behind.
finish() {
    if [ -n "$saslauthd_pid" ]; then
        places=$(places_of "$saslauthd_pid")
        kill "$saslauthd_pid" 2>/dev/null
        wait "$saslauthd_pid" 2>/dev/null
        # shellcheck disable=SC2086
        rm -rf $places
    fi
    "$abs_top_srcdir/scripts/private-slapd" stop "$folder/slapd" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

report() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        sed 's/^/# /' "$folder/output" 2>/dev/null
    fi
}

# For the last program alone: every process that is preloaded takes one of the places.
preload="${INV_PRELOAD:+$INV_PRELOAD }$wrapper"
PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR=$folder/pam.d PAM_WRAPPER_DISABLE_DEEPBIND=1
export PAM_WRAPPER PAM_WRAPPER_SERVICE_DIR PAM_WRAPPER_DISABLE_DEEPBIND

within_deadline() {
    tries=100
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
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
    env LD_PRELOAD="$preload" pamtester "$@" >"$folder/output" 2>&1
}

exec 9>"${TMPDIR:-/tmp}/invitegate-pam-wrapper.lock"
flock -w 300 9 || skip_all "another user of pam_wrapper does not end"

"$abs_top_srcdir/scripts/private-slapd" start --conf --fast "$folder/slapd" >"$folder/output" ||
    { cat "$folder/output" >&2 && exit 99; }
"$invitectl" -c "$folder/slapd/invitegate.conf" init >"$folder/output" 2>&1 9>&- ||
    { cat "$folder/output" >&2 && exit 99; }
write_stack xmpp
write_stack xmpp-register
printf '%s\n' 'auth required pam_deny.so' 'account required pam_deny.so' \
    'password required pam_deny.so' 'session required pam_deny.so' >"$folder/pam.d/other"

# ----------------------------------------------------------------------------------- saslauthd
setsid env LD_PRELOAD="$preload" saslauthd -d -a pam -m "$folder/sasl" -n 2 >"$folder/saslauthd.log" 2>&1 9>&- &
saslauthd_pid=$!
within_deadline test -S "$folder/sasl/mux" || { cat "$folder/saslauthd.log" >&2 && exit 99; }

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
"$abs_top_builddir/tests/integration/epam_frames" env LD_PRELOAD="$preload" "$epam" \
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
    env LD_PRELOAD="$preload" "$abs_top_builddir/tests/integration/pamtest" "$token" grace "Four-purple-elephants" \
        >"$folder/pamtest" 2>&1
    cp "$folder/pamtest" "$folder/output"
    [ "$(grep -c '^ok' "$folder/pamtest")" -eq 4 ]
    report $? "libpamtest: registers, logs in, refuses"
else
    number=$((number + 1))
    echo "ok $number - libpamtest # SKIP libpamtest is not installed"
fi
echo "1..$number"
