#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What invitectl setup makes on the machine, below a root: user, keys, units, the host of Prosody, saslauthd
# and its PAM service; and that it tries all of it at the end.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=tests/support/ctl.sh
. "$top/tests/support/ctl.sh"
# shellcheck source=tests/support/setup.sh
. "$top/tests/support/setup.sh"
is_root=$([ "$(id -u)" -eq 0 ] && command -v useradd >/dev/null && echo yes)
host=$root/etc/prosody/conf.d/example.org.cfg.lua
units=$root/etc/systemd/system
defaults=$root/etc/default/saslauthd
package='START=no
OPTIONS="-c -m /var/run/saslauthd"'

# machine: one with Prosody and saslauthd as their packages leave them
machine() {
    fresh
    mkdir -p "$root/etc/prosody/conf.d" "$root/etc/default" "$root/usr/sbin" "$root/var/lib/dpkg"
    printf 'root:x:0:0:root:/root:/bin/sh\nprosody:x:120:130::/:/bin/false\n' >"$root/etc/passwd"
    printf 'root:x:0:\nprosody:x:130:\n' >"$root/etc/group"
    printf 'plugin_paths = { "/srv/modules" }\nVirtualHost "localhost"\nInclude "conf.d/*.cfg.lua"\n' \
        >"$root/etc/prosody/prosody.cfg.lua"
    printf '#!/bin/sh\n' >"$root/usr/sbin/saslauthd"
    echo "$package" >"$defaults"
    printf 'Package: sasl2-bin\nConffiles:\n /etc/default/saslauthd %s\n' \
        "$(md5sum <"$defaults" | cut -d' ' -f1)" >"$root/var/lib/dpkg/status"
    etc=
}

# files NAME: every file of the machine, with its content, owner and mode
files() {
    find "$root" -type f ! -path '*/var/backups/*' ! -name '*-' -printf '%p %m %u %g\n' \
        -exec sha256sum {} \; | sort >"$work/$1.files"
}

# owns DESCRIPTION FILE MODE GROUP
owns() {
    [ -z "$is_root" ] || [ "$(stat -c '%a %u %g' "$2")" = "$3 0 $4" ]
    verdict "$1" $?
}

# reachable PATH: by everybody
reachable() {
    each=$1
    while [ "$each" != / ]; do
        case $(stat -c %A "$each") in
        *[xt]) ;;
        *) return 1 ;;
        esac
        each=$(dirname "$each")
    done
}

# ------------------------------------------------------------------------------- what it refuses
machine
files before
setup 4 "ejabberd" -d example.org --server ejabberd
says "is not built yet" "does not set up ejabberd yet: with --server none" "$err"
setup 4 "another server" -d example.org --server jabberd
says "is named" 'prosody or none, and not "jabberd"' "$err"
rm -rf "$root/var/lib/invitegate"
setup 0 "a dry run" --dry-run -d example.org --saslauthd
for each in 'user +useradd --prefix' 'keys +make .*/token.keys' 'agent +write .*/invite-agent.socket' \
    'prosody +write .*/conf.d/example.org.cfg.lua' 'pam +write .*/etc/pam.d/xmpp' 'saslauthd +write .* in place of the package'; do
    [ -n "$is_root" ] || [ "${each%% *}" != user ] || continue
    says "says what it would do: ${each%% *}" "^would +$each" "$out"
done
files dry
cmp "$work/before.files" "$work/dry.files" >"$out" 2>&1
verdict "and makes no file" $?

# -------------------------------------------------------------------------------- all of it, tried
proved 0 "setup of a machine with Prosody" -d example.org --saslauthd
says "is tried from end to end" "^Tried, and found right: what init and doctor look at, and a throwaway invite" "$out"
says "says what is left to run" "^left +agent .* systemctl enable --now invite-agent.socket" "$out"
says "and that Prosody wants a certificate" "^left +prosody .*prosodyctl --root cert import" "$out"
says "SCRAM is on" "^verifiers = yes$" "$config"
says "and the socket Prosody's" "^socket_group = prosody$" "$config"
etc=$(dirname "$(find "$root" -name token.keys)")
agents=$(sed -n 's/^invitegate:[^:]*:\([0-9]*\):.*/\1/p' "$root/etc/group")
owns "the agent reads the keys" "$etc/token.keys" 640 "$agents"
owns "and the password" "$etc/directory.password" 640 "$agents"
owns "and the configuration" "$config" 640 "$agents"
owns "Prosody reads its host" "$host" 640 130
if [ -n "$is_root" ]; then
    grep -q '^invitegate:[^:]*:[0-9]*:[0-9]*::/nonexistent:/usr/sbin/nologin$' "$root/etc/passwd"
    verdict "its user has no home and no shell" $?
