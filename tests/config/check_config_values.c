/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/config_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct value_row {
    const char *key;     /* section.key */
    const char *value;   /* after "key = " */
    const char *refusal; /* words of the message; NULL: a good value */
    const char *with;    /* further lines of the section */
} value_row;

#define SIMPLE "bind = simple\nbind_dn = cn=a\nbind_password_file = /a\n"

static const value_row value_rows[] = {
    {"directory.uri", "ldapi:///", NULL, ""},
    {"directory.uri", "ldapi://%2Frun%2Fldapi ldapi://%2frun%2fother/", NULL, ""},
    {"directory.uri", "ldaps://a.example ldaps://[::1]:636/", NULL, SIMPLE},
    {"directory.uri", "ldap://a.example:389", NULL, SIMPLE "starttls = demand\n"},
    {"directory.uri", "", "separated by spaces", ""},
    {"directory.uri", "localhost", "localhost is not", ""},
    {"directory.uri", "ldapi:///run/slapd/ldapi", "%2F", ""},
    {"directory.uri", "ldaps://", "ldaps:// is not", SIMPLE},
    {"directory.uri", "ldaps://host/dc=a", "only a host", SIMPLE},
    {"directory.uri", "ldapi:/// ldapi:///", "twice", ""},
    {"directory.uri", "ldapi:/// # local", "line of its own", ""},
    {"directory.bind", "simple", NULL, "bind_dn = cn=a\nbind_password_file = /a\n"},
    {"directory.bind", "external", NULL, ""},
    {"directory.bind", "anonymous", "external or simple", ""},
    {"directory.bind", "", "external or simple", ""},
    {"directory.bind_dn", "cn=a b,dc=a", NULL, "bind = simple\nbind_password_file = /a\n"},
    {"directory.bind_dn", "", NULL, ""},
    {"directory.bind_dn", "admin", "must be a DN", "bind = simple\nbind_password_file = /a\n"},
    {"directory.bind_dn", "cn=a", "no meaning with bind = external", ""},
    {"directory.bind_password_file", "/a b", NULL, "bind = simple\nbind_dn = cn=a\n"},
    {"directory.bind_password_file", "secret", "absolute path", "bind = simple\nbind_dn = cn=a\n"},
    {"directory.bind_password_file", "/a", "no meaning with bind = external", ""},
    {"directory.starttls", "demand", NULL, SIMPLE "uri = ldap://a\n"},
    {"directory.starttls", "no", NULL, ""},
    {"directory.starttls", "try", "no or demand", ""},
    {"directory.starttls", "yes", "no or demand", ""},
    {"directory.starttls", "no", "must be demand", SIMPLE "uri = ldapi:/// ldap://a\n"},
    {"directory.starttls", "demand", "there is none", ""},
    {"directory.starttls", "demand", "ldaps://, which", SIMPLE "uri = ldaps://a\n"},
    {"directory.ca_file", "/etc/ssl/a.pem", NULL, ""},
    {"directory.ca_file", "a.pem", "absolute path", ""},
    {"directory.timeout", "1s", NULL, ""},
    {"directory.timeout", "1m", "claim_grace", ""},
    {"directory.timeout", "2", "1s to 60s", ""},
    {"directory.timeout", "2 s", "1s to 60s", ""},
    {"directory.timeout", "-2s", "1s to 60s", ""},
    {"directory.timeout", "0s", "1s to 60s", ""},
    {"directory.timeout", "61s", "1s to 60s", ""},
    {"directory.timeout", "2s # seconds", "1s to 60s", ""},
    {"directory.timeout", "99999999999999999999s", "1s to 60s", ""},
    {"tokens.key_file", "/a/b.keys", NULL, ""},
    {"tokens.key_file", "", "absolute path", ""},
    {"tokens.key_file", "token.keys", "absolute path", ""},
    {"log.to", "stderr", NULL, ""},
    {"log.to", "/var/log/a", "syslog or stderr", ""},
    {"log.level", "error", NULL, ""},
    {"log.level", "debug", NULL, ""},
    {"log.level", "warn", "error, warning", ""},
    {"log.level", "Debug", "error, warning", ""},
    {"domain.invites", "cn=\\C3\\A4,dc=a", NULL, ""},
    {"domain.invites", "", "must be the DN", ""},
    {"domain.invites", "invites", "must be the DN", ""},
    {"domain.invites", "ou=i,dc=a # here", "line of its own", ""},
    {"domain.people", "ou=p,dc=a", NULL, ""},
    {"domain.people", "people", "must be the DN", ""},
    {"domain.rosters", "ou=r,dc=a", NULL, ""},
    {"domain.rosters", "rosters", "must be the DN", ""},
    {"domain.account_rdn", "cn", NULL, "account_attributes = sn=%u\n"},
    {"domain.account_rdn", "0.9.2342.19200300.100.1.1", NULL, ""},
    {"domain.account_rdn", "", "attribute name", ""},
    {"domain.account_rdn", "u id", "attribute name", ""},
    {"domain.account_rdn", "uid=", "attribute name", ""},
    {"domain.account_rdn", "1..2", "attribute name", ""},
    {"domain.account_classes", "account XMPPACCOUNT", NULL, ""},
    {"domain.account_classes", "", "xmppAccount among them", ""},
    {"domain.account_classes", "inetOrgPerson", "xmppAccount is missing", ""},
    {"domain.account_classes", "xmppAccount xmppaccount", "twice", ""},
    {"domain.account_classes", "xmppAccount,account", "xmppAccount,account is not", ""},
    {"domain.account_attributes", "", NULL, ""},
    {"domain.account_attributes", "cn=\"%u of %d\" description=100%%", NULL, ""},
    {"domain.account_attributes", "mail=%j mail=%u@a.example", NULL, ""},
    {"domain.account_attributes", "cn=%u of %d", "of has no '='", ""},
    {"domain.account_attributes", "cn=%n", "after % may stand", ""},
    {"domain.account_attributes", "cn=50%", "after % may stand", ""},
    {"domain.account_attributes", "cn=", "cn= has no value", ""},
    {"domain.account_attributes", "=a", " is not an attribute name", ""},
    {"domain.account_attributes", "cn=\"%u", "double quote is not closed", ""},
    {"domain.account_attributes", "cn=%u cn=%u", "twice", ""},
    {"domain.account_attributes", "cn=%u userpassword=x", "by invitegate itself", ""},
    {"domain.account_attributes", "cn=%u OBJECTCLASS=x", "by invitegate itself", ""},
    {"domain.account_attributes", "cn=%u userPassword=x", "by invitegate itself", ""},
    {"domain.account_attributes", "cn=%u authPassword=x", "by invitegate itself", ""},
    {"domain.account_attributes", "cn=%u xmppJid=x", "by invitegate itself", ""},
    {"domain.account_attributes", "cn=%u inviteId=x", "by invitegate itself", ""},
    {"domain.account_attributes", "cn=%u inviteNonce=x", "by invitegate itself", ""},
    {"domain.account_attributes", "cn=%u xmppInvitedBy=x", "by invitegate itself", ""},
    {"domain.account_attributes", "cn=%u xmppAccountExpires=x", "by invitegate itself", ""},
    {"domain.account_attributes", "cn=%u xmppVerifiersOf=x", "by invitegate itself", ""},
    {"domain.account_attributes", "cn=%u UID=%u", NULL, ""},
    {"domain.account_attributes", "cn=%u UID=%j", "account_rdn", ""},
    {"domain.name_search_base", "dc=a", NULL, ""},
    {"domain.name_search_base", "", NULL, ""},
    {"domain.name_search_base", "a", "must be a DN", ""},
    {"domain.name_filter", "(uid=%u)", NULL, ""},
    {"domain.name_filter", "(&(!(a=b))(|(uid=%u)(mail=%j)))", NULL, ""},
    {"domain.name_filter", "(cn=\\28%u\\29)", NULL, ""},
    {"domain.name_filter", "", "parentheses", ""},
    {"domain.name_filter", "uid=%u", "parentheses", ""},
    {"domain.name_filter", "(uid=%u", "parentheses", ""},
    {"domain.name_filter", "(uid=%u))", "parentheses", ""},
    {"domain.name_filter", "(uid=%u)(mail=%j)", "parentheses", ""},
    {"domain.name_filter", "(|)", "parentheses", ""},
    {"domain.name_filter", "(=%u)", "parentheses", ""},
    {"domain.name_filter", "(%u)", "parentheses", ""},
    {"domain.name_filter", "(!(a=%u)(b=c))", "parentheses", ""},
    {"domain.name_filter", "(uid=a)", "%u or %j", ""},
    {"domain.name_filter", "(uid=%d%%u)", "%u or %j", ""},
    {"domain.name_filter", "(uid=%s)", "after % may stand", ""},
    {"domain.name_filter", "(uid=%u) # c", "parentheses", ""},
    {"domain.group_search_base", "dc=a", NULL, ""},
    {"domain.group_search_base", "", NULL, ""},
    {"domain.group_search_base", "a", "must be a DN", ""},
    {"domain.group_filter", "(member=%D)", NULL, ""},
    {"domain.group_filter", "(&(objectClass=groupOfNames)(|(member=%D)(cn=%%D)))", NULL, ""},
    {"domain.group_filter", "(memberUid=%u)", NULL, ""},
    {"domain.group_filter", "(owner=%j)", NULL, ""},
    {"domain.group_filter", "", "parentheses", ""},
    {"domain.group_filter", "member=%D", "parentheses", ""},
    {"domain.group_filter", "(member=%D", "parentheses", ""},
    {"domain.group_filter", "(objectClass=groupOfNames)", "(attribute=%D)", ""},
    {"domain.group_filter", "(member=%%D)", "(attribute=%D)", ""},
    {"domain.group_filter", "(member=x%D)", "(attribute=%D)", ""},
    {"domain.group_filter", "(member=%n)", "D (DN)", ""},
    {"domain.name_filter", "(member=%D)", "after % may stand u", ""},
    {"domain.name_pattern", "^[[:alpha:]]+$", NULL, ""},
    {"domain.name_pattern", "", "regular expression", ""},
    {"domain.name_pattern", "[a-z]+", "from ^ to $", ""},
    {"domain.name_pattern", "^[a-z]+", "from ^ to $", ""},
    {"domain.name_pattern", "[a-z]+$", "from ^ to $", ""},
    {"domain.name_pattern", "^[a-z+$", "[", ""},
    {"domain.name_pattern", "^(a$", "(", ""},
    {"domain.reserved_names", "a \"b c\" d", NULL, ""},
    {"domain.reserved_names", "", NULL, ""},
    {"domain.reserved_names", "a \"b", "not closed", ""},
    {"domain.reserved_names", "a \"\"", "empty", ""},
    {"domain.reserved_names", "a ; b", "line of its own", ""},
    {"domain.password_verifiers", "server", NULL, ""},
    {"domain.password_verifiers", "scram-sha-1 crypt scram-sha-512", NULL, ""},
    {"domain.password_verifiers", "scram-sha-256", NULL, ""},
    {"domain.password_verifiers", "", "at most one of", ""},
    {"domain.password_verifiers", "md5", "md5 is not", ""},
    {"domain.password_verifiers", "crypt crypt", "twice", ""},
    {"domain.password_verifiers", "server crypt", "exclude each other", ""},
    {"domain.password_verifiers", "scram-sha-1 ssha512 server", "exclude each other", ""},
    {"domain.scram_iterations", "4096", NULL, ""},
    {"domain.scram_iterations", "1000000", NULL, ""},
    {"domain.scram_iterations", "4095", "4096 to 1000000", ""},
    {"domain.scram_iterations", "1000001", "4096 to 1000000", ""},
    {"domain.scram_iterations", "+5000", "4096 to 1000000", ""},
    {"domain.scram_iterations", "0x2000", "4096 to 1000000", ""},
    {"domain.scram_iterations", "4294972296", "4096 to 1000000", ""},
    {"domain.scram_at_login", "yes", NULL, ""},
    {"domain.scram_at_login", "true", "yes or no", ""},
    {"domain.client_password_change", "yes", NULL, ""},
    {"domain.client_password_change", "1", "yes or no", ""},
    {"domain.client_removal", "yes", NULL, ""},
    {"domain.client_removal", "Yes", "yes or no", ""},
    {"domain.allowed_groups", "cn=a,dc=a \"cn=b c,dc=a\"", NULL, ""},
    {"domain.allowed_groups", "cn=b c,dc=a", "c,dc=a is not", ""},
    {"domain.allowed_groups", "xmpp", "xmpp is not", ""},
    {"domain.reset_filter", "(&(objectClass=xmppAccount)(!(cn=50%)))", NULL, ""},
    {"domain.reset_filter", "", "parentheses", ""},
    {"domain.reset_filter", "objectClass=xmppAccount", "parentheses", ""},
    {"domain.admin_filter", "(memberOf=cn=admins,dc=example,dc=org)", NULL, ""},
    {"domain.admin_filter", "", NULL, ""},
    {"domain.admin_filter", "cn=admin", "parentheses", ""},
    {"domain.invite_only", "no", NULL, ""},
    {"domain.invite_only", "No", "yes or no", ""},
    {"domain.default_expiry", "2w", NULL, ""},
    {"domain.default_expiry", "never", "duration", ""},
    {"domain.default_expiry", "7", "duration", ""},
    {"domain.default_expiry", "0d", "duration", ""},
    {"domain.reset_expiry", "4h", NULL, ""},
    {"domain.reset_expiry", "never", "duration", ""},
    {"domain.claim_grace", "40s", NULL, ""},
    {"domain.claim_grace", "39s", "20 times the timeout", ""},
    {"domain.claim_grace", "2", "duration", ""},
    {"domain.inviter_gone", "no-pair", NULL, ""},
    {"domain.inviter_gone", "ignore", "refuse or no-pair", ""},
    {"domain.roster_group", "Team #1 \xc3\xa4", NULL, ""},
    {"domain.roster_group", "", "roster group", ""},
    {"domain.landing_url", "https://a.example/i/#{token}", NULL, ""},
    {"domain.landing_url", "http://a.example", NULL, ""},
    {"domain.landing_url", "", NULL, ""},
    {"domain.landing_url", "javascript:alert(1)", "http:// or https://", ""},
    {"domain.landing_url", "https://", "http:// or https://", ""},
    {"domain.landing_url", "https:///a", "http:// or https://", ""},
    {"domain.landing_url", "https://a.example/ # c", "without spaces", ""},
    {"domain.pam_service", "xmpp-register", NULL, ""},
    {"domain.pam_service", "../su", "PAM service", ""},
    {"domain.pam_service", "xmpp # c", "PAM service", ""},
    {"agent.socket", "/run/a.sock", NULL, ""},
    {"agent.socket", "a.sock", "absolute path", ""},
    {"agent.socket", "", "absolute path", ""},
    {"agent.socket_mode", "600", NULL, ""},
    {"agent.socket_mode", "0777", NULL, ""},
    {"agent.socket_mode", "0668", "octal", ""},
    {"agent.socket_mode", "00660", "octal", ""},
    {"agent.socket_mode", "4660", "octal", ""},
    {"agent.socket_mode", "0060", "for the owner", ""},
    {"agent.socket_mode", "rw-rw----", "octal", ""},
    {"agent.socket_group", "prosody", NULL, ""},
    {"agent.socket_group", "a b", "name of a group", ""},
    {"agent.workers", "256", NULL, ""},
    {"agent.workers", "0", "1 to 256", ""},
    {"agent.workers", "four", "1 to 256", ""},
    {"agent.limit_checks", "1/s", NULL, ""},
    {"agent.limit_checks", "5/w", "NUMBER/UNIT", ""},
    {"agent.limit_checks", "5", "NUMBER/UNIT", ""},
    {"agent.limit_checks", "0/m", "NUMBER/UNIT", ""},
    {"agent.limit_checks", "/m", "NUMBER/UNIT", ""},
    {"agent.limit_registrations", "1000000/d", NULL, ""},
    {"agent.limit_registrations", "5/min", "NUMBER/UNIT", ""},
    {"agent.max_open_invites", "1", NULL, ""},
    {"agent.max_open_invites", "0", "1 to 1000000", ""},
    {"agent.verifiers", "yes", NULL, ""},
    {"agent.verifiers", "scram-sha-256", "yes or no", ""},
};
#define VALUE_ROWS (sizeof(value_rows) / sizeof(value_rows[0]))

