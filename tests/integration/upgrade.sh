#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# From the release before to this one: its schema in cn=config, and invites without inviteTerms.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"
slapd=$(PATH=$PATH:/usr/sbin command -v slapd)
end() {
    [ ! -e "$work/old.pid" ] || kill "$(cat "$work/old.pid")" 2>/dev/null
    cleanup
}
trap end EXIT

# The server with the older schema; the site is another, whose configuration speaks to it once.
uri=ldapi://$(printf %s "$work/ldapi" | sed 's|/|%2F|g')
"$top/scripts/private-slapd" start --fast --conf "$site" >"$work/started" 2>"$err" || {
    cat "$err"
    echo "Bail out! slapd does not start"
    exit 1
}
site_uri=$(sed -n 's/^uri=//p' "$work/started")
admin() {
    tool=$1
    shift
    "$tool" -H "$site_uri" -x -D "cn=admin,$suffix" -y "$site/admin.password" "$@" >"$out" 2>"$err"
}
exits 0 "init" init
sed "s|^uri = .*|uri = $uri|" "$config" >"$work/elsewhere.conf"
chmod 600 "$work/elsewhere.conf"

# ------------------------------------------------------------- the schema of the release before

# What came since: attributes from 28 on, the class 6, and the names of these in older classes.
"$top/schema/generate" config invitegate "$top/schema/invitegate.schema" >"$work/invitegate.ldif"
python3 - "$work/invitegate.ldif" >"$work/old.ldif" 2>"$err" <<'END'
import re, sys
lines = open(sys.argv[1]).read().replace("\n ", "").splitlines()
number = lambda line: [int(n) for n in re.match(r"olc\w+: \( [\d.]+\.(\d+)\.(\d+) ", line).groups()]
is_new = lambda line: line.startswith("olc") and number(line) > ([1, 27] if number(line)[0] == 1 else [2, 5])
names = [re.search("NAME '(\\w+)'", line)[1] for line in lines if is_new(line)]
for line in lines:
    if is_new(line):
        continue
    for name in names:
        line = line.replace(" $ " + name + " ", " ").replace(" " + name + " $", "")
    print(line)
END
grep -q "'xmppInviteContainer'" "$work/old.ldif" &&
    ! grep -qE 'inviteTerms|inviteMadeBy|xmppVerifiersOf|inviteProvider|xmppInviteKey' "$work/old.ldif" >"$out"
verdict "an older schema" $?
mkdir "$work/config" "$work/db"
identity=gidNumber=$(id -g)+uidNumber=$(id -u),cn=peercred,cn=external,cn=auth
{
    printf 'dn: cn=config\nobjectClass: olcGlobal\ncn: config\nolcPidFile: %s\n\n' "$work/old.pid"
    printf 'dn: cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: schema\n\n'
    sed '/^#/d' /etc/ldap/schema/core.ldif
    echo
    sed '/^#/d' "$work/old.ldif"
    printf '\ndn: olcDatabase={0}config,cn=config\nobjectClass: olcDatabaseConfig\nolcDatabase: {0}config\n'
    printf 'olcAccess: to * by dn.exact=%s manage\n\n' "$identity"
    printf 'dn: olcDatabase={1}ldif,cn=config\nobjectClass: olcDatabaseConfig\nobjectClass: olcLdifConfig\n'
    printf 'olcDatabase: {1}ldif\nolcSuffix: %s\nolcDbDirectory: %s\nolcAccess: to * by * write\n' "$suffix" "$work/db"
    printf 'olcRootDN: cn=admin,%s\nolcRootPW: admin\n' "$suffix"
} >"$work/config.ldif"
"$slapd" -Tadd -n 0 -F "$work/config" -l "$work/config.ldif" >"$out" 2>"$err"
verdict "is in the cn=config of a server" $?
serve() {
    "$slapd" -F "$work/config" -h "$uri" </dev/null >/dev/null 2>"$err"
    tries=100
    until ldapwhoami -H "$uri" -Q -Y EXTERNAL >/dev/null 2>&1 || [ $tries -eq 0 ]; do
        tries=$((tries - 1))
        sleep 0.1
    done
}
serve
tool() {
    name=$1
    shift
    "$name" -H "$uri" -Q -Y EXTERNAL "$@" >"$out" 2>"$err"
}
tool ldapadd <<END
dn: $suffix
objectClass: dcObject
objectClass: organization
dc: example
o: example

