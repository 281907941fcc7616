/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_LIMITS_H
#define INVITEGATE_TOOLS_AGENT_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/config.h"
#include "invitegate/verdict.h"

/*
 * How often an address may fail, or register without a token, a token fail, and a name be guessed
 * at from one address: token buckets in a table that does not grow. Thread-safe. Addresses and
 * tokens are not stored, only keyed digests of them.
 */

typedef enum agent_limit {
    AGENT_LIMIT_CHECK_ADDRESS,
    AGENT_LIMIT_CHECK_TOKEN,
    AGENT_LIMIT_REGISTRATION_ADDRESS,
    AGENT_LIMIT_REGISTRATION_TOKEN,
    AGENT_LIMIT_LOGIN_ADDRESS,     /* AGENT_LOGIN_TIMES limit_checks */
    AGENT_LIMIT_LOGIN_PAIR,        /* who: agent_limits_pair */
    AGENT_LIMIT_VERIFIERS_ADDRESS, /* AGENT_VERIFIERS_TIMES limit_checks */
} agent_limit;
#define AGENT_LIMIT_COUNT 7

#define AGENT_SHARERS_MAX     100
#define AGENT_SITE_TIMES      10 /* limit of a /48 of IPv6 addresses, in limits of one address */
#define AGENT_LOGIN_TIMES     10 /* limit of the logins of an address, in limits of one name there */
#define AGENT_VERIFIERS_TIMES 100 /* the same for requests of verifiers, of which all cost */
#define AGENT_DIGEST_SIZE     16
#define AGENT_PAIR_SIZE       (6 * AGENT_DIGEST_SIZE + 1)

typedef struct agent_limits agent_limits;

/* INV_CONFIG: no random bytes; INV_NO_MEMORY. */
inv_result agent_limits_new(const inv_agent_settings *settings, agent_limits **limits,
                            inv_verdict *verdict);
void agent_limits_free(agent_limits **limits);

/* Changes the rates. What each bucket has left stays, as far as the new rate reaches. */
void agent_limits_set(agent_limits *limits, const inv_agent_settings *settings);

/*
 * Whether an address or token may fail once more, at millisecond now (of any steady clock). who: a
 * client's address as the XMPP server reports it, or an invite's id; "" is never limited. IPv6
 * addresses count by /64, and all /64 of a /48 together have AGENT_SITE_TIMES the limit.
 */
bool agent_limits_allow(agent_limits *limits, agent_limit limit, const char *who, long long now);

/*
 * Counts a failure of who. sharers: how many people use it, 1 to AGENT_SHARERS_MAX, who have a
 * limit each.
 */
void agent_limits_charge(agent_limits *limits, agent_limit limit, const char *who, unsigned sharers,
                         long long now);

/*
 * Allow and charge at once, for requests that cost whether they fail or not: of any number at the
 * same time no more than the limit get through. agent_limits_return gives back the cost of a
 * request without a verdict. Here "" is limited too: all requests without an address are one.
 */
bool agent_limits_take(agent_limits *limits, agent_limit limit, const char *who, long long now);
void agent_limits_return(agent_limits *limits, agent_limit limit, const char *who, long long now);

/*
 * A keyed digest, like those in the tables: of an address (an IPv6 one by its /48), or of any other
 * text under a letter that tells its kind.
 */
void agent_limits_digest_address(const agent_limits *limits, const char *address,
                                 unsigned char name[AGENT_DIGEST_SIZE]);
void agent_limits_digest(const agent_limits *limits, char kind, const char *text,
                         unsigned char name[AGENT_DIGEST_SIZE]);

/*
 * The who of one name from one address ("": all without one together). IPv6 addresses count as in
 * agent_limits_allow, for each name. name: as it was prepared.
 */
void agent_limits_pair(const agent_limits *limits, const char *address, const char *name,
                       char who[AGENT_PAIR_SIZE]);

/* Milliseconds of the monotonic clock. */
long long agent_limits_now(void);

#endif
