/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_ADOPT_H
#define INVITEGATE_ADOPT_H

#include "invitegate/call.h"
#include "invitegate/jid.h"

/*
 * Makes xmppAccounts of people's entries that were in the directory before invitegate, one at a
 * time: an entry gets the class xmppAccount and its xmppJid, and belongs to that JID from then on
 * wherever it is. inv_adopt only reads; the caller sends the change, under an identity of its
 * choice.
 */
typedef struct inv_adoption {
    char *dn;              /* of the one entry, or NULL */
    inv_operation *change; /* NULL: the entry is already as it should be */
} inv_adoption;

/*
 * Looks for the entry of name in the call's domain, and makes the modify that adopts it: adds the
 * class and xmppJid, and fails in the directory where an xmppJid came meanwhile. With undo the one
 * that takes both off again, by the exact old value, where no invite made the entry.
 * INV_OK: adoption is filled; change is NULL where the entry is adopted already (with undo: has no
 * xmppJid). INV_NO_ACCOUNT: no entry has this name. INV_NAME_INVALID: name_pattern does not let it
 * in. INV_NOT_ALLOWED: several entries have it, or the one that has it is another JID's or of
 * another domain, has several uids that are names, or has more of an account than adopting gives
 * it. Else no verdict. adoption is cleared by inv_adoption_clear in any case.
 */
inv_result inv_adopt(inv_call *call, const inv_jid *name, bool undo, inv_adoption *adoption);

void inv_adoption_clear(inv_adoption *adoption);

/* ----------------------------------------------------------------------- everybody of a domain */

typedef enum inv_adopt_outcome {
    INV_ADOPT_DONE,     /* is an account now, or with undo none any more (dry_run: would be) */
    INV_ADOPT_EXCEPTED, /* the filter of except lets it in */
    INV_ADOPT_SKIPPED,  /* not meant: a reserved name, no person, of no domain */
    INV_ADOPT_REFUSED,  /* could not be adopted or undone; an admin has to decide */
    INV_ADOPT_DENIED, /* the directory does not let invitegate change the entry: change tells how */
} inv_adopt_outcome;

/* Why an entry is refused that the admin may not change. */
#define INV_ADOPT_ADMIN_DENIED "the identity of --bind-dn may not change this entry"

typedef struct inv_adopt_note {
    inv_adopt_outcome outcome;
    const char *jid;             /* NULL: no name could be told */
    const char *dn;              /* of the entry */
    const char *why;             /* NULL with DONE */
    const inv_operation *change; /* with DENIED, for an admin to load; else NULL */
} inv_adopt_note;

typedef struct inv_adopt_visitor {
    void *context;
    void (*note)(void *context, const inv_adopt_note *note);
    /* entries that were looked at; total is the server's guess, 0: not known */
    void (*progress)(void *context, size_t done, size_t total);
} inv_adopt_visitor;

typedef struct inv_adopt_order {
    bool undo;
    bool dry_run;
    const char
        *except; /* an LDAP filter: entries that match it are left unchanged; NULL: no filter */
    inv_directory *admin; /* changes the entries, and is asked for except; NULL: the call's */
    const char *admin_dn; /* whom admin binds as; NULL without it */
} inv_adopt_order;

/*
 * Adopts everybody without xmppJid who is of the call's domain: whose entry is in its people
 * container, or anywhere below name_search_base where it is the only domain of the directory
 * (inviteSoleContainer). The name is what name_filter compares with it, as uid; it has to find the
 * entry, and no other that could be the JID's. Accounts that are locked are adopted too, and stay
 * locked. Whom except might mean, because the directory does not tell, is not adopted (REFUSED);
 * where it does not know an attribute of the filter, no entry is adopted at all (INV_CONFIG).
 * With undo takes class and xmppJid off all accounts of the domain that have no more of an account
 * than that; those that an invite made are passed over without a note.
 * The entries of bind_dn and admin_dn are not adopted (SKIPPED).
 *
 * Reads page by page and sends twenty changes at a time, each of which is one modify of one entry:
 * whenever it ends, every entry is either as it was or adopted. Safe to repeat, and beside
 * redemptions and itself. Each step has the configured time anew, one of several changes that time
 * for each. INV_OK: everybody was looked at; the notes tell what became of them. Else no verdict:
 * what kept it from going on, after notes of what was done.
 */
inv_result inv_adopt_all(inv_call *call, const inv_adopt_order *order,
                         const inv_adopt_visitor *visitor);

#endif
