/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "invitegate/config.h"

#define REQUIRED                                                                                   \
    "invites = ou=invites,dc=a\n"                                                                  \
    "people = ou=people,dc=a\n"                                                                    \
    "rosters = ou=rosters,dc=a\n"
#define MINIMAL "[domain example.org]\n" REQUIRED

static char folder[64];
static char path[128];

static void set_up(void)
{
    (void)snprintf(folder, sizeof(folder), "%s", "/tmp/check_config.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/invitegate.conf", folder);
}

static void tear_down(void)
{
    (void)unlink(path);
    (void)rmdir(path);
    (void)rmdir(folder);
}

static void write_bytes(const char *bytes, size_t length)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, bytes, length), (ssize_t)length);
    ck_assert_int_eq(close(descriptor), 0);
}

/* The configuration of this text, which must be good. */
static inv_config *read_good(const char *text)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_config *config = NULL;

    write_bytes(text, strlen(text));
    ck_assert_msg(inv_config_read(path, &config, &verdict) == INV_OK, "%s\n%s", verdict.why, text);
    ck_assert_ptr_nonnull(config);
    return config;
}

/* The text must be refused, with PATH:LINE: (line 0: PATH without one) and words in the message. */
static void refuse_bytes(const char *bytes, size_t length, unsigned line, const char *words)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_config *config = (inv_config *)&verdict;
    char start[160];

    if (line > 0)
        (void)snprintf(start, sizeof(start), "%s:%u: ", path, line);
    else
        (void)snprintf(start, sizeof(start), "%s", path);
    write_bytes(bytes, length);
    ck_assert_msg(inv_config_read(path, &config, &verdict) == INV_CONFIG, "taken:\n%s", bytes);
    ck_assert_ptr_null(config);
    ck_assert_int_eq(verdict.result, INV_CONFIG);
    ck_assert_msg(strncmp(verdict.why, start, strlen(start)) == 0, "%s\nnot at line %u:\n%s",
                  verdict.why, line, bytes);
    ck_assert_msg(strstr(verdict.why, words) != NULL, "%s\nlacks \"%s\":\n%s", verdict.why, words,
                  bytes);
}

static void refuse(const char *text, unsigned line, const char *words)
{
    refuse_bytes(text, strlen(text), line, words);
}

/* ---------------------------------------------------------------------------------------- defaults
 */

static void compare_lists(char *const *list, const char *const *expected)
{
    for (; *expected != NULL; list++, expected++) {
        ck_assert_ptr_nonnull(*list);
        ck_assert_str_eq(*list, *expected);
    }
    ck_assert_ptr_null(*list);
}

static void expect_default_settings(const inv_config *config)
{
    static const char *const uris[] = {"ldapi:///", NULL};

    compare_lists(config->directory.uris, uris);
    ck_assert_int_eq(config->directory.bind, INV_BIND_EXTERNAL);
    ck_assert_str_eq(config->directory.bind_dn, "");
    ck_assert_str_eq(config->directory.bind_password_file, "");
    ck_assert(!config->directory.starttls);
    ck_assert_str_eq(config->directory.ca_file, "");
    ck_assert_int_eq(config->directory.timeout_ms, 2000);
    ck_assert(!config->log_to_stderr);
    ck_assert_int_eq(config->log_level, INV_LOG_NOTICE);
    ck_assert_str_eq(config->agent.socket, "/run/invitegate/agent.sock");
    ck_assert_int_eq(config->agent.socket_mode, 0660);
    ck_assert_str_eq(config->agent.socket_group, "");
    ck_assert_int_eq(config->agent.workers, 4);
    ck_assert_int_eq(config->agent.limit_checks.count, 30);
    ck_assert_int_eq(config->agent.limit_checks.seconds, 60);
    ck_assert_int_eq(config->agent.limit_registrations.count, 10);
    ck_assert_int_eq(config->agent.limit_registrations.seconds, 3600);
    ck_assert_int_eq(config->agent.max_open_invites, 20);
}

