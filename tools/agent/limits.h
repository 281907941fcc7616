/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_LIMITS_H
#define INVITEGATE_TOOLS_AGENT_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/config.h"
#include "invitegate/verdict.h"

/*
 * How often somebody may fail, or register without a token: token buckets in a table that does not
 * grow. Thread-safe. Nobody is stored by address or token, only by a keyed digest of it.
 */

typedef enum agent_limit {
    AGENT_LIMIT_CHECK_ADDRESS,
    AGENT_LIMIT_CHECK_TOKEN,
    AGENT_LIMIT_REGISTRATION_ADDRESS,
    AGENT_LIMIT_REGISTRATION_TOKEN,
} agent_limit;
#define AGENT_LIMIT_COUNT 4

#define AGENT_SHARERS_MAX 100
#define AGENT_SITE_TIMES  10 /* what a /48 of IPv6 addresses may, in limits of one address */
#define AGENT_DIGEST_SIZE 16

typedef struct agent_limits agent_limits;

/* INV_CONFIG: no random bytes; INV_NO_MEMORY. */
inv_result agent_limits_new(const inv_agent_settings *settings, agent_limits **limits,
                            inv_verdict *verdict);
void agent_limits_free(agent_limits **limits);

/* Other rates from now on. What each has left stays, as far as the new rates reach. */
void agent_limits_set(agent_limits *limits, const inv_agent_settings *settings);

/*
 * Whether who may fail once more at millisecond now (of any steady clock). who: a client's address
 * as its server tells it, or an invite's id; "" is never limited. IPv6 addresses count by /64, and
 * all /64 of a /48 together have AGENT_SITE_TIMES the limit.
 */
bool agent_limits_allow(agent_limits *limits, agent_limit limit, const char *who, long long now);

/* who has failed; who stands for so many people, 1 to AGENT_SHARERS_MAX, who have a limit each. */
void agent_limits_charge(agent_limits *limits, agent_limit limit, const char *who, unsigned sharers,
                         long long now);

/*
 * Allow and charge at once, for what costs whether it fails or not: however many ask together, no
 * more get through than may. agent_limits_return gives back what came to nothing. Here "" is
 * limited too: all who tell no address are one.
 */
bool agent_limits_take(agent_limits *limits, agent_limit limit, const char *who, long long now);
void agent_limits_return(agent_limits *limits, agent_limit limit, const char *who, long long now);

/*
 * A name for somebody, keyed as those in the tables: of an address (an IPv6 one by its /48), or of
 * any other text under a letter that tells its kind.
 */
void agent_limits_digest_address(const agent_limits *limits, const char *address,
                                 unsigned char name[AGENT_DIGEST_SIZE]);
void agent_limits_digest(const agent_limits *limits, char kind, const char *text,
                         unsigned char name[AGENT_DIGEST_SIZE]);

/* Milliseconds of the monotonic clock. */
long long agent_limits_now(void);

#endif