dn: inviteUser=bob,$suffix
objectClass: xmppNameReservation
inviteUser: bob
inviteId: 1234567890123456789012345678901234567890
END
verdict "with an entry of it" $?
config=$work/elsewhere.conf
exits 1 "doctor" doctor
says "sees that it is older" '^finding +schema .*is of an older release: it does not know inviteTerms' "$out"
says "and says how to load the new one" 'schema/update schema/invitegate.ldif' "$out"
exits 4 "init without containers" init
says "wants the new schema" '^finding +schema' "$out"
! grep -q '^dn:' "$out"
verdict "before any LDIF of containers" $?
printf admin >"$work/admin"
chmod 600 "$work/admin"
exits 4 "init that may make them" init --bind-dn "cn=admin,$suffix" --bind-password-file "$work/admin"
says "wants the new schema as well" '^finding +schema' "$out"
tool ldapsearch -LLL -b "$suffix" '(objectClass=organizationalUnit)' dn
! grep -q '^dn:' "$out"
verdict "before it makes any container" $?
config=$site/invitegate.conf
tool ldapadd -f "$work/invitegate.ldif"
verdict "ldapadd of the new one is refused" $(($? == 0))
"$top/schema/update" "$work/invitegate.ldif" -H "$uri" -Q -Y EXTERNAL >"$out" 2>"$err"
verdict "schema/update puts it over the old one" $?
"$top/schema/update" "$work/invitegate.ldif" -H "$uri" -Q -Y EXTERNAL >"$out" 2>"$err"
verdict "and can be repeated" $?
definitions() { sed -n "s/^[a-z]*: *\(( 2\.25\.3275[0-9]*\.[12]\.[0-9]* .*\)/\1/Ip" | sort; }
config=$work/elsewhere.conf
exits 1 "doctor" doctor
says "sees no older schema" '^finding +containers' "$out" && ! grep -q 'older release' "$out"
verdict "any more" $?
config=$site/invitegate.conf
tool ldapsearch -LLL -o ldif-wrap=no -b cn=Subschema -s base attributeTypes objectClasses
definitions <"$out" >"$work/understood"
awk '/^ / { printf "%s", substr($0, 2); next } { printf "%s%s", (NR > 1 ? "\n" : ""), $0 } END { print "" }' \
    "$work/invitegate.ldif" | definitions >"$work/written"
diff "$work/understood" "$work/written" >"$out" 2>"$err" && [ -s "$work/written" ]
verdict "the server knows each definition" $?
kill "$(cat "$work/old.pid")"
tries=100
while [ -e "$work/old.pid" ] && [ $tries -gt 0 ]; do
    tries=$((tries - 1))
    sleep 0.1
done
serve
tool ldapsearch -LLL -b "$suffix" "(inviteUser=BOB)" 1.1
says "also when it starts again, and the entry is there" '^dn: inviteUser=bob' "$out"
"$top/schema/update" "$top/schema/local.mk" -H "$uri" -Q -Y EXTERNAL >"$out" 2>"$err"
verdict "what is not loaded is not updated" $(($? == 0))

# --------------------------------------------------------------------------- invites without terms

make --expires 30d
plain=$token
make --user carol --account-expires 20d
preset=$token
# older TOKEN: as the release before would have made it
older() {
    id=$("$invitectl" --json -c "$config" show "$1" | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
    printf 'dn: inviteId=%s,ou=invites,%s\nchangetype: modify\ndelete: inviteTerms\n-\ndelete: inviteMadeBy\n' \
        "$id" "$suffix" | admin ldapmodify
}
older "$plain"
older "$preset"
exits 4 "an invite without its terms lets nobody in" check "$plain"
says "says why" 'inviteTerms is not in the answer; the invite is of an older release' "$err"
redeems 4 "redeem neither" dave "$plain" 'dave has a password'
exits 4 "list goes on" --json list
exits 1 "doctor" doctor
says "finds them" '^finding +older invites .* 2 invites of an older release' "$out"
says "and what to do" 'run invitectl init' "$out"

# Where one of the attributes is hidden nothing is derived from its absence.
cp "$site/invitegate-acl.conf" "$work/acl.good"
{
    printf 'access to dn.onelevel="ou=invites,%s" attrs=inviteUser by * none\n\n' "$suffix"
    cat "$work/acl.good"
} >"$site/invitegate-acl.conf"
restart() {
    "$top/scripts/private-slapd" stop "$site" && "$top/scripts/private-slapd" start --fast "$site" >/dev/null
}
restart
exits 4 "init, with inviteUser hidden" init
says "does not complete them" 'cannot be given inviteTerms: not every attribute' "$out"
cp "$work/acl.good" "$site/invitegate-acl.conf"
restart
admin ldapsearch -LLL -b "ou=invites,$suffix" '(&(objectClass=xmppInvite)(inviteTerms=*))' 1.1
says_nothing "none has terms" "$out"
exits 0 "init" init
says "completes them" '^ok +older invites .* 2 of 2 invites' "$out"
exits 0 "doctor is content" doctor
admin ldapsearch -LLL -b "ou=invites,$suffix" '(inviteUser=carol)' inviteTerms
[ "$(sed -n 's/^inviteTerms: //p' "$out" | sort | tr '\n' ' ')" = "inviteAccountExpires inviteUser " ]
verdict "with what restricts each" $?
redeems 1 "the preset name stays" dave "$preset" 'dave has a password'
redeems 0 "and registers" carol "$preset" 'carol has a password'
redeems 0 "so does the other" dave "$plain" 'dave has a password'
echo "1..$number"