static void expect_default_account(const inv_domain *domain)
{
    static const char *const classes[] = {"inetOrgPerson", "xmppAccount", NULL};
    static const inv_attribute_template attributes[] = {
        {(char *)(uintptr_t) "cn", (char *)(uintptr_t) "%u"},
        {(char *)(uintptr_t) "sn", (char *)(uintptr_t) "%u"},
        {(char *)(uintptr_t) "mail", (char *)(uintptr_t) "%j"}};

    ck_assert_str_eq(domain->name, "example.org");
    ck_assert_str_eq(domain->account_rdn, "uid");
    compare_lists(domain->account_classes, classes);
    ck_assert_uint_eq(domain->account_attribute_count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(domain->account_attributes[i].attribute, attributes[i].attribute);
        ck_assert_str_eq(domain->account_attributes[i].value, attributes[i].value);
    }
}

static void expect_default_domain(const inv_domain *domain)
{
    static const char *const reserved[] = {
        "root",      "admin", "administrator", "postmaster", "hostmaster",
        "webmaster", "abuse", "support",       "security",   "info",
        "www",       "mail",  "ftp",           "nobody",     NULL};
    static const char *const none[] = {NULL};

    expect_default_account(domain);
    ck_assert_str_eq(domain->name_filter, "(|(uid=%u)(xmppJid=%j))");
    ck_assert_str_eq(domain->name_pattern_text, "^[a-z0-9_][a-z0-9._-]{0,63}$");
    ck_assert_int_eq(regexec(&domain->name_pattern, "a.b-c_9", 0, NULL, 0), 0);
    ck_assert_int_eq(regexec(&domain->name_pattern, ".a", 0, NULL, 0), REG_NOMATCH);
    compare_lists(domain->reserved_names, reserved);
    ck_assert_int_eq(domain->verifiers, INV_VERIFIER_SERVER | INV_VERIFIER_SCRAM_SHA_256);
    ck_assert_int_eq(domain->scram_iterations, 10000);
    ck_assert(!domain->allow_password_change);
    compare_lists(domain->allowed_groups, none);
    ck_assert_str_eq(domain->reset_filter, "(objectClass=xmppAccount)");
    ck_assert(domain->invite_only);
    ck_assert_int_eq(domain->default_expiry, 7 * 86400);
    ck_assert_int_eq(domain->claim_grace, 120);
    ck_assert(domain->inviter_gone_refuse);
    ck_assert_str_eq(domain->roster_group, "Invited");
    ck_assert_str_eq(domain->landing_url, "");
    ck_assert_str_eq(domain->pam_service, "");
}

START_TEST(what_is_left_out_has_its_default)
{
    inv_config *config = read_good(MINIMAL);

    ck_assert_str_eq(config->path, path);
    ck_assert_uint_eq(config->domain_count, 1);
    expect_default_settings(config);
    expect_default_domain(&config->domains[0]);
    ck_assert_str_eq(config->key_file, SYSCONFDIR "/invitegate/token.keys");
    ck_assert_str_eq(config->domains[0].invites, "ou=invites,dc=a");
    ck_assert_str_eq(config->domains[0].people, "ou=people,dc=a");
    ck_assert_str_eq(config->domains[0].rosters, "ou=rosters,dc=a");
    ck_assert_str_eq(config->domains[0].name_search_base, "ou=people,dc=a");
    inv_config_free(&config);
    ck_assert_ptr_null(config);
    inv_config_free(&config);
}
END_TEST

