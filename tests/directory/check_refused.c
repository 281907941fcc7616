/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "invitegate/directory.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"

/*
 * Changes that 389 DS refuses with 50 and no words: what that means, by a fake; and with
 * DIRECTORY=389ds how it comes to that, in front of a real one.
 */

static inv_deadline deadline;

static void run(inv_directory *directory, inv_operation *operation)
{
    ck_assert_msg(inv_directory_run(directory, &operation, 1, &deadline, &verdict) == INV_OK, "%s",
                  verdict.why);
    ck_assert_int_eq(operation->state, INV_OPERATION_ANSWERED);
}

/* ------------------------------------------------------------------------------------- the fake */

struct refuser {
    int refusals; /* left */
    int changes;  /* that came */
    const char *words;
    const char *attribute; /* what its entries have */
    bool missing;
    char asked[64]; /* for this entry */
};

static inv_result refuser_open(void *self, const inv_deadline *until, inv_verdict *why)
{
    (void)self;
    (void)until;
    (void)why;
    return INV_OK;
}

static inv_result refuser_send(void *self, inv_operation *operation, const inv_deadline *until,
                               inv_verdict *why)
{
    (void)self;
    (void)operation;
    (void)until;
    (void)why;
    return INV_OK;
}

static void refuser_answer(struct refuser *refuser, inv_operation *operation)
{
    inv_entry *entry = NULL;

    if (operation->kind != INV_OPERATION_SEARCH) {
        refuser->changes++;
        inv_operation_answer(
            operation, refuser->refusals-- > 0 ? INV_LDAP_INSUFFICIENT_ACCESS : INV_LDAP_SUCCESS,
            NULL, refuser->words);
        return;
    }
    (void)snprintf(refuser->asked, sizeof(refuser->asked), "%s", operation->dn);
    if (refuser->missing) {
        inv_operation_answer(operation, INV_LDAP_NO_SUCH_OBJECT, SITE_BASE, NULL);
    } else {
        entry = inv_entry_new(operation->dn);
        ck_assert(inv_entry_append(entry, refuser->attribute, "1", 1));
        ck_assert(inv_operation_append_entry(operation, entry));
        inv_operation_answer(operation, INV_LDAP_SUCCESS, NULL, NULL);
    }
}

static inv_result refuser_receive(void *self, inv_operation *const *operations, size_t count,
                                  const inv_deadline *until, inv_verdict *why)
{
    (void)until;
    (void)why;
    for (size_t i = 0; i < count; i++) {
        if (operations[i]->state == INV_OPERATION_UNANSWERED)
            refuser_answer(self, operations[i]);
    }
    return INV_OK;
}

static void refuser_end(void *self)
{
    (void)self;
}

#define ENTRY "cn=x," SITE_PEOPLE

/* How a change of ENTRY is answered. */
static int change_at(struct refuser *refuser, inv_operation_kind kind)
{
    static const inv_directory_driver driver = {
        .open = refuser_open,
        .send = refuser_send,
        .receive = refuser_receive,
        .close = refuser_end,
        .free = refuser_end,
    };
    inv_directory *directory = inv_directory_new_driver(&driver, refuser);
    inv_operation *change = kind == INV_OPERATION_ADD      ? inv_operation_new_add(ENTRY)
                            : kind == INV_OPERATION_MODIFY ? inv_operation_new_modify(ENTRY)
                                                           : inv_operation_new_delete(ENTRY);
    int code;

    deadline = inv_deadline_in(20000);
    ck_assert_ptr_nonnull(directory);
    if (kind != INV_OPERATION_DELETE)
        inv_operation_text(change, INV_CHANGE_ADD, "description", "x");
    run(directory, change);
    code = change->code;
    inv_operation_free(&change);
    inv_directory_free(&directory);
    return code;
}

/* An entry that it says it has, or the one above a new entry: what it asks for then, by kind. */
static const struct {
    inv_operation_kind kind;
    const char *wanted;
} changes[] = {
    {INV_OPERATION_MODIFY, ENTRY},
    {INV_OPERATION_DELETE, ENTRY},
    {INV_OPERATION_ADD, SITE_PEOPLE},
};
#define CHANGES ((int)(sizeof(changes) / sizeof(changes[0])))