fi
says "the host logs people in by the agent" 'authentication = "invitegate"' "$host"
says "it is this domain's" '^VirtualHost "example.org"$' "$host"
says "the modules of the site are still found" '^plugin_paths = \{ "[^"]*/invitegate/prosody"; "/srv/modules" \}$' "$host"
says "the unit starts what is installed" "^ExecStart=/.*/invite-agent -c $config --listen$" "$units/invite-agent.service"
says "the socket is Prosody's" "^SocketGroup=prosody$" "$units/invite-agent.socket"
cmp "$top/config-examples/pam.d/xmpp" "$root/etc/pam.d/xmpp" >"$out" 2>&1 &&
    cmp "$top/config-examples/saslauthd" "$defaults" >>"$out" 2>&1
verdict "PAM and saslauthd have the examples" $?
keep first
files first
proved 0 "the second time, with nothing said" --json
json "has nothing to do" \
    "all(row['result'] in ('found', 'there', 'left') for row in rows if 'step' in row) and len(rows) > 60"
json "says that saslauthd does not run yet" \
    "any('restart saslauthd' in row['what'] for row in rows if row.get('step') == 'saslauthd')"
json "and finds nothing amiss" "all(row['status'] in ('ok', 'note') for row in rows if 'status' in row)"
keep second
files second
# a proof, as each of doctor's, leaves the moment it ended
sed -i '/^inviteClock:/d' "$work/first.data" "$work/second.data"
alike "changes nothing in the directory" first second
cmp "$work/first.files" "$work/second.files" >"$out" 2>&1
verdict "and no file" $?

