#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl setup where root of this machine may not change the directory: one that is kept in slapd.conf,
# and one on another host, with the rights of a DN and without.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=tests/support/ctl.sh
. "$top/tests/support/ctl.sh"
# shellcheck source=tests/support/setup.sh
. "$top/tests/support/setup.sh"
folder=$root/var/lib/invitegate/directory

# registers DESCRIPTION NAME
registers() {
    "$invitectl" -c "$config" create --print token >"$work/token" 2>"$err" &&
        echo "a password for $2" | "$invitectl" -c "$config" redeem --user "$2" "$(cat "$work/token")" >"$out" 2>"$err"
    verdict "$1" $?
}

# there FILE...: in the folder that was told
there() {
    for each; do
        says "$each is told" "^handed over +handover .*$folder/$each" "$out"
        [ "$(stat -c %a "$folder/$each")" = 600 ]
        verdict "and there, for root only" $?
    done
}

# ---------------------------------------------------------------------------------- in slapd.conf
mkdir -p "$site/db" "$root/etc/ldap"
printf secret >"$work/admin.password" && chmod 600 "$work/admin.password"
cat >"$site/slapd.conf" <<END
$(printf 'include /etc/ldap/schema/%s.schema\n' core cosine inetorgperson nis)
pidfile $site/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "dc=nodomain"
rootdn "cn=admin,dc=nodomain"
rootpw secret
directory $site/db
dbnosync
access to attrs=userPassword by self =xw by anonymous auth by * none
access to * by * read
END
ln -s "$site/slapd.conf" "$root/etc/ldap/slapd.conf"
uri=ldapi://$(printf %s "$site/ldapi" | sed 's|/|%2F|g')
serve() {
    "$top/scripts/private-slapd" stop "$site" 2>/dev/null
    slapd -f "$site/slapd.conf" -h "$uri" </dev/null >"$out" 2>"$err" || {
        verdict "slapd starts with what was handed over" 1
        exit 1
    }
    tries=100
    until ldapsearch -x -H "$uri" -s base -b '' 1.1 >/dev/null 2>&1 || [ $((tries = tries - 1)) -eq 0 ]; do sleep 0.1; done
}
serve
printf 'dn: dc=nodomain\nobjectClass: domain\ndc: nodomain\n' |
    ldapadd -x -D cn=admin,dc=nodomain -y "$work/admin.password" -H "$uri" >"$out" 2>"$err" || verdict "the suffix" 1
setup 0 "a dry run" -d example.org --dry-run
says "says that the configuration is not shown" "^found +suffix .*is not shown" "$out"
[ ! -e "$root/var" ]
verdict "and makes nothing" $?
setup 4 "setup where the directory is in slapd.conf" -d example.org
there slapd-schema.conf slapd-modules.conf slapd-database.conf slapd-access.conf slapd-overlay.conf entries.ldif
! grep -q 'config.ldif' "$out"
verdict "but nothing for cn=config" $?
says "who runs it is told what next" "run setup again when that is done" "$err"
says "what could be done is done" "^done +configuration +write" "$out"
setup 4 "a second time" -d example.org
says "the same is told" "$folder/slapd-modules.conf in front of the first database" "$out"
says "as nobody has loaded it" "^handed over +rules +30 rules" "$out"
# as it says
sed -i -e "s|^pidfile|include $folder/slapd-schema.conf\\n&|; s|^database mdb|include $folder/slapd-modules.conf\\n&|" \
    -e "0,/^access/s|^access|include $folder/slapd-database.conf\\ninclude $folder/slapd-access.conf\\n&|" "$site/slapd.conf"
echo "include $folder/slapd-overlay.conf" >>"$site/slapd.conf"
serve
setup 0 "setup with the rights of the rootdn" -d example.org --bind-dn cn=admin,dc=nodomain --bind-password-file "$work/admin.password"
says "adds the entries" "^done +entries +add ou=invites,dc=nodomain" "$out"
says "and the identity" "^done +account +add cn=invitegate,ou=services,dc=nodomain" "$out"
setup 0 "the next one" -d example.org
says "finds all of it there" "^Nothing to change" "$out"
says "also what it cannot see" "^there +indexes .*handed over by an earlier run" "$out"
cp "$config" "$work/config"
ready
exits 0 "init" init
registers "somebody registers" bob

# a changed template; the files are included where they are
sed 's/^account_classes = .*/account_classes = inetOrgPerson shadowAccount xmppAccount/; s/^account_attributes = .*/account_attributes = cn=%u sn=%u shadowMax=99/' \
    "$work/config" >"$config"
setup 4 "setup after another template" -d example.org
says "hands the new rules over" "^handed over +rules +30 rules of access in place of the 30" "$out"
! grep -q '^handed over +indexes' "$out"
verdict "and what is as it was, not" $?
says "whose file stays as it is" "^add_content_acl on" "$folder/slapd-database.conf"
serve
setup 0 "when it is loaded" -d example.org
says "there is nothing to do" "^Nothing to change" "$out"
ready
registers "somebody registers with it" carol
setup 0 "undo, as the rootdn" --undo --bind-dn cn=admin,dc=nodomain --bind-password-file "$work/admin.password"
says "says what the administrator has to take out" "^left +undo +what was handed over" "$out"
[ ! -e "$folder/slapd-access.conf" ]
verdict "the files are gone" $?

