#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl setup in front of a real 389 Directory Server as dscreate makes it. What is in it, its own
# configuration and rules of access included, is compared before, between and after.
set -u

server=389ds
# shellcheck source=../support/directory.sh
. "${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/support/directory.sh"
start --bare
root=$work/root
config=$work/invitegate.conf
journal=$root/var/lib/invitegate/setup.json
mkdir "$root"

# Directory Manager, as root over the socket or by its password
set --
if [ "$(id -u)" -ne 0 ]; then
    chmod 600 "$site/admin.password"
    set -- --bind-dn "cn=admin,$suffix" --bind-password-file "$site/admin.password"
fi
setup() {
    expected=$1 description=$2
    shift 2
    exits "$expected" "$description" setup --no-proof --root "$root" --uri "$uri" "$@"
}
# where "$@" of the suite has to be given, too
own="$*"

# keep NAME: data, rules of access, indexes, policy and the schema, in order. (A login hashes the password
# of the identity anew.)
keep() {
    for base in "$suffix" 'cn=index,cn=userRoot,cn=ldbm database,cn=plugins,cn=config'; do
        as admin ldapsearch -LLL -o ldif-wrap=no -b "$base" '(objectClass=*)' '*' aci 2>"$err"
    done | grep -v '^userPassword:' >"$work/$1.tree"
    as admin ldapsearch -LLL -o ldif-wrap=no -s base -b cn=config '*' aci 2>"$err" |
        grep -Ei '^(aci|password[a-z]+|nsslapd-allow-hashed-passwords):' >>"$work/$1.tree"
    as admin ldapsearch -LLL -o ldif-wrap=no -s base -b cn=schema attributeTypes objectClasses >"$work/$1.schema" 2>"$err"
}
alike() {
    for each in "$2" "$3"; do sort "$work/$each.tree" >"$work/$each.sorted"; done
    diff "$work/$2.sorted" "$work/$3.sorted" >"$out" 2>"$err"
    verdict "$1" $?
}
ready() {
    sed "s|= \([^ ]*/invitegate/token.keys\)|= $root\1|; s|= \([^ ]*/directory.password\)|= $root\1|; s/^to = syslog/to = stderr/; s/^timeout = .*/timeout = 6s/" \
        "$config" >"$work/here.conf"
}
# here STATUS DESCRIPTION ARGUMENT...: with the paths of this machine
here() {
    config=$work/here.conf
    exits "$@"
    config=$work/invitegate.conf
}
registers() {
    "$invitectl" -c "$work/here.conf" -d example.org create --print token >"$work/token" 2>"$err" &&
        echo "a kettle full of fish" | "$invitectl" -c "$work/here.conf" -d example.org redeem --user "$2" "$(cat "$work/token")" >"$out" 2>"$err"
    verdict "$1" $?
}

keep bare
# shellcheck disable=SC2086
setup 0 "a dry run" -d example.org $own --dry-run
says "says what it would do" "^would +rules +ou=invites,$suffix: 8 rules of access" "$out"
keep dry
alike "and changes nothing" bare dry
# shellcheck disable=SC2086
setup 0 "setup of a bare directory" -d example.org $own
says "waits for its indexes" "^done +indexes +the server fills 14" "$out"
keep first
# shellcheck disable=SC2086
setup 0 "the second time" $own
says "there is nothing to do" "^Nothing to change" "$out"
keep second
cmp "$work/first.tree" "$work/second.tree" >"$out" 2>&1 && cmp "$work/first.schema" "$work/second.schema" >>"$out" 2>&1
verdict "and not a byte has changed" $?
grep -q "^uri = ldapi://" "$config"
verdict "the configuration has the socket" $?
# shellcheck disable=SC2086
exits 0 "a third time, with the proof" setup --root "$root" --uri "$uri" $own
says "finds nothing amiss" "^Tried, and found right" "$out"
ready
here 0 "doctor finds nothing" doctor
registers "somebody registers" bob
as anonymous ldapsearch -LLL -b "$suffix" '(|(objectClass=xmppInvite)(authPassword=*))' 1.1 >"$out" 2>"$err"
! grep -q '^dn' "$out"
verdict "nobody sees invites or verifiers" $?

# a domain that comes later, and the password of its Directory Manager
chmod 600 "$site/admin.password"
setup 0 "setup of one more domain, by a DN" -d example.net --bind-dn "cn=admin,$suffix" --bind-password-file "$site/admin.password"
says "gives it containers of its own" "^done +entries +add ou=invites,ou=example.net,$suffix" "$out"
says "with their rules" "^done +rules +ou=people,ou=example.net,$suffix: 11 rules of access" "$out"
for domain in example.org example.net; do
    # shellcheck disable=SC2086
    setup 0 "setup of $domain again" -d $domain $own
    says "there is nothing to do" "^Nothing to change" "$out"
done
ready
here 0 "init of both" init

