#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl adopt --all: what it tells and ends with, LDIF where it has no right, what is left when it is
# killed; and names of two entries in doctor. (tests/upkeep/check_adopt has who is adopted.)
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"

directory "$work/site"
exits 0 "init" init

# person NAME CONTAINER [LINE]: LDIF of one
person() {
    printf 'dn: uid=%s,%s,%s\nobjectClass: inetOrgPerson\ncn: x\nsn: x\nuid: %s\n' "$1" "$2" "$suffix" "$1"
    [ $# -lt 3 ] || printf '%s\n' "$3"
    echo
}
{
    printf 'dn: ou=staff,%s\nobjectClass: organizationalUnit\n\n' "$suffix"
    person ann ou=people
    person ben ou=people
    person cleo ou=staff
    person boss ou=people 'employeeType: admin'
    person 'not one' ou=people
    printf 'dn: cn=printer,ou=people,%s\nobjectClass: device\n\n' "$suffix"
} | admin ldapadd >"$out" 2>"$err"
verdict "people who were there before" $?

adopt() { # STATUS DESCRIPTION ARGUMENT...
    wanted=$1 words=$2
    shift 2
    exits "$wanted" "$words" "$@" --bind-dn "cn=admin,$suffix" --bind-password-file "$site/admin.password"
}
accounts() { # how many of those people are accounts, whole ones
    entries "$suffix" "(&(objectClass=xmppAccount)(xmppJid=*)(!(inviteId=*)))"
}

exits 2 "neither JIDs nor --all" adopt
says "says so" 'name the JIDs, or say --all' "$err"
exits 2 "both" adopt --all ann@example.org
exits 2 "--except without --all" adopt --except '(uid=x)' ann@example.org
exits 2 "a filter that is none" adopt --all --except '(uid=x'
says "says so" 'check its parentheses' "$err"
exits 4 "a filter with a value that is none" adopt --all --except '(uid=\zz)'
exits 4 "a filter of an attribute that there is not" adopt --all --except '(emploeeType=admin)'
says "names it" 'emploeeType' "$err"
exits 2 "half of a bind" adopt --all --bind-dn "cn=admin,$suffix"

exits 1 "a dry run" adopt --all --dry-run --except '(employeeType=admin)'
says "tells who would be adopted" '^ann@example.org +would be adopted +uid=ann,ou=people,' "$out"
says "wherever they are" '^cleo@example.org +would be adopted +uid=cleo,ou=staff,' "$out"
says "who is skipped" '^- +skipped +uid=boss,.*excepted' "$out"
says "and why" '^- +skipped +cn=printer,.*no person' "$out"
says "who is refused" '^- +refused +uid=not one,.*space' "$out"
says_nothing "no more" "$err"
says "and how many" '^3 would be adopted, 2 skipped, 1 refused$' "$out"
[ "$(accounts)" = 0 ]
verdict "and does nothing" $?

exits 4 "without the right to" adopt --all --except '(employeeType=admin)'
says "prints LDIF" '^changetype: modify$' "$out"
says "the table goes to standard error" '^- +refused +uid=not one,' "$err"
says "and the sum" '^0 adopted, 2 skipped, 1 refused, 3 left to the LDIF$' "$err"
cp "$out" "$work/load"
exits 4 "with --json" --json adopt --all --except '(employeeType=admin)'
json "gives the LDIF as one object" 'sum("ldif" in r for r in rows) == 1 and rows[-1]["ldif"].count("dn: ") == 3'
[ "$(accounts)" = 0 ]
verdict "and has done nothing" $?
admin ldapmodify -f "$work/load" >"$out" 2>"$err"
verdict "which loads" $?
[ "$(accounts)" = 3 ]
verdict "and makes accounts" $?
adopt 0 "undo" adopt --all --undo
says "tells how many" '^3 undone, 0 skipped, 0 refused$' "$out"
[ "$(accounts)" = 0 ]
verdict "none is left" $?


# What is in a DN is not what a terminal obeys.
printf 'dn: cn=red\\1b[31m,ou=people,%s\nobjectClass: inetOrgPerson\ncn:: %s\nsn: x\nuid: red\n' "$suffix" \
    "$(printf 'red\033[31m' | base64)" | admin ldapadd >"$out" 2>"$err"
exits 4 "a DN with an escape sequence" adopt --all --except '(!(uid=red))'
says "is base64 in LDIF" '^dn:: ' "$out"
if cat "$out" "$err" | grep -q "$(printf '\033')"; then false; else true; fi
verdict "and nowhere as it is" $?
admin ldapmodify -f "$out" >/dev/null 2>"$err"
[ "$(entries "$suffix" '(xmppJid=red@example.org)')" = 1 ]
verdict "which loads" $?
admin ldapdelete "$(printf 'cn=red\\1b[31m,ou=people,%s' "$suffix")" >"$out" 2>"$err"

# An administrator who is none.
printf 'dn: cn=weak,%s\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: weak\nuserPassword: weak\n' \
    "$suffix" | admin ldapadd >"$out" 2>"$err"
printf weak >"$work/weak.password"
chmod 600 "$work/weak.password"
for each in --all ann@example.org; do
    "$invitectl" -c "$config" adopt "$each" --bind-dn "cn=weak,$suffix" \
        --bind-password-file "$work/weak.password" >"$out" 2>"$err"
    says "a --bind-dn without rights is named ($each)" '^ann@example.org .*identity of --bind-dn may not' "$out"
done
[ "$(accounts)" = 0 ]
verdict "and does nothing" $?

adopt 1 "with an administrator's rights" adopt --all --except '(employeeType=admin)'
says "counts those that are adopted" '^3 adopted, 2 skipped, 1 refused$' "$out"
if grep -q '^ann@' "$out"; then false; else true; fi
verdict "and does not list them" $?
[ "$(accounts)" = 3 ]
verdict "who are accounts" $?
adopt 1 "again" --json adopt --all --except '(employeeType=admin)'
json "changes nothing" 'sorted(r["result"] for r in rows) == ["refused", "skipped", "skipped"]'
adopt 1 "with --json" --json adopt --all
json "lists everybody" '[r["jid"] for r in rows if r["result"] == "adopted"] == ["boss@example.org"] and all(set(r) == {"jid", "result", "dn", "why"} for r in rows)'
adopt 1 "a filter that lets nobody in" adopt --all --except '(employeeType=admn)'
says "is doubted" 'let nobody in' "$err"
make --user made
redeems 0 "an invite makes an account" made "$token" 'a long password'
adopt 0 "undo with a filter" --json adopt --all --undo --except '(uid=ann)'
json "does not touch it" '{r["jid"]: r["result"] for r in rows if r["jid"]} == {"ben@example.org": "undone", "boss@example.org": "undone", "cleo@example.org": "undone", "ann@example.org": "skipped"}'
[ "$(entries "$suffix" '(&(objectClass=xmppAccount)(xmppJid=made@example.org))')" = 1 ]
verdict "it is an account still" $?
exits 1 "remove of somebody who was adopted" remove ann@example.org
says "says what stays" 'its entry, groups, contacts and invites stay' "$err"
says "and what to do" 'invitectl adopt --undo ann@example.org' "$err"

# A name of two entries.
exits 0 "doctor without such names" doctor
says "says so" '^ok +holders ' "$out"
for name in ben one two three four five six; do
    person $name ou=staff
    [ $name = ben ] || person $name ou=people
done | admin ldapadd >"$out" 2>"$err"
exits 1 "doctor with some" doctor
says "names both" 'finding +holders .*ben@example.org .*uid=ben,ou=people,.* and uid=ben,ou=staff' "$out"
says "counts the others" 'finding +holders .*2 more names' "$out"
adopt 1 "adopt" --json adopt --all
json "refuses both of each" 'sum(r["result"] == "refused" and "several entries" in r["why"] for r in rows) == 14'

# A server that takes no writes: that is the matter of no entry.
left=$(accounts)
sed -i 's/^suffix .*/&\nreadonly on/' "$site/slapd.conf"
restart
adopt 3 "a directory that takes no writes" adopt --all --undo
says "says so" '53' "$err"
says "and of whom" ' refused +uid=.* 53 to the modify' "$out"
[ "$left" -gt 0 ] && [ "$(accounts)" = "$left" ]
verdict "everybody is as before" $?

echo "1..$number"
