#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# saslpasswd2 -c with TOKEN:PASSWORD, and the logins of Cyrus SASL's sample programs behind it, in
# front of a directory: exit codes, and what is in the directory then.
set -u

programs="saslpasswd2 sasl-sample-server sasl-sample-client"
# shellcheck source=sasl_site.sh
. "${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/sasl/sasl_site.sh"

# passwd STATUS DESCRIPTION PASSWORD ARGUMENT...: saslpasswd2 -p
passwd() {
    wanted=$1 description=$2
    printf %s "$3" >"$work/password"
    shift 3
    with_sasl saslpasswd2 -p "$@" <"$work/password" >"$out" 2>"$err"
    status=$?
    [ $status -eq "$wanted" ] || echo "exit status $status" >>"$err"
    verdict "$description" $((status != wanted))
}

value() { # USER ATTRIBUTE
    admin ldapsearch -LLL -o ldif-wrap=no -b "uid=$1,ou=people,$suffix" -s base "$2" 2>/dev/null |
        sed -n "s/^$2:* //p"
}

configure saslpasswd saslpasswd
make --type account
passwd 0 "saslpasswd2 -c: TOKEN:PASSWORD registers" "$token:$password" -c -u example.org bob
binds bob "$password"
verdict "bob logs in by a bind" $?
before=$(value bob entryCSN)
passwd 0 "the same once more is fine" "$token:$password" -c -u example.org bob
[ "$(value bob entryCSN)" = "$before" ]
verdict "and changes nothing" $?
passwd 13 "the used token registers no other" "$token:$password" -c -u example.org eve
passwd 13 "another password behind it changes nothing" "$token:another password" -c -u example.org bob
passwd 13 "nor does a password without a token" "another password" -c -u example.org bob
passwd 13 "or make an account" "$password" -c -u example.org eve
passwd 13 "-d removes nobody" "" -d -u example.org bob
[ "$(value bob entryCSN)" = "$before" ] && [ "$(entries "ou=people,$suffix" '(uid=eve)')" -eq 0 ]
verdict "bob is as he was, and eve is not there" $?
make --type account
passwd 27 "a weak password is told by exit code 27" "$token:short" -c -u example.org carol
passwd 0 "and keeps the token; without -u the only domain counts" "$token:$password" -c carol
binds carol "$password"
verdict "carol logs in by a bind" $?

configure saslpasswd saslpasswd 'scram_secret_generate: yes'
make --type account
passwd 0 "with scram_secret_generate too" "$token:$password" -c -u example.org dora
[ "$(value dora authPassword | wc -l)" -eq 3 ]
verdict "dora has the verifiers of the domain and no others" $?
make --type account
passwd 13 "-n makes no account, and says so" "$token:$password" -c -n -u example.org finn
[ "$(entries "ou=people,$suffix" '(uid=finn)')" -eq 0 ]
verdict "finn is not there" $?

# --------------------------------------------------------------------------- the sample programs
configure saslpasswd sample
login() { # MECHANISM USER PASSWORD [SSF]
    printf '%s\n' "$3" | "$top/tests/sasl/sample.py" "$sasl" "$1" "$2" example.org ${4:+"$4"} \
        >"$out" 2>"$err"
}
for mechanism in SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512; do
    login $mechanism dora "$password"
    verdict "$mechanism: dora logs in" $?
    ! login $mechanism dora "$password!"
    verdict "$mechanism: with no other password" $?
done
make --type account
login X-INVITE-TOKEN gwen "$token:$password"
verdict "X-INVITE-TOKEN: gwen registers" $?
login SCRAM-SHA-256 gwen "$password"
verdict "gwen logs in" $?
! login X-INVITE-TOKEN hal "$token:$password"
verdict "X-INVITE-TOKEN: the used token registers no other" $?
make --type account
! login X-INVITE-TOKEN hal "$token:short"
verdict "X-INVITE-TOKEN: a weak password is refused" $?
! login X-INVITE-TOKEN dora "$token:$password"
verdict "X-INVITE-TOKEN: a name that is taken is refused" $?
! login X-INVITE-TOKEN hal "$token:$password" 0
verdict "X-INVITE-TOKEN: not without encryption" $?
configure saslpasswd sample 'invite_plaintext: yes'
login X-INVITE-TOKEN hal "$token:$password" 0
verdict "X-INVITE-TOKEN: unless that is wanted" $?

# ------------------------------------------------------------------ a host that only serves logins
# As docs/sasl.md says: an identity of its own, and no token keys.
printf %s 'a long password of the service' >"$work/sasl.password"
chmod 600 "$work/sasl.password"
admin ldapadd >"$out" 2>"$err" <<END
dn: ou=services,$suffix
objectClass: organizationalUnit
ou: services

dn: cn=sasl,ou=services,$suffix
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: sasl
userPassword: a long password of the service
END
cp "$top/config-examples/slapd/invitegate-sasl-acl.conf" "$site/"
sed -i "s|^include .*invitegate-acl.conf|include $site/invitegate-sasl-acl.conf\n&|" "$site/slapd.conf"
restart
sed "s|^bind = .*|bind = simple\nbind_dn = cn=sasl,ou=services,$suffix\nbind_password_file = $work/sasl.password|
    s|^key_file = .*|key_file = $work/none|; /^bind_dn =\$/d; /^bind_password_file =\$/d" "$config" >"$work/service.conf"
chmod 600 "$work/service.conf"
configure saslpasswd sample
sed -i "s|^invite_conf:.*|invite_conf: $work/service.conf|" "$sasl/sample.conf"
login SCRAM-SHA-256 dora "$password"
verdict "a host with an identity of its own serves SCRAM" $?
ldapsearch -LLL -x -H "$uri" -D "cn=sasl,ou=services,$suffix" -y "$work/sasl.password" -b "$suffix" \
    '(|(objectClass=xmppInvite)(uid=dora))' userPassword authPassword >"$out" 2>"$err"
grep -q '^authPassword' "$out" && ! grep -qi '^userPassword\|inviteId=' "$out"
verdict "which reads verifiers, but no userPassword and no invite" $?
! login X-INVITE-TOKEN ida "$token:$password"
verdict "and registers nobody" $?

# A password that is changed elsewhere ends the verifiers.
sleep 1
printf 'dn: uid=dora,ou=people,%s\nchangetype: modify\nreplace: userPassword\nuserPassword: set by an admin\n' \
    "$suffix" | admin ldapmodify >"$out" 2>"$err"
! login SCRAM-SHA-256 dora "$password"
verdict "after a change elsewhere the old password is over" $?
echo "1..$number"
