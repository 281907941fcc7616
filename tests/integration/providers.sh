#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two hosts whose first URIs are different servers of one directory: another provider (multi-provider
# replication), then a read-only consumer. Who decides is recorded; the other one refuses, and says so.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"

# second NAME LINE...: a copy of the first server's data in a folder of its own, with more lines of
# configuration; sets second_uri
second() {
    folder=$work/$1
    mkdir "$folder" "$folder/db"
    cp "$first"/invitegate-*.conf "$folder"
    shift
    sed -e "s|$first/|$folder/|g" -e '/^serverID/d' -e '/^overlay syncprov/d' "$first/slapd.conf" >"$folder/slapd.conf"
    printf '%s\n' "$@" >>"$folder/slapd.conf"
    PATH=$PATH:/usr/sbin slapadd -q -w -f "$folder/slapd.conf" -l "$work/dump.ldif" >"$out" 2>"$err"
    second_uri=ldapi://$(printf %s "$folder/ldapi" | sed 's|/|%2F|g')
    PATH=$PATH:/usr/sbin slapd -f "$folder/slapd.conf" -h "$second_uri" >"$out" 2>"$err"
    tries=100
    until ldapsearch -x -H "$second_uri" -s base -b '' 1.1 >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
    sed "s|^uri *=.*|uri = $second_uri|" "$first/invitegate.conf" >"$folder/invitegate.conf"
    chmod 600 "$folder/invitegate.conf"
}

# on FOLDER: whose configuration the commands use from here on
on() { config=$1/invitegate.conf; }

# arrives BASE FILTER: at the second server, by replication
arrives() {
    tries=100
    until ldapsearch -LLL -x -H "$second_uri" -D "cn=admin,$suffix" -y "$first/admin.password" \
        -b "$1" "$2" 1.1 2>/dev/null | grep -q '^dn:'; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}

# replicates RID: what the second server asks the first one
replicates() {
    echo "syncrepl rid=$1 provider=$uri type=refreshAndPersist retry=\"1 +\" searchbase=\"$suffix\" bindmethod=simple binddn=\"cn=admin,$suffix\" credentials=$(cat "$first/admin.password")"
}

# ------------------------------------------------------------------------------------ a single server

directory "$work/first"
first=$site
exits 0 "init at a single server" init
exits 0 "which is recorded as such" provider
says "as server 000" '^example\.org: server 000 decides; ldapi://.* is server 000$' "$out"
exits 0 "in JSON too" --json provider
json "with both" 'rows[0] == {"domain": "example.org", "recorded": "000", "server": "000", "uri": rows[0]["uri"]}'
make --note 'of a single server'
redeems 0 "an invite is redeemed there" anna "$token" 'anna has a password'

# It becomes a provider: 000 still lets everybody in, and doctor asks for the new one to be recorded.
printf 'moduleload syncprov\noverlay syncprov\nserverID 1\n' >>"$site/slapd.conf"
restart
exits 1 "doctor finds a server that is not the recorded one" doctor
says "and says what to do" 'finding +provider .*server 000 decides, but .* is 001' "$out"
says "with the command" 'invitectl provider --set' "$out"
make --note 'while 000 is recorded'
redeems 0 "meanwhile invites are redeemed" bert "$token" 'bert has a password'
exits 1 "provider tells it" provider
exits 0 "provider --set moves it" provider --set
says "to 001" 'server 001 decides; .* is server 001' "$out"
exits 0 "then doctor is content" doctor
says "with the provider" 'ok +provider .* is server 001, which decides' "$out"
make --note 'of the provider'
redeems 0 "an invite is redeemed at the provider" cora "$token" 'cora has a password'

# ----------------------------------------------------------------------------------- another provider

