/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <check.h>
#include <libgen.h>
#include <security/pam_modules.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/pam_host.h"
#include "tests/support/pam_site.h"
#include "tests/support/slapd.h"

/*
 * The table of bad input: what people may type, through the module in a stack, and what an admin
 * may write into the configuration. Each row has its answer, one line in
 * the log that says why, and leaves the directory exactly as it was. (Rights and access rules, and
 * what doctor says of them: bad_rights.sh.)
 */

#define PASSWORD "Seventeen-green-kettles!"

static char folder[128]; /* of slapd */
static inv_keys *keys;
static inv_keys *other_keys;

/* Invites that all rows share: none of them may change. */
static char good[INV_TOKEN_LENGTH + 1];
static char expired[INV_TOKEN_LENGTH + 1];
static char revoked[INV_TOKEN_LENGTH + 1];
static char used[INV_TOKEN_LENGTH + 1]; /* by carol */
static char contact[INV_TOKEN_LENGTH + 1];
static char preset[INV_TOKEN_LENGTH + 1]; /* for dora */

/* ------------------------------------------------------------------------------------- the site */

static inv_keys *read_keys(const char *name, bool create)
{
    inv_keys *read = NULL;
    char path[192];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (create)
        ck_assert_int_eq(inv_keys_create(path, &verdict), INV_OK);
    ck_assert_msg(inv_keys_read(path, &read, &verdict) == INV_OK, "%s", verdict.why);
    return read;
}

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
    va_list arguments;
    char *command = NULL;

    va_start(arguments, format);
    ck_assert_int_gt(vasprintf(&command, format, arguments), 0);
    va_end(arguments);
    ck_assert_msg(system(command) == 0, "failed: %s", command);
    free(command);
}

/* How a tool of ldap-utils is the admin; takes the folder twice. */
#define AS_ADMIN                                                                                   \
    "-x -H ldapi://$(echo '%s/ldapi' | sed 's|/|%%2F|g') -D cn=admin,dc=example,dc=org "           \
    "-y '%s/admin.password'"

/* Somebody who was there before, elsewhere in the tree. */
static void add_erin(void)
{
    run("printf '%%s\\n' 'dn: uid=erin,ou=groups,dc=example,dc=org' 'objectClass: inetOrgPerson' "
        "'cn: erin' 'sn: erin' | ldapadd " AS_ADMIN " >/dev/null",
        folder, folder);
}

static void make_invites(void)
{
    inv_jid *alice = site_name(site, "alice");
    inv_jid *dora = site_name(site, "dora");
    inv_invite_request request = {.type = INV_INVITE_ACCOUNT};

    pam_site_invite(NULL, good);
    pam_site_invite(NULL, revoked);
    pam_site_revoke(revoked);
    request.expires = time(NULL) - 60;
    pam_site_invite(&request, expired);
    request = (inv_invite_request){.type = INV_INVITE_ACCOUNT, .user = dora};
    pam_site_invite(&request, preset);
    request = (inv_invite_request){.type = INV_INVITE_CONTACT, .inviter = alice};
    pam_site_invite(&request, contact);
    inv_jid_free(&alice);
    inv_jid_free(&dora);
}

static void start(void)
{
    pam_host host = {.kind = PAM_HOST_PERSON, .answers = {used, PASSWORD, PASSWORD}};
    char path[128];

    pam_site_start();
    (void)snprintf(path, sizeof(path), "%s", pam_site_conf());
    (void)snprintf(folder, sizeof(folder), "%s", dirname(path));
    keys = read_keys("token.keys", false);
    other_keys = read_keys("other.keys", true);
    pam_site_stack("register", "password required pam_invite.so conf=CONF\n");
    make_invites();
    add_erin();
    pam_site_invite(NULL, used);
    ck_assert_int_eq(pam_host_change(&host, pam_site_folder(), "register", "carol"), PAM_SUCCESS);
}

static void stop(void)
{
    inv_keys_free(&keys);
    inv_keys_free(&other_keys);
    fixture_stop();
}

