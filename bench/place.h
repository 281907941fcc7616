/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_PLACE_H
#define INVITEGATE_BENCH_PLACE_H

#include "invitegate/context.h"
#include "invitegate/redeem.h"
#include "tests/support/slapd.h"

#define PLACE_PASSWORD "correct horse battery"

/* A private slapd without fsync and with cheap hashing, a configuration, keys, and alice. */
struct place {
    struct slapd *slapd;
    inv_context *context;
};

/* domain_lines: more keys of the domain; options: of private-slapd, ending with NULL. Or NULL. */
void place_open(struct place *place, const char *domain_lines, const char *const *options);
void place_close(struct place *place);

/* An invite by alice, with the request's type, uses and expiry. The caller frees the token. */
inv_token *place_invite(const struct place *place, const inv_invite_request *request);

/* count account invites by alice. */
inv_token **place_invites(const struct place *place, size_t count);
void place_invites_free(inv_token **tokens, size_t count);

/* One registration, in a call that has begun or in one of its own. */
inv_result place_register_in(const struct place *place, inv_call *call, const inv_token *token,
                             const char *local, inv_verdict *verdict);
inv_result place_register(const struct place *place, const inv_token *token, const char *local,
                          inv_verdict *verdict);

#endif
