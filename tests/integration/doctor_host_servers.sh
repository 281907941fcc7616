#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl doctor --host: what it says of Prosody, of the programs of Cyrus SASL, and of saslauthd.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/machine.sh
. "$top/tests/support/machine.sh"

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
    as_root "a filter that no account matches" "edit $host_file 's/xmppJid=.user@.host/objectClass=device/'" \
        'cannot log in by the provider ldap: ldap_filter finds no such entry'
    as_root "a server that does not answer" "edit $host_file 's,\"ldapi:.*\",\"ldapi://%2Fnowhere\",'" \
        'unseen +agent .*whether an account can log in by the provider ldap could not be tried'
fi
mistake "no ldap_base" "edit $host_file /ldap_base/d" 'cfg\.lua:[0-9]+: there is no ldap_base'
mistake "a filter for everybody" "edit $host_file 's/ldap_filter = .*/ldap_filter = \"(objectClass=xmppAccount)\"/'" 'cfg\.lua:[0-9]+: ldap_filter has no .user:'
mistake "no encryption" "edit $host_file 's/c2s_require_encryption = true/c2s_require_encryption = false/'" \
    'cfg\.lua:[0-9]+: tokens and passwords are taken on streams that are not encrypted'
certs=etc/prosody/certs
mistake "no certificate" "rm $certs/*" \
    'finding +prosody .*cfg\.lua:[0-9]+: there is no certificate for example\.org below /etc/prosody/certs' '> prosodyctl --root cert import'
mistake "a certificate of another domain" "cp $work/other.* $certs/; rm $certs/example.org.*" 'there is no certificate for example\.org'
mistake "a certificate that is over" "cp $work/over.crt $certs/example.org.crt" \
    'certs/example\.org\.crt: the certificate for example\.org is over, or not valid yet'
as_root "a certificate without its key" "rm $certs/example.org.key" 'example\.org\.crt: the key of this certificate is not there'
as_root "a key that Prosody cannot read" "chgrp 0 $certs/example.org.key" \
    'example\.org\.crt: the key of this certificate is not there, or Prosody cannot read it' '> chgrp prosody and chmod 0640'
mistake "a certificate that is named elsewhere" "rm $certs/*; echo 'ssl = { certificate = \"/etc/ssl/x.crt\"; key = \"/etc/ssl/x.key\" }' >>$host_file" \
    'unseen +prosody .*cfg\.lua:[0-9]+: the certificate that ssl names is not looked at'
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

as_root "saslauthd does not run" "true" 'finding +saslauthd .*mux: saslauthd does not run' '> systemctl enable saslauthd'
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

echo "1..$number"