# -------------------------------------------------------------------- on another host, in cn=config
port=$((20000 + $$ % 20000))
password() {
    printf %s "$1" >"$work/$1.password" && chmod 600 "$work/$1.password"
}
# elsewhere: a directory as Debian makes it that is reached by TCP and StartTLS
elsewhere() {
    "$top/scripts/private-slapd" stop "$site" 2>/dev/null
    rm -rf "$site" "$root" "$config"
    mkdir "$root"
    tries=20
    until "$top/scripts/private-slapd" start --fast --bare dc=nodomain --port $port "$site" >"$work/start" 2>"$err"; do
        [ $((tries = tries - 1)) -gt 0 ] || exit 1
        port=$((port + 1))
    done
    uri=$(sed -n 's/^uri=//p' "$work/start")
    "$top/scripts/private-certificate" "$site" && cp "$site/ca.crt" "$root"
    as_root ldapmodify >"$out" 2>"$err" <<END || verdict "the certificate" 1
dn: cn=config
changetype: modify
add: olcTLSCertificateFile
olcTLSCertificateFile: $site/tls.crt
-
add: olcTLSCertificateKeyFile
olcTLSCertificateKeyFile: $site/tls.key

dn: olcDatabase={0}config,cn=config
changetype: modify
add: olcRootPW
olcRootPW: config
END
}
# far STATUS DESCRIPTION OPTION...: setup over the network
far() {
    expected=$1 description=$2
    shift 2
    exits "$expected" "$description" setup --root "$root" --uri "ldap://127.0.0.1:$port" --ca-file /ca.crt "$@"
}
for each in config wrong; do password $each; done
: >"$work/empty.password" && chmod 600 "$work/empty.password"
elsewhere
keep before
far 4 "without a DN" -d example.org
there config.ldif slapd-schema.conf entries.ldif
says "what this machine needs is done" "^done +configuration +write" "$out"
keep anonymous
same "and nothing in the directory" before anonymous
rm -rf "${root:?}/var" "$config"
far 4 "with a wrong password" -d example.org --bind-dn cn=admin,cn=config --bind-password-file "$work/wrong.password"
says "it says whose" "refused the bind as cn=admin,cn=config" "$err"
far 4 "with an empty one" -d example.org --bind-dn cn=admin,cn=config --bind-password-file "$work/empty.password"
far 2 "with a DN alone" -d example.org --bind-dn cn=admin,cn=config
exits 3 "without the authority it trusts nobody" setup --root "$root" --uri "ldap://127.0.0.1:$port" -d example.org
far 0 "with the rights of cn=config" -d example.org --bind-dn cn=admin,cn=config --bind-password-file "$work/config.password"
says "all is done" "^done +rules +30 rules of access, in front of the site's own" "$out"
says "entries too" "^done +entries +add ou=invites" "$out"
grep -qx 'starttls = demand' "$config" && grep -qx "ca_file = /ca.crt" "$config" && grep -qx "uri = ldap://127.0.0.1:$port" "$config"
verdict "the configuration has the server" $?
keep set
! grep -q 'cn=admin,cn=config" manage' "$work/set.config"
verdict "no right is left" $?
exits 0 "again, without telling where it is" setup --root "$root" -d example.org --bind-dn cn=admin,cn=config --bind-password-file "$work/config.password"
says "there is nothing to do" "^Nothing to change" "$out"
ready
exits 0 "init" init
far 0 "undo" --undo --bind-dn cn=admin,cn=config --bind-password-file "$work/config.password"
keep after
alike "all is as it was" before after "$(printf '%s\n' '> olcModuleLoad: {1}ppolicy')
"

# an administrator of the data, and another one of the configuration
elsewhere
cp "$site/admin.password" "$work/data.password"
far 4 "with the rights of the data alone" -d example.org --bind-dn cn=admin,dc=nodomain --bind-password-file "$work/data.password"
there config.ldif
says "adds what needs no schema" "^done +entries +add ou=people" "$out"
as_root ldapmodify -c -f "$folder/config.ldif" >"$out" 2>"$err"
far 0 "and when the other has loaded that" -d example.org --bind-dn cn=admin,dc=nodomain --bind-password-file "$work/data.password"
says "the rest" "^done +entries +add ou=invites" "$out"
far 0 "then" -d example.org --bind-dn cn=admin,dc=nodomain --bind-password-file "$work/data.password"
says "there is nothing to do" "^Nothing to change" "$out"
cp "$config" "$work/config"
ready
exits 0 "init" init
registers "somebody registers" bob
sed 's/^account_attributes = .*/account_attributes = cn=%u sn=%u displayName=%u/' "$work/config" >"$config"
far 4 "after another template" -d example.org
as_root ldapmodify -f "$folder/config.ldif" >"$out" 2>"$err"
verdict "the file takes the earlier rules out" $?
far 0 "and then" -d example.org
ready
registers "somebody registers with it" dora
echo "1..$number"