START_TEST(a_change_that_is_refused_without_words_is_sent_again)
{
    struct refuser twice = {.refusals = 2, .attribute = "nsUniqueId"};

    ck_assert_int_eq(change_at(&twice, changes[_i].kind), INV_LDAP_SUCCESS);
    ck_assert_int_eq(twice.changes, 3);
    ck_assert_str_eq(twice.asked, changes[_i].wanted);
}
END_TEST

/* Rights are not what is missing. */
START_TEST(a_server_that_keeps_refusing_is_busy)
{
    struct refuser always = {.refusals = 100, .attribute = "nsUniqueId"};

    ck_assert_int_eq(change_at(&always, changes[_i].kind), INV_LDAP_BUSY);
    ck_assert_int_eq(always.changes, 5);
}
END_TEST

START_TEST(what_is_not_there_is_not_there)
{
    struct refuser nothing = {.refusals = 1, .missing = true};

    ck_assert_int_eq(change_at(&nothing, changes[_i].kind), INV_LDAP_NO_SUCH_OBJECT);
    ck_assert_int_eq(nothing.changes, 1);
    ck_assert_str_eq(nothing.asked, changes[_i].wanted);
}
END_TEST

START_TEST(any_other_refusal_stays)
{
    struct refuser forbids = {.refusals = 1, .attribute = "nsUniqueId", .words = "not you"};
    struct refuser slapd = {.refusals = 1, .attribute = "entryUUID"};

    ck_assert_int_eq(change_at(&forbids, changes[_i].kind), INV_LDAP_INSUFFICIENT_ACCESS);
    ck_assert_int_eq(forbids.changes, 1);
    ck_assert_int_eq(change_at(&slapd, changes[_i].kind), INV_LDAP_INSUFFICIENT_ACCESS);
    ck_assert_int_eq(slapd.changes, 1);
}
END_TEST

/* ---------------------------------------------------------------------------------- a real 389 DS
 */

/*
 * Up to 2.3.7 and 2.4.4 every change that fails makes all invalid that came into the server's cache
 * since it began, and what is invalid cannot be changed until nobody is being sent it any more. So:
 * processes whose changes of another entry fail all the time, and a reader that takes its time over
 * a large entry: more than a socket holds. (The server reads it a thousand times before it gives
 * up.)
 */
#define LOSERS   4
#define ROUNDS   100
#define LARGE    (300 * 1000)
#define IDENTITY "cn=invitegate,ou=services,dc=example,dc=org"

static pid_t losers[LOSERS];
static inv_token *token;
static char *invite_dn;
static inv_token *other_token;
static char *other_dn;

/* Without Check: each of its assertions writes into what the tests' results go through. */
static void lose_for_ever(void)
{
    inv_verdict why = INV_VERDICT_INIT;
    inv_deadline for_ever = inv_deadline_in(3600000);
    inv_call call;

    if (inv_call_begin(site->context, site_domain(site), 0, &call, &why) != INV_OK)
        _exit(1);
    for (;;) {
        inv_operation *change = inv_operation_new_modify(other_dn);

        inv_operation_text(change, INV_CHANGE_DELETE, "inviteClaim", "nobody@example.org 00");
        if (inv_directory_run(call.directory, &change, 1, &for_ever, &why) != INV_OK ||
            !inv_operation_answered(change, INV_LDAP_NO_SUCH_ATTRIBUTE))
            _exit(1);
        inv_operation_free(&change);
    }
}

static void make_large(const char *dn)
{
    char *text = calloc(1, LARGE + 1);

    ck_assert_ptr_nonnull(text);
    memset(text, 'x', LARGE);
    site_modify(site, "dn: %s\nchangetype: modify\nadd: description\ndescription: %s\n", dn, text);
    free(text);
}

static void start(void)
{
    site = site_start(NULL);
    token = site_invite(site, NULL, 1);
    invite_dn = inv_invite_dn(site_domain(site), inv_token_id(token));
    other_token = site_invite(site, NULL, 1);
    other_dn = inv_invite_dn(site_domain(site), inv_token_id(other_token));
    make_large(invite_dn);
    make_large(SITE_INVITES);
    for (int i = 0; i < LOSERS; i++) {
        losers[i] = fork();
        ck_assert_int_ge(losers[i], 0);
        if (losers[i] == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* with the test, however that ends */
            lose_for_ever();
        }
    }
}

