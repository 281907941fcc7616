/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_PROOF_H
#define INVITEGATE_TOOLS_PROOF_H

#include <stdbool.h>

#include "command.h"
#include "invitegate/account.h"
#include "invitegate/call.h"
#include "invitegate/freshness.h"
#include "invitegate/provider.h"
#include "report.h"

/*
 * What init and doctor find out about a directory. Rights are tried on throwaway entries with
 * random names, which are removed again in any case. An error (negative result) means that the
 * directory did not answer; its answers become rows of the report, never errors.
 */

#define CTL_REMEDY_ACL                                                                             \
    "give the identity of [directory] the rights of config-examples/slapd/invitegate-acl.conf "    \
    "(389 DS: config-examples/389ds/invitegate-aci.ldif)"

/*
 * A throwaway account with an id like any other's, so that no access rule for throwaways covers it.
 */
typedef struct ctl_person {
    char *dn; /* NULL: could not be made */
    inv_jid *name;
    inv_secret *password;
} ctl_person;

typedef struct ctl_proof {
    const inv_config *config;
    const inv_domain *domain;
    inv_call *call;       /* in the domain; its directory is bound as the identity of [directory] */
    inv_directory *admin; /* with more rights, to read and to clean up; NULL without */
    ctl_report *report;
    unsigned recorded;            /* INV_VERIFIER_ bits that an earlier init proved */
    ctl_status optional_severity; /* of rows that are a finding for doctor and a note for init */

    char tag[17];                      /* random hex in every throwaway name */
    char id[INV_INVITE_ID_LENGTH + 1]; /* of the throwaway invite and the ordinary accounts */
    char *made[16];                    /* DNs to remove, the last first */
    size_t made_count;

    /* INV_VERIFIER_ bits; all of SCRAM if one was tried. Forms in neither could not be judged. */
    unsigned accepted;
    unsigned refused;
    inv_password_dates dates; /* how the directory dates passwords; UNKNOWN: not seen */
    unsigned logins;          /* forms that a bind was made with, hashed or not */
    ctl_person reader;        /* an ordinary account that can bind, to find out what it can read */
    ctl_person other; /* another one, with all accepted forms, to find out what can be read of it */
    char *invite_dn;
    char *pair_dn;
    bool terms_are_read; /* all restricting attributes of the throwaway invite could be read */
    bool sole;           /* init: no other container of invites is seen */
    time_t server_time;  /* by createTimestamp, 0 if not seen */
    char provider[INV_PROVIDER_SIZE]; /* the server that took the throwaway invite; "": not told */
    bool takes_no_writes; /* a replica, or in trouble: nothing could be tried, nothing is proved */
    char unknown[128];    /* an attribute of group_filter that the schema does not have, or "" */
} ctl_proof;

/*
 * Tries all of it: invites, reservations, accounts, pairs, groups, who else can read, rights that
 * are too wide. Removes the throwaway entries.
 */
inv_result ctl_probe(ctl_proof *proof);

/* --------------------------------------------------------------------------------- its parts */

/* The proof's call, with the configured timeout from now on. */
inv_call ctl_proof_call(const ctl_proof *proof);

/* Runs one operation within the configured timeout. */
inv_result ctl_proof_run(ctl_proof *proof, inv_directory *directory, inv_operation *operation);

/* Where the directory does not tell whom it takes this host for. */
#define CTL_IDENTITY_UNKNOWN "the identity of [directory]"
#define CTL_IDENTITY_SIZE    512

/*
 * Writes whom the directory takes this host for (RFC 4532): a DN, words for an anonymous reader, or
 * CTL_IDENTITY_UNKNOWN. A longer DN is cut.
 */
inv_result ctl_proof_identity(ctl_proof *proof, char *text, size_t size);

/* Notes dn (takes it over) for removal; call it before the add is sent. False: out of memory. */
bool ctl_proof_will_make(ctl_proof *proof, char *dn);

/* Forgets the DN noted last: its add was refused for certain. */
void ctl_proof_was_not_made(ctl_proof *proof);

/*
 * Each adds a row of the proof's domain. unseen: what has to be looked at, and could not be.
 * optional: with proof->optional_severity, for what is a
 * finding of doctor and a note of init. remedy NULL: none.
 */
