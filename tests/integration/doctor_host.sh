#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl doctor --host: a machine in a folder, on which one mistake after another is made for real, and
# what is said of each. The machine as it should be has no finding, so each row shows that its mistake is
# what is told.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
built=${abs_top_builddir:-$top}
invitectl=$built/tools/invitectl
work=$(mktemp -d)
chmod 0755 "$work"
cleanup() {
    for each in "$work"/*.pid; do
        [ ! -e "$each" ] || kill "$(cat "$each")" 2>/dev/null
    done
    [ ! -e "$work/site/slapd.pid" ] || "$top/scripts/private-slapd" stop "$work/site" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

number=0
out=$work/out
err=$work/err
good=$work/good
root=$work/root
config=$root/etc/invitegate/invitegate.conf

# verdict DESCRIPTION STATUS
verdict() {
    number=$((number + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $number - $1"
        return
    fi
    echo "not ok $number - $1"
    sed 's/^/# out: /' "$out" | head -40
    sed 's/^/# err: /' "$err" | head -20
}

says() { # DESCRIPTION PATTERN
    grep -qE -- "$2" "$out"
    verdict "$1" $?
}

# looks STATUS DESCRIPTION OPTION...
looks() {
    expected=$1 description=$2
    shift 2
    "$invitectl" -c "$config" doctor --host --root "$root" "$@" >"$out" 2>"$err"
    status=$?
    [ $status -eq "$expected" ] || echo "exit status $status" >>"$err"
    verdict "$description" $((status != expected))
}

fresh() { # the machine as it should be
    rm -rf "$root"
    cp -a "$good" "$root"
}

# mistake DESCRIPTION COMMANDS PATTERN...: one mistake, by shell commands in the root; each pattern is said,
# and it is no longer so once the machine is as it should be (looked at once, in front of all)
mistake() {
    description=$1
    fresh
    (cd "$root" && eval "$2") >"$err" 2>&1 || verdict "$description: can be made" 1
    shift 2
    "$invitectl" -c "$config" doctor --host --root "$root" >"$out" 2>>"$err"
    status=$?
    fine=0
    [ $status -eq 1 ] || fine=1
    for pattern; do
        grep -qE -- "$pattern" "$out" || {
            echo "does not say: $pattern" >>"$err"
            fine=1
        }
    done
    verdict "$description" $fine
}

# edit FILE SED-SCRIPT: which has to change something
edit() {
    cp "$1" "$work/before"
    sed -i "$2" "$1"
    ! cmp -s "$1" "$work/before"
}

# ------------------------------------------------------------------------ the machine as it should be

# As another user than root nothing can be tried as invitegate or prosody: that is unseen, and so not green.
is_root=1
[ "$(id -u)" -eq 0 ] || is_root=0
green=$((1 - is_root))
examples=$top/config-examples
mkdir -p "$good/etc/pam.d" "$good/etc/invitegate" "$good/lib/security" "$good/etc/systemd/system" \
    "$good/etc/prosody/conf.d" "$good/etc/sasl2" "$good/usr/local/sbin" "$good/usr/lib/sasl2" \
    "$good/usr/local/share/invitegate/prosody" "$good/usr/lib/prosody/modules/mod_auth_cyrus" \
    "$good/usr/lib/lua/5.4" "$good/run/invitegate" "$good/etc/default"
for module in invite deny pwquality unix permit; do : >"$good/lib/security/pam_$module.so"; done
: >"$good/usr/local/sbin/invite-agent"
: >"$good/usr/lib/sasl2/libinvite.so"
for module in mod_invitegate mod_auth_invitegate; do : >"$good/usr/local/share/invitegate/prosody/$module.lua"; done
: >"$good/usr/lib/prosody/modules/mod_auth_cyrus/mod_auth_cyrus.lua"
: >"$good/usr/lib/lua/5.4/lualdap.so"
: >"$good/usr/lib/lua/5.4/cyrussasl.so"
cat >"$good/etc/passwd" <<END
root:x:0:0:root:/root:/bin/sh
invitegate:x:64001:64001::/nonexistent:/usr/sbin/nologin
prosody:x:64002:64002::/var/lib/prosody:/usr/sbin/nologin
END
cat >"$good/etc/group" <<END
root:x:0:
invitegate:x:64001:
prosody:x:64002:
sasl:x:64003:prosody
END
cp "$examples/pam.d/xmpp" "$examples/pam.d/xmpp-register" "$good/etc/pam.d/"
cp "$examples"/systemd/invite-agent.* "$good/etc/systemd/system/"
cp "$examples"/sasl2/saslpasswd.conf "$examples"/sasl2/svn.conf "$good/etc/sasl2/"
cat >"$good/etc/pam.d/common-auth" <<END
auth	[success=1 default=ignore]	pam_unix.so nullok
auth	requisite			pam_deny.so
auth	required			pam_permit.so
END
cat >"$good/etc/pam.d/common-account" <<END
account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so
account	requisite			pam_deny.so
account	required			pam_permit.so
END
printf '@include common-auth\n@include common-account\n' >"$good/etc/pam.d/other"
printf '@include common-auth\n@include common-account\n' >"$good/etc/pam.d/sshd"
sed 's/^pam_service =.*/pam_service = xmpp-register/' "$examples/invitegate.conf" \
    >"$good/etc/invitegate/invitegate.conf"
sed -i -e '/^bind = external/s/.*/bind = simple/' -e '/^bind_dn =/s/.*/bind_dn = cn=invitegate,dc=example,dc=org/' \
    -e '/^bind_password_file =/s,.*,bind_password_file = /etc/invitegate/directory.password,' \
    "$good/etc/invitegate/invitegate.conf"
echo "1 $(printf %032d 0 | base64)" >"$good/etc/invitegate/token.keys"
echo secret >"$good/etc/invitegate/directory.password"
# as Debian has it, shortened
cat >"$good/etc/prosody/prosody.cfg.lua" <<'END'
-- Prosody Example Configuration File
admins = { }
plugin_paths = { "/usr/local/lib/prosody/modules" }
modules_enabled = {
	-- Generally required
		"disco"; -- Service discovery
		"saslauth"; "tls";
		"invites"; "invites_adhoc"; "invites_register";
		--"mam"; -- Store recent messages
}
modules_disabled = {
	-- "offline"; -- Store offline messages
}
pidfile = "/run/prosody/prosody.pid";
limits = {
	c2s = { rate = "10kb/s"; };
	s2sin = { rate = "30kb/s"; };
}
authentication = "internal_hashed"
log = {
	info = "/var/log/prosody/prosody.log";
	{ levels = { "error" }; to = "syslog";  };
}
certificates = "certs"
--[[ a comment
VirtualHost "example.com"
]]
VirtualHost "localhost"
Include "conf.d/*.cfg.lua"
END
sed 's/"secret"/"KvHnNZGO"/' "$examples/prosody/ldap.cfg.lua" >"$good/etc/prosody/conf.d/example.org.cfg.lua"
chmod 0644 "$good/etc/pam.d"/* "$good/etc/prosody/prosody.cfg.lua"
chmod 0640 "$good/etc/invitegate"/* "$good/etc/prosody/conf.d"/*
chmod 0750 "$good/etc/prosody/conf.d"
if [ $is_root -eq 1 ]; then
    chgrp 64001 "$good/etc/invitegate"/*
    chgrp -R 64002 "$good/etc/prosody/conf.d"
fi

# A real directory, and the agent in front of it.
agent=$built/tools/invite-agent
start_agent() { # CONFIGURATION
    "$agent" -c "$1" --listen >>"$work/agent.log" 2>&1 &
    echo $! >"$work/agent.pid"
    tries=0
    while [ ! -S "$work/agent.sock" ] && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    if [ $is_root -eq 1 ]; then chgrp 64002 "$work/agent.sock"; fi
    chmod 0660 "$work/agent.sock"
}
stop_agent() {
    kill "$(cat "$work/agent.pid")"
    wait "$(cat "$work/agent.pid")" 2>/dev/null
    rm -f "$work/agent.pid" "$work/agent.sock"
}
ln -s "$work/agent.sock" "$good/run/invitegate/agent.sock"
site=$work/site
has_directory=0
gate=cn=invitegate,ou=services,dc=example,dc=org
cat >"$work/services.ldif" <<END
dn: ou=services,dc=example,dc=org
objectClass: organizationalUnit
ou: services

dn: $gate
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: invitegate
userPassword: secret

dn: cn=prosody,ou=services,dc=example,dc=org
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: prosody
userPassword: KvHnNZGO
END
if PATH=$PATH:/usr/sbin command -v slapd >/dev/null &&
    "$top/scripts/private-slapd" start --conf --fast --extra-ldif "$work/services.ldif" --identity "$gate" "$site" \
        >"$work/started" 2>"$err"; then
    has_directory=1
    uri=$(sed -n 's/^uri=//p' "$work/started")
    echo secret >"$work/gate.password"
    chmod 0600 "$work/gate.password"
    sed -i -e '/^bind = /s/external/simple/' -e "s/^bind_dn =.*/bind_dn = $gate/" \
        -e "s,^bind_password_file =.*,bind_password_file = $work/gate.password," "$site/invitegate.conf"
    "$invitectl" -c "$site/invitegate.conf" init >"$out" 2>"$err" || verdict "init" 1
    # the machine is one of this site
    sed -i -e "s,^uri =.*,uri = $uri," -e "s/^bind_dn =.*/bind_dn = $gate/" "$good/etc/invitegate/invitegate.conf"
    cat "$site/token.keys" >"$good/etc/invitegate/token.keys"
    sed -i "s,ldapi:///,$uri," "$good/etc/prosody/conf.d/example.org.cfg.lua"
    sed "s,^socket = .*,socket = $work/agent.sock," "$site/invitegate.conf" >"$work/agent.conf"
    chmod 0600 "$work/agent.conf"
    start_agent "$work/agent.conf"
else
    green=1
fi

fresh
looks $green "a machine as it should be"
says "the service for logins" '^ok +pam .*pam\.d/xmpp: whom'
says "the service for changes" '^ok +pam .*pam\.d/xmpp-register: whom'
says "a program of Cyrus SASL" '^ok +sasl .*saslpasswd\.conf: X-INVITE-TOKEN'
says "Prosody" '^ok +prosody .*example.org loads mod_invitegate and logs people in by ldap'
if [ $is_root -eq 1 ]; then
    says "the agent's files" '^ok +files .*invite-agent, as invitegate, can read what it needs'
    if [ $has_directory -eq 1 ]; then
        says "the agent" '^ok +agent .*agent\.sock answers prosody for example\.org'
        says "from end to end" '^ok +agent .*redeems a throwaway invite, and the account logs in by the provider ldap; both are gone'
    fi
fi
# left DESCRIPTION: what the throwaway invites have left in the directory
left() {
    ldapsearch -x -LLL -H "$uri" -D cn=admin,dc=example,dc=org -y "$site/admin.password" -b dc=example,dc=org \
        '(|(objectClass=xmppAccount)(objectClass=xmppInvite)(objectClass=xmppRosterPair))' 1.1 >"$out" 2>"$err"
    ! grep -q . "$out"
    verdict "$1" $?
}
[ $has_directory -eq 0 ] || left "nothing of it is left"

# -------------------------------------------------------------------------------------------- PAM

auth='auth required pam_invite.so register login'
account='account required pam_invite.so'
xmpp() { # LINE...: /etc/pam.d/xmpp, then as it should be
    printf '%s\n' "$@" >etc/pam.d/xmpp
}

mistake "a misspelt option" "edit etc/pam.d/xmpp s/keep_connection/keep_conection/" \
    'finding +pam .*pam\.d/xmpp:23: unknown option "keep_conection"'
mistake "an option of pam_ldap" "edit etc/pam.d/xmpp 's/register login/register login ignore_unknown_user/'" \
    'pam\.d/xmpp:23: unknown option "ignore_unknown_user".*brackets'
mistake "a misspelt module" "edit etc/pam.d/xmpp 's/pam_invite.so register/pam_invte.so register/'" \
    'pam\.d/xmpp:23: there is no module pam_invte.so' '> write pam_invite.so'
mistake "the module is not installed" "rm lib/security/pam_invite.so" \
    'pam\.d/xmpp:23: pam_invite.so is not where libpam looks' '> .*--with-pamdir'
mistake "neither register nor login" "edit etc/pam.d/xmpp 's/ register login//'" \
    'pam\.d/xmpp:23: has neither "register" nor "login"' '> auth \[success=done'
mistake "register without login, and nothing behind" "edit etc/pam.d/xmpp 's/ login//'" \
    'pam\.d/xmpp:23: without "login" nothing here verifies'
mistake "behind pam_unix, required" "xmpp 'auth required pam_unix.so' '$auth' '$account'" \
    'finding +pam .*pam\.d/xmpp:1: a good token is used up, and the person refused all the same: by "auth required pam_unix.so"'
mistake "behind pam_unix, requisite" "xmpp 'auth requisite pam_unix.so' '$auth' '$account'" \
    'pam\.d/xmpp:2: pam_invite.so is never asked .*"auth requisite pam_unix.so" \(line 1'
mistake "behind common-auth" "xmpp '@include common-auth' '$auth' '$account'" \
    'pam\.d/xmpp:2: pam_invite.so is never asked .*pam_deny.so.*common-auth'
mistake "in front of pam_unix that is required" "xmpp '$auth' 'auth required pam_unix.so' '$account'" \
    'pam\.d/xmpp:2: a good token is used up'
mistake "its refusals are ignored" \
    "xmpp 'auth [success=done default=ignore] pam_invite.so register login' 'auth required pam_permit.so' '$account'" \
    'pam\.d/xmpp:2: lets in whom pam_invite.so refuses \(auth_err\): by "auth required pam_permit.so"'
mistake "sufficient, and pam_permit behind" \
    "xmpp 'auth sufficient pam_invite.so register login' 'auth optional pam_permit.so' '$account'" \
    'pam\.d/xmpp:2: lets in whom pam_invite.so refuses'
mistake "pam_rootok lets every host of root in" \
    "xmpp 'auth sufficient pam_rootok.so' '$auth' '$account'; : >lib/security/pam_rootok.so" \
    'pam\.d/xmpp:[12]: .*(lets in whom|never asked)'
mistake "what holds no token goes on to pam_permit" \
    "xmpp 'auth [success=done ignore=ignore default=die] pam_invite.so register login' 'auth required pam_permit.so' '$account'" \
    'pam\.d/xmpp:2: lets in whom pam_invite.so refuses \(ignore, what holds no token\)'
mistake "an outage lets another line decide" \
    "xmpp 'auth [success=done authinfo_unavail=ignore default=die] pam_invite.so register login' 'auth required pam_permit.so' '$account'" \
    'pam\.d/xmpp:2: lets in whom pam_invite.so refuses \(authinfo_unavail\)'
mistake "no account lines: those of other refuse" "xmpp '$auth'" \
    'pam\.d/xmpp: the account lines do not ask pam_invite.so, and accounts of invites are refused.*pam_deny'
mistake "account by pam_permit, and another module verifies" \
    "xmpp 'auth [success=done ignore=ignore default=die] pam_invite.so register' 'auth required pam_ldap.so' 'account required pam_permit.so'; : >lib/security/pam_ldap.so" \
    'pam\.d/xmpp: the account lines do not ask pam_invite.so: accounts that are locked'
mistake "account behind pam_unix" "xmpp '$auth' 'account required pam_unix.so' '$account'" \
    'pam\.d/xmpp:2: accounts of invites are refused'
mistake "an account line whose refusals are ignored" \
    "xmpp '$auth' 'account [success=ok default=ignore] pam_invite.so' 'account required pam_permit.so'" \
    'pam\.d/xmpp:3: lets in accounts that pam_invite.so refuses'
mistake "use_authtok, and no module in front asks" "edit etc/pam.d/xmpp-register /pwquality/d" \
    'pam\.d/xmpp-register:[0-9]+: has use_authtok, but no module' '> .*pam_pwquality'
mistake "pam_unix behind a password change" \
    "edit etc/pam.d/xmpp-register 's/^password requisite pam_deny.so/password required pam_unix.so/;/^password/s/success=done/success=ok/'" \
    'pam\.d/xmpp-register:[0-9]+: a good token is used up, and the change reported as failed'
mistake "a change that is refused and reported as done" \
    "edit etc/pam.d/xmpp-register 's/^password requisite pam_deny.so/password required pam_permit.so/;s/default=die/default=ignore/'" \
    'pam\.d/xmpp-register:[0-9]+: reports changes as done'
mistake "a misspelt type" "edit etc/pam.d/xmpp 's/^auth  */atuh /'" \
    'pam\.d/xmpp:23: libpam refuses everybody: it does not know the type "atuh"'
mistake "a misspelt control" "edit etc/pam.d/xmpp 's/auth     requisite/auth requisit/'" \
    'pam\.d/xmpp:24: libpam does not understand "requisit"'
! grep -qE '^ok +pam .*pam\.d/xmpp:' "$out"
verdict "what libpam does not understand is not called good" $?
mistake "a misspelt value in brackets" "edit etc/pam.d/xmpp 's/authinfo_unavail=die/authinfo_unavailable=die/'" \
    'pam\.d/xmpp:23: libpam does not understand'
mistake "an include that is not there" "xmpp '@include comon-auth' '$auth' '$account'" \
    'pam\.d/xmpp:1: libpam refuses everybody: it cannot include "comon-auth"'
mistake "a file that includes itself" "xmpp '@include xmpp' '$auth' '$account'" \
    'pam\.d/xmpp:1: includes nothing, or itself'
mistake "a line without a module" "xmpp 'auth required' '$auth' '$account'" \
    'pam\.d/xmpp:1: there is no module on this line'
mistake "conf= of no file" "edit etc/pam.d/xmpp 's,register login,register login conf=/etc/invitegate.conf,'" \
    'pam\.d/xmpp:23: conf=/etc/invitegate.conf: there is no such file'
mistake "a relative conf=" "edit etc/pam.d/xmpp 's,register login,register login conf=invitegate.conf,'" \
    'pam\.d/xmpp:23: option "conf=invitegate.conf": conf= needs an absolute path'
mistake "domain= that is not configured" "edit etc/pam.d/xmpp 's,register login,register login domain=example.com,'" \
    'pam\.d/xmpp:23: domain=example.com: .* has no section'
mistake "capitals in the name of the file" "mv etc/pam.d/xmpp etc/pam.d/XMPP" \
    'pam\.d/XMPP: is never read, because its name has capitals'
mistake "in common-auth" "echo '$auth' >>etc/pam.d/common-auth" \
    'pam\.d/common-auth:4: is asked by logins to this machine'
mistake "in sshd" "echo '$auth' >>etc/pam.d/sshd" 'pam\.d/sshd:3: is asked by logins to this machine'
mistake "in pam.conf" "echo 'xmpp $auth' >etc/pam.conf" 'pam\.conf:1: is not read while there is'
mistake "pam_service of no file" "rm etc/pam.d/xmpp-register" \
    'pam_service of \[domain example.org\] asks for the service xmpp-register, but .* is not there'
mistake "pam_service of a file without pam_invite" "cp etc/pam.d/other etc/pam.d/xmpp-register" \
    'pam\.d/xmpp-register: its password lines do not ask pam_invite.so'

fresh
printf '%s\n' 'auth sufficient pam_unix.so' "$auth" "$account" >"$root/etc/pam.d/xmpp"
looks $green "people of this host in front of it are no mistake"
printf '%s\n' 'auth [success=1 default=ignore] pam_unix.so' "$auth" 'auth required pam_permit.so' "$account" \
    >"$root/etc/pam.d/xmpp"
looks 1 "a jump over it to pam_permit is"
printf '%s\n' "auth \\" "  required pam_invite.so register \\" '  login # all of it' "$account" >"$root/etc/pam.d/xmpp"
looks $green "a line that goes on in others"
printf '%s\n' 'auth substack inner' "$account" >"$root/etc/pam.d/xmpp"
echo "$auth" >"$root/etc/pam.d/inner"
looks $green "a substack"
fresh
: >"$root/lib/security/pam_radius.so"
printf '%s\n' 'auth sufficient pam_radius.so' "$auth" "$account" >"$root/etc/pam.d/xmpp"
looks 1 "a module that is not known, where it decides"
says "says that it is not" 'unseen +pam .*pam\.d/xmpp:1: whom "auth sufficient pam_radius.so".*not known here'
rm "$root"/etc/pam.d/*
sed -i '/^pam_service/d' "$config"
looks $green "nothing of PAM is no mistake"
says "and a note" 'note +pam .*names pam_invite.so'

fresh
looks 1 "-d of a domain that is not configured" -d example.com
says "is no success" 'finding +config .*there is no section \[domain example\.com\]'

# ------------------------------------------------------------------------------------------ files

as_root() { # as mistake, where this user may act as others
    [ $is_root -eq 0 ] || mistake "$@"
}
conf=etc/invitegate
service=etc/systemd/system/invite-agent.service

as_root "the agent cannot read its configuration" "chgrp 0 $conf/invitegate.conf" \
    'finding +files .*invite-agent\.service:[0-9]+: invite-agent, as invitegate, cannot work: .*invitegate\.conf' \
    '> chgrp invitegate .*invitegate.conf; chmod 0640'
as_root "nor the keys" "chgrp 0 $conf/token.keys" 'invite-agent, as invitegate, cannot work: .*token\.keys'
as_root "nor the password" "chmod 0600 $conf/directory.password" 'invite-agent, as invitegate, cannot work: .*directory\.password' \
    '> chgrp invitegate .*directory.password; chmod 0640'
as_root "nor the folder" "chmod 0700 $conf" 'invite-agent, as invitegate, cannot work: ' '> chgrp invitegate .*etc/invitegate; chmod g\+x'
as_root "others may read the keys" "chmod 0644 $conf/token.keys" 'token\.keys has mode 0644; it is a secret'
as_root "others may write the configuration" "chmod 0666 $conf/invitegate.conf" 'must not be able to write it'
as_root "the keys are another user's" "chown 64002 $conf/token.keys" 'token\.keys belongs to user id 64002'
as_root "there are no keys" "rm $conf/token.keys" 'cannot work: .*token\.keys'
as_root "the keys are none" "echo nonsense >$conf/token.keys" 'cannot work: .*token\.keys'
as_root "there is no password file" "rm $conf/directory.password" 'cannot work: .*directory\.password'
mistake "a misspelt key in the configuration" "edit $conf/invitegate.conf 's/^people =/poeple =/'" \
    'unseen +config .*poeple' 'nothing that depends on it was looked at'
mistake "there is no such user" "edit etc/passwd /invitegate/d" \
    'invite-agent\.service:[0-9]+: there is no user invitegate' '> adduser --system'
mistake "the program is elsewhere" "rm usr/local/sbin/invite-agent" \
    'invite-agent\.service:[0-9]+: /usr/local/sbin/invite-agent is not there' '> .*daemon-reload'
as_root "a drop-in has another user" \
    "mkdir $service.d; printf '[Service]\nUser=prosody\nGroup=prosody\n' >$service.d/user.conf" \
    'invite-agent\.service\.d/user\.conf:2: invite-agent, as prosody, cannot work: ' '> User=invitegate'

# ------------------------------------------------------------------------------------------ agent

host_file=etc/prosody/conf.d/example.org.cfg.lua
if [ $has_directory -eq 1 ] && [ $is_root -eq 1 ]; then
    as_root "Prosody may not use the socket" "chgrp 0 $work/agent.sock" \
        'finding +agent .*invite-agent\.socket:[0-9]+: prosody may not use' '> SocketGroup=prosody'
    chgrp 64002 "$work/agent.sock"
    as_root "everybody may use the socket" "chmod 0666 $work/agent.sock" \
        'invite-agent\.socket:[0-9]+: everybody on this machine may use'
    chmod 0660 "$work/agent.sock"
    as_root "another path in Prosody" "edit $host_file 's,/run/invitegate/agent.sock,/run/agent.sock,'" \
        'example\.org\.cfg\.lua:[0-9]+: .*/run/agent\.sock is not there: invite-agent\.socket has ListenStream=/run/invitegate/agent.sock' \
        '> invitegate_socket = "/run/invitegate/agent.sock"'
    as_root "a host that the agent does not have" \
        "printf 'VirtualHost \"example.net\"\n modules_enabled = { \"invitegate\" }\n modules_disabled = { \"invites_adhoc\"; \"invites_register\" }\n authentication = \"ldap\"\n ldap_base = \"dc=x\"\n' >>$host_file" \
        'finding +agent .*agent\.sock does not have the domain example\.net' '> a section \[domain'
fi

# An agent that has other keys than this host.
if [ $has_directory -eq 1 ] && [ $is_root -eq 1 ]; then
    stop_agent
    echo "9 $(printf %032d 9 | base64)" >"$work/other.keys"
    chmod 0600 "$work/other.keys"
    sed "s,^key_file = .*,key_file = $work/other.keys," "$work/agent.conf" >"$work/other.conf"
    chmod 0600 "$work/other.conf"
    start_agent "$work/other.conf"
    as_root "an agent with other keys" "true" \
        'finding +agent .*a throwaway invite is not redeemed by invite-agent at .*: BAD_TOKEN' '> journalctl -u invite-agent'
    stop_agent
    start_agent "$work/agent.conf"
    left "nothing of that invite is left"
fi

# ---------------------------------------------------------------------------------------- Prosody

mistake "no VirtualHost" "rm $host_file" 'finding +prosody .*no file that Prosody reads has VirtualHost "example\.org"'
mistake "another name" "edit $host_file 's/example.org/example.com/'" 'has VirtualHost "example\.org"'
mistake "a component" "edit $host_file 's/VirtualHost/Component/'" 'example\.org\.cfg\.lua:[0-9]+: example\.org is a component'
mistake "switched off" "echo 'enabled = false' >>$host_file" 'cfg\.lua:[0-9]+: example\.org is switched off'
mistake "the module is not loaded" "edit $host_file 's/{ \"invitegate\" }/{ }/'" \
    'cfg\.lua:[0-9]+: example\.org does not load mod_invitegate'
mistake "the module is not installed" "rm usr/local/share/invitegate/prosody/mod_invitegate.lua" \
    'cfg\.lua:[0-9]+: none of plugin_paths has mod_invitegate\.lua'
mistake "another plugin_paths behind it" "echo 'plugin_paths = { \"/opt/prosody\" }' >etc/prosody/conf.d/zz.cfg.lua" \
    'zz\.cfg\.lua:1: none of plugin_paths has mod_invitegate'
mistake "plugin_paths in the VirtualHost" "edit $host_file '/^plugin_paths/d'; echo 'plugin_paths = { \"/usr/local/share/invitegate/prosody\" }' >>$host_file" \
    'cfg\.lua:[0-9]+: plugin_paths counts for all hosts only'
mistake "modules of Prosody's own invites" "edit $host_file '/modules_disabled/d'" \
    'example\.org loads mod_invites_adhoc, which' 'example\.org loads mod_invites_register, which' '> modules_disabled = '
mistake "the provider is inherited" "edit $host_file '/authentication/d'" \
    'prosody\.cfg\.lua:[0-9]+: example\.org has no provider of its own and logs people in by internal_hashed'
mistake "an anonymous provider" "edit $host_file 's/\"ldap\"/\"anonymous\"/'" 'example\.org lets everybody in without an account'
mistake "a misspelt provider" "edit $host_file 's/\"ldap\"/\"ldpa\"/'" 'none of plugin_paths has mod_auth_ldpa\.lua'
mistake "a provider that is not known" "edit $host_file 's/\"ldap\"/\"http\"/'; : >usr/lib/prosody/modules/mod_auth_http.lua" \
    'unseen +prosody .*whom the provider "http" of example\.org lets in is not known here'
mistake "lua-ldap is not installed" "rm usr/lib/lua/5.4/lualdap.so" 'lualdap\.so for Lua is not installed' '> apt-get install lua-ldap'
mistake "the example's password" "edit $host_file s/KvHnNZGO/secret/" 'cfg\.lua:[0-9]+: the password is still that of the example'
! grep -q KvHnNZGO "$out"
verdict "no password is shown" $?
mistake "everybody may read the password" "chmod 0644 $host_file" 'cfg\.lua:[0-9]+: a password in a file that everybody may read'
if [ $has_directory -eq 1 ]; then
    as_root "another password than the directory's" "edit $host_file s/KvHnNZGO/KvHnNZG1/" \
        'finding +agent .*cfg\.lua:[0-9]+: an account that was just made cannot log in by the provider ldap: the directory does not take ldap_password for ldap_rootdn' \
        '> the settings ldap_'
    ! grep -q KvHnNZG1 "$out"
    verdict "no password is shown" $?
    as_root "a base where no accounts are" "edit $host_file 's/ldap_base = \"ou=people/ldap_base = \"ou=invites/'" \
        'cannot log in by the provider ldap: ldap_filter finds no such entry below ldap_base, as: cn=prosody,'
    as_root "a filter that no account matches" "edit $host_file 's/objectClass=xmppAccount/objectClass=device/'" \
        'cannot log in by the provider ldap: ldap_filter finds no such entry'
    as_root "a server that does not answer" "edit $host_file 's,\"ldapi:.*\",\"ldapi://%2Fnowhere\",'" \
        'unseen +agent .*whether an account can log in by the provider ldap could not be tried'
fi
mistake "no ldap_base" "edit $host_file /ldap_base/d" 'cfg\.lua:[0-9]+: there is no ldap_base'
mistake "a filter for everybody" "edit $host_file 's/(uid=.user)//'" 'cfg\.lua:[0-9]+: ldap_filter has no .user:'
mistake "no encryption" "edit $host_file 's/c2s_require_encryption = true/c2s_require_encryption = false/'" \
    'cfg\.lua:[0-9]+: tokens and passwords are taken on streams that are not encrypted'
mistake "a program in its place" "printf 'local x = 1\nif x then\nend\n' >etc/prosody/conf.d/a.cfg.lua" \
    'unseen +prosody .*a\.cfg\.lua:1: is more than a list of settings'
! grep -q '^ok *prosody' "$out"
verdict "nothing of Prosody is called good by a part of its configuration" $?
mistake "modules that are computed" "edit $host_file 's/modules_enabled = .*/modules_enabled = { my_modules }/'" \
    'unseen +prosody .*cfg\.lua:[0-9]+: modules_enabled is not a list of strings' \
    'unseen +prosody .*as far as the configuration was understood, example\.org does not load mod_invitegate'
mistake "a file that is not there" "echo 'Include \"conf.d/none.cfg.lua\"' >>etc/prosody/prosody.cfg.lua" \
    'includes conf\.d/none\.cfg\.lua, which is not there'

fresh
cat >>"$root/$host_file" <<'END'
    admins = { "a@example.org" } -- one
    pidfile = ENV_RUN .. "/prosody" ..
        ".pid"
    welcome_message = [[
        VirtualHost "example.org" { enabled = false }
    ]]
    contact_info = { abuse = { "mailto:\"a\"@example.org", 'x' }, ["support"] = {}, admin = os.getenv("X") };
    VirtualHost ("other.example") ; c2s_require_encryption = false
Component "muc.example.org" "muc" { restrict_room_creation = true }
END
looks $green "settings of all kinds"
! grep -qE 'more than a list|switched off|not encrypted' "$out"
verdict "are understood" $?

# The recommended way, logins by the agent.
fresh
cp "$examples/prosody/invitegate.cfg.lua" "$root/$host_file"
looks $green "logins by invite-agent"
says "are as they should be" 'ok +prosody .*example.org loads mod_invitegate and logs people in by invitegate'
if [ $has_directory -eq 1 ] && [ $is_root -eq 1 ]; then
    says "from end to end" 'ok +agent .*redeems a throwaway invite, and the account logs in by the provider invitegate'
fi
mistake "its provider is not installed" \
    "cp '$examples/prosody/invitegate.cfg.lua' $host_file; rm usr/local/share/invitegate/prosody/mod_auth_invitegate.lua" \
    'cfg\.lua:[0-9]+: none of plugin_paths has mod_auth_invitegate\.lua: nobody can log in'

# A Prosody that was started before its user came into the group sasl.
if [ $is_root -eq 1 ] && command -v setpriv >/dev/null; then
    mkdir -p "$good/run/prosody"
    ln -s /bin/sleep "$work/prosody"
    setpriv --reuid 64002 --regid 64002 --clear-groups "$work/prosody" 1000 &
    echo $! >"$work/prosody.pid"
    sleep 0.5
    mistake "Prosody was not restarted" "cp $work/prosody.pid run/prosody/" \
        'finding +prosody .*process [0-9]+\) runs without the group 64003, which prosody is in' '> systemctl restart prosody'
    kill "$(cat "$work/prosody.pid")"
    setpriv --reuid 64002 --regid 64002 --groups 64003 "$work/prosody" 1000 &
    echo $! >"$work/prosody.pid"
    sleep 0.5
    fresh
    cp "$work/prosody.pid" "$root/run/prosody/"
    looks $green "and when it was"
    ! grep -q 'does not run' "$out"
    verdict "it is seen to run" $?
    kill "$(cat "$work/prosody.pid")"
    rm "$work/prosody.pid"
fi

# ------------------------------------------------------------------------------------ Cyrus SASL

svn=etc/sasl2/svn.conf
mistake "no mech_list" "edit $svn /mech_list/d" 'finding +sasl .*svn\.conf: there is no mech_list, .*ANONYMOUS'
mistake "ANONYMOUS" "edit $svn 's/mech_list: /&ANONYMOUS /'" 'svn\.conf:[0-9]+: ANONYMOUS lets everybody in'
mistake "no auxprop_plugin" "edit $svn /auxprop_plugin/d" 'svn\.conf: there is no auxprop_plugin: sasldb'
mistake "sasldb beside it" "edit $svn 's/auxprop_plugin: invite/& sasldb/'" 'svn\.conf:[0-9]+: other plugins beside invite'
mistake "another plugin" "edit $svn 's/auxprop_plugin: invite/auxprop_plugin: sasldb/'" 'svn\.conf:[0-9]+: the plugin "invite" is not asked'
mistake "invite_conf of no file" "edit $svn 's,invite_conf: .*,invite_conf: /etc/invitegate.conf,'" \
    'svn\.conf:[0-9]+: invite_conf names a file that is not there'
mistake "a relative invite_conf" "edit $svn 's,invite_conf: .*,invite_conf: invitegate.conf,'" \
    'svn\.conf:[0-9]+: invite_conf is no absolute path'
mistake "a misspelt mech_list" "edit $svn s/mech_list/mechlist/" 'svn\.conf:[0-9]+: there is no option "mechlist"' \
    '> mech_list' 'svn\.conf: there is no mech_list'
mistake "an option that libinvite.so does not have" "echo 'invite_domain: example.org' >>$svn" \
    'svn\.conf:[0-9]+: libinvite\.so has no option "invite_domain"'
mistake "a line that is no option" "edit $svn 's/mech_list:/mech_list =/'" 'svn\.conf:[0-9]+: libsasl2 does not understand this line'
mistake "PLAIN without saslauthd" "edit $svn 's/mech_list: /&PLAIN /'" 'svn\.conf: PLAIN is offered, and no password verified'
mistake "the plugin is not installed" "rm usr/lib/sasl2/libinvite.so" 'libinvite\.so is not where libsasl2 looks'
mistake "capitals in its options" "edit $svn 's,^invite_conf: .*,Invite_Conf:\t/etc/invitegate.conf,'" \
    'svn\.conf:[0-9]+: invite_conf names a file that is not there'
mistake "SCRAM without verifiers" "edit $conf/invitegate.conf 's/^password_verifiers =.*/password_verifiers = server/'" \
    'svn\.conf:[0-9]+: SCRAM is offered, but no domain keeps'
mistake "Postfix" "mkdir -p etc/postfix/sasl; sed /mech_list/d '$examples/sasl2/smtpd.conf' >etc/postfix/sasl/smtpd.conf" \
    'postfix/sasl/smtpd\.conf: there is no mech_list' 'saslauthd does not run'
mistake "Cyrus IMAP" "sed 's/sasl_mech_list: /&ANONYMOUS /' '$examples/sasl2/imapd.conf' >etc/imapd.conf" \
    'imapd\.conf:[0-9]+: ANONYMOUS lets everybody in'
printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\n' >"$good/etc/sasl2/other.conf"

# ------------------------------------------------------------------- Prosody by Cyrus SASL, saslauthd

cp "$examples/prosody/cyrus.cfg.lua" "$good/$host_file"
cp "$examples/sasl2/prosody.conf" "$good/etc/sasl2/"
cp "$examples/saslauthd" "$good/etc/default/"
prosody=etc/sasl2/prosody.conf
start_saslauthd() { # OPTION...
    rm -rf "$work/saslauthd"
    mkdir "$work/saslauthd"
    chmod 0711 "$work/saslauthd"
    PATH=$PATH:/usr/sbin saslauthd -n 1 -m "$work/saslauthd" "$@" >>"$work/saslauthd.log" 2>&1
    cp "$work/saslauthd/saslauthd.pid" "$work/saslauthd.pid"
}
stop_saslauthd() {
    kill "$(cat "$work/saslauthd.pid")"
    rm -f "$work/saslauthd.pid"
}
mkdir -p "$good/run"
ln -s "$work/saslauthd" "$good/run/saslauthd"

mistake "saslauthd does not run" "true" 'finding +saslauthd .*mux: saslauthd does not run' '> systemctl enable saslauthd'
# over_pam SED-SCRIPT: saslauthd over the service of the example, with pam_invite.so of this directory, changed
over_pam() {
    rm -rf "$work/saslauthd" "$work/pam.d"
    mkdir -p "$work/saslauthd" "$work/pam.d"
    chmod 0711 "$work/saslauthd"
    module="$built/plugins/pam/.libs/pam_invite.so conf=$work/agent.conf"
    sed -e "/^#/!s,pam_invite\\.so,$module," -e "$1" "$examples/pam.d/xmpp" >"$work/pam.d/xmpp"
    PATH=$PATH:/usr/sbin "$top/scripts/pam-wrapped" "$work/pam.d" saslauthd -d -n 1 -a pam -m "$work/saslauthd" \
        >>"$work/saslauthd.log" 2>&1 &
    echo $! >"$work/saslauthd.pid"
    # somebody else may be using pam_wrapper
    tries=0
    while [ ! -S "$work/saslauthd/mux" ] && [ $tries -lt 9000 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
}
if [ $is_root -eq 1 ] && PATH=$PATH:/usr/sbin command -v saslauthd >/dev/null; then
    if [ $has_directory -eq 1 ] && [ -z "$(LD_PRELOAD=libpam_wrapper.so /bin/true 2>&1)" ]; then
        over_pam ''
        fresh
        looks $green "logins by saslauthd"
        says "are as they should be" 'ok +saslauthd .*mux answers prosody, and asks PAM each time'
        says "the provider" 'ok +prosody .*example.org loads mod_invitegate and logs people in by cyrus'
        says "from end to end" 'ok +saslauthd .*for the service xmpp redeems a throwaway invite, and the account logs in by saslauthd; both are gone'
        says "registration by the agent beside it" 'ok +agent .*redeems a throwaway invite; both are gone'
        left "nothing of them is left"
        stop_saslauthd
        over_pam 's/register login/login/'
        fresh
        looks $green "a service for logins only is no mistake"
        says "and a note" 'note +saslauthd .*TOKEN:PASSWORD is refused by saslauthd'
        says "whose accounts log in" 'ok +saslauthd .*the account logs in by saslauthd'
        stop_saslauthd
        over_pam 's/register login/register/'
        mistake "a service that verifies no passwords" "true" \
            'finding +saslauthd .*an account that was just made cannot log in by saslauthd: it says no' '> journalctl -t saslauthd'
        stop_saslauthd
        over_pam 's/^auth .*/auth required pam_permit.so/;s/^account .*/account required pam_permit.so/'
        mistake "a service that lets everybody in" "true" \
            'finding +saslauthd .*says that it has redeemed a throwaway invite, and there is no such account'
        stop_saslauthd
        left "nothing of these is left"
    fi
    start_saslauthd -a pam
    mistake "a cache in its start file" "edit etc/default/saslauthd 's/OPTIONS=\"/&-c /'" \
        'default/saslauthd:[0-9]+: with -c it answers for hours'
    mistake "another mechanism in its start file" "edit etc/default/saslauthd s/pam/ldap/" 'default/saslauthd:[0-9]+: it asks ldap, and not PAM'
    mistake "its start file starts nothing" "edit etc/default/saslauthd s/START=yes/START=no/" 'default/saslauthd:[0-9]+: Debian.s start script does nothing'
    mistake "Prosody is not in its group" "chmod 0700 $work/saslauthd" 'finding +saslauthd .*prosody may not use it' '> adduser prosody sasl'
    stop_saslauthd
    start_saslauthd -a pam -c
    mistake "it runs with a cache" "true" 'saslauthd/mux: it runs with -c'
    stop_saslauthd
    start_saslauthd -a shadow
    mistake "it runs with another mechanism" "true" 'saslauthd/mux: it runs with -a shadow'
    stop_saslauthd
    start_saslauthd -a pam
fi
mistake "no prosody.conf" "rm $prosody" 'finding +sasl .*there is no .*/etc/sasl2/prosody\.conf, .*ANONYMOUS'
mistake "prosody.conf without mech_list" "edit $prosody /mech_list/d" 'prosody\.conf: there is no mech_list' '> mech_list: PLAIN'
mistake "SCRAM at Prosody" "edit $prosody 's/PLAIN/PLAIN scram-sha-256-plus/'" 'prosody\.conf:[0-9]+: for SCRAM lua-cyrussasl sends memory'
mistake "another pwcheck_method" "edit $prosody s/saslauthd/auxprop/" 'prosody\.conf:[0-9]+: PLAIN is offered, and no password verified'
mistake "no PAM service for it" "rm etc/pam.d/xmpp" 'Prosody, by Cyrus SASL, asks for the service xmpp, but .* is not there'
mistake "another PAM service" "edit $host_file 's/\"xmpp\"/\"other\"/'" 'pam\.d/other: its auth lines do not ask pam_invite\.so'
mistake "the setting that hangs Prosody" "echo 'cyrus_require_provisioning = true' >>$host_file" \
    'cfg\.lua:[0-9]+: with cyrus_require_provisioning Prosody stops answering'
mistake "lua-cyrussasl is not installed" "rm usr/lib/lua/5.4/cyrussasl.so" 'cyrussasl\.so for Lua is not installed'
mistake "prosody-modules is not installed" "rm -r usr/lib/prosody/modules/mod_auth_cyrus" 'mod_auth_cyrus is not installed'

# ------------------------------------------------------------------------ an agent that is not there

if [ $has_directory -eq 1 ] && [ $is_root -eq 1 ]; then
    "$top/scripts/private-slapd" stop "$site"
    as_root "the directory is away" "true" 'the agent at .* answers DIRECTORY_DOWN for example\.org' '> the directory has to run'
    stop_agent
    as_root "the agent does not run" "true" 'agent\.sock is not there: the agent does not listen' \
        '> systemctl enable --now invite-agent.socket'
    python3 -c 'import socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])' "$work/agent.sock"
    chmod 0666 "$work/agent.sock"
    as_root "nothing listens any more" "true" 'nothing listens at .* any more' '> journalctl -u invite-agent'
    rm "$work/agent.sock"
fi

# ------------------------------------------------------------------------------- what cannot be seen

fresh
chmod 0600 "$root/etc/pam.d/xmpp"
chmod 0600 "$config"
# unprivileged OPTION...: as a user who is nobody here
unprivileged() {
    setpriv --reuid 65533 --regid 65533 --clear-groups "$invitectl" -c "$config" doctor --host --root "$root" "$@" \
        >"$out" 2>"$err"
}
if [ "$(id -u)" -eq 0 ] && unprivileged --help && command -v setpriv >/dev/null; then
    unprivileged
    [ $? -eq 1 ]
    verdict "as another user: not green" $?
    says "the configuration" 'unseen +config .*invitegate.conf cannot be opened: Permission denied'
    says "a PAM file" 'unseen +pam .*pam\.d/xmpp: was not looked at: Permission denied'
    says "the agent's socket" 'unseen +agent .*was not asked'
    says "Prosody's files" 'unseen +prosody .*conf\.d: was not looked at: Permission denied'
    says "files of the agent" 'unseen +files .*whether invitegate, the user of invite-agent, can read it was not tried'
    ! grep -q '^ok *files' "$out"
    verdict "nothing is green of what it did not see" $?
    says "what it saw" 'ok +pam .*pam\.d/xmpp-register: whom'
fi

# ------------------------------------------------------------------------------------- its options

fresh
looks 1 "--json" --json
says "has the same rows" '"check": *"pam", *"domain": *null, *"status": *"ok"'
"$invitectl" doctor --root "$root" >"$out" 2>"$err"
[ $? -eq 2 ]
verdict "--root without --host" $?
"$invitectl" doctor --host --root etc >"$out" 2>"$err"
[ $? -eq 2 ]
verdict "a relative --root" $?

echo "1..$number"
