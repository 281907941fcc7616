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
    unsigned forms;      /* INV_VERIFIER_ bits; all of SCRAM if one was proved */
    inv_password_dates dates;
    char provider[INV_PROVIDER_SIZE]; /* inviteProvider; "": none */
    ctl_sole sole;                    /* inviteSoleContainer */
} ctl_containers;

inv_result ctl_containers_read(ctl_proof *proof, ctl_containers *containers);
void ctl_containers_clear(ctl_containers *containers);

/* All three exist, and invites has its class. */
bool ctl_containers_complete(const ctl_containers *containers);

/*
 * Prints LDIF for ldapadd that makes what is missing; containers NULL: all three. False: out of
 * memory, or a container of a kind that is not made here, which has been printed.
 */
bool ctl_containers_print_ldif(FILE *stream, const inv_domain *domain,
                               const ctl_containers *containers);

/* Adds what is missing with the rights of proof->admin. */
inv_result ctl_containers_make(ctl_proof *proof, const ctl_containers *containers);

/*
 * Whether the keys of this host fit those that are recorded: each recorded fingerprint must be of
 * one of them. keys NULL: the file is missing. INV_CONFIG says what to do.
 */
inv_result ctl_keys_fit(const ctl_containers *containers, const inv_keys *keys,
                        const inv_config *config, const char *domain, inv_verdict *verdict);

bool ctl_key_is_recorded(const ctl_containers *containers, const inv_keys *keys, size_t index);

/* A finding when open invites were made with keys that are not among keys. */
inv_result ctl_check_invite_keys(ctl_proof *proof, const inv_keys *keys);

/*
 * Records the fingerprints, the forms and how passwords are dated, as proved; the server that took
 * the throwaway entries, where none is recorded; and whether the container is the only one. Without
 * the right to, a finding with the LDIF. fine: the proofs had no finding; otherwise forms are only
 * taken away, and dates only become "never".
 */
inv_result ctl_containers_record(ctl_proof *proof, const ctl_containers *containers,
                                 const inv_keys *keys, bool fine);

/* Adds a row: whether the server that took the throwaway entries is the recorded one. */
void ctl_check_provider(ctl_proof *proof, const ctl_containers *containers);

#endif