void ctl_proof_fine(ctl_proof *proof, const char *check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void ctl_proof_note(ctl_proof *proof, const char *check, const char *remedy, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));
void ctl_proof_unseen(ctl_proof *proof, const char *check, const char *remedy, const char *format,
                      ...) __attribute__((format(printf, 4, 5)));
void ctl_proof_optional(ctl_proof *proof, const char *check, const char *remedy, const char *format,
                        ...) __attribute__((format(printf, 4, 5)));
void ctl_proof_finding(ctl_proof *proof, const char *check, const char *remedy, const char *format,
                       ...) __attribute__((format(printf, 4, 5)));

/* Operations that are tried one after another, for one check of the report. */
typedef struct ctl_trial {
    ctl_proof *proof;
    const char *check;
    bool failed; /* an operation was answered otherwise than expected, and a finding says so */
} ctl_trial;

/*
 * Runs an operation that must be answered with code; what: "claim an invite". Another answer is a
 * finding and makes the trial failed. Frees the operation.
 */
inv_result ctl_trial_expect(ctl_trial *trial, inv_operation *operation, int code, const char *what);

/* A modify that deletes the value from (NULL: none) and adds the value to (likewise). */
inv_operation *ctl_proof_change(const char *dn, const char *attribute, const char *from,
                                const char *to);

/* Writes that many random digits and a NUL. False: the system gives no random bytes. */
bool ctl_random_hex(char *text, size_t digits);

/* ctl_probe calls these in this order; each adds the rows of its area. */
inv_result ctl_probe_invites(ctl_proof *proof);
inv_result ctl_probe_reservations(ctl_proof *proof);
inv_result ctl_probe_clock(ctl_proof *proof);
inv_result ctl_probe_forms(ctl_proof *proof);
inv_result ctl_probe_accounts(ctl_proof *proof); /* with the forms that were proved */
inv_result ctl_probe_locks(ctl_proof *proof);    /* needs a throwaway account */
inv_result ctl_probe_pairs(ctl_proof *proof);
inv_result ctl_probe_groups(ctl_proof *proof);
inv_result ctl_probe_exposure(ctl_proof *proof); /* needs what the others made */
inv_result ctl_probe_terms(ctl_proof *proof);    /* needs the throwaway invite */

/* ------------------------------------------------------------- without writing: schema, indexes */

/* Adds a row for each schema that the directory lacks, or lacks a part of, or one: it has all. */
inv_result ctl_check_schema(ctl_proof *proof);

/* inv_schema_read, with the configured time. */
inv_result ctl_schema_read(ctl_proof *proof, inv_operation **search);

/* kind: attributeTypes or objectClasses of that entry. */
bool ctl_schema_has(const inv_entry *entry, const char *kind, const char *name);

/*
 * Adds a row for each index that is missing, as far as the server shows its configuration: to the
 * identity of [directory], to proof->admin, or over ldapi to root. And one for each that does not
 * find the newest entries.
 */
inv_result ctl_check_indexes(ctl_proof *proof);

/* What ctl_look_up_newest found out. */
typedef struct ctl_lookups {
    size_t tried;  /* searches by an attribute of an entry */
    size_t missed; /* those that did not find it; a row tells each attribute */
} ctl_lookups;

/*
 * Looks the newest accounts, invites, pairs and groups up by each attribute that is searched for:
 * an index that is half filled, as of a slapd that was ended while it made it, misses them.
 */
inv_result ctl_look_up_newest(ctl_proof *proof, ctl_lookups *ret_lookups);

/*
 * A finding where the SCRAM verifiers of a password take more than a quarter of timeout. Before
 * everything that computes some and may run into it.
 */
inv_result ctl_check_cost(ctl_proof *proof);

/* Adds how many accounts have no fresh SCRAM verifiers, where the domain keeps any. */
inv_result ctl_check_verifiers(ctl_proof *proof);

/* Adds a note with the users of /etc/passwd that an invite could register. */
inv_result ctl_check_local_users(ctl_proof *proof);

/*
 * Invites of releases without inviteTerms, after ctl_probe. complete: each gets the terms that its
 * attributes show, if all of them can be read (terms_are_read); else they are a finding.
 */
inv_result ctl_complete_older_invites(ctl_proof *proof, bool complete);

#endif