/* The whole of a file of the source tree; freed by the caller. */
static char *read_source(const char *name)
{
    const char *top = getenv("abs_top_srcdir");
    char source[1024];
    char *text = calloc(1, 1 << 16);
    FILE *file;

    ck_assert_ptr_nonnull(text);
    (void)snprintf(source, sizeof(source), "%s/%s", top != NULL ? top : ".", name);
    file = fopen(source, "r");
    ck_assert_msg(file != NULL, "%s: %s", source, strerror(errno));
    ck_assert_uint_gt(fread(text, 1, (1 << 16) - 1, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return text;
}

START_TEST(the_example_shows_the_defaults)
{
    char *text = read_source("config-examples/invitegate.conf");
    inv_config *config = read_good(text);

    expect_default_settings(config);
    ck_assert_str_eq(config->key_file, "/etc/invitegate/token.keys");
    ck_assert_uint_eq(config->domain_count, 1);
    expect_default_domain(&config->domains[0]);
    ck_assert_str_eq(config->domains[0].invites, "ou=invites,dc=example,dc=org");
    ck_assert_str_eq(config->domains[0].people, "ou=people,dc=example,dc=org");
    ck_assert_str_eq(config->domains[0].rosters, "ou=rosters,dc=example,dc=org");
    ck_assert_str_eq(config->domains[0].name_search_base, "dc=example,dc=org");
    inv_config_free(&config);
    free(text);
}
END_TEST

/* -------------------------------------------------------------------------------------------
 * values */

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
    {"directory.bind_dn", "cn=\"a b\",dc=a", NULL, "bind = simple\nbind_password_file = /a\n"},
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
    {"domain.account_attributes", "cn=%u UID=%u", "account_rdn", ""},
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
    {"domain.name_pattern", "^[[:alpha:]]+$", NULL, ""},
    {"domain.name_pattern", "", "regular expression", ""},
    {"domain.name_pattern", "[a-z]+", "from ^ to $", ""},
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
    {"domain.allow_password_change", "yes", NULL, ""},
    {"domain.allow_password_change", "true", "yes or no", ""},
    {"domain.allowed_groups", "cn=a,dc=a \"cn=b c,dc=a\"", NULL, ""},
    {"domain.allowed_groups", "cn=b c,dc=a", "c,dc=a is not", ""},
    {"domain.allowed_groups", "xmpp", "xmpp is not", ""},
    {"domain.reset_filter", "(&(objectClass=xmppAccount)(!(cn=50%)))", NULL, ""},
    {"domain.reset_filter", "", "parentheses", ""},
    {"domain.reset_filter", "objectClass=xmppAccount", "parentheses", ""},
    {"domain.invite_only", "no", NULL, ""},
    {"domain.invite_only", "No", "yes or no", ""},
    {"domain.default_expiry", "2w", NULL, ""},
    {"domain.default_expiry", "never", "duration", ""},
    {"domain.default_expiry", "7", "duration", ""},
    {"domain.default_expiry", "0d", "duration", ""},
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
};
#define VALUE_ROWS (sizeof(value_rows) / sizeof(value_rows[0]))

/* A whole file whose line 2 is the row's. */
static void write_row(const value_row *row, char *text, size_t size)
{
    static const char *const required[] = {"invites", "people", "rosters"};
    const char *key = strchr(row->key, '.') + 1;
    bool of_domain = strncmp(row->key, "domain.", 7) == 0;
    int length = snprintf(text, size, "[%.*s%s]\n%s = %s\n%s", (int)(key - row->key - 1), row->key,
                          of_domain ? " example.org" : "", key, row->value, row->with);

    if (!of_domain)
        length += snprintf(text + length, size - (size_t)length, "[domain example.org]\n");
    for (size_t i = 0; i < 3; i++) {
        if (!of_domain || strcmp(key, required[i]) != 0)
            length += snprintf(text + length, size - (size_t)length, "%s = ou=%s,dc=a\n",
                               required[i], required[i]);
    }
}

START_TEST(a_value_is_taken_or_refused)
{
    const value_row *row = &value_rows[_i];
    inv_config *config;
    char text[1024];

    write_row(row, text, sizeof(text));
    if (row->refusal == NULL) {
        config = read_good(text);
        inv_config_free(&config);
    } else if (strcmp(row->refusal, "claim_grace") == 0) {
        refuse(text, 3, row->refusal); /* the rule is another section's: its header's line */
    } else {
        refuse(text, 2, row->refusal);
        refuse(text, 2, strchr(row->key, '.') + 1);
    }
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

START_TEST(values_become_what_they_say)
{
    inv_config *config = read_good(
        "[directory]\nuri = ldaps://b ldapi:///\nbind = simple\nbind_dn = cn=a b,dc=a\n"
        "bind_password_file = /p\nca_file = /c\ntimeout = 3s\n"
        "[Tokens]\nKEY_FILE=/k\n[log]\nto = stderr\nlevel = debug\n"
        "[domain XMPP.Example.ORG]\n" REQUIRED "account_rdn = cn\n"
        "account_attributes = uid=%u \"sn=a b\" description=\"%u of %d\"\n"
        "allowed_groups = \"cn=g h,dc=a\"\tcn=i,dc=a\npassword_verifiers = crypt scram-sha-1\n"
        "allow_password_change = yes\ninvite_only = no\ndefault_expiry = 2w\nclaim_grace = 1h\n"
        "inviter_gone = no-pair\nroster_group =   Team  one  \n"
        "[agent]\nsocket_mode = 600\nlimit_checks = 7/d\nworkers = 256\n");
    const inv_domain *domain = inv_config_domain(config, "xmpp.EXAMPLE.org");
    static const char *const uris[] = {"ldaps://b", "ldapi:///", NULL};
    static const char *const groups[] = {"cn=g h,dc=a", "cn=i,dc=a", NULL};

    ck_assert_ptr_eq(domain, &config->domains[0]);
    ck_assert_str_eq(domain->name, "xmpp.example.org");
    ck_assert_ptr_null(inv_config_domain(config, "example.org"));
    ck_assert_ptr_null(inv_config_domain(config, ""));
    compare_lists(config->directory.uris, uris);
    ck_assert_int_eq(config->directory.bind, INV_BIND_SIMPLE);
    ck_assert_str_eq(config->directory.bind_dn, "cn=a b,dc=a");
    ck_assert_int_eq(config->directory.timeout_ms, 3000);
    ck_assert_str_eq(config->key_file, "/k");
    ck_assert(config->log_to_stderr);
    ck_assert_int_eq(config->log_level, INV_LOG_DEBUG);
    ck_assert_uint_eq(domain->account_attribute_count, 3);
    ck_assert_str_eq(domain->account_attributes[1].attribute, "sn");
    ck_assert_str_eq(domain->account_attributes[1].value, "a b");
    ck_assert_str_eq(domain->account_attributes[2].value, "%u of %d");
    compare_lists(domain->allowed_groups, groups);
    ck_assert_int_eq(domain->verifiers, INV_VERIFIER_CRYPT | INV_VERIFIER_SCRAM_SHA_1);
    ck_assert(domain->allow_password_change);
    ck_assert(!domain->invite_only);
    ck_assert(!domain->inviter_gone_refuse);
    ck_assert_int_eq(domain->default_expiry, 14 * 86400);
    ck_assert_int_eq(domain->claim_grace, 3600);
    ck_assert_str_eq(domain->roster_group, "Team  one");
    ck_assert_int_eq(config->agent.socket_mode, 0600);
    ck_assert_int_eq(config->agent.limit_checks.count, 7);
    ck_assert_int_eq(config->agent.limit_checks.seconds, 86400);
    inv_config_free(&config);
}
END_TEST

/* --------------------------------------------------------------------------------------- whole
 * files */

typedef struct file_row {
    const char *text;
    unsigned line;
    const char *words;
} file_row;

#define SECOND "[domain example.com]\npeople = ou=p,dc=b\nrosters = ou=r,dc=b\n"

static const file_row file_rows[] = {
    {"", 0, "no [domain NAME] section"},
    {"# nothing\n\n", 0, "no [domain NAME] section"},
    {"[directory]\n", 0, "no [domain NAME] section"},
    /* lines */
    {MINIMAL "scram_iterations 5000\n", 5, "'scram_iterations' has no '='"},
    {MINIMAL "  # indented\n", 5, "first column"},
    {MINIMAL "\n # a = b\n", 6, "first column"},
    {MINIMAL "= 5\n", 5, "no key"},
    {MINIMAL "reserved_names = a\n  b\n", 6, "no '='"},
    {MINIMAL "[agent\n", 5, "does not end with ']'"},
    {MINIMAL "[agent] # c\n", 5, "does not end with ']'"},
    {MINIMAL "  [agent]\n", 5, "first column"},
    {MINIMAL "[]\n", 5, "no section name"},
    {"uri = ldapi:///\n" MINIMAL, 1, "before the first section"},
    {" # c\n" MINIMAL, 1, "before the first section"},
    /* names */
    {MINIMAL "claim_grade = 2m\n", 5, "unknown key claim_grade; known here: invites people"},
    {"[log]\nlevel = info\nfile = /a\n" MINIMAL, 3, "[log] unknown key file; known here: to level"},
    {"[log]\ntimeout = 2s\n" MINIMAL, 2, "it belongs in [directory]"},
    {"[directory]\nclaim_grace = 2m\n" MINIMAL, 2, "it belongs in [domain NAME]"},
    {"[ldap]\nuri = ldapi:///\n" MINIMAL, 1, "unknown section [ldap]"},
    {"[default]\n" MINIMAL, 1, "unknown section [default]"},
    {"[domains]\n" MINIMAL, 1, "unknown section [domains]"},
    {"[log]\nlevel = info\nto = stderr\nlevel = info\n" MINIMAL, 4, "'level' repeats a key"},
    {"[log]\nlevel = info\nLEVEL = info\n" MINIMAL, 3, "'LEVEL' repeats a key"},
    {"[log]\n[log]\n" MINIMAL, 2, "'[log]' repeats a section"},
    {MINIMAL "[DOMAIN Example.org]\n", 5, "repeats a section"},
    {MINIMAL "[domain  example.org]\n" REQUIRED, 5, "repeats a domain"},
    {"[log]\nle!vel = info\n" MINIMAL, 2, "'!'"},
    {"[domain\texample.org]\n" REQUIRED, 1, "tab"},
    {"[log]\nle\xc3\xa4vel = info\n" MINIMAL, 2, "outside ASCII"},
    /* domains */
    {"[domain]\n" REQUIRED, 1, "[domain NAME]"},
    {"[domain m\xc3\xbcnchen.example]\n" REQUIRED, 1, "A-labels"},
    {"[domain exa_mple.org]\n" REQUIRED, 1, "DNS name"},
    {"[domain example..org]\n" REQUIRED, 1, "DNS name"},
    {"[domain example.org.]\n" REQUIRED, 1, "DNS name"},
    {"[domain -a.example]\n" REQUIRED, 1, "DNS name"},
    {"[domain a b]\n" REQUIRED, 1, "DNS name"},
    {"[domain xn--a.example]\n" REQUIRED, 1, "DNS name"},
    {"[domain example.org]\npeople = ou=p,dc=a\nrosters = ou=r,dc=a\n", 1, "lacks the key invites"},
    {"\n[domain example.org]\ninvites = ou=i,dc=a\nrosters = ou=r,dc=a\n", 2,
     "lacks the key people"},
    {"[domain example.org]\ninvites = ou=i,dc=a\npeople = ou=p,dc=a\n", 1, "lacks the key rosters"},
    {"[domain a]\ninvites = ou=x,dc=a\npeople = ou=p,dc=a\nrosters = OU=X,dc=a\n", 0,
     "[domain a] invites and [domain a] rosters are the same entry"},
    {MINIMAL SECOND "invites = ou=people,dc=a\n", 0,
     "[domain example.org] people and [domain example.com] invites are the same entry"},
    /* rules between keys */
    {"[directory]\nbind = simple\nbind_password_file = /a\n" MINIMAL, 1, "bind = simple needs it"},
    {"[directory]\nbind = simple\nbind_dn = cn=a\n" MINIMAL, 1, "bind = simple needs it"},
    {"[directory]\nuri = ldaps://a\n" MINIMAL, 1, "external works over ldapi:// only"},
    {"[directory]\ntimeout = 10s\n" MINIMAL "claim_grace = 199s\n", 7, "20 times"},
    /* bytes */
    {MINIMAL "roster_group = a\rb\n", 5, "control character"},
    {MINIMAL "roster_group = \x1b[2J\n", 5, "control character"},
    {MINIMAL "roster_group = a\x7f\n", 5, "control character"},
    {MINIMAL "roster_group = \xff\n", 5, "not UTF-8"},
    {MINIMAL "# \xc3", 5, "not UTF-8"},
    {MINIMAL "roster_group = \xed\xa0\x80\n", 5, "not UTF-8"},
    {"\xff\xfe[log]\n" MINIMAL, 1, "not UTF-8"},
};

START_TEST(a_defect_is_named_with_its_line)
{
    const file_row *row = &file_rows[_i];

    refuse(row->text, row->line, row->words);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
    static const char inside[] = "[log]\nto = syslog\0x\n" MINIMAL;
    static const char wide[] = "[\0l\0o\0g\0]\0\n\0";

    refuse_bytes(inside, sizeof(inside) - 1, 2, "NUL");
    refuse_bytes(wide, sizeof(wide) - 1, 1, "NUL");
}
END_TEST

START_TEST(other_editors_line_ends_are_understood)
{
    inv_config *config =
        read_good("\xef\xbb\xbf[log]\r\nto = stderr\r\n\r\n; c\r\n"
                  "[domain xn--mnchen-3ya.example]\r\n" REQUIRED "claim_grace = 3m");

    ck_assert(config->log_to_stderr);
    ck_assert_str_eq(config->domains[0].name, "xn--mnchen-3ya.example");
    ck_assert_int_eq(config->domains[0].claim_grace, 180);
    inv_config_free(&config);
}
END_TEST

START_TEST(domains_keep_their_order)
{
    inv_config *config =
        read_good("[domain z.example]\n" REQUIRED SECOND "invites = ou=i,dc=b\n[log]\n");

    ck_assert_uint_eq(config->domain_count, 2);
    ck_assert_str_eq(config->domains[0].name, "z.example");
    ck_assert_str_eq(config->domains[1].name, "example.com");
    ck_assert_ptr_eq(inv_config_domain(config, "Example.Com"), &config->domains[1]);
    inv_config_free(&config);
}
END_TEST

static char *repeated(const char *start, const char *piece, size_t count)
{
    size_t length = strlen(piece);
    char *text = malloc(strlen(start) + count * length + 1);

    ck_assert_ptr_nonnull(text);
    memcpy(text, start, strlen(start) + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + strlen(start) + i * length, piece, length + 1);
    return text;
}

START_TEST(size_has_bounds)
{
    char *text = repeated(MINIMAL "roster_group = ", "x", 900000);
    inv_config *config = read_good(text);

    ck_assert_uint_eq(strlen(config->domains[0].roster_group), 900000);
    inv_config_free(&config);
    free(text);
    text = repeated(MINIMAL, "# 5678901\n", 110000);
    refuse(text, 0, "larger than");
    free(text);
    text = repeated(MINIMAL, "[log]\n", 1001);
    refuse(text, 5 + 999, "too many sections");
    free(text);
    text = repeated(MINIMAL, "invite_only = yes\n", 101);
    refuse(text, 2 + 100, "too many keys");
    free(text);
    text = repeated(MINIMAL, "k", 2000);
    text[strlen(text) - 1] = '=';
    refuse(text, 5, "too long");
    free(text);
    text = repeated("[agent]\nsocket = /", "s", 107);
    refuse(text, 2, "107 bytes");
    free(text);
    text = repeated("[directory]\ntimeout = ", "9", 5000);
    refuse(text, 2, "1s to 60s");
    free(text);
}
END_TEST

/* ---------------------------------------------------------------------------------------
 * permissions */

static void expect_open(bool secret, const char *words)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    int descriptor = inv_config_open_file(path, secret, &verdict);

    if (words == NULL) {
        ck_assert_msg(descriptor >= 0, "%s", verdict.why);
        ck_assert_int_eq(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        ck_assert_int_eq(close(descriptor), 0);
        return;
    }
    ck_assert_int_eq(descriptor, -1);
    ck_assert_int_eq(verdict.result, INV_CONFIG);
    ck_assert_msg(strncmp(verdict.why, path, strlen(path)) == 0, "%s", verdict.why);
    ck_assert_msg(strstr(verdict.why, words) != NULL, "%s", verdict.why);
}

START_TEST(a_mode_is_judged)
{
    static const struct {
        mode_t mode;
        const char *plain;
        const char *secret;
    } modes[] = {
        {0600, NULL, NULL},
        {0400, NULL, NULL},
        {0640, NULL, NULL},
        {0644, NULL, "chmod o="},
        {0755, NULL, "chmod o="},
        {0601, NULL, "chmod o="},
        {0660, "chmod go-w", "chmod go-w"},
        {0620, "chmod go-w", "chmod go-w"},
        {0602, "chmod go-w", "chmod go-w"},
        {0666, "chmod go-w", "chmod go-w"},
    };

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        write_bytes(MINIMAL, strlen(MINIMAL));
        ck_assert_int_eq(chmod(path, modes[i].mode), 0);
        expect_open(false, modes[i].plain);
        expect_open(true, modes[i].secret);
        ck_assert_int_eq(unlink(path), 0);
    }
}
END_TEST

START_TEST(only_a_regular_file_is_opened)
{
    char target[160];

    expect_open(false, "No such file");
    ck_assert_int_eq(mkdir(path, 0700), 0);
    expect_open(false, "a directory");
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    expect_open(true, "a FIFO");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("/dev/null", path), 0);
    expect_open(false, "a device");
    ck_assert_int_eq(unlink(path), 0);

    /* a link is as good as what it leads to */
    write_bytes(MINIMAL, strlen(MINIMAL));
    (void)snprintf(target, sizeof(target), "%s.target", path);
    ck_assert_int_eq(rename(path, target), 0);
    ck_assert_int_eq(symlink(target, path), 0);
    expect_open(true, NULL);
    ck_assert_int_eq(chmod(target, 0666), 0);
    expect_open(false, "chmod go-w");
    ck_assert_int_eq(unlink(target), 0);
    expect_open(false, "No such file");
}
END_TEST