/* A whole file whose line 2 is the row's; the caller frees it. */
static char *text_of(const value_row *row)
{
    static const char *const required[] = {"invites", "people", "rosters"};
    const char *key = strchr(row->key, '.') + 1;
    bool of_domain = strncmp(row->key, "domain.", 7) == 0;
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);

    ck_assert_ptr_nonnull(file);
    (void)fprintf(file, "[%.*s%s]\n%s = %s\n%s", (int)(key - row->key - 1), row->key,
                  of_domain ? " example.org" : "", key, row->value, row->with);
    if (!of_domain)
        (void)fprintf(file, "[domain example.org]\n");
    for (size_t i = 0; i < 3; i++) {
        if (!of_domain || strcmp(key, required[i]) != 0)
            (void)fprintf(file, "%s = ou=%s,dc=a\n", required[i], required[i]);
    }
    ck_assert_int_eq(fclose(file), 0);
    return text;
}

START_TEST(a_value_is_taken_or_refused)
{
    const value_row *row = &value_rows[_i];
    inv_config *config;
    char *text = text_of(row);

    if (row->refusal == NULL) {
        config = config_read_good(text);
        inv_config_free(&config);
    } else if (strcmp(row->refusal, "claim_grace") == 0) {
        config_refuse(text, 3, row->refusal); /* the rule is another section's: its header's line */
    } else {
        config_refuse(text, 2, row->refusal);
        config_refuse(text, 2, strchr(row->key, '.') + 1);
    }
    free(text);
}
END_TEST

START_TEST(every_key_has_a_good_and_a_bad_row)
{
    for (const char *const *key = inv_config_keys(); *key != NULL; key++) {
        unsigned good = 0;
        unsigned bad = 0;

        for (size_t i = 0; i < VALUE_ROWS; i++) {
            if (strcmp(value_rows[i].key, *key) == 0)
                (*(value_rows[i].refusal == NULL ? &good : &bad))++;
        }
        ck_assert_msg(good > 0 && bad > 0, "%s", *key);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, a_value_is_taken_or_refused, 0, (int)VALUE_ROWS);
    tcase_add_test(tests, every_key_has_a_good_and_a_bad_row);
}

int main(void)
{
    return config_suite_run("config values", add_tests);
}