static void stop(void)
{
    int status = 0;

    for (int i = 0; i < LOSERS; i++) {
        (void)kill(losers[i], SIGKILL);
        ck_assert_int_eq(waitpid(losers[i], &status, 0), losers[i]);
        ck_assert_msg(WIFSIGNALED(status), "a change that fails ended otherwise");
    }
    free(invite_dn);
    free(other_dn);
    inv_token_free(&token);
    inv_token_free(&other_token);
    site_stop(&site);
}

/* ------------------------------------------------------------------------------------- the reader
 */

static size_t put(unsigned char *at, unsigned char tag, const char *bytes, size_t length)
{
    ck_assert_uint_lt(length, 0x80);
    at[0] = tag;
    at[1] = (unsigned char)length;
    memcpy(at + 2, bytes, length);
    return length + 2;
}

/* An LDAPMessage (RFC 4511 4.1.1) that is short. */
static void say(int connection, char id, unsigned char tag, const unsigned char *content,
                size_t length)
{
    unsigned char message[256] = {0x30, 0, 0x02, 0x01, (unsigned char)id};
    size_t size = 5 + put(message + 5, tag, (const char *)content, length);

    ck_assert_uint_lt(size - 2, 0x80);
    message[1] = (unsigned char)(size - 2);
    ck_assert_int_eq(send(connection, message, size, MSG_NOSIGNAL), (ssize_t)size);
}

static void bind_as_identity(int connection)
{
    unsigned char content[128] = {0x02, 0x01, 3};
    char password[64];
    char path[256];
    FILE *file;
    size_t length;

    (void)snprintf(path, sizeof(path), "%s/directory.password", slapd_directory(site->slapd));
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    length = fread(password, 1, sizeof(password), file);
    (void)fclose(file);
    length = 3 + put(content + 3, 0x04, IDENTITY, strlen(IDENTITY)) +
             put(content + 3 + 2 + strlen(IDENTITY), 0x80, password, length);
    say(connection, 1, 0x60, content, length);
    ck_assert_int_gt(recv(connection, content, sizeof(content), 0), 8);
    ck_assert_int_eq(content[9], 0); /* resultCode */
}

/* A connection on which the server has begun to send the entry, and waits for its reader. */
static int read_slowly(const char *dn)
{
    static const unsigned char rest[] = {0x0a, 1,   0,   0x0a, 1,   0,    0x02, 1,   0,    0x02,
                                         1,    0,   1,   1,    0,   0x87, 11,   'o', 'b',  'j',
                                         'e',  'c', 't', 'C',  'l', 'a',  's',  's', 0x30, 0};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    unsigned char content[160];
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct pollfd readable = {.fd = connection, .events = POLLIN};
    size_t length = put(content, 0x04, dn, strlen(dn));

    ck_assert_int_ge(connection, 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/ldapi",
                   slapd_directory(site->slapd));
    ck_assert_int_eq(connect(connection, (const struct sockaddr *)&address, sizeof(address)), 0);
    bind_as_identity(connection);
    memcpy(content + length, rest, sizeof(rest));
    say(connection, 2, 0x63, content, length + sizeof(rest));
    ck_assert_int_eq(poll(&readable, 1, 20000), 1);
    return connection;
}

/* --------------------------------------------------------------------------------------- the test
 */

struct stall {
    int reader;
    const inv_operation *change;
    int refusals;
};

/* Whoever is refused because of the reader, gets his turn when that is gone. */
static void let_go(void *context, counter_moment moment, size_t number, size_t write)
{
    struct stall *stall = context;

    (void)number;
    (void)write;
    if (moment != COUNTER_AFTER_ANSWER ||
        !inv_operation_answered(stall->change, INV_LDAP_INSUFFICIENT_ACCESS))
        return;
    ck_assert_ptr_null(stall->change->diagnostic);
    stall->refusals++;
    if (stall->reader >= 0)
        (void)close(stall->reader);
    stall->reader = -1;
}