/*
 * The whole directory with its operational attributes. Nothing is left out of it: what only asks
 * also writes nothing.
 */
static char *dump(void)
{
    char *command = NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *pipe;

    if (slapd_kind() == SLAPD_389DS)
        ck_assert_int_gt(asprintf(&command,
                                  "ldapsearch " AS_ADMIN " -LLL -o ldif-wrap=no "
                                  "-b dc=example,dc=org '(objectClass=*)' '*' '+'",
                                  folder, folder),
                         0);
    else
        ck_assert_int_gt(asprintf(&command,
                                  "PATH=$PATH:/usr/sbin slapcat -f '%s/slapd.conf' 2>/dev/null",
                                  folder),
                         0);
    pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    ck_assert_int_gt(getdelim(&text, &size, '\0', pipe), 1000);
    ck_assert_int_eq(pclose(pipe), 0);
    free(command);
    return text;
}

/* ------------------------------------------------------------------------------------- one row */

struct row {
    const char *what;
    const char *user;
    const char *token;
    const char *password;
    int code;
    const char *result; /* in the log */
    const char *why;    /* words of its line */
};

static size_t verdicts(const char *log)
{
    size_t count = 0;

    while ((log = strstr(log, "result=")) != NULL) {
        log++;
        count++;
    }
    return count;
}

static void expect_no_secret(const struct row *row)
{
    const char *log = pam_host_log();

    if (row->token[0] != '\0')
        ck_assert_msg(strstr(log, row->token) == NULL, "%s: the token is logged: %s", row->what,
                      log);
    ck_assert_msg(strstr(log, PASSWORD) == NULL, "%s: the password is logged: %s", row->what, log);
    ck_assert_msg(row->password[0] == '\0' || strstr(log, row->password) == NULL,
                  "%s: the password is logged: %s", row->what, log);
}

/* What the person was told, in a buffer of host. */
static void expect_refused(const struct row *row, pam_host *host)
{
    char result[64];
    char *before = dump();
    char *after;
    int code;

    *host =
        (pam_host){.kind = PAM_HOST_PERSON, .answers = {row->token, row->password, row->password}};
    pam_host_forget_log();
    code = pam_host_change(host, pam_site_folder(), "register", row->user);
    after = dump();
    ck_assert_msg(code == row->code, "%s: %d, not %d: %s", row->what, code, row->code,
                  pam_host_log());
    (void)snprintf(result, sizeof(result), "result=%s ", row->result);
    ck_assert_msg(strstr(pam_host_log(), result) != NULL, "%s: %s", row->what, pam_host_log());
    ck_assert_msg(strstr(pam_host_log(), row->why) != NULL, "%s: not \"%s\": %s", row->what,
                  row->why, pam_host_log());
    ck_assert_msg(verdicts(pam_host_log()) == 1, "%s: not one line: %s", row->what, pam_host_log());
    expect_no_secret(row);
    ck_assert_msg(strcmp(before, after) == 0, "%s: the directory has changed", row->what);
    free(before);
    free(after);
}

/* --------------------------------------------------------------------------------------- tokens */

static char forged[INV_TOKEN_LENGTH + 1];
static char unknown[INV_TOKEN_LENGTH + 1];
static char truncated[INV_TOKEN_LENGTH + 1];
static char lengthened[INV_TOKEN_LENGTH + 2];
static char shouted[INV_TOKEN_LENGTH + 1];
static char of_other_domain[INV_TOKEN_LENGTH + 1];
static char of_other_keys[INV_TOKEN_LENGTH + 1];

static void mint(const inv_keys *with, const char *domain, char text[INV_TOKEN_LENGTH + 1])
{
    inv_token *token = NULL;

    ck_assert_int_eq(inv_token_mint(with, domain, &token, &verdict), INV_OK);
    inv_token_write(token, text);
    inv_token_free(&token);
}

