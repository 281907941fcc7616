/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/config_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------- defaults */

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
    ck_assert(!config->agent.serves_verifiers);
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
    static const char *const reserved[] = {"root",       "admin",      "administrator",
                                           "postmaster", "hostmaster", "webmaster",
                                           "abuse",      "support",    "security",
                                           "info",       "www",        "mail",
                                           "ftp",        "nobody",     "daemon",
                                           "bin",        "sys",        "sync",
                                           "games",      "man",        "lp",
                                           "news",       "uucp",       "proxy",
                                           "www-data",   "backup",     "list",
                                           "irc",        "_apt",       "systemd-network",
                                           "messagebus", "sshd",       NULL};
    static const char *const none[] = {NULL};

    expect_default_account(domain);
    ck_assert_str_eq(domain->name_filter, "(|(uid=%u)(xmppJid=%j))");
    ck_assert(domain->group_base_guessed);
    ck_assert_str_eq(domain->group_filter, "(|(member=%D)(uniqueMember=%D)(memberUid=%u))");
    ck_assert_str_eq(domain->name_pattern_text, "^[a-z0-9_][a-z0-9._-]{0,63}$");
    ck_assert_int_eq(regexec(&domain->name_pattern, "a.b-c_9", 0, NULL, 0), 0);
    ck_assert_int_eq(regexec(&domain->name_pattern, ".a", 0, NULL, 0), REG_NOMATCH);
    compare_lists(domain->reserved_names, reserved);
    ck_assert_int_eq(domain->verifiers, INV_VERIFIER_SERVER | INV_VERIFIER_SCRAM_SHA_256);
    ck_assert_int_eq(domain->scram_iterations, 10000);
    ck_assert(!domain->scram_at_login);
    ck_assert(!domain->client_password_change);
    ck_assert(!domain->client_removal);
    compare_lists(domain->allowed_groups, none);
    ck_assert_str_eq(domain->reset_filter, "(objectClass=xmppAccount)");
    ck_assert_str_eq(domain->admin_filter, "");
    ck_assert(domain->invite_only);
    ck_assert_int_eq(domain->default_expiry, 7 * 86400);
    ck_assert_int_eq(domain->reset_expiry, 86400);
    ck_assert_int_eq(domain->claim_grace, 120);
    ck_assert(domain->inviter_gone_refuse);
    ck_assert_str_eq(domain->roster_group, "Invited");
    ck_assert_str_eq(domain->landing_url, "");
    ck_assert_str_eq(domain->pam_service, "");
}

START_TEST(what_is_left_out_has_its_default)
{
    inv_config *config = config_read_good(MINIMAL);

    ck_assert_str_eq(config->path, config_path);
    ck_assert_uint_eq(config->domain_count, 1);
    expect_default_settings(config);
    expect_default_domain(&config->domains[0]);
    ck_assert_str_eq(config->key_file, SYSCONFDIR "/invitegate/token.keys");
    ck_assert_str_eq(config->domains[0].invites, "ou=invites,dc=a");
    ck_assert_str_eq(config->domains[0].people, "ou=people,dc=a");
    ck_assert_str_eq(config->domains[0].rosters, "ou=rosters,dc=a");
    ck_assert_str_eq(config->domains[0].name_search_base, "ou=people,dc=a");
    ck_assert_str_eq(config->domains[0].group_search_base, "dc=a");
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
    inv_config *config = config_read_good(text);

    expect_default_settings(config);
    ck_assert_str_eq(config->key_file, "/etc/invitegate/token.keys");
    ck_assert_uint_eq(config->domain_count, 1);
    expect_default_domain(&config->domains[0]);
    ck_assert_str_eq(config->domains[0].invites, "ou=invites,dc=example,dc=org");
    ck_assert_str_eq(config->domains[0].people, "ou=people,dc=example,dc=org");
    ck_assert_str_eq(config->domains[0].rosters, "ou=rosters,dc=example,dc=org");
    ck_assert_str_eq(config->domains[0].name_search_base, "dc=example,dc=org");
    ck_assert_str_eq(config->domains[0].group_search_base, "dc=example,dc=org");
    inv_config_free(&config);
    free(text);
}
END_TEST

