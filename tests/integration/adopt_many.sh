#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl adopt --all with many people: killed on the way and run again, undone; how long that took is
# in comments of the TAP. With INVITEGATE_DIRECTORY=389ds in front of a 389 Directory Server.
# INVITEGATE_PEOPLE=20000
set -u

people=${INVITEGATE_PEOPLE:-20000}
server=${INVITEGATE_DIRECTORY:-slapd}
# shellcheck source=../support/directory.sh
. "${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/support/directory.sh"

# seconds COMMAND...: runs it; sets took
seconds() {
    began=$(date +%s%N)
    "$@"
    took=$((($(date +%s%N) - began) / 1000000))
    echo "# $((took / 1000)).$(printf %03d $((took % 1000))) s: $3"
}
count() { # FILTER: how many people it lets in
    as admin ldapsearch -LLL -o ldif-wrap=no -E pr=1000/noprompt -b "ou=people,$suffix" "$1" 1.1 2>"$err" |
        grep -c '^dn:'
}
adopt() { # STATUS DESCRIPTION OPTION...
    wanted=$1 words=$2
    shift 2
    exits "$wanted" "$words" adopt --all --bind-dn "cn=admin,$suffix" \
        --bind-password-file "$site/admin.password" "$@"
}

awk -v people="$people" -v suffix="$suffix" 'BEGIN {
    for (i = 1; i <= people; i++)
        printf "dn: uid=p%d,ou=people,%s\nobjectClass: inetOrgPerson\nuid: p%d\ncn: p\nsn: p\n\n", i, suffix, i
}' >"$work/people.ldif"
start --conf --extra-ldif "$work/people.ldif"
exits 0 "init" init
[ "$(count '(&(uid=p*)(!(xmppJid=*)))')" = "$people" ]
verdict "$people people without an account" $?

# Killed when it has adopted some, three times.
for round in 1 2 3; do
    before=$(count '(xmppJid=*)')
    "$invitectl" -c "$config" adopt --all --bind-dn "cn=admin,$suffix" \
        --bind-password-file "$site/admin.password" >"$out" 2>"$err" &
    process=$!
    tries=600
    while [ "$(count '(xmppJid=*)')" = "$before" ] && [ $tries -gt 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    kill -9 $process
    wait $process 2>/dev/null
    [ "$(count '(xmppJid=*)')" -gt "$before" ] && [ "$(count '(xmppJid=*)')" -lt "$people" ]
    verdict "killed on the way ($round)" $?
    [ "$(count '(|(&(xmppJid=*)(!(objectClass=xmppAccount)))(&(objectClass=xmppAccount)(!(xmppJid=*))))')" = 0 ]
    verdict "leaves whole entries" $?
done

left=$((people - $(count '(xmppJid=*)')))
seconds adopt 0 "again, to the end"
says "of those that were left" "^$left adopted, 0 skipped, 0 refused\$" "$out"
echo "# of these $left were adopted"
[ "$(count '(&(objectClass=xmppAccount)(xmppJid=*))')" = "$people" ]
verdict "everybody is an account" $?
seconds adopt 0 "again"
says "with nothing to do" '^0 adopted' "$out"
seconds exits 0 "doctor" doctor
seconds adopt 0 "undo, a dry run" --undo --dry-run
seconds adopt 0 "undo" --undo
says "of everybody" "^$people undone" "$out"
[ "$(count '(|(objectClass=xmppAccount)(xmppJid=*))')" = 0 ]
verdict "nobody is an account" $?
TERMINAL_SECONDS=300 python3 "$top/tests/support/terminal.py" "$out" -- "$invitectl" -c "$config" adopt --all --dry-run
verdict "a dry run at a terminal" $?
# slapd gives no estimate of how many there are (RFC 2696 allows that)
says "shows how far it is" 'entries: [0-9]+' "$out"
says "and takes that away" "$(printf '\r\033')\\[K(JID|$people would be adopted)" "$out"
seconds adopt 0 "everybody" --except '(uid=x)'
says "at once" "^$people adopted" "$out"

plan
