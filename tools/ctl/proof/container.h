/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_CONTAINER_H
#define INVITEGATE_TOOLS_CONTAINER_H

#include "invitegate/key.h"
#include "invitegate/provider.h"
#include "places.h"
#include "proof.h"

/* The three containers of a domain, and what the invites container records. */
typedef struct ctl_containers {
    bool invites;
    bool people;
    bool rosters;
    bool marked;         /* the invites container has the class xmppInviteContainer */
    char **fingerprints; /* ends with NULL */
    unsigned forms;      /* INV_VERIFIER_ bits; one of SCRAM stands for all */
    inv_password_dates dates;
    char provider[INV_PROVIDER_SIZE]; /* inviteProvider; "": none */
    ctl_sole sole;                    /* as recorded */
} ctl_containers;

inv_result ctl_containers_read(ctl_proof *proof, ctl_containers *containers);
void ctl_containers_clear(ctl_containers *containers);

/* Nothing is missing. */
bool ctl_containers_complete(const ctl_containers *containers);

/*
 * What is missing as LDIF for ldapadd; containers NULL: all three. False: out of memory, or a
 * container of a kind that is not made here, which it has told.
 */
bool ctl_containers_print_ldif(FILE *stream, const inv_domain *domain,
                               const ctl_containers *containers);

/* Adds what is missing with the rights of proof->admin. */
inv_result ctl_containers_make(ctl_proof *proof, const ctl_containers *containers);

/*
 * Whether the keys of this host fit what is recorded: each recorded fingerprint must be one of
 * theirs. keys NULL: the file is missing. INV_CONFIG says what to do.
 */
inv_result ctl_keys_fit(const ctl_containers *containers, const inv_keys *keys,
                        const inv_config *config, const char *domain, inv_verdict *verdict);

bool ctl_key_is_recorded(const ctl_containers *containers, const inv_keys *keys, size_t index);

/* A finding when open invites were made with keys that are not among these. */
inv_result ctl_check_invite_keys(ctl_proof *proof, const inv_keys *keys);

/*
 * Records the fingerprints, the forms and how passwords are dated, as proved, and where none is
 * recorded the server that took the throwaway entries. Without the right to, a finding with the
 * LDIF. fine: the proofs found nothing; otherwise what permits is only ever taken away.
 */
inv_result ctl_containers_record(ctl_proof *proof, const ctl_containers *containers,
                                 const inv_keys *keys, bool fine);

/* A row: whether the server that took the throwaway entries is the one that is recorded. */
void ctl_check_provider(ctl_proof *proof, const ctl_containers *containers);

/* The value of invitePasswordForm, or NULL for other bits. */
const char *ctl_form_name(unsigned verifier);

#endif