static void spoil(void)
{
    memcpy(forged, good, sizeof(forged));
    forged[20] = forged[20] == 'A' ? 'B' : 'A';
    memcpy(truncated, good, sizeof(truncated));
    truncated[INV_TOKEN_LENGTH - 1] = '\0';
    (void)snprintf(lengthened, sizeof(lengthened), "%sA", good);
    memcpy(shouted, good, sizeof(shouted));
    for (char *p = shouted; *p != '\0'; p++) {
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    }
    mint(keys, "example.org", unknown);
    mint(keys, "example.com", of_other_domain);
    mint(other_keys, "example.org", of_other_keys);
}

static const struct row tokens[] = {
    {"forged", "frank", forged, PASSWORD, 0, "BAD_TOKEN", "forged"},
    {"unknown", "frank", unknown, PASSWORD, 0, "BAD_TOKEN", "unknown"},
    {"truncated", "frank", truncated, PASSWORD, 0, "BAD_TOKEN", "no token"},
    {"lengthened", "frank", lengthened, PASSWORD, 0, "BAD_TOKEN", "no token"},
    {"in another case", "frank", shouted, PASSWORD, 0, "BAD_TOKEN", "forged"},
    {"of another domain", "frank", of_other_domain, PASSWORD, 0, "BAD_TOKEN", "forged"},
    {"of other keys", "frank", of_other_keys, PASSWORD, 0, "BAD_TOKEN", "forged"},
    {"expired", "frank", expired, PASSWORD, 0, "BAD_TOKEN", "expired"},
    {"revoked", "frank", revoked, PASSWORD, 0, "BAD_TOKEN", "revoked"},
    {"used", "frank", used, PASSWORD, 0, "BAD_TOKEN", "used"},
    {"used, with another password", "carol", used, "Twelve-yellow-lanterns?", 0, "BAD_TOKEN",
     "used"},
    {"of the wrong type", "frank", contact, PASSWORD, 0, "BAD_TOKEN", "wrong type"},
    {"empty", "frank", "", PASSWORD, 0, "BAD_TOKEN", "no token"},
};
#define TOKENS ((int)(sizeof(tokens) / sizeof(tokens[0])))

/* Whatever is wrong with a token, outside it is one and the same. */
START_TEST(bad_token)
{
    struct row row = tokens[_i];
    pam_host host;

    spoil();
    row.code = PAM_AUTHTOK_RECOVERY_ERR;
    expect_refused(&row, &host);
    ck_assert_msg(strstr(host.shown, "This invite is not valid.") != NULL, "%s: %s", row.what,
                  host.shown);
    ck_assert_uint_le(strlen(host.shown), sizeof("This invite is not valid.\n"));
}
END_TEST

/* ---------------------------------------------------------------------------------------- names */

static char long_name[1025];

