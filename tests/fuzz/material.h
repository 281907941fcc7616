/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_FUZZ_MATERIAL_H
#define INVITEGATE_FUZZ_MATERIAL_H

#include "invitegate/call.h"
#include "invitegate/token.h"

/*
 * What the targets work with. Files live in memory, reached as /proc/self/fd/N: real ones for open,
 * fstat and read, and nothing to clean up.
 */

/* The token, and its inviteId, of the vector in the definition of tokens: no secret. */
#define FUZZ_TOKEN     "AQABAgMEBQYHCAkKCwwNDoRIsf3ge-xd"
#define FUZZ_INVITE_ID "fe8ed1b9e1c311291f06daec7dba860f82c3632a"

struct fuzz_file {
    int descriptor;
    char path[32];
};

struct fuzz_file fuzz_file_new(void);
void fuzz_file_write(const struct fuzz_file *file, const void *bytes, size_t length);

/*
 * Domains example.org (password_verifiers = server), scram.example (SCRAM only, no-pair) and
 * site.example (ssha512, any name); key 00 01 ... 1f under id 1. Made at the first call, kept.
 */
struct fuzz_material {
    struct fuzz_file configuration;
    struct fuzz_file lone; /* the same with example.org alone: quicker to read */
    struct fuzz_file key_file;
    inv_config *config;
    inv_keys *keys;
    const inv_domain *server;
    const inv_domain *scram;
    const inv_domain *ssha512;
    inv_token *token; /* of example.org */
};

const struct fuzz_material *fuzz_material(void);

/* A sink that requires of each line what log.h promises. context: NULL or a const char * that no
 * line may hold. */
void fuzz_log_sink(void *context, inv_log_level level, const char *line);

/* That a verdict is what verdict.h promises, for a call that returned result. */
void fuzz_require_verdict(const inv_verdict *verdict, inv_result result);

#endif