START_TEST(a_strangers_file_is_refused)
{
    write_bytes(MINIMAL, strlen(MINIMAL));
    if (geteuid() != 0)
        return; /* cannot give a file away */
    ck_assert_int_eq(chown(path, 65534, 65534), 0);
    expect_open(false, "chown root");
    expect_open(true, "belongs to user id 65534");
}
END_TEST

START_TEST(reading_keeps_to_the_same_rules)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_config *config = NULL;

    ck_assert_int_eq(inv_config_read(path, &config, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, path));
    write_bytes(MINIMAL, strlen(MINIMAL));
    ck_assert_int_eq(chmod(path, 0646), 0);
    ck_assert_int_eq(inv_config_read(path, &config, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "chmod go-w"));
    ck_assert_ptr_null(config);
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert_int_eq(inv_config_read(path, &config, &verdict), INV_OK);
    inv_config_free(&config);
}
END_TEST

/* ----------------------------------------------------------------------------- manual and example
 */

/* The section that a heading of the manual or the example is about. */
static void note_section(const char *start, char section[32])
{
    size_t length = strcspn(start, " ]\n");

    ck_assert_uint_lt(length, 32);
    memcpy(section, start, length);
    section[length] = '\0';
}

static bool is_key(const char *section, const char *start, size_t length)
{
    char name[96];

    (void)snprintf(name, sizeof(name), "%s.%.*s", section, (int)length, start);
    for (const char *const *key = inv_config_keys(); *key != NULL; key++) {
        if (strcmp(*key, name) == 0)
            return true;
    }
    return false;
}

