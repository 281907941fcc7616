#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# libinvite.so as the loader and libsasl2 see it, and its manual beside the code.
set -u
: "${abs_top_srcdir:?run this by make check}" "${abs_top_builddir:?}"
PATH=$PATH:/usr/sbin:/sbin
folder=$(mktemp -d "${TMPDIR:-/tmp}/invitegate-sasl.XXXXXX") || exit 99
trap 'rm -rf "$folder"' EXIT
module=$abs_top_builddir/plugins/sasl/.libs/libinvite.so
number=0

report() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
    fi
}

skip() {
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}

echo 1..9
LC_ALL=C nm -D --defined-only "$module" | awk '{ print $3 }' | sort >"$folder/symbols"
printf '%s\n' sasl_auxprop_plug_init sasl_client_plug_init sasl_server_plug_init |
    cmp -s - "$folder/symbols"
report $? "nm -D: exactly the three functions that libsasl2 looks for"
LC_ALL=C readelf -dW "$module" >"$folder/dynamic"
grep -q 'FLAGS_1.*NODELETE' "$folder/dynamic"
report $? "it is NODELETE"
grep -q 'BIND_NOW\|FLAGS_1.*NOW' "$folder/dynamic"
report $? "it is BIND_NOW"
if [ "${INV_SANITIZERS:-no}" = no ]; then
    ! grep -q 'RPATH\|RUNPATH\|TEXTREL' "$folder/dynamic"
    report $? "no search path and no text relocations"
    ! grep 'NEEDED' "$folder/dynamic" | grep -q 'libsasl2\|libpam\|libjansson\|libqrencode'
    report $? "it links only what it needs, and libsasl2 not at all"
else
    skip "no search path" "sanitizers bring one"
    skip "it links only what it needs" "sanitizers link more"
fi

# saslpluginviewer is a program that configures nothing of invitegate.
ln -s "$module" "$folder/libinvite.so"
view() {
    LD_PRELOAD=${INV_PRELOAD:-} SASL_CONF_PATH=$folder saslpluginviewer -p "$folder" "$@" 2>&1
}
if ! command -v saslpluginviewer >/dev/null; then
    skip "saslpluginviewer finds the auxprop plugin" "sasl2-bin is not installed"
    skip "the mechanism is not there without options" "sasl2-bin is not installed"
elif [ "${INV_SANITIZERS:-no}" != no ] && [ -z "${INV_PRELOAD:-}" ]; then
    skip "saslpluginviewer finds the auxprop plugin" "it cannot load a module with run-time checks"
    skip "the mechanism is not there without options" "it cannot load a module with run-time checks"
else
    view -a >"$folder/view"
    grep -q 'Plugin "invite"' "$folder/view"
    report $? "saslpluginviewer finds the auxprop plugin"
    view -s >"$folder/view"
    ! grep -q X-INVITE-TOKEN "$folder/view"
    report $? "the mechanism is not there without options"
fi

manual=$abs_top_srcdir/man/invitegate-sasl.7
sed -n 's/.*get(utils, "\(invite_[a-z]*\)").*/\1/p' "$abs_top_srcdir/plugins/sasl/options.c" |
    sort >"$folder/code"
[ -s "$folder/code" ]
report $? "the code names its options"
sed -n '/^\.Sh OPTIONS$/,/^\.Sh /s/^\.It Cm \(invite_[a-z]*\).*/\1/p' "$manual" | sort |
    cmp -s - "$folder/code"
report $? "OPTIONS of the manual describes exactly those"