/* A new copy of it comes into the cache. */
static void touch(inv_directory *directory, const char *dn, int round)
{
    inv_operation *change = inv_operation_new_modify(dn);
    char value[64];

    (void)snprintf(value, sizeof(value), "%d", 1000 + round);
    if (strcmp(dn, SITE_INVITES) == 0)
        (void)snprintf(value, sizeof(value), "20300101%02d%02d00Z", round / 60, round % 60);
    inv_operation_text(change, INV_CHANGE_REPLACE,
                       strcmp(dn, SITE_INVITES) == 0 ? "inviteClock" : "inviteUsesLeft", value);
    run(directory, change);
    ck_assert_msg(change->code == INV_LDAP_SUCCESS, "%d: %s", change->code, change->diagnostic);
    inv_operation_free(&change);
}

static inv_operation *next_change(bool add, int round)
{
    inv_operation *change;
    char name[16];
    char *dn;

    if (!add) {
        change = inv_operation_new_modify(invite_dn);
        inv_operation_text(change, INV_CHANGE_REPLACE, "inviteUsedBy", "bob@example.org x");
        return change;
    }
    (void)snprintf(name, sizeof(name), "u%d", round);
    dn = inv_dn_child("inviteUser", name, SITE_INVITES);
    ck_assert_ptr_nonnull(dn);
    change = inv_operation_new_add(dn);
    free(dn);
    inv_operation_text(change, INV_CHANGE_ADD, "objectClass", "xmppNameReservation");
    inv_operation_text(change, INV_CHANGE_ADD, "inviteUser", name);
    inv_operation_text(change, INV_CHANGE_ADD, "inviteId", inv_token_id(token));
    return change;
}

/* Debian 12 has a server that does refuse. */
static bool is_affected(inv_directory *directory)
{
    static const char *const attributes[] = {"vendorVersion", NULL};
    inv_operation *search = inv_operation_search("", INV_SCOPE_BASE, NULL, attributes);
    const char *version;
    bool affected;

    run(directory, search);
    ck_assert_uint_eq(search->entry_count, 1);
    version = inv_entry_text(search->entries[0], "vendorVersion");
    affected = version != NULL && strncmp(version, "389-Directory/2.3.1 ", 20) == 0;
    inv_operation_free(&search);
    return affected;
}

/* Modifies of an entry, and adds below one. */
START_TEST(what_others_are_being_sent_is_changed_when_they_are_done)
{
    bool add = _i == 1;
    const char *dn = add ? SITE_INVITES : invite_dn;
    struct stall stall = {.reader = -1};
    struct counter *counter;
    inv_operation *change;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->context = &stall;
    for (int round = 0; stall.refusals == 0 && round < ROUNDS; round++) {
        deadline = inv_deadline_in(100000);
        touch(call.directory, dn, round);
        stall.reader = read_slowly(dn);
        stall.change = change = next_change(add, round);
        counter->at = let_go;
        run(call.directory, change);
        counter->at = NULL;
        ck_assert_msg(change->code == INV_LDAP_SUCCESS, "%d: %s", change->code, change->diagnostic);
        inv_operation_free(&change);
        if (stall.reader >= 0)
            (void)close(stall.reader);
    }
    ck_assert_msg(stall.refusals > 0 || !is_affected(call.directory),
                  "nothing was refused: this tests nothing");
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("refused");
    TCase *fake = tcase_create("fake");
    TCase *real;

    tcase_add_loop_test(fake, a_change_that_is_refused_without_words_is_sent_again, 0, CHANGES);
    tcase_add_loop_test(fake, a_server_that_keeps_refusing_is_busy, 0, CHANGES);
    tcase_add_loop_test(fake, what_is_not_there_is_not_there, 0, CHANGES);
    tcase_add_loop_test(fake, any_other_refusal_stays, 0, CHANGES);
    suite_add_tcase(suite, fake);
    if (slapd_kind() == SLAPD_389DS) {
        real = tcase_create("389ds");
        tcase_set_timeout(real, 120);
        tcase_add_unchecked_fixture(real, start, stop);
        tcase_add_loop_test(real, what_others_are_being_sent_is_changed_when_they_are_done, 0, 2);
        suite_add_tcase(suite, real);
    }
    return suite_run(suite);
}
