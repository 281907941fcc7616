#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl doctor --host: what it says of PAM files, of who can read what, of the agent, and of what it could not
# see.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/machine.sh
. "$top/tests/support/machine.sh"

fresh
looks $green "a machine as it should be"
says "the service for logins" '^ok +pam .*pam\.d/xmpp: whom'
says "the service for changes" '^ok +pam .*pam\.d/xmpp-register: whom'
says "a program of Cyrus SASL" '^ok +sasl .*saslpasswd\.conf: X-INVITE-TOKEN'
says "Prosody" '^ok +prosody .*example.org loads mod_invitegate and logs people in by ldap'
if [ $is_root -eq 1 ]; then
    says "its certificate" '^ok +prosody .*certs/example\.org\.crt is for example\.org, and Prosody can read its key'
    says "the agent's files" '^ok +files .*invite-agent, as invitegate, can read what it needs'
    if [ $has_directory -eq 1 ]; then
        says "the agent" '^ok +agent .*agent\.sock answers prosody for example\.org'
        says "from end to end" '^ok +agent .*redeems a throwaway invite, and the account logs in by the provider ldap; both are gone'
    fi
fi
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
mistake "a landing page without TLS" "edit $conf/invitegate.conf 's,^landing_url =.*,landing_url = http://example.org/invite/,'" \
    'finding +config .*landing_url of \[domain example\.org\] is not https'
mistake "there is no such user" "edit etc/passwd /invitegate/d" \
    'invite-agent\.service:[0-9]+: there is no user invitegate' '> adduser --system'
mistake "the program is elsewhere" "rm usr/local/sbin/invite-agent" \
    'invite-agent\.service:[0-9]+: /usr/local/sbin/invite-agent is not there' '> .*daemon-reload'
as_root "a drop-in has another user" \
    "mkdir $service.d; printf '[Service]\nUser=prosody\nGroup=prosody\n' >$service.d/user.conf" \
    'invite-agent\.service\.d/user\.conf:2: invite-agent, as prosody, cannot work: ' '> User=invitegate'

# ------------------------------------------------------------------------------------------ agent

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

# Where the directory knows invitegate by the user of the process (bind = external), the throwaway invite is made
# as the user of the agent's unit: root has no such rights.
if [ $has_directory -eq 1 ] && [ $is_root -eq 1 ] && command -v setpriv >/dev/null; then
    site=$work/external
    "$top/scripts/private-slapd" start --conf --fast --identity 'gidNumber=64001+uidNumber=64001,cn=peercred,cn=external,cn=auth' \
        --extra-ldif "$work/services.ldif" "$site" >"$work/started" 2>"$err"
    uri=$(sed -n 's/^uri=//p' "$work/started")
    chmod 0711 "$site"
    chmod 0777 "$site/ldapi"
    sed "s,^socket = .*,socket = $work/agent.sock," "$site/invitegate.conf" >"$work/agent.conf"
    chgrp 64001 "$work/agent.conf" && chmod 0640 "$work/agent.conf"
    as_agent() {
        setpriv --reuid 64001 --regid 64001 --clear-groups "$@"
    }
    mkdir "$work/keys"
    chown 64001 "$work/keys"
    sed -i "s,^key_file = .*,key_file = $work/keys/token.keys," "$work/agent.conf"
    as_agent "$invitectl" -c "$work/agent.conf" init >"$out" 2>"$err" || verdict "init as the agent's user" 1
    mkdir "$work/socket"
    chown 64001:64001 "$work/socket"
    sed -i "s,^socket = .*,socket = $work/socket/agent.sock," "$work/agent.conf"
    # (Of a function in the background $! would be a shell in front of it, which does not pass a signal on.)
    setpriv --reuid 64001 --regid 64001 --clear-groups "$agent" -c "$work/agent.conf" --listen >>"$work/agent.log" 2>&1 &
    echo $! >"$work/agent.pid"
    tries=0
    while [ ! -S "$work/socket/agent.sock" ] && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    chmod 0711 "$work/socket"
    chgrp 64002 "$work/socket/agent.sock"
    fresh
    ln -sf "$work/socket/agent.sock" "$root/run/invitegate/agent.sock"
    sed -i -e "s,^uri =.*,uri = $uri," -e '/^bind = /s/simple/external/' -e '/^bind_[dp]/s/=.*/=/' "$config"
    sed -i "s,ldapi://%2F[^\"]*,$uri," "$root/$host_file"
    cat "$work/keys/token.keys" >"$root/etc/invitegate/token.keys"
    looks 0 "a directory that knows the agent's user"
    says "is tried as that" '^ok +agent .*redeems a throwaway invite, and the account logs in by the provider ldap'
    left "and nothing is left"
    rm "$root/etc/systemd/system/invite-agent.service"
    looks 1 "as root it would not be tried"
    says "and that is not green" 'unseen +agent .*no throwaway invite was tried in example\.org'
    kill "$(cat "$work/agent.pid")"
    rm "$work/agent.pid"
    "$top/scripts/private-slapd" stop "$site"
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
