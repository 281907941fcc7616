/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_FUZZ_SCRIPT_H
#define INVITEGATE_FUZZ_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/directory.h"

/*
 * A directory whose every answer is written down beforehand, and may be anything. Answers are
 * blocks of lines with an empty line between them, used in turn, one for each operation sent; when
 * there are no more the directory is down. A block's first line is the result code of RFC 4511, a
 * space and the diagnostic, or one of unreachable   no connection        (looked at when one is
 * opened) unsendable    the connection broke (looked at when an operation is sent) lost the
 * connection broke before the answer came silent        no answer until the deadline and the others
 * are, in any order and number, after MS      the clock moves on before the answer last the answer
 * to the last operation under way, not to the first matched DN    the matched DN policy N      a
 * ppolicy response control with this error dn DN         starts an entry ATTRIBUTE: V  a value of
 * that entry
 */
struct script {
    const char *position;
    const char *end;
    char invite_id[41]; /* of whom the record below is */
    char jid[1280];

    /* the record: what the directory was asked, and what it let be known */
    size_t sent;
    size_t writes;            /* other than inviteClock */
    bool answered;            /* any operation, by any code */
    bool entry_shown;         /* any */
    bool invite_shown;        /* an entry with this inviteId and an inviteType */
    bool unlimited_shown;     /* an entry with inviteUses 0 */
    bool use_shown;           /* an inviteUsedBy of this JID */
    bool claim_taken;         /* a modify with an inviteClaim was answered 0 */
    char claim_nonce[64];     /* of the last such */
    bool account_added;       /* answered 0 */
    bool account_shown;       /* an entry with this inviteId and xmppJid, when last asked for */
    char account_nonce[64];   /* of the last account written */
    bool account_nonce_shown; /* such an entry with the nonce of a write that was sent before */
    bool password_replaced;   /* a modify of verifiers was answered 0 */
    bool verifier_shown;      /* an authPassword value */
    bool proved;              /* a bind with the password was answered 0 */
};

extern const inv_directory_driver script_driver;

/* Starts a script and its record. The bytes must stay. */
void script_start(struct script *script, const char *bytes, size_t length, const char *invite_id,
                  const char *jid);

/* A directory over it; the script is borrowed. NULL when memory is short. */
inv_directory *script_directory(struct script *script);

/* Takes the next line of a text, without its newline. False at the end. */
bool script_line(const char **position, const char *end, const char **line, size_t *length);

/* Whether line starts with word and a space (or is word alone); *rest is what follows. */
bool script_word(const char *line, size_t length, const char *word, const char **rest,
                 size_t *rest_length);

/* The decimal number in a text, at most limit; 0 if there is none. */
long script_number(const char *text, size_t length, long limit);

/* A copy with a NUL behind it. Never NULL. */
char *script_text(const char *text, size_t length);

#endif
