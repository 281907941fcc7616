/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_H
#define INVITEGATE_TOOLS_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/config.h"
#include "invitegate/directory.h"
#include "invitegate/verdict.h"
#include "setup/answers.h"
#include "setup/example.h"
#include "setup/journal.h"
#include "setup/plan.h"

/*
 * invitectl setup: from a directory and a bare machine to a working site. Each step has a file of
 * its own here and one function, which looks at what there is and adds items to the plan; it
 * changes nothing. plan.c does what the items say. undo.c makes a plan of the journal in the same
 * way. One thread.
 */

/* What was asked or derived. All texts are owned and never NULL once ctl_site_find has succeeded.
 */
typedef struct ctl_site {
    char *domain;
    char *suffix;
    char *database; /* its entry in cn=config */
    char *people;
    char
        *home; /* what the containers of a new domain are below: the suffix, or an entry below it */
    char *groups;
    char *services;
    char *policies;
    char *identity;       /* whom the rules of access give invitegate's rights */
    char *password_file;  /* of the identity, without root in front; "": it is known over ldapi */
    bool own_identity;    /* it is cn=invitegate, which setup makes */
    size_t person_count;  /* people who are there, as far as they were seen and counted */
    inv_config *existing; /* the configuration that was there, or NULL */
    inv_config *made;     /* what setup would write for the domain; NULL: existing has the domain */
} ctl_site;

/* What is set up on this machine, see machine.h. */
typedef struct ctl_machine {
    bool prosody;          /* Prosody, and invite-agent for it */
    bool saslauthd;        /* saslauthd, and a PAM service */
    bool has_user;         /* the user of the agent is there, or will be */
    char user[64];         /* of the agent */
    char group[64];        /* the group that reads its files */
    char socket_group[64]; /* the group that may use its socket; "": none in particular */
} ctl_machine;

typedef struct ctl_task {
    const ctl_answers *answers;
    const char *config_path; /* as it is opened */
    inv_verdict *verdict;
    inv_directory_settings settings; /* of directory; its texts are owned */
    inv_directory *directory;        /* as the user who runs this, by EXTERNAL, or as bind_dn */
    inv_secret *bind_password;       /* of answers->bind_dn; NULL: there is none */
    inv_directory *service;          /* as the identity; NULL: it cannot bind */
    inv_secret *service_password;    /* of the file; NULL: there is none */
    char *self;                /* the DN by which the directory knows this user, or words: nobody */
    inv_operation *databases;  /* the search that found the entries of databases */
    const inv_entry *database; /* of site.suffix, one of databases, or unseen */
    inv_entry *unseen;   /* stands for it where its configuration is not shown, see handover.h */
    inv_operation *root; /* that of the root DSE */
    inv_operation *subschema; /* that of the subschema, where it was read */
    ctl_site site;
    ctl_machine machine;
    ctl_journal *journal;
    ctl_plan *plan;
    bool has_rights;       /* the temporary rule stands, see rights.h */
    size_t frontend_rules; /* how many rules of access the frontend has */
    bool is_389;           /* the server is a 389 Directory Server, see ds389.h */
    bool is_local;         /* the directory is on this machine */
    bool proved;           /* unseen: the identity has the rights that the rules give it */
} ctl_task;

/* The domain that is being set up, in site.made or site.existing. */
const inv_domain *ctl_setup_domain(const ctl_task *setup);

/*
 * The domains whose containers are below the suffix: of existing, and the one of made. Returns the
 * one of this index, NULL behind the last.
 */
const inv_domain *ctl_setup_each_domain(const ctl_task *setup, size_t index);

/* ------------------------------------------------------------------------------------- looking */

/*
 * Runs one operation over directory (setup->directory or setup->service). INV_OK: it was answered,
 * whatever its code. operation NULL: INV_NO_MEMORY.
 */
inv_result ctl_setup_run(const ctl_task *setup, inv_directory *directory, inv_operation *operation);

/*
 * What an answer means: INV_OK for success, else a result with words for who runs setup. what:
 * "changing".
 */
inv_result ctl_setup_judge(const ctl_task *setup, const inv_operation *operation, const char *what);

/*
 * A search as this user for all attributes, which has to succeed or find nothing (32). The caller
 * frees *search, whatever is returned.
 */
inv_result ctl_setup_search(const ctl_task *setup, const char *base, inv_scope scope,
                            const char *filter, inv_operation **search);

/*
 * Whether there is an entry: as this user sees it, and where that is not enough, as the identity
 * does. With the temporary rule, nothing is hidden.
 */
inv_result ctl_setup_sees(const ctl_task *setup, const char *dn, bool *ret_there);

/* The entry of the database. */
const inv_entry *ctl_setup_database(const ctl_task *setup);

/* Copies of the values of an attribute; entry NULL: none. False: out of memory. */
bool ctl_setup_values(const inv_entry *entry, const char *attribute, ctl_texts *values);

/* Whether two bare texts of cn=config, "TRUE" and the like, are the attribute's only value. */
bool ctl_setup_is_only(const inv_entry *entry, const char *attribute, const char *value);

/* Frees everything that the struct holds but what it borrows (answers, verdict, config_path). */
void ctl_setup_clear(ctl_task *setup);

/* --------------------------------------------------------------------------------------- steps */

/* Each looks, and adds items. An error means that the directory did not answer, or memory is short.
 */
inv_result ctl_step_schema(ctl_task *setup);
inv_result ctl_step_modules(ctl_task *setup);
inv_result ctl_step_hashing(ctl_task *setup);
inv_result ctl_step_database(ctl_task *setup); /* olcAddContentAcl, limits, indexes */
inv_result ctl_step_rules(ctl_task *setup);
inv_result ctl_step_policy(ctl_task *setup, bool *ret_needs_entry);
inv_result ctl_step_entries(ctl_task *setup, bool policy);
inv_result ctl_step_account(ctl_task *setup);
inv_result ctl_step_configuration(ctl_task *setup);

/* Those of the machine, in this order; the user first, whose group files are given to. */
inv_result ctl_step_user(ctl_task *setup);
inv_result ctl_step_keys(ctl_task *setup);
inv_result ctl_step_owners(ctl_task *setup);
inv_result ctl_step_agent(ctl_task *setup);
inv_result ctl_step_prosody(ctl_task *setup);
inv_result ctl_step_saslauthd(ctl_task *setup);

#endif
