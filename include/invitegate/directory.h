/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_DIRECTORY_H
#define INVITEGATE_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/config.h"
#include "invitegate/deadline.h"
#include "invitegate/dn.h"
#include "invitegate/secret.h"
#include "invitegate/verdict.h"

/*
 * The directory, as operations of RFC 4511 that are put in flight together. Nothing of libldap
 * shows here.
 */

/* Result codes of RFC 4511 4.1.9 that callers tell apart. */
enum {
    INV_LDAP_SUCCESS = 0,
    INV_LDAP_SIZE_LIMIT_EXCEEDED = 4,
    INV_LDAP_REFERRAL = 10,
    INV_LDAP_NO_SUCH_ATTRIBUTE = 16,
    INV_LDAP_CONSTRAINT_VIOLATION = 19,
    INV_LDAP_ATTRIBUTE_OR_VALUE_EXISTS = 20,
    INV_LDAP_NO_SUCH_OBJECT = 32,
    INV_LDAP_INSUFFICIENT_ACCESS = 50,
    INV_LDAP_BUSY = 51,
    INV_LDAP_UNWILLING_TO_PERFORM = 53,
    INV_LDAP_OBJECT_CLASS_VIOLATION = 65,
    INV_LDAP_ENTRY_ALREADY_EXISTS = 68,
};

/* Errors of the password policy response control (draft-behera-ldap-password-policy 6.2). */
enum {
    INV_POLICY_NONE = -1, /* no control, or no error in it */
    INV_POLICY_MOD_NOT_ALLOWED = 3,
    INV_POLICY_MUST_SUPPLY_OLD = 4,
    INV_POLICY_INSUFFICIENT_QUALITY = 5,
    INV_POLICY_TOO_SHORT = 6,
    INV_POLICY_TOO_YOUNG = 7,
    INV_POLICY_IN_HISTORY = 8,
};

/* ----------------------------------------------------------------------------------- entries */

/* One entry of a search answer; owned by its operation, wiped with it. */
typedef struct inv_entry inv_entry;

const char *inv_entry_dn(const inv_entry *entry);

/* The name of an attribute of the entry, as the server wrote it; NULL behind the last. */
const char *inv_entry_attribute(const inv_entry *entry, size_t index);

/* How many values the attribute has; names compare without case; 0 if absent. */
size_t inv_entry_count(const inv_entry *entry, const char *attribute);

/* Value index, NUL behind its *length bytes (length may be NULL); NULL if there is none. */
const char *inv_entry_value(const inv_entry *entry, const char *attribute, size_t index,
                            size_t *length);

/* The first value, or NULL. */
const char *inv_entry_text(const inv_entry *entry, const char *attribute);

/* Whether one of the values equals text without ASCII case. */
bool inv_entry_has(const inv_entry *entry, const char *attribute, const char *text);

/* Builds an entry, for drivers and for fakes in tests. NULL or false when memory is short. */
inv_entry *inv_entry_new(const char *dn);
bool inv_entry_append(inv_entry *entry, const char *attribute, const char *value, size_t length);
void inv_entry_free(inv_entry **entry);

/* -------------------------------------------------------------------------------- operations */

typedef enum inv_operation_kind {
    INV_OPERATION_SEARCH,
    INV_OPERATION_ADD,
    INV_OPERATION_MODIFY,
    INV_OPERATION_DELETE,
    INV_OPERATION_WHO_AM_I,
} inv_operation_kind;

typedef enum inv_scope { INV_SCOPE_BASE, INV_SCOPE_ONE, INV_SCOPE_SUBTREE } inv_scope;

typedef enum inv_change_kind {
    INV_CHANGE_ADD,
    INV_CHANGE_DELETE,
    INV_CHANGE_REPLACE
} inv_change_kind;

typedef enum inv_operation_state {
    INV_OPERATION_UNSENT,     /* the server cannot have seen it */
    INV_OPERATION_UNANSWERED, /* it may or may not have been done: never take this for a refusal */
    INV_OPERATION_ANSWERED,   /* code tells */
} inv_operation_state;