START_TEST(values_become_what_they_say)
{
    inv_config *config = config_read_good(
        "[directory]\nuri = ldaps://b ldapi:///\nbind = simple\nbind_dn = cn=a b,dc=a\n"
        "bind_password_file = /p\nca_file = /c\ntimeout = 3s\n"
        "[Tokens]\nKEY_FILE=/k\n[log]\nto = stderr\nlevel = debug\n"
        "[domain XMPP.Example.ORG]\n" REQUIRED "account_rdn = cn\n"
        "account_attributes = uid=%u \"sn=a b\" description=\"%u of %d\"\n"
        "allowed_groups = \"cn=g h,dc=a\"\tcn=i,dc=a\npassword_verifiers = crypt scram-sha-1\n"
        "client_password_change = yes\nclient_removal = yes\nadmin_filter = (cn=a)\n"
        "scram_at_login = yes\ninvite_only = no\ndefault_expiry = 2w\nreset_expiry = "
        "3h\nclaim_grace = 1h\n"
        "inviter_gone = no-pair\nroster_group =   Team  one  \n"
        "[agent]\nsocket_mode = 600\nlimit_checks = 7/d\nworkers = 256\nverifiers = yes\n");
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
    ck_assert(domain->scram_at_login);
    ck_assert(domain->client_password_change);
    ck_assert(domain->client_removal);
    ck_assert_str_eq(domain->admin_filter, "(cn=a)");
    ck_assert(!domain->invite_only);
    ck_assert(!domain->inviter_gone_refuse);
    ck_assert_int_eq(domain->default_expiry, 14 * 86400);
    ck_assert_int_eq(domain->reset_expiry, 3 * 3600);
    ck_assert_int_eq(domain->claim_grace, 3600);
    ck_assert_str_eq(domain->roster_group, "Team  one");
    ck_assert_int_eq(config->agent.socket_mode, 0600);
    ck_assert_int_eq(config->agent.limit_checks.count, 7);
    ck_assert(config->agent.serves_verifiers);
    ck_assert_int_eq(config->agent.limit_checks.seconds, 86400);
    inv_config_free(&config);
}
END_TEST

/* By attribute and value: mail=%j, and what is alike. */
START_TEST(templates_that_make_mail_addresses)
{
    static const struct {
        const char *attributes;
        bool mail;
    } rows[] = {
        {"cn=%u sn=%u mail=%j", true},
        {"sn=a MAIL=%j", true},
        {"mailAlternateAddress=%u@mail.example.org", true},
        {"rfc822Mailbox=%u@%d", true},
        {"0.9.2342.19200300.100.1.3=%j", true},
        {"sn=a mail=postmaster@%d", false},
        {"cn=%u description=%j", false},
        {"mailHost=%u.example.org", false},
    };
    inv_config *config = config_read_good(MINIMAL);

    ck_assert(config->domains[0].names_are_mail); /* by default */
    inv_config_free(&config);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512];

        (void)snprintf(text, sizeof(text), MINIMAL "account_attributes = %s\n", rows[i].attributes);
        config = config_read_good(text);
        ck_assert_msg(config->domains[0].names_are_mail == rows[i].mail, "%s", rows[i].attributes);
        inv_config_free(&config);
    }
}
END_TEST

