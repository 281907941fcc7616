#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The manual of pam_invite.so names the options that the code takes, and shows the stacks that are
# shipped; and saslauthd is told to keep no cache.
set -u
: "${abs_top_srcdir:?run this by make check}" "${abs_top_builddir:?}"
folder=$(mktemp -d "${TMPDIR:-/tmp}/invitegate-manual.XXXXXX") || exit 99
trap 'rm -rf "$folder"' EXIT
manual=$abs_top_srcdir/man/pam_invite.8
number=0

report() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
    fi
}

# The words behind .It Cm of the section OPTIONS, or behind .Op Cm of the synopsis.
described() {
    sed -n "/^\\.Sh $1\$/,/^\\.Sh /s/^\\.$2 Cm \\([^ ]*\\).*/\\1/p" "$manual" | sort
}

# Lines of a stack without comments, conf= and extra blanks.
stack_lines() {
    sed -e '/^#/d' -e '/^$/d' -e 's/  */ /g' "$1"
}

manual_has_stack() {
    sed 's/  */ /g' "$manual" >"$folder/manual"
    stack_lines "$1" | while IFS= read -r line; do
        grep -qxF "$line" "$folder/manual" || exit 1
    done
}

echo 1..6
"$abs_top_builddir/tests/pam/pam_options" | sort >"$folder/code"
[ -s "$folder/code" ]
report $? "the code names its options"
described OPTIONS It | cmp -s - "$folder/code"
report $? "OPTIONS describes exactly those"
described SYNOPSIS Op | cmp -s - "$folder/code"
report $? "SYNOPSIS names exactly those"
manual_has_stack "$abs_top_srcdir/config-examples/pam.d/xmpp"
report $? "the manual shows pam.d/xmpp"
grep '^password' "$abs_top_srcdir/config-examples/pam.d/xmpp-register" >"$folder/register"
manual_has_stack "$folder/register"
report $? "the manual shows the password lines of pam.d/xmpp-register"
(
    unset OPTIONS MECHANISMS
    # shellcheck source=/dev/null
    . "$abs_top_srcdir/config-examples/saslauthd"
    [ "$MECHANISMS" = pam ] && [ -n "$OPTIONS" ] && ! printf '%s\n' "$OPTIONS" | grep -qw -e -c
)
report $? "the saslauthd example asks PAM, every time"
