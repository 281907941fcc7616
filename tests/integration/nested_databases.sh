#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A slapd that keeps ou=people in a database of its own, below that of the suffix, and not glued to it: a
# search from the suffix finds nothing there. Groups and values are looked for in both.
set -u

server=slapd
# shellcheck source=../support/directory.sh
. "${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/support/directory.sh"

people=ou=people,$suffix
start --conf
stop
# The lower database stands in front, with the same rules and indexes, and addresses are unique in it.
awk -v base="$people" -v folder="$site/people.db" '
    /^database / { second = 1 }
    { all[++lines] = $0 }
    second && !/^rootpw |^include .*ppolicy/ {
        line = $0
        if (/^suffix /) line = "suffix \"" base "\""
        if (/^directory /) line = "directory " folder
        lower[++count] = line
    }
    !second { print }
    END {
        for (i = 1; i <= count; i++) print lower[i]
        print "moduleload unique\noverlay unique\nunique_uri ldap:///" base "?mail?sub\n"
        for (i = 1; i <= lines; i++) if (all[i] ~ /^database /) start = i
        for (i = start; i <= lines; i++) print all[i]
    }' "$site/slapd.conf" >"$work/slapd.conf"
mkdir "$site/people.db"
cp "$work/slapd.conf" "$site/slapd.conf"
cat >"$work/people.ldif" <<END
dn: $people
objectClass: organizationalUnit
ou: people

dn: uid=carol,$people
objectClass: inetOrgPerson
uid: carol
cn: carol
sn: C
mail: bob@example.org

dn: cn=inner,$people
objectClass: groupOfNames
cn: inner
member: uid=gina,$people
END
PATH=$PATH:/usr/sbin slapadd -q -f "$site/slapd.conf" -b "$people" -l "$work/people.ldif" >"$out" 2>"$err"
verdict "people have a database of their own" $?
start --conf
sed -i -e "s|^name_search_base *=.*|name_search_base = $people|" -e "s|^password_verifiers *=.*|password_verifiers = crypt|" \
    "$site/invitegate.conf"
as admin ldapadd >"$out" 2>"$err" <<END
dn: ou=teams,$suffix
objectClass: organizationalUnit
ou: teams

dn: cn=outer,ou=teams,$suffix
objectClass: groupOfNames
cn: outer
member: uid=hana,$people
END
verdict "and groups lie in both" $?
shows "" "which one search does not see" admin "$suffix" "(member=uid=gina,$people)" cn

exits 0 "init" init
# registers NAME
registers() {
    "$invitectl" -c "$config" create --print token >"$work/token" 2>"$err"
    { cat "$work/token" && echo "Seventeen-green-kettles!"; } |
        "$invitectl" -c "$config" redeem --user "$1" - >"$out" 2>"$err"
}
refused() { # NAME WHY
    status=0
    registers "$1" || status=$?
    [ $status -eq 1 ]
    verdict "$1 cannot be registered" $?
    says "$1: because of $2" "$2" "$err"
}
refused gina "cn=inner,$people"
refused hana "cn=outer,ou=teams,$suffix"
refused bob "uid=carol,$people has a value"
registers ida
verdict "ida is registered" $?
exits 1 "repair has findings" repair
says "the name in the lower database" "cn=inner,$people" "$out"
says "and the one above it" "cn=outer,ou=teams,$suffix" "$out"
exits 1 "doctor has findings" doctor
says "it names the lower group" "cn=inner,$people" "$out"
says "and the upper one" "cn=outer,ou=teams,$suffix" "$out"
stop
plan