/* ------------------------------------------------------------------------------- whole files */

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
    {"[log]\ntimeout = 2s\n" MINIMAL, 2, "timeout belongs in [directory]"},
    {"[directory]\nclaim_grace = 2m\n" MINIMAL, 2, "claim_grace belongs in [domain NAME]"},
    {"[ldap]\nuri = ldapi:///\n" MINIMAL, 1, "unknown section [ldap]"},
    {"[default]\n" MINIMAL, 1, "unknown section [default]"},
    {"[domains]\n" MINIMAL, 1, "unknown section [domains]"},
    {"[log]\nlevel = info\nto = stderr\nlevel = info\n" MINIMAL, 4, "'level' repeats a key"},
    {"[log]\nlevel = info\nLEVEL = info\n" MINIMAL, 3, "'LEVEL' repeats a key"},
    {"[log]\n[log]\n" MINIMAL, 2, "'[log]' repeats a section"},
    {MINIMAL "[DOMAIN Example.org]\n", 5, "repeats a section"},
    {MINIMAL "[domain  example.org]\n" REQUIRED, 5, "repeats a domain"},
    {"[log]\nle!vel = info\n" MINIMAL, 2, "unknown key le!vel"},
    {"[domain\texample.org]\n" REQUIRED, 1, "tab"},
    {"[log]\nle\xc3\xa4vel = info\n" MINIMAL, 2, "outside ASCII"},
    {MINIMAL "allow_password_change = no\n", 5, "no key allow_password_change any more"},
    {MINIMAL "Allow_Password_Change = yes\n", 5, "remove the line"},
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
    {"[domain a]\ninvites = ou=x,dc=a\npeople = ou = X , dc=a\nrosters = ou=r,dc=a\n", 0,
     "[domain a] invites and [domain a] people are the same entry"},
    {"[domain a]\ninvites = ou=i,dc=a\npeople = ou=\\78y,dc=a\nrosters = ou=xy,dc=a\n", 0,
     "[domain a] people and [domain a] rosters are the same entry"},
    {MINIMAL SECOND "invites = ou=people,dc=a\n", 0,
     "[domain example.org] people and [domain example.com] invites are the same entry"},
    /* rules between keys */
    {"[directory]\nbind = simple\nbind_password_file = /a\n" MINIMAL, 1, "bind = simple needs it"},
    {"[directory]\nbind = simple\nbind_dn = cn=a\n" MINIMAL, 1, "bind = simple needs it"},
    {"[directory]\nuri = ldaps://a\n" MINIMAL, 1, "external works over ldapi:// only"},
    {"[directory]\ntimeout = 10s\n" MINIMAL "claim_grace = 199s\n", 7, "20 times"},
    {MINIMAL "name_search_base = ou=staff,dc=a\n", 5, "people"},
    {MINIMAL "password_verifiers = server\nscram_at_login = yes\n", 6, "has no scram-sha"},
    {MINIMAL "pam_service = xmpp\nclient_password_change = yes\n", 6, "where pam_service is set"},
    {MINIMAL "name_search_base = ou=more,ou=people,dc=a\n", 5, "people"},
    /* bytes */
    {MINIMAL "roster_group = a\rb\n", 5, "control character"},
    {MINIMAL "roster_group = \x1b[2J\n", 5, "control character"},
    {MINIMAL "roster_group = a\x7f\n", 5, "control character"},
    {MINIMAL "roster_group = Team\x01\n", 5, "control character"},
    {MINIMAL "roster_group = a\xc2\x9b\n", 5, "control character"},
    {MINIMAL "roster_group = a\xef\xbf\xbe\n", 5, "control character"},
    {MINIMAL "roster_group = a\xef\xbf\xbf\n", 5, "control character"},
    {MINIMAL "roster_group = a\tb\n", 5, "it has a tab or another control character"},
    {MINIMAL "roster_group = \xff\n", 5, "not UTF-8"},
    {MINIMAL "# \xc3", 5, "not UTF-8"},
    {MINIMAL "roster_group = \xed\xa0\x80\n", 5, "not UTF-8"},
    {"\xff\xfe[log]\n" MINIMAL, 1, "not UTF-8"},
};

START_TEST(a_defect_is_named_with_its_line)
{
    const file_row *row = &file_rows[_i];

    config_refuse(row->text, row->line, row->words);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
    static const char inside[] = "[log]\nto = syslog\0x\n" MINIMAL;
    static const char wide[] = "[\0l\0o\0g\0]\0\n\0";

    config_refuse_bytes(inside, sizeof(inside) - 1, 2, "NUL");
    config_refuse_bytes(wide, sizeof(wide) - 1, 1, "NUL");
}
END_TEST

START_TEST(other_editors_line_ends_are_understood)
{
    inv_config *config =
        config_read_good("\xef\xbb\xbf[log]\r\nto = stderr\r\n\r\n; c\r\n"
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
        config_read_good("[domain z.example]\n" REQUIRED SECOND "invites = ou=i,dc=b\n[log]\n");

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
    inv_config *config = config_read_good(text);

    ck_assert_uint_eq(strlen(config->domains[0].roster_group), 900000);
    inv_config_free(&config);
    free(text);
    text = repeated(MINIMAL, "# 5678901\n", 110000);
    config_refuse(text, 0, "larger than");
    free(text);
    text = repeated("[agent]\nsocket = /", "s", 107);
    config_refuse(text, 2, "107 bytes");
    free(text);
    text = repeated("[directory]\ntimeout = ", "9", 5000);
    config_refuse(text, 2, "1s to 60s");
    free(text);
}
END_TEST

/* ------------------------------------------------------------------------ manual and example */

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
    size_t section_length = strlen(section);

    for (const char *const *key = inv_config_keys(); *key != NULL; key++) {
        const char *name = *key + section_length + 1;

        if (strncmp(*key, section, section_length) == 0 && (*key)[section_length] == '.' &&
            strlen(name) == length && strncmp(name, start, length) == 0)
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

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, what_is_left_out_has_its_default);
    tcase_add_test(tests, the_example_shows_the_defaults);
    tcase_add_test(tests, values_become_what_they_say);
    tcase_add_test(tests, templates_that_make_mail_addresses);
    tcase_add_loop_test(tests, a_defect_is_named_with_its_line, 0,
                        (int)(sizeof(file_rows) / sizeof(file_rows[0])));
    tcase_add_test(tests, a_nul_byte_is_refused);
    tcase_add_test(tests, other_editors_line_ends_are_understood);
    tcase_add_test(tests, domains_keep_their_order);
    tcase_add_test(tests, size_has_bounds);
    tcase_add_test(tests, manual_example_and_code_name_the_same_keys);
}

int main(void)
{
    return config_suite_run("config", add_tests);
}
