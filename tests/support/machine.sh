# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# For suites of invitectl doctor --host: a machine in a folder as it should be, with a real directory and an agent,
# on which one mistake after another is made for real. The machine as it should be has no finding, so each row
# shows that its mistake is what is told. To be sourced, with top set; $work goes when the suite ends.

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

# certificate FILE NAME DAYS: self-signed, with its key beside it
mkdir -p "$good/etc/prosody/certs"
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$3" -subj "/CN=$2" \
        -addext "subjectAltName=DNS:$2" -keyout "${1%crt}key" -out "$1" 2>"$err"
    if [ $is_root -eq 1 ]; then chgrp 64002 "${1%crt}key"; fi
    chmod 0640 "${1%crt}key"
}
certificate "$good/etc/prosody/certs/example.org.crt" example.org 2
certificate "$work/other.crt" example.net 2
# one that is over as soon as it is made, for the same key
openssl req -new -key "$good/etc/prosody/certs/example.org.key" -subj /CN=example.org -out "$work/over.csr" 2>"$err"
openssl x509 -req -in "$work/over.csr" -signkey "$good/etc/prosody/certs/example.org.key" -days 0 -out "$work/over.crt" \
    2>"$err"

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

# left DESCRIPTION: what the throwaway invites have left in the directory
left() {
    ldapsearch -x -LLL -H "$uri" -D cn=admin,dc=example,dc=org -y "$site/admin.password" -b dc=example,dc=org \
        '(|(objectClass=xmppAccount)(objectClass=xmppInvite)(objectClass=xmppRosterPair))' 1.1 >"$out" 2>"$err"
    ! grep -q . "$out"
    verdict "$1" $?
}

# Of the machine, for rows that change them
conf=etc/invitegate
service=etc/systemd/system/invite-agent.service
host_file=etc/prosody/conf.d/example.org.cfg.lua

as_root() { # as mistake, where this user may act as others
    [ $is_root -eq 0 ] || mistake "$@"
}
