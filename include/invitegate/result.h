/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_RESULT_H
#define INVITEGATE_RESULT_H

/*
 * The one result type of all wings. Negative: no verdict could be reached, the same call may
 * succeed later. Zero: success. Positive: a verdict, refused. Each front end maps it once.
 */
typedef enum inv_result {
    INV_NO_MEMORY = -5,
    INV_CONFIG = -4, /* configuration, schema or rights are wrong: an admin has to act */
    INV_TIMEOUT = -3,
    INV_DIRECTORY_DOWN = -2,
    INV_THROTTLED = -1,
    INV_OK = 0,
    INV_BAD_TOKEN = 1, /* unknown, forged, used, expired, revoked, wrong type: one answer */
    INV_NAME_TAKEN,
    INV_NAME_INVALID,
    INV_NAME_RESERVED, /* also: not the name that the invite is for */
    INV_NOT_ALLOWED,
    INV_PASSWORD_REFUSED, /* inv_verdict.text has the policy's words */
    INV_NOT_OURS,         /* no token of this domain: not for invitegate to judge */
    /* the login and account phases only */
    INV_WRONG_PASSWORD,
    INV_NO_ACCOUNT,
    INV_ACCOUNT_EXPIRED,
} inv_result;

/*
 * The stable name used in log lines and JSON, without the prefix: "BAD_TOKEN". Never NULL; a value
 * outside the enum gives "UNKNOWN". Thread-safe.
 */
const char *inv_result_name(inv_result result);

/*
 * A sentence for the person who is refused; NULL: the result is none of theirs. Where the verdict
 * has words of its own (inv_verdict_words), they take its place.
 */
const char *inv_result_text(inv_result result);

#endif
