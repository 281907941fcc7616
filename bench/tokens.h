/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_TOKENS_H
#define INVITEGATE_BENCH_TOKENS_H

#include "place.h"

/* So many tokens of each kind and names of each: no single entry's place in the database counts. */
#define TOKENS 64

/* All have a MAC that is right, and none is good. */
typedef enum token_kind {
    TOKEN_UNKNOWN, /* without an invite in the directory */
    TOKEN_USED,
    TOKEN_USED_TOO, /* the same once more: what two classes that are alike come to */
    TOKEN_EXPIRED,
    TOKEN_KINDS,
} token_kind;

struct tokens {
    inv_token *genuine[TOKEN_KINDS][TOKENS];
    char text[TOKEN_KINDS][TOKENS][INV_TOKEN_LENGTH + 1];
};

/* Makes them, kind after kind in turn. Used ones were used by names that nothing else has. */
void tokens_make(const struct place *place, struct tokens *tokens);
void tokens_free(struct tokens *tokens);

/* TOKENS accounts with these names: held0 ... */
void tokens_add_holders(const struct place *place);

#endif
