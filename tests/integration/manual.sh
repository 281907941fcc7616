#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl(1), --help and the option tables of the program name the same commands and options.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
built=${abs_top_builddir:-$top}
invitectl=$built/tools/invitectl
page=$top/man/invitectl.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

number=0

# same DESCRIPTION: the files man and help hold the same lines, and some
same() {
    number=$((number + 1))
    if [ -s "$work/man" ] && diff -u "$work/man" "$work/help" >"$work/diff"; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        sed 's/^/# /' "$work/diff"
    fi
}

# The options of a piece of the page, as "-t --type TYPE".
options_of_page() {
    sed -nE 's/^\.It (Fl ([A-Za-z]) , )?Fl -([a-z-]+)( Ar ([A-Z]+))?$/-\2 --\3 \5/p' | sort
}

options_of_help() {
    sed -nE 's/^ +(-([A-Za-z]), )?--([a-z-]+)( ([A-Z]+))?( .*)?$/-\2 --\3 \5/p' | sort
}

# piece START: the lines of the page from the line START to the next heading
piece() {
    awk -v start="$1" '/^\.S[sh] / { inside = 0 } $0 == start { inside = 1 } inside' "$page"
}

commands=$(sed -nE 's/^\.Ss ([a-z]+).*/\1/p' "$page")
echo "1..$((4 + 4 * $(echo "$commands" | wc -l)))"

echo "$commands" | sort >"$work/man"
"$invitectl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\).*/\1/p' | sort >"$work/help"
same "the same commands"

piece ".Sh DESCRIPTION" | options_of_page >"$work/man"
"$invitectl" --help | sed '1,/^Options:/d' | options_of_help >"$work/help"
same "the same options of every command"

sed -nE 's/^\.It ([0-9])$/\1/p' "$page" >"$work/man"
"$invitectl" --help | sed '1,/^Exit status:/{/^Exit status:/!d}' | grep -oE '\b[0-9] [a-z]' |
    cut -c1 >"$work/help"
same "the same exit statuses"

for command in $commands; do
    heading=$(grep "^\.Ss $command\>" "$page")
    piece "$heading" | options_of_page >"$work/man"
    "$invitectl" "$command" --help |
        sed -n '/^Options:/,/^$/p' | options_of_help >"$work/help"
    # Some commands have none; a line of its own keeps "same" from taking that for a failure.
    echo none >>"$work/man"
    echo none >>"$work/help"
    same "the same options of $command"

    echo "$heading" | sed -E 's/^\.Ss //; s/ Op Ar ([A-Z]+)/ [\1]/; s/ Ar / /; s/ \| /|/' >"$work/man"
    "$invitectl" "$command" --help |
        sed -nE '1s/.*\[--json\] ([a-z]+)( \[OPTION\]\.\.\.)?(.*)/\1\3/p' >"$work/help"
    same "the same arguments of $command"

    # The tables are what is parsed: each option of the page is taken, with or without a value.
    piece "$heading" | options_of_page | while read -r letter name value; do
        "$invitectl" "$command" "$name" ${value:+x} --help >/dev/null 2>"$work/error" ||
            echo "$name: $(cat "$work/error")"
        [ "$letter" = - ] ||
            "$invitectl" "$command" "$letter" ${value:+x} --help >/dev/null 2>"$work/error" ||
            echo "$letter: $(cat "$work/error")"
    done >"$work/help"
    echo taken >"$work/man"
    echo taken >>"$work/help"
    same "$command takes the options of its page"

    "$invitectl" "$command" --no-such-option >/dev/null 2>&1
    echo "status $?" >"$work/help"
    echo "status 2" >"$work/man"
    same "$command refuses an unknown option"
done

{
    "$invitectl" --version
    echo "status $?"
} >"$work/help"
{
    echo "invitegate $(sed -nE 's/^AC_INIT\(\[invitegate\], \[(.*)\]\)/\1/p' "$top/configure.ac")"
    echo "status 0"
} >"$work/man"
same "--version"