#define INVALID PAM_PERM_DENIED, "NAME_INVALID"
static const struct row names[] = {
    {"an asterisk", "fr*nk", good, PASSWORD, INVALID, "name_pattern"},
    {"an opening parenthesis", "fr(nk", good, PASSWORD, INVALID, "name_pattern"},
    {"a closing parenthesis", "fr)nk", good, PASSWORD, INVALID, "name_pattern"},
    {"a backslash", "fr\\2ank", good, PASSWORD, INVALID, "name_pattern"},
    {"a comma", "fr,ank", good, PASSWORD, INVALID, "name_pattern"},
    {"a plus sign", "fr+ank", good, PASSWORD, INVALID, "name_pattern"},
    {"an equals sign", "fr=ank", good, PASSWORD, INVALID, "name_pattern"},
    {"less than", "fr<ank", good, PASSWORD, INVALID, "forbid"},
    {"greater than", "fr>ank", good, PASSWORD, INVALID, "forbid"},
    {"a semicolon", "fr;ank", good, PASSWORD, INVALID, "name_pattern"},
    {"a quote", "fr\"ank", good, PASSWORD, INVALID, "forbid"},
    {"a number sign", "fr#ank", good, PASSWORD, INVALID, "name_pattern"},
    {"a whole filter", "*)(objectClass=*", good, PASSWORD, INVALID, "name_pattern"},
    {"a whole DN", "frank,ou=people,dc=example,dc=org", good, PASSWORD, INVALID, "name_pattern"},
    {"1024 bytes", long_name, good, PASSWORD, INVALID, "1023"},
    {"no bytes of its own", "@example.org", good, PASSWORD, INVALID, "empty"},
    {"another domain", "frank@example.com", good, PASSWORD, INVALID, "domain is not one of"},
    {"not UTF-8", "fr\xe4nk", good, PASSWORD, INVALID, "UTF-8"},
    {"an unassigned code point", "fr\xc8\xa1nk", good, PASSWORD, INVALID, "Unicode 3.2"},
    {"somebody's", "alice", good, PASSWORD, PAM_PERM_DENIED, "NAME_TAKEN", "uid=alice"},
    {"somebody's in another case", "ALICE", good, PASSWORD, PAM_PERM_DENIED, "NAME_TAKEN",
     "uid=alice"},
    {"somebody's, full-width", "\xef\xbd\x81\xef\xbd\x8c\xef\xbd\x89\xef\xbd\x83\xef\xbd\x85", good,
     PASSWORD, PAM_PERM_DENIED, "NAME_TAKEN", "uid=alice"},
    {"somebody's with a soft hyphen",
     "ali\xc2\xad"
     "ce",
     good, PASSWORD, PAM_PERM_DENIED, "NAME_TAKEN", "uid=alice"},
    {"somebody's in another branch", "erin", good, PASSWORD, PAM_PERM_DENIED, "NAME_TAKEN",
     "ou=groups"},
    {"reserved", "postmaster", good, PASSWORD, PAM_PERM_DENIED, "NAME_RESERVED", "reserved_names"},
    {"reserved, in another case", "PostMaster", good, PASSWORD, PAM_PERM_DENIED, "NAME_RESERVED",
     "reserved_names"},
    {"kept for another invite", "dora", good, PASSWORD, PAM_PERM_DENIED, "NAME_RESERVED",
     "reserved by another invite"},
    {"not the preset one", "frank", preset, PASSWORD, PAM_PERM_DENIED, "NAME_RESERVED",
     "the invite is for "},
};
#define NAMES ((int)(sizeof(names) / sizeof(names[0])))

START_TEST(bad_name)
{
    pam_host host;

    memset(long_name, 'f', sizeof(long_name) - 1);
    expect_refused(&names[_i], &host);
}
END_TEST

/* No C string has one, but a name may come from a protocol that knows lengths. */
START_TEST(a_name_with_nul)
{
    inv_context *context = NULL;
    inv_jid *name = NULL;

    ck_assert_int_eq(inv_context_open(pam_site_conf(),
                                      &(inv_own_log){inv_log_to_stderr, NULL, false}, &context,
                                      &verdict),
                     INV_OK);
    ck_assert_int_eq(
        inv_jid_prepare(&context->config->domains[0], "alice\0frank", 11, &name, &verdict),
        INV_NAME_INVALID);
    ck_assert_ptr_null(name);
    inv_context_free(&context);
}
END_TEST

/* ------------------------------------------------------------------------------------ passwords */

static char long_password[10001];
static char token_and_more[64];

static const struct row passwords[] = {
    {"10 kB", "frank", good, long_password, PAM_AUTHTOK_ERR, "PASSWORD_REFUSED", "1024"},
    {"not UTF-8", "frank", good,
     "Seventeen-gr\xfc"
     "n-kettles",
     PAM_AUTHTOK_ERR, "PASSWORD_REFUSED", "UTF-8"},
    {"a token", "frank", good, good, PAM_AUTHTOK_ERR, "PASSWORD_REFUSED", "token"},
    {"a token in front", "frank", good, token_and_more, PAM_AUTHTOK_ERR, "PASSWORD_REFUSED",
     "token"},
};
#define PASSWORDS ((int)(sizeof(passwords) / sizeof(passwords[0])))

START_TEST(bad_password)
{
    pam_host host;

    memset(long_password, 'x', sizeof(long_password) - 1);
    (void)snprintf(token_and_more, sizeof(token_and_more), "%s:and more", good);
    expect_refused(&passwords[_i], &host);
}
END_TEST

