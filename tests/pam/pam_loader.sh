#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# pam_invite.so as the loader and libpam see it.
set -u
: "${abs_top_srcdir:?run this by make check}" "${abs_top_builddir:?}"
folder=$(mktemp -d "${TMPDIR:-/tmp}/invitegate-loader.XXXXXX") || exit 99
trap 'rm -rf "$folder"' EXIT
module=$abs_top_builddir/plugins/pam/.libs/pam_invite.so
number=6

report() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
    fi
}

# A configuration whose directory is never asked.
chmod 700 "$folder"
(umask 077 && printf '1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n' >"$folder/token.keys")
sed -e "s|^uri *=.*|uri = ldapi://%2Fnonexistent|" \
    -e "s|^key_file *=.*|key_file = $folder/token.keys|" \
    "$abs_top_srcdir/config-examples/invitegate.conf" >"$folder/invitegate.conf"
chmod 600 "$folder/invitegate.conf"
{
    echo "auth [ignore=ignore default=die] $module register conf=$folder/invitegate.conf"
    echo "auth required pam_permit.so"
} >"$folder/cycles"
echo "auth required pam_deny.so" >"$folder/other"

memory=memory
[ "${INV_SANITIZERS:-no}" = no ] || memory=
"$abs_top_builddir/tests/pam/pam_cycles" "$module" "$folder" 10000 $memory | sed 's/^1\.\.6$/1..11/'

LC_ALL=C nm -D --defined-only "$module" | awk '{ print $3 }' | sort >"$folder/symbols"
printf '%s\n' pam_sm_acct_mgmt pam_sm_authenticate pam_sm_chauthtok pam_sm_close_session \
    pam_sm_open_session pam_sm_setcred |
    cmp -s - "$folder/symbols"
report $? "nm -D: exactly the six service functions"
LC_ALL=C readelf -dW "$module" >"$folder/dynamic"
grep -q 'FLAGS_1.*NODELETE' "$folder/dynamic"
report $? "it is NODELETE"
grep -q 'BIND_NOW\|FLAGS_1.*NOW' "$folder/dynamic"
report $? "it is BIND_NOW"
if [ "${INV_SANITIZERS:-no}" = no ]; then
    ! grep -q 'RPATH\|RUNPATH\|TEXTREL' "$folder/dynamic"
    report $? "no search path and no text relocations"
    ! grep 'NEEDED' "$folder/dynamic" | grep -q 'libsasl2\|libjansson\|libqrencode'
    report $? "it links only what it needs"
else
    number=$((number + 1))
    echo "ok $number - no search path # SKIP sanitizers bring one"
    number=$((number + 1))
    echo "ok $number - it links only what it needs # SKIP sanitizers link more"
fi