# ------------------------------------------------------- an agent that runs is what is asked, as Prosody
chmod 711 "$work"
if [ -n "$is_root" ] && reachable "$work"; then
    mkdir -p "$root/run/invitegate"
    sed -e "s|= \\(.*/token.keys\\)|= $root\\1|; s|= \\(.*/directory.password\\)|= $root\\1|" \
        -e "s|^socket = .*|socket = $root/run/invitegate/agent.sock|; s/^socket_group = .*/socket_group =/" \
        -e 's/^to = syslog/to = stderr/' "$config" >"$work/agent.conf"
    "$built/tools/invite-agent" -c "$work/agent.conf" --listen 2>"$work/agent.log" &
    agent=$!
    tries=0
    while [ ! -S "$root/run/invitegate/agent.sock" ] && [ $tries -lt 200 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
    chgrp 130 "$root/run/invitegate/agent.sock"
    proved 0 "with an agent that listens" --json
    json "it is asked as Prosody's user, and the account logs in by it" \
        "any(row.get('status') == 'ok' and 'invite-agent at' in row['what'] and 'logs in by the provider invitegate' in row['what'] for row in rows)"
    chgrp 0 "$root/run/invitegate/agent.sock"
    proved 1 "with a socket that Prosody may not use"
    says "is a finding" "^finding +agent .*prosody may not use" "$out"
    kill "$agent"
    wait "$agent" 2>/dev/null
    rm -rf "$root/run"
fi

# ------------------------------------------------------------------- what is somebody else's, or older
sed -i 's/register //' "$root/etc/pam.d/xmpp"
echo '# ours' >>"$defaults"
older=$(sha256sum <"$units/invite-agent.service" | cut -d' ' -f1)
sed -i '/^LimitCORE/d' "$units/invite-agent.service"
sed -i "s/$older/$(sha256sum <"$units/invite-agent.service" | cut -d' ' -f1)/" "$journal"
mv "$host" "$root/etc/prosody/conf.d/aaa.cfg.lua"
sed -i '/authentication/d' "$root/etc/prosody/conf.d/aaa.cfg.lua"
setup 0 "where files were changed"
says "the PAM file is left" "^left +pam .*/etc/pam.d/xmpp is not as setup writes it" "$out"
says "and that of saslauthd" "^left +saslauthd .*/saslauthd is not as setup writes it" "$out"
says "a unit as an earlier release wrote it is written anew" "^done +agent .*invite-agent.service, in place of that of an earlier setup" "$out"
says "a host in another file is left" "^left +prosody .*/aaa.cfg.lua:[0-9]*: example.org is the site's" "$out"
[ ! -e "$host" ]
verdict "and gets no second file" $?
mv "$root/etc/prosody/conf.d/aaa.cfg.lua" "$host"
says "the unit is that of this release" "^LimitCORE" "$units/invite-agent.service"
setup 0 "again"
says "there is nothing to do" "^Nothing to change" "$out"

# ------------------------------------------------------------------------------ what is not right
rm "$etc/token.keys"
proved 4 "keys that are gone"
says "are not made anew" "^left +keys .* records keys: copy it from the host that has it" "$out"
[ ! -e "$etc/token.keys" ]
verdict "so no token is called forged" $?
printf '1 %s\n' "$(head -c 32 /dev/zero | base64)" >"$etc/token.keys"
chmod 600 "$etc/token.keys"
proved 4 "other keys"
says "are what init says" "lacks key" "$err"
[ -z "$is_root" ] || says "the agent may read them all the same" "^done +owners .*let the group invitegate read .*/token.keys" "$out"
owns "which it does" "$etc/token.keys" 640 "$agents"
setup 0 "undo" --undo
says "keeps what was changed" "^left +undo +.*/etc/pam.d/xmpp was changed since" "$out"
owns "and gives the keys back to root" "$etc/token.keys" 600 0
find "$root/etc" "$etc" -type f ! -name '*-' | grep -vE '/(passwd|group|prosody.cfg.lua|pam.d/xmpp|default/saslauthd|token.keys|example.org.cfg.lua|[gs]*shadow)$' >"$out"
[ ! -s "$out" ]
verdict "everything else is gone" $?
[ ! -e "$journal" ]
verdict "and the journal" $?

# --------------------------------------------------------------------------- taken away whole; others
machine
files before
setup 0 "setup again" -d example.org --saslauthd
setup 0 "and undo" --undo
says "Prosody has to be told" "^left +undo +Prosody has the host until it is restarted" "$out"
files undone
grep -vE '/(passwd|group|[gs]*shadow|token.keys) |/(passwd|group|[gs]*shadow|token.keys)$' "$work/undone.files" >"$work/rest"
grep -vE '/(passwd|group) |/(passwd|group)$' "$work/before.files" | diff - "$work/rest" >"$out"
verdict "all files are as they were, saslauthd's too" $?

machine
rm -r "$root/etc/prosody" "$root/usr/sbin/saslauthd"
setup 0 "without an XMPP server" -d example.org --saslauthd
! grep -qE '^[a-z]+ +(user|agent|prosody) ' "$out" && [ ! -e "$units" ]
verdict "there is no agent and no user for it" $?
says "saslauthd has to be installed first" "^left +saslauthd +it is not installed" "$out"
says "logins are by PLAIN" "^verifiers = no$" "$config"

if [ -n "$is_root" ]; then
    machine
    rm "$root/etc/passwd"
    mkdir "$root/etc/passwd"
    setup 4 "a user that cannot be made" -d example.org
    says "is refused, with what useradd says" "^refused +user +useradd .*ended with status" "$out"
    says "and nothing is begun behind it" "^not done +prosody" "$out"
    [ ! -e "$host" ] && [ ! -e "$units" ]
    verdict "no file of it is there" $?
    rmdir "$root/etc/passwd"
    printf 'root:x:0:0:root:/root:/bin/sh\nprosody:x:120:130::/:/bin/false\n' >"$root/etc/passwd"
    setup 0 "and then"
    setup 0 "it ends well"
    says "for good" "^Nothing to change" "$out"
fi

# ------------------------------------------------------------------------------ people are there
machine
sed "s/gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth/$self/" "$top/tests/integration/foreign-site.ldif" |
    as_root ldapmodify >"$out" 2>"$err" || verdict "the site" 1
setup 0 "where people are" -d example.org
says "who have no verifiers, SCRAM is not offered" "^left +prosody +people who are there have no verifiers" "$out"
says "by the configuration" "^verifiers = no$" "$config"
! as_root ldapsearch -LLL -s base -b 'olcDatabase={1}mdb,cn=config' olcAccess 2>/dev/null |
    grep 'attrs=authPassword' | grep -q 'cn=invitegate,ou=services,dc=nodomain" write by \* break'
verdict "nor may the agent read them" $?
echo "1..$number"