typedef struct inv_change {
    inv_change_kind kind;
    char *attribute;
    inv_secret **values; /* none with DELETE: the whole attribute */
    size_t value_count;
} inv_change;

/*
 * One operation and, after inv_directory_run, its answer. Made and filled by the functions below;
 * the fields are there to be read. A builder that lacks memory marks the operation, and running it
 * gives INV_NO_MEMORY: callers check only once.
 */
typedef struct inv_operation {
    inv_operation_kind kind;
    char *dn; /* the base of a search */
    inv_scope scope;
    char *filter;
    char **attributes; /* ends with NULL; an empty list asks for "1.1", no attributes */
    size_t attribute_count;
    unsigned size_limit; /* 0: none asked for */
    bool paged;          /* RFC 2696, all pages */
    bool by_page;        /* with paged: one page a run, see inv_operation_has_more */
    inv_change *changes;
    size_t change_count;
    bool password_policy; /* with the ppolicy request control, not critical */
    char **read_after;    /* RFC 4527: see inv_operation_read_after; NULL: nothing is asked for */
    bool no_memory;

    inv_operation_state state;
    int message_id;
    int code;         /* RFC 4511 result code */
    int policy_error; /* INV_POLICY_, of the ppolicy response control */
    char *matched_dn;
    char *diagnostic; /* the server's words, may be NULL */
    inv_entry *after; /* read_after: the entry as this very operation left it; NULL: the server gave
                         none */
    char *referral;   /* with code 10: scheme and host of the server that is named, or NULL */
    char *authorization; /* of WHO_AM_I: see inv_operation_new_who_am_i */
    inv_entry **entries;
    size_t entry_count;
    size_t estimate; /* paged: how many there are in all, as the server guesses; 0: it does not */
    char *cookie;    /* by_page: the server's, NULL when this was the last page */
    size_t cookie_length;
    unsigned connection; /* by_page: which one of the directory's it came over */
} inv_operation;

/*
 * For linters that see one file at a time: callers need not look for NULL, since inv_directory_run
 * reports an operation that could not be made as INV_NO_MEMORY.
 */
#ifdef INV_LINT
#define INV_OPERATION_MADE __attribute__((returns_nonnull))
#else
#define INV_OPERATION_MADE
#endif

/* filter NULL means (objectClass=*). attributes: names, ending with NULL. NULL if memory is short.
 */
inv_operation *inv_operation_search(const char *base, inv_scope scope, const char *filter,
                                    const char *const *attributes) INV_OPERATION_MADE;
inv_operation *inv_operation_new_add(const char *dn);
inv_operation *inv_operation_new_modify(const char *dn);
inv_operation *inv_operation_new_delete(const char *dn);

/*
 * RFC 4532: whom the server takes this connection for. After code 0 operation->authorization is an
 * authzId of RFC 4513 5.2.1.8, such as "dn:cn=invitegate,dc=example,dc=org" (389 DS: with a space
 * behind the colon); "": anonymous.
 */
inv_operation *inv_operation_new_who_am_i(void);

/*
 * Adds one value to an add (kind ADD only) or one change to a modify; consecutive values of one
 * attribute and kind become one change. text NULL with DELETE removes the whole attribute, with
 * REPLACE leaves it without values. operation may be NULL (then nothing happens). Values are
 * copied, and wiped with the operation.
 */
void inv_operation_text(inv_operation *operation, inv_change_kind kind, const char *attribute,
                        const char *text);
void inv_operation_value(inv_operation *operation, inv_change_kind kind, const char *attribute,
                         const char *bytes, size_t length);

/*
 * Asks an add or modify for attributes (names, ending with NULL; operational ones too) of the entry
 * as it is after that operation and before any other: the post-read control of RFC 4527. It is not
 * critical: where the server does not know it, or the operation is refused, operation->after stays
 * NULL, and a caller that needs the values has to report that. An attribute that is not in
 * operation->after is absent or not readable by the identity. Not for secrets: libldap keeps copies
 * of what a control holds and does not wipe them. operation may be NULL; of another kind it asks
 * for nothing.
 */