# the socket is found, as dscreate calls it
mkdir -p "$work/other/run"
ln -s "$site/ldapi" "$work/other/run/slapd-localhost.socket"
# shellcheck disable=SC2086
"$invitectl" -c "$work/other.conf" -d example.org setup --no-proof --root "$work/other" $own >"$out" 2>"$err"
verdict "another machine finds the socket" $?
says "and what is there" "^there +rules +ou=invites,$suffix: all 8" "$out"
grep -qx 'uri = ldapi://%2Frun%2Fslapd-localhost.socket' "$work/other.conf"
verdict "its configuration has the path without the root" $?
# which gave the identity another password
rm -r "$work/other"
# shellcheck disable=SC2086
setup 0 "the first one takes its identity back" -d example.org $own

# a changed template
cp "$config" "$work/first.conf"
sed -i 's/^account_classes = .*/account_classes = inetOrgPerson posixAccount xmppAccount/
    s|^account_attributes = .*|account_attributes = cn=%u sn=%u uidNumber=10000 gidNumber=100 homeDirectory=/home/%u|
    s/^name_filter = .*/name_filter = (\|(uid=%u)(displayName=%u)(xmppJid=%j))/' "$config"
ready
"$invitectl" -c "$work/here.conf" -d example.org create --print token >"$work/token" 2>"$err"
echo "a kettle full of fish" | "$invitectl" -c "$work/here.conf" -d example.org redeem --user carol "$(cat "$work/token")" >"$out" 2>"$err"
verdict "after another template nobody registers" $((! $?))
# shellcheck disable=SC2086
setup 0 "until setup has come again" -d example.org $own
says "which writes two rules anew" "^done +rules +ou=people,$suffix: 2 rules of access in place of 2" "$out"
says "and indexes what the filter names" "^done +indexes +an index of displayName" "$out"
registers "then somebody does" carol
cp "$work/first.conf" "$config"
# shellcheck disable=SC2086
setup 0 "back to the first template" -d example.org $own

# taken away again
# shellcheck disable=SC2086
setup 0 "undo, with people and invites there" --undo $own
says "keeps what hides them" "^left +undo +[0-9]+ rules of access of ou=people,$suffix stay" "$out"
as anonymous ldapsearch -LLL -b "$suffix" '(|(objectClass=xmppInvite)(authPassword=*)(objectClass=xmppRosterPair))' 1.1 >"$out" 2>"$err"
! grep -q '^dn' "$out"
verdict "nobody finds invites or verifiers" $?
for each in invites people; do
    as admin ldapsearch -LLL -o ldif-wrap=no -s one -b "ou=$each,$suffix" '(objectClass=*)' 1.1 2>"$err" | sed -n 's/^dn: //p' >"$work/dns"
    as admin ldapdelete -f "$work/dns" >"$out" 2>"$err"
done
# shellcheck disable=SC2086
setup 0 "undo again, when they are gone" --undo $own
[ ! -e "$journal" ]
verdict "the journal goes last" $?
keep undone
alike "all is as it was, but for the schema" bare undone

# the site's own policy
as admin ldapmodify >"$out" 2>"$err" <<END
dn: cn=config
changetype: modify
replace: passwordCheckSyntax
passwordCheckSyntax: on
-
replace: passwordMinLength
passwordMinLength: 14
END
keep policy
# shellcheck disable=SC2086
setup 0 "setup where the site has a policy" -d example.org $own
! grep -q 'passwordMinLength' "$out"
verdict "leaves that as it is" $?
says "but has changes written down" "^done +policy +passwordTrackUpdateTime: on" "$out"
# shellcheck disable=SC2086
setup 0 "undo" --undo $own
keep after
alike "leaves it, too" policy after

# killed in front of some of the files it puts in their places, the journal most of all
if [ "${INV_SANITIZERS:-no}" = no ] && strace -o /dev/null true 2>/dev/null; then
    for at in 2 9 17 22 30; do
        rm -rf "$config"
        # shellcheck disable=SC2086
        strace -f -o /dev/null -e trace=rename -e inject=rename:signal=KILL:when=$at \
            "$invitectl" -c "$config" -d example.org setup --no-proof --root "$root" --uri "$uri" $own >"$out" 2>"$err"
        [ $? -eq 137 ]
        verdict "killed at file $at" $?
        # shellcheck disable=SC2086
        "$invitectl" -c "$config" -d example.org setup --no-proof --root "$root" --uri "$uri" $own >"$work/again" 2>"$err" &&
            "$invitectl" -c "$config" setup --no-proof --root "$root" --uri "$uri" $own >"$work/third" 2>"$err" &&
            grep -q '^Nothing to change' "$work/third" &&
            "$invitectl" -c "$config" setup --root "$root" --uri "$uri" --undo $own >"$out" 2>"$err"
        verdict "it ends well" $?
        # up to the 17th the journal says that they are not filled
        [ $at -gt 17 ] || grep -q '^done.*the server fills 14 ' "$work/again"
        verdict "with its indexes filled" $?
        keep undone
        alike "and can be taken away" policy undone
    done
fi
plan
