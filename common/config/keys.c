/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys.h"

#include <stddef.h>

/*
 * KEY(section, key, type read into, member, parser, default, expected). WHOLE is for parsers that
 * fill more than one member.
 */
/* clang-format off */
#define KEY_TABLE(KEY, WHOLE) \
    KEY(directory, uri, inv_directory_settings, uris, uris, "ldapi:///", \
        "URIs of the kinds ldapi:///, ldapi://%2Frun%2Fsocket, ldap://host, " \
        "ldaps://host, separated by spaces") \
    KEY(directory, bind, inv_directory_settings, bind, bind, "external", \
        "external or simple") \
    KEY(directory, bind_dn, inv_directory_settings, bind_dn, optional_dn, "", \
        "a DN, such as cn=invitegate,dc=example,dc=org, or empty") \
    KEY(directory, bind_password_file, inv_directory_settings, bind_password_file, optional_path, "", \
        "an absolute path or empty") \
    KEY(directory, starttls, inv_directory_settings, starttls, starttls, "no", \
        "no or demand") \
    KEY(directory, ca_file, inv_directory_settings, ca_file, optional_path, "", \
        "an absolute path or empty") \
    KEY(directory, timeout, inv_directory_settings, timeout_ms, timeout, "2s", \
        "a duration from 1s to 60s, such as 2s") \
    KEY(tokens, key_file, inv_config, key_file, path, SYSCONFDIR "/invitegate/token.keys", \
        "an absolute path") \
    KEY(log, to, inv_config, log_to_stderr, log_target, "syslog", \
        "syslog or stderr") \
    KEY(log, level, inv_config, log_level, log_level, "notice", \
        "error, warning, notice, info or debug") \
    KEY(domain, invites, inv_domain, invites, dn, NULL, \
        "the DN of the container of invites, such as ou=invites,dc=example,dc=org") \
    KEY(domain, people, inv_domain, people, dn, NULL, \
        "the DN under which accounts stand, such as ou=people,dc=example,dc=org") \
    KEY(domain, rosters, inv_domain, rosters, dn, NULL, \
        "the DN of the container of roster pairs, such as ou=rosters,dc=example,dc=org") \
    KEY(domain, account_rdn, inv_domain, account_rdn, attribute, "uid", \
        "an attribute name, such as uid") \
    KEY(domain, account_classes, inv_domain, account_classes, classes, "inetOrgPerson xmppAccount", \
        "object classes separated by spaces, xmppAccount among them") \
    WHOLE(domain, account_attributes, attributes, "cn=%u sn=%u mail=%j", \
        "items attribute=value separated by spaces; an item with spaces in double quotes") \
    KEY(domain, name_search_base, inv_domain, name_search_base, optional_dn, "", \
        "a DN, such as dc=example,dc=org, or empty (people is taken)") \
    KEY(domain, name_filter, inv_domain, name_filter, name_filter, "(|(uid=%u)(xmppJid=%j))", \
        "an LDAP filter in parentheses with %u or %j in it") \
    KEY(domain, group_search_base, inv_domain, group_search_base, optional_dn, "", \
        "a DN, such as dc=example,dc=org, or empty (the naming context that holds people)") \
    KEY(domain, group_filter, inv_domain, group_filter, group_filter, \
        "(|(member=%D)(uniqueMember=%D)(memberUid=%u))", \
        "an LDAP filter in parentheses with (attribute=%D), (attribute=%u) or (attribute=%j) in it") \
    WHOLE(domain, name_pattern, name_pattern, "^[a-z0-9_][a-z0-9._-]{0,63}$", \
        "a POSIX extended regular expression from ^ to $") \
    KEY(domain, reserved_names, inv_domain, reserved_names, words, "root admin administrator postmaster hostmaster webmaster abuse support security info " "www mail ftp nobody daemon bin sys sync games man lp news uucp proxy www-data backup " "list irc _apt systemd-network messagebus sshd", \
        "names separated by spaces") \
    KEY(domain, password_verifiers, inv_domain, verifiers, verifiers, "server scram-sha-256", \
        "at most one of server, crypt, ssha512 and any of scram-sha-1, scram-sha-256, " \
        "scram-sha-512") \
    KEY(domain, scram_iterations, inv_domain, scram_iterations, scram_iterations, "10000", \
        "a number from 4096 to 1000000") \
    KEY(domain, scram_at_login, inv_domain, scram_at_login, boolean, "no", \
        "yes or no") \
    KEY(domain, client_password_change, inv_domain, client_password_change, boolean, "no", \
        "yes or no") \
    KEY(domain, client_removal, inv_domain, client_removal, boolean, "no", \
        "yes or no") \
    KEY(domain, allowed_groups, inv_domain, allowed_groups, dns, "", \
        "DNs separated by spaces; a DN with spaces in double quotes") \
    KEY(domain, reset_filter, inv_domain, reset_filter, filter, "(objectClass=xmppAccount)", \
        "an LDAP filter in parentheses") \
    KEY(domain, admin_filter, inv_domain, admin_filter, optional_filter, "", \
        "an LDAP filter in parentheses, or empty") \
    KEY(domain, invite_only, inv_domain, invite_only, boolean, "yes", \
        "yes or no") \
    KEY(domain, default_expiry, inv_domain, default_expiry, duration, "7d", \
        "a duration, such as 7d (units s m h d w)") \
    KEY(domain, reset_expiry, inv_domain, reset_expiry, duration, "1d", \
        "a duration, such as 1d (units s m h d w)") \
    KEY(domain, claim_grace, inv_domain, claim_grace, duration, "2m", \
        "a duration, such as 2m (units s m h d w)") \
    KEY(domain, inviter_gone, inv_domain, inviter_gone_refuse, inviter_gone, "refuse", \
        "refuse or no-pair") \
    KEY(domain, roster_group, inv_domain, roster_group, text, "Invited", \
        "the name of a roster group, such as Invited") \
    KEY(domain, landing_url, inv_domain, landing_url, landing_url, "", \
        "an http:// or https:// URL without spaces, or empty") \
    KEY(domain, pam_service, inv_domain, pam_service, word, "", \
        "the name of a PAM service (a file name in pam.d), or empty") \
    KEY(agent, socket, inv_agent_settings, socket, socket, "/run/invitegate/agent.sock", \
        "an absolute path of at most 107 bytes") \
    KEY(agent, socket_mode, inv_agent_settings, socket_mode, mode, "0660", \
        "an octal mode from 0600 to 0777 with read and write for the owner") \
    KEY(agent, socket_group, inv_agent_settings, socket_group, word, "", \
        "the name of a group, or empty") \
    KEY(agent, workers, inv_agent_settings, workers, workers, "4", \
        "a number from 1 to 256") \
    KEY(agent, limit_checks, inv_agent_settings, limit_checks, rate, "30/m", \
        "a rate NUMBER/UNIT, such as 30/m (units s m h d, number from 1 to 1000000)") \
    KEY(agent, limit_registrations, inv_agent_settings, limit_registrations, rate, "10/h", \
        "a rate NUMBER/UNIT, such as 10/h (units s m h d, number from 1 to 1000000)") \
    KEY(agent, max_open_invites, inv_agent_settings, max_open_invites, open_invites, "20", \
        "a number from 1 to 1000000") \
    KEY(agent, verifiers, inv_agent_settings, serves_verifiers, boolean, "no", \
        "yes or no")
/* clang-format on */

#define ROW(section, key, type, member, parser, preset, expected)                                  \
    {#section, #key, offsetof(type, member), inv_config_parse_##parser, preset, expected},
#define ROW_OF_WHOLE(section, key, parser, preset, expected)                                       \
    {#section, #key, 0, inv_config_parse_##parser, preset, expected},
#define NAME(section, key, type, member, parser, preset, expected) #section "." #key,
#define NAME_OF_WHOLE(section, key, parser, preset, expected)      #section "." #key,

static const inv_config_row rows[] = {
    KEY_TABLE(ROW, ROW_OF_WHOLE) /* */
    {NULL, NULL, 0, NULL, NULL, NULL},
};

static const char *const names[] = {
    KEY_TABLE(NAME, NAME_OF_WHOLE) /* */
    NULL,
};

const inv_config_row *inv_config_rows(void)
{
    return rows;
}

const char *const *inv_config_keys(void)
{
    return names;
}