void inv_operation_read_after(inv_operation *operation, const char *const *attributes);

void inv_operation_free(inv_operation **operation);

/*
 * by_page: there is another page. Running the operation again gets it in place of this one, from
 * the same connection and with no other paged search in between; INV_DIRECTORY_DOWN when that
 * connection is lost, and then it starts anew only with a new operation.
 */
bool inv_operation_has_more(const inv_operation *operation);

/* Answered, and with this code. */
bool inv_operation_answered(const inv_operation *operation, int code);

/*
 * Whether the outcome is known. False without an answer, and for the codes that a gateway makes on
 * its own, or a server in trouble (3, 11, 51, 52, 80): the write may have been done, or may yet be
 * done. Never take that for a refusal: read back what the directory has. 53 is definite.
 */
bool inv_operation_decided(const inv_operation *operation);

/*
 * What an answer other than the expected ones means: 3 = TIMEOUT; 11 51 52 53 80 = DIRECTORY_DOWN;
 * 0 = OK; all others, which an administrator has to look at, = CONFIG. Without an answer:
 * DIRECTORY_DOWN. verdict->why names operation, DN, the server's words and the remedy. what:
 * "reading the invite" or the like.
 */
inv_result inv_operation_result(const inv_operation *operation, const char *what,
                                inv_verdict *verdict);

/*
 * What an administrator can do about this answer, or NULL. Static text, or text in buffer (a
 * referral: its server is named).
 */
const char *inv_operation_remedy(const inv_operation *operation, char *buffer, size_t size);

/* --------------------------------------------------------------------------------- directory */

/*
 * The directory over one connection at a time. Not for two threads at once; a process may have
 * many.
 */
typedef struct inv_directory inv_directory;

/*
 * Takes a kept connection of the process to these settings if there is one, else prepares a new
 * one; connects at first use. Never blocks. Thread-safe. settings must outlive the directory.
 *
 * A connection is used and ended only as what it was when it was made: device and inode of its
 * descriptor, the process and its effective user are compared before each. Where the descriptor has
 * become another file, the connection is dropped and that file is not touched. Where the process or
 * the user is another, the connection is closed without a byte on it.
 */
inv_result inv_directory_acquire(const inv_directory_settings *settings, inv_directory **directory,
                                 inv_verdict *verdict);

/*
 * Keeps a healthy connection for the next acquire, and closes what is not kept: of more than eight
 * the one that was not used for longest. Thread-safe. *directory becomes NULL; it may be NULL.
 */
void inv_directory_release(inv_directory **directory);

/* Ends all that are kept. Thread-safe. */
void inv_directory_end_kept(void);

/*
 * A directory of its own, never kept, bound as another identity when bind_dn is not NULL: simple
 * bind with password (init with an admin's rights). settings, bind_dn and password must outlive it.
 */
inv_result inv_directory_new(const inv_directory_settings *settings, const char *bind_dn,
                             const inv_secret *password, inv_directory **directory,
                             inv_verdict *verdict);

/* The same without any bind: what an anonymous reader sees. */
inv_result inv_directory_new_anonymous(const inv_directory_settings *settings,
                                       inv_directory **directory, inv_verdict *verdict);

void inv_directory_free(inv_directory **directory);

/*
 * Puts the operations in flight together and waits for all answers. INV_OK: every one is ANSWERED,
 * whatever its code. Otherwise (DIRECTORY_DOWN, TIMEOUT, CONFIG, NO_MEMORY) each operation's state
 * tells what is known of it. Nothing is sent after the deadline. When a kept connection turns out
 * dead and all operations are searches, they are sent again once on a new one; a write is never
 * sent twice, with one exception (389 DS, below).
 *
 * 389 DS answers a write with 50 (insufficient access) also where the entry does not exist or could
 * not be locked. So a modify or delete that is answered 50 is followed by a search for its entry,
 * an add that is answered 50 without words by one for the entry above it. Where that entry does not
 * exist, the code becomes 32, with the matched DN. Where 389 DS has the entry and gave no words for
 * the 50, it could not lock the entry and has done nothing: the write is sent again, up to five
 * times in all, and its code becomes 51 (busy) when all are refused. When that search fails, its
 * failure is the result, and the operation keeps its 50.
 */