START_TEST(an_empty_password)
{
    const struct row row = {"empty", "frank", good, "", PAM_AUTHTOK_ERR, "PASSWORD_REFUSED",
                            "longer"};
    pam_host host;

    expect_refused(&row, &host);
}
END_TEST

/* The directory itself says no: the claim is taken and given back, and the token is kept. */
START_TEST(a_password_the_policy_refuses)
{
    pam_host host = {.kind = PAM_HOST_PERSON, .answers = {good, "short", "short"}};

    pam_host_forget_log();
    ck_assert_int_eq(pam_host_change(&host, pam_site_folder(), "register", "frank"),
                     PAM_AUTHTOK_ERR);
    ck_assert_msg(strstr(pam_host_log(), "result=PASSWORD_REFUSED ") != NULL, "%s", pam_host_log());
    host = (pam_host){.kind = PAM_HOST_PERSON, .answers = {good, PASSWORD, PASSWORD}};
    ck_assert_int_eq(pam_host_change(&host, pam_site_folder(), "register", "frank"), PAM_SUCCESS);
}
END_TEST

/* ---------------------------------------------------------------------------------------- files */

struct bad_file {
    const char *what;
    const char *command; /* makes bad.conf out of invitegate.conf, in the folder */
    const char *why;
};

static const struct bad_file bad_files[] = {
    {"an unknown key", "sed 's/^starttls .*/&\\nstarttsl = no/' invitegate.conf >bad.conf",
     "starttsl"},
    {"a key twice", "sed 's/^timeout .*/&\\n&/' invitegate.conf >bad.conf", "timeout"},
    {"a line without =", "sed 's/^timeout .*/timeout 2s/' invitegate.conf >bad.conf", "timeout"},
    {"a bad value", "sed 's/^timeout .*/timeout = soon/' invitegate.conf >bad.conf", "timeout"},
    {"a world-writable file", "cp invitegate.conf bad.conf; chmod 666 bad.conf", "writ"},
    {"no file", "rm -f bad.conf", "bad.conf"},
    {"a missing key file", "sed 's/token.keys/none.keys/' invitegate.conf >bad.conf", "none.keys"},
    {"a key file for all to read",
     "cp token.keys open.keys; chmod 644 open.keys; sed 's/token.keys/open.keys/' "
     "invitegate.conf >bad.conf",
     "open.keys"},
};
#define BAD_FILES ((int)(sizeof(bad_files) / sizeof(bad_files[0])))

START_TEST(bad_file)
{
    const struct bad_file *file = &bad_files[_i];
    pam_host host = {.kind = PAM_HOST_PERSON, .answers = {good, PASSWORD, PASSWORD}};
    char lines[256];
    char *before;
    char *after;
    int code;

    run("cd '%s' && umask 022 && rm -f bad.conf && { %s; }", folder, file->command);
    (void)snprintf(lines, sizeof(lines), "password required pam_invite.so conf=%s/bad.conf\n",
                   folder);
    pam_site_stack("bad", lines);
    before = dump();
    pam_host_forget_log();
    code = pam_host_change(&host, pam_site_folder(), "bad", "gina");
    after = dump();
    ck_assert_msg(code == PAM_SERVICE_ERR, "%s: %d: %s", file->what, code, pam_host_log());
    ck_assert_msg(strstr(pam_host_log(), file->why) != NULL, "%s: not \"%s\": %s", file->what,
                  file->why, pam_host_log());
    ck_assert_msg(strcmp(before, after) == 0, "%s: the directory has changed", file->what);
    free(before);
    free(after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bad input");
    TCase *tests = tcase_create("bad input");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, stop);
    tcase_add_loop_test(tests, bad_token, 0, TOKENS);
    tcase_add_loop_test(tests, bad_name, 0, NAMES);
    tcase_add_test(tests, a_name_with_nul);
    tcase_add_loop_test(tests, bad_password, 0, PASSWORDS);
    tcase_add_test(tests, an_empty_password);
    tcase_add_loop_test(tests, bad_file, 0, BAD_FILES);
    tcase_add_test(tests, a_password_the_policy_refuses);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