/*
 * Each line that starts with heading opens a section, each that starts with item names a key; there
 * must be as many as the code knows, all of them known, none twice.
 */
static void compare_keys(const char *name, const char *heading, const char *item)
{
    char *text = read_source(name);
    char section[32] = "";
    size_t known = 0;
    size_t found = 0;

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        const char *start;

        line += *line == '\n';
        if (strncmp(line, heading, strlen(heading)) == 0) {
            note_section(line + strlen(heading), section);
            continue;
        }
        start = line + strlen(item);
        if (strncmp(line, item, strlen(item)) != 0 || *section == '\0' || strchr("#;[\n", *start))
            continue;
        ck_assert_msg(is_key(section, start, strcspn(start, " \n")), "%s: [%s] %.30s", name,
                      section, start);
        found++;
    }
    for (const char *const *key = inv_config_keys(); *key != NULL; key++)
        known++;
    ck_assert_uint_eq(found, known);
    free(text);
}

START_TEST(manual_example_and_code_name_the_same_keys)
{
    compare_keys("config-examples/invitegate.conf", "[", "");
    compare_keys("man/invitegate.conf.5", ".Ss Section ", ".It Cm ");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *tests = tcase_create("config");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, what_is_left_out_has_its_default);
    tcase_add_test(tests, the_example_shows_the_defaults);
    tcase_add_loop_test(tests, a_value_is_taken_or_refused, 0, (int)VALUE_ROWS);
    tcase_add_test(tests, every_key_has_a_good_and_a_bad_row);
    tcase_add_test(tests, values_become_what_they_say);
    tcase_add_loop_test(tests, a_defect_is_named_with_its_line, 0,
                        (int)(sizeof(file_rows) / sizeof(file_rows[0])));
    tcase_add_test(tests, a_nul_byte_is_refused);
    tcase_add_test(tests, other_editors_line_ends_are_understood);
    tcase_add_test(tests, domains_keep_their_order);
    tcase_add_test(tests, size_has_bounds);
    tcase_add_test(tests, a_mode_is_judged);
    tcase_add_test(tests, only_a_regular_file_is_opened);
    tcase_add_test(tests, a_strangers_file_is_refused);
    tcase_add_test(tests, reading_keeps_to_the_same_rules);
    tcase_add_test(tests, manual_example_and_code_name_the_same_keys);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
