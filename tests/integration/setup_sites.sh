#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl setup on sites of special kinds: without any rule of access, with rules or a schema that
# somebody loaded before, with a configuration of their own, with two domains, with replicas.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=tests/support/ctl.sh
. "$top/tests/support/ctl.sh"
# shellcheck source=tests/support/setup.sh
. "$top/tests/support/setup.sh"
database='olcDatabase={1}mdb,cn=config'

# change DN CHANGE: a modification as the user who runs this
change() {
    printf 'dn: %s\nchangetype: modify\n%s\n' "$1" "$2" | as_root ldapmodify >"$out" 2>"$err" ||
        verdict "changing $1" 1
}

# rules: those of the database, without numbers
rules() {
    as_root ldapsearch -LLL -s base -b "$database" olcAccess 2>/dev/null | sed -n 's/^olcAccess: {[0-9]*}//p'
}

# has_rule DESCRIPTION PATTERN
has_rule() {
    rules >"$work/rules"
    says "$1" "$2" "$work/rules"
}

# ------------------------------------------------------------------------------ no rule of access
fresh
change 'olcDatabase={-1}frontend,cn=config' 'delete: olcAccess'
change "$database" 'delete: olcAccess'
keep before
setup 0 "setup where there is no rule" -d example.org
says "says that everybody reads passwords" "^left +rules +the database has no rule of access" "$out"
has_rule "and leaves the rest open" '^to \* by \* read$'
ldapsearch -x -LLL -H "$uri" -s base -b dc=nodomain >"$out" 2>"$err"
says "everybody reads what they could read" "^o: nodomain" "$out"
ldapsearch -x -LLL -H "$uri" -s base -b ou=invites,dc=nodomain >"$out" 2>"$err"
verdict "and no invites" $((! $?))
setup 0 "a second time" -d example.org
says "there is nothing to do" "^Nothing to change" "$out"
setup 0 "undo" --undo
keep after
alike "there is no rule again" before after \
    "$(printf '%s\n' '> olcModuleLoad: {1}ppolicy' '> olcModuleLoad: {2}argon2 m=19456 t=2 p=1')
"

# -------------------------------------------------------------------------------- loaded by hand
fresh
for name in invitegate authpassword; do
    "$top/schema/generate" config $name "$top/schema/$name.schema" >"$work/$name.ldif"
done
sed 's/DESC .Bare JID of an account. //' "$work/invitegate.ldif" |
    as_root ldapadd >"$out" 2>"$err" || verdict "an older schema" 1
as_root ldapadd -f "$work/authpassword.ldif" >"$out" 2>"$err" || verdict "the other schema" 1
change "$database" 'add: olcAccess
olcAccess: {0}to attrs=authPassword by * none'
setup 0 "setup with an older schema and a rule by hand" -d example.org
says "puts newer definitions in place" "^done +schema +invitegate: 0 new and 1 newer" "$out"
says "moves the rule into its block" "they replace the same ones that were loaded by hand" "$out"
[ "$(rules | grep -c '^to attrs=authPassword by \* none$')" -eq 1 ]
verdict "it is there once" $?
slaptest -u -F "$site/slapd.d" >"$out" 2>"$err"
verdict "slapd finds its configuration right" $?
setup 0 "a second time" -d example.org
says "there is nothing to do" "^Nothing to change" "$out"

# --------------------------------------------------- accounts of another shape, and who was there
fresh
change "$database" 'replace: olcAccess
olcAccess: to attrs=userPassword by self write by dn.exact="cn=replica,dc=nodomain" read by anonymous auth by * none
olcAccess: to * by dn.exact="cn=replica,dc=nodomain" read by dn.exact="cn=app,dc=nodomain" read by * search'
sed -e 's/^bind = .*/bind = simple/; s/^bind_dn =.*/bind_dn = cn=invitegate,ou=services,dc=nodomain/' \
    -e "s|^bind_password_file =.*|bind_password_file = /password|; s/dc=example,dc=org/dc=nodomain/" \
    -e 's/^account_classes = .*/account_classes = inetOrgPerson posixAccount xmppAccount/' \
    -e 's|^account_attributes = .*|account_attributes = cn=%u sn=%u uidNumber=10000 gidNumber=100 homeDirectory=/home/%u|' \
    -e 's/^name_filter = .*/name_filter = (|(uid=%u)(mail=%j)(xmppJid=%j))/' \
    "$top/config-examples/invitegate.conf" >"$config"
cp "$config" "$work/config"
setup 0 "setup with a configuration that is there" -d example.org
says "leaves it alone" "^there +configuration" "$out"
cmp "$config" "$work/config" >"$out" 2>&1
verdict "to the byte" $?
has_rule "new accounts may have its attributes" 'attrs=uid,cn,sn,uidNumber,gidNumber,homeDirectory,xmppJid by'
has_rule "and its classes" '\^\(inetOrgPerson\|posixAccount\|xmppAccount\|organizationalPerson\|top\|person\)\$'
has_rule "nobody writes their own mail" 'attrs=uid,xmppJid,mail by self read'
has_rule "a replica still copies invites" 'to dn.subtree="ou=invites,dc=nodomain" by .* by dn.exact="cn=replica,dc=nodomain" read by \* none'
has_rule "and verifiers" '^to attrs=authPassword by dn.exact="cn=replica,dc=nodomain" read by \* none'
! grep -q 'cn=app.*by \* none' "$work/rules"
verdict "an application sees neither" $?
as_root ldapsearch -LLL -s base -b "$database" olcDbIndex >"$out" 2>"$err"
says "what the filter names is indexed" "^olcDbIndex: mail eq" "$out"
sed -i "s|^uri = .*|uri = $uri|; s|= /password|= $root/password|; s|= .*token.keys|= $work/posix.keys|; s/^to = syslog/to = stderr/" "$config"
exits 0 "init" init
"$invitectl" -c "$config" create --print token >"$work/token" 2>"$err"
echo "a password for bob" | "$invitectl" -c "$config" redeem --user bob "$(cat "$work/token")" >"$out" 2>"$err"
verdict "somebody registers with uidNumber" $?

# --------------------------------------------------------------------------------- a second domain
cp "$work/config" "$config"
sed -n '/^\[domain/,/^\[agent/p' "$work/config" | sed -e '/^\[agent/d; s/example.org/example.net/' \
    -e 's/ou=\(invites\|people\|rosters\),/ou=\1,ou=net,/' >"$work/second"
cat "$work/second" >>"$config"
printf 'dn: ou=net,dc=nodomain\nobjectClass: organizationalUnit\nou: net\n' |
    ldapadd -x -D cn=admin,dc=nodomain -y "$site/admin.password" -H "$uri" >"$out" 2>"$err" || verdict "ou=net" 1
setup 0 "setup of a second domain" -d example.net
says "writes its rules beside those of the first" "^done +rules +51 rules of access in place of the 30" "$out"
[ "$(rules | grep -c '^to attrs=authPassword by ')" -eq 1 ]
verdict "what is for all stands once" $?
setup 0 "the first again" -d example.org
says "there is nothing to do" "^Nothing to change" "$out"
echo "1..$number"