slapcat() { PATH=$PATH:/usr/sbin command slapcat "$@"; }
slapcat -f "$site/slapd.conf" -l "$work/dump.ldif" 2>"$err"
second provider 'serverID 2' "$(replicates 1)" 'multiprovider on'
verdict "a second provider starts" $?
make --note 'for two hosts' --uses 2
id=$("$invitectl" -c "$config" --json list --state pending 2>/dev/null | python3 -c '
import json, sys
print([row["id"] for row in map(json.loads, sys.stdin) if row["note"] == "for two hosts"][0])')
arrives "ou=invites,$suffix" "(inviteId=$id)"
verdict "it has the invites of the first" $?
on "$work/provider"
redeems 4 "redeeming there is refused" dora "$token" 'dora has a password'
says "with both servers named" 'server 001 decides, but ldapi://.* is server 002' "$err"
says "and the remedy" 'name the provider first in uri' "$err"
ldapsearch -LLL -x -H "$second_uri" -D "cn=admin,$suffix" -y "$first/admin.password" -b "ou=invites,$suffix" \
    "(inviteId=$id)" inviteUsesLeft inviteClaim >"$out" 2>"$err"
says "the use is given back in that very call" '^inviteUsesLeft: 2$' "$out"
[ "$(grep -c inviteClaim "$out")" = 0 ]
verdict "and no claim stands" $?
[ "$(ldapsearch -LLL -x -H "$second_uri" -D "cn=admin,$suffix" -y "$first/admin.password" -b "ou=people,$suffix" '(uid=dora)' 1.1 2>/dev/null | grep -c '^dn:')" = 0 ]
verdict "and no account is there" $?
exits 1 "doctor there finds it" doctor
says "with both named" 'finding +provider .*server 001 decides, but .* is 002' "$out"
exits 4 "init there is not ready" init
says "for the same reason" 'finding +provider .*server 001 decides, but .* is 002' "$out"
exits 1 "provider there tells it" provider
says "with both" 'server 001 decides; .* is server 002' "$out"
on "$first"
redeems 0 "at the first it is redeemed" dora "$token" 'dora has a password'

make --note 'without a limit' --uses unlimited
arrives "ou=invites,$suffix" '(inviteUses=0)'
on "$work/provider"
redeems 4 "an unlimited invite is refused at the second too" emil "$token" 'emil has a password'
says "with both named" 'server 001 decides, but ldapi://.* is server 002' "$err"
[ "$(ldapsearch -LLL -x -H "$second_uri" -D "cn=admin,$suffix" -y "$first/admin.password" -b "ou=people,$suffix" '(uid=emil)' 1.1 2>/dev/null | grep -c '^dn:')" = 0 ]
verdict "and its account is withdrawn" $?
exits 0 "the drill: provider --set at the second" provider --set
redeems 0 "then that one decides" emil "$token" 'emil has a password'
"$top/scripts/private-slapd" stop "$work/provider"

# ----------------------------------------------------------------------------------------- a consumer

on "$first"
exits 0 "and back" provider --set
slapcat -f "$first/slapd.conf" -l "$work/dump.ldif" 2>"$err"
second consumer "$(replicates 2)" "updateref ldap://provider.example:389"
verdict "a consumer starts" $?
make --note 'for the consumer'
exits 0 "an invite of the provider" list
arrives "ou=invites,$suffix" '(description=for the consumer)'
on "$work/consumer"
redeems 4 "redeeming at the consumer is refused" fred "$token" 'fred has a password'
says "with the provider named" 'name the provider, ldap://provider\.example:389 first in uri' "$err"
exits 1 "doctor there says what is wrong" doctor
says "and names the provider" 'name the provider, ldap://provider\.example:389 first in uri' "$out"
[ "$(grep -c 'invitegate-acl\|changetype' "$out")" = 0 ]
verdict "and advises neither rights nor changes" $?
exits 4 "so does init" init
says "which names the provider" 'name the provider, ldap://provider\.example:389 first in uri' "$out"
[ "$(grep -c 'invitegate-acl\|changetype' "$out")" = 0 ]
verdict "and prints no LDIF" $?
exits 4 "provider there tells as much" provider
says "by name" 'name the provider, ldap://provider\.example:389 first in uri' "$err"
exits 4 "provider --set there changes nothing" provider --set
on "$first"
exits 0 "at the provider all is well" doctor
echo "1..$number"
