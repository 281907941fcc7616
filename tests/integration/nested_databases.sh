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

# Whoever is removed leaves the groups of both, and the name is free for somebody new.
as admin ldapmodify >"$out" 2>"$err" <<END
dn: cn=inner,$people
changetype: modify
add: member
member: uid=ida,$people

dn: cn=outer,ou=teams,$suffix
changetype: modify
add: member
member: uid=ida,$people

dn: cn=desk,ou=teams,$suffix
changetype: add
objectClass: posixGroup
cn: desk
gidNumber: 5000
memberUid: ida
memberUid: jan
END
verdict "ida joins groups of both" $?
exits 0 "ida is removed" remove ida@example.org
says "from three groups" ', 3 groups$' "$out"
for base in "$suffix" "$people"; do
    shows "" "no group below $base names her" admin "$base" "(|(member=uid=ida,$people)(memberUid=ida))" cn
done
shows "uid=gina,$people|" "the others stay" admin "cn=inner,$people" "(objectClass=*)" member
shows "jan|" "those above too" admin "cn=desk,ou=teams,$suffix" "(objectClass=*)" memberUid
registers ida
verdict "another ida is registered" $?
exits 0 "and removed" remove ida@example.org
says "from none" ', 0 groups$' "$out"
# A group is looked for in the other database also after an account that is gone.
as admin ldapmodify >"$out" 2>"$err" <<END
dn: cn=outer,ou=teams,$suffix
changetype: modify
add: member
member: uid=ida,$people
END
exits 1 "an account that somebody deleted" remove ida@example.org
says "leaves the group behind it" ', 1 group$' "$out"
shows "uid=hana,$people|" "indeed" admin "cn=outer,ou=teams,$suffix" "(objectClass=*)" member
stop
plan