inv_result inv_directory_run(inv_directory *directory, inv_operation *const *operations,
                             size_t count, const inv_deadline *deadline, inv_verdict *verdict);

/*
 * A number that was read over the connection, and may be taken for milliseconds (on the monotonic
 * clock) instead of being read again. It belongs to this connection: it is forgotten when that ends
 * or is replaced, and no other connection of the process has it, nor one to another server or as
 * another identity. Whoever recalls it in front of a flight recalls it again behind it, since the
 * flight may have gone over a new connection. key: names it in all of the directory, as a DN does;
 * copied. Of one that is not connected nothing is remembered, nor where memory is short.
 */
void inv_directory_remember(inv_directory *directory, const char *key, int value,
                            long milliseconds);

/* False: nothing is remembered under key; *value is not touched then. */
bool inv_directory_recall(const inv_directory *directory, const char *key, int *value);

/*
 * Proves a password by a simple bind (RFC 4513 5.1.3) on a separate connection that is ldapi or
 * TLS. INV_OK, INV_WRONG_PASSWORD (also for an empty one), or no verdict.
 */
inv_result inv_directory_verify(inv_directory *directory, const char *dn,
                                const inv_secret *password, const inv_deadline *deadline,
                                inv_verdict *verdict);

/* ---------------------------------------------------------------------------------- the seam */

/*
 * What a directory is made of; the libldap one is the only one shipped, tests wrap or replace it.
 * send: hands one operation over, INV_OK once the transport took it. receive: waits for one answer
 * to any of the operations and fills it in. After a failure of either the connection is closed.
 */
typedef struct inv_directory_driver {
    inv_result (*open)(void *self, const inv_deadline *deadline, inv_verdict *verdict);
    inv_result (*send)(void *self, inv_operation *operation, const inv_deadline *deadline,
                       inv_verdict *verdict);
    inv_result (*receive)(void *self, inv_operation *const *operations, size_t count,
                          const inv_deadline *deadline, inv_verdict *verdict);
    inv_result (*verify)(void *self, const char *dn, const inv_secret *password,
                         const inv_deadline *deadline, inv_verdict *verdict);
    /*
     * May the connection be used? Not once the host has closed its socket, nor in a forked child or
     * as another user. NULL: always.
     */
    bool (*is_own)(const void *self);
    void (*close)(void *self); /* sends an Unbind where is_own, else ends it without a byte */
    void (*free)(void *self);
} inv_directory_driver;

/* A directory over any driver; takes self over. NULL when memory is short (self is freed). */
inv_directory *inv_directory_new_driver(const inv_directory_driver *driver, void *self);

/*
 * For tests that count or break operations: exchanges the driver under a directory and returns the
 * one that was there, to be called on.
 */
void inv_directory_swap_driver(inv_directory *directory, const inv_directory_driver **driver,
                               void **self);

/*
 * The answer side of a driver. Texts are copied, entry is taken over, also when it fails; false
 * when memory is short.
 */
bool inv_operation_append_entry(inv_operation *operation, inv_entry *entry);
/* What the server gave for read_after; takes entry over. */
void inv_operation_set_after(inv_operation *operation, inv_entry *entry);
/* by_page: what the next page is asked for with; length 0: there is none. */
bool inv_operation_set_page(inv_operation *operation, const char *cookie, size_t length,
                            size_t estimate);
void inv_operation_answer(inv_operation *operation, int code, const char *matched_dn,
                          const char *diagnostic);
/* The server that a referral or a search reference names: of the URL scheme and host are kept. */
bool inv_operation_set_referral(inv_operation *operation, const char *url);

#endif
