/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "invitegate/changes.h"
#include "invitegate/roster.h"
#include "invitegate/timestamp.h"

#define REMEDY_ACL                                                                                 \
    "give the identity of [directory] the rights of config-examples/slapd/invitegate-acl.conf "    \
    "(389 DS: config-examples/389ds/invitegate-aci.ldif)"

bool ctl_random_hex(char *text, size_t digits)
{
    static const char hex[] = "0123456789abcdef";

    if (getrandom(text, digits, 0) != (ssize_t)digits)
        return false;
    for (size_t i = 0; i < digits; i++)
        text[i] = hex[(unsigned char)text[i] & 15];
    text[digits] = '\0';
    return true;
}

inv_result ctl_proof_run(ctl_proof *proof, inv_directory *directory, inv_operation *operation)
{
    inv_deadline deadline = inv_deadline_in(proof->config->directory.timeout_ms);

    if (operation == NULL)
        return inv_verdict_no_memory(proof->verdict);
    return inv_directory_run(directory, &operation, 1, &deadline, proof->verdict);
}

bool ctl_proof_will_make(ctl_proof *proof, char *dn)
{
    if (dn == NULL || proof->made_count == sizeof(proof->made) / sizeof(proof->made[0])) {
        free(dn);
        return false;
    }
    proof->made[proof->made_count++] = dn;
    return true;
}

void ctl_proof_row(ctl_proof *proof, ctl_status status, const char *check, const char *remedy,
                   const char *what, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, what);
    if (vsnprintf(text, sizeof(text), what, arguments) < 0)
        text[0] = '\0';
    va_end(arguments);
    ctl_report_add(proof->report, status, check, proof->domain->name, remedy, "%s", text);
}

/*
 * Runs an operation that must answer with code. A different answer becomes a finding and *right is
 * false. Frees the operation.
 */
static inv_result expect(ctl_proof *proof, inv_operation *operation, int code, const char *check,
                         const char *what, bool *right)
{
    inv_result result = ctl_proof_run(proof, proof->call->directory, operation);

    if (result == INV_OK && !inv_operation_answered(operation, code)) {
        *right = false;
        ctl_proof_row(proof, CTL_FINDING, check, REMEDY_ACL, "cannot %s: %s answered %d%s%s", what,
                      operation->dn, operation->code, operation->diagnostic != NULL ? ", " : "",
                      operation->diagnostic != NULL ? operation->diagnostic : "");
    }
    inv_operation_free(&operation);
    return result;
}

/* ------------------------------------------------------------------------------------- invites */

static void add_text(inv_operation *operation, const char *attribute, const char *text)
{
    inv_operation_text(operation, INV_CHANGE_ADD, attribute, text);
}

/* Long expired, and of a token that nobody knows: even if left behind it lets nobody in. */
static inv_operation *throwaway_invite(const ctl_proof *proof)
{
    inv_operation *add = inv_operation_new_add(proof->invite_dn);

    add_text(add, "objectClass", "xmppInvite");
    add_text(add, "inviteId", proof->id);
    add_text(add, "inviteType", "account");
    add_text(add, "inviteDomain", proof->domain->name);
    add_text(add, "inviteUses", "1");
    add_text(add, "inviteUsesLeft", "1");
    add_text(add, "inviteExpires", "19700101000000Z");
    add_text(add, "inviteKeyId", "0");
    add_text(add, "inviteUser", proof->tag);
    add_text(add, "inviteInviter", "invitegate-proof@invalid");
    add_text(add, "inviteContact", "invitegate-proof@invalid");
    add_text(add, "inviteGroup", proof->domain->people);
    add_text(add, "inviteRosterGroup", "invitegate proof");
    add_text(add, "inviteRosterSubscription", "TRUE");
    add_text(add, "inviteAccountExpires", "1d");
    add_text(add, "description", "Throwaway entry of invitectl");
    return add;
}

static inv_operation *change(const char *dn, const char *attribute, const char *from,
                             const char *to)
{
    inv_operation *modify = inv_operation_new_modify(dn);

    if (from != NULL)
        inv_operation_text(modify, INV_CHANGE_DELETE, attribute, from);
    if (to != NULL)
        inv_operation_text(modify, INV_CHANGE_ADD, attribute, to);
    return modify;
}

/* The terms have to be readable whole, or redeeming would stop at each invite. */
static inv_result read_invite(ctl_proof *proof, bool *right)
{
    const char *const *attributes = inv_invite_attributes(INV_INVITE_ALL);
    inv_operation *search =
        inv_operation_search(proof->invite_dn, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_proof_run(proof, proof->call->directory, search);
    const inv_entry *entry;

    if (result != INV_OK)
        goto cleanup;
    if (search->entry_count != 1) {
        *right = false;
        ctl_proof_row(proof, CTL_FINDING, "invites", REMEDY_ACL, "cannot read %s",
                      proof->invite_dn);
        goto cleanup;
    }
    entry = search->entries[0];
    for (size_t i = 0; attributes[i] != NULL; i++) {
        /* its claim is finished */
        if (inv_entry_count(entry, attributes[i]) > 0 || strcmp(attributes[i], "inviteClaim") == 0)
            continue;
        *right = false;
        ctl_proof_row(proof, CTL_FINDING, "invites", REMEDY_ACL, "cannot read %s of an invite",
                      attributes[i]);
    }
    if (inv_entry_text(entry, "createTimestamp") != NULL)
        (void)inv_timestamp_parse_generalized(inv_entry_text(entry, "createTimestamp"),
                                              &proof->server_time);
cleanup:
    inv_operation_free(&search);
    return result;
}

static inv_result prove_invites(ctl_proof *proof)
{
    const char *claim = "invitegate-proof@invalid 0000000000000000";
    const char *use = "invitegate-proof@invalid 19700101000000Z 0000000000000000";
    bool right = true;
    inv_operation *modify;
    inv_result result;

    proof->invite_dn = inv_invite_dn(proof->domain, proof->id);
    if (proof->invite_dn == NULL || !ctl_proof_will_make(proof, strdup(proof->invite_dn)))
        return inv_verdict_no_memory(proof->verdict);
    result = expect(proof, throwaway_invite(proof), INV_LDAP_SUCCESS, "invites", "add an invite",
                    &right);
    if (result != INV_OK || !right)
        return result;
    modify = change(proof->invite_dn, "inviteUsesLeft", "1", "0");
    inv_operation_text(modify, INV_CHANGE_ADD, "inviteClaim", claim);
    result = expect(proof, modify, INV_LDAP_SUCCESS, "invites", "claim an invite", &right);
    if (result != INV_OK || !right)
        return result;
    result = expect(proof, change(proof->invite_dn, "inviteUsesLeft", "1", "0"),
                    INV_LDAP_NO_SUCH_ATTRIBUTE, "invites",
                    "rely on the guard of an exact old value", &right);
    if (result != INV_OK)
        return result;
    modify = change(proof->invite_dn, "inviteClaim", claim, NULL);
    inv_operation_text(modify, INV_CHANGE_ADD, "inviteUsedBy", use);
    result = expect(proof, modify, INV_LDAP_SUCCESS, "invites", "finish an invite", &right);
    /* Open again: who reads it is tried further on, and rules may depend on its state. */
    if (result == INV_OK && right)
        result = expect(proof, change(proof->invite_dn, "inviteUsesLeft", "0", "1"),
                        INV_LDAP_SUCCESS, "invites", "give a use back", &right);
    if (result == INV_OK)
        result = read_invite(proof, &right);
    if (result == INV_OK && right)
        ctl_proof_row(proof, CTL_FINE, "invites", NULL, "can be added, claimed, finished and read");
    return result;
}

static inv_result prove_reservations(ctl_proof *proof)
{
    char *dn = inv_reservation_dn(proof->domain, proof->tag);
    bool right = true;
    inv_operation *add;
    inv_result result;

    if (!ctl_proof_will_make(proof, dn))
        return inv_verdict_no_memory(proof->verdict);
    add = inv_operation_new_add(dn);
    add_text(add, "objectClass", "xmppNameReservation");
    add_text(add, "inviteUser", proof->tag);
    add_text(add, "inviteId", proof->id);
    result = expect(proof, add, INV_LDAP_SUCCESS, "reservations", "reserve a name", &right);
    if (result == INV_OK && right)
        result = expect(proof, change(dn, "inviteId", proof->id, CTL_THROWAWAY_ID),
                        INV_LDAP_SUCCESS, "reservations", "pass a reservation on", &right);
    if (result == INV_OK && right)
        ctl_proof_row(proof, CTL_FINE, "reservations", NULL, "can be added and passed on");
    return result;
}

/* ----------------------------------------------------------------------------------- the clock */

/* The age of claims and reservations is by the server's clock (common/clock.h). */
static inv_result prove_clock(ctl_proof *proof)
{
    static const char *const attributes[] = {"modifyTimestamp", NULL};
    inv_operation *touch = inv_operation_new_modify(proof->domain->invites);
    inv_operation *read = NULL;
    bool right = true;
    inv_result result;

    inv_operation_text(touch, INV_CHANGE_REPLACE, "inviteClock", "19700101000000Z");
    result = expect(proof, touch, INV_LDAP_SUCCESS, "clock", "write inviteClock", &right);
    if (result != INV_OK || !right)
        return result;
    read = inv_operation_search(proof->domain->invites, INV_SCOPE_BASE, NULL, attributes);
    result = ctl_proof_run(proof, proof->call->directory, read);
    if (result == INV_OK &&
        (read->entry_count != 1 || inv_entry_text(read->entries[0], "modifyTimestamp") == NULL))
        ctl_proof_row(proof, CTL_FINDING, "clock", REMEDY_ACL, "cannot read modifyTimestamp of %s",
                      proof->domain->invites);
    inv_operation_free(&read);
    return result;
}

/* --------------------------------------------------------------------------- rosters and groups */

/* What a search for new pairs is to come upon. */
typedef struct sought {
    const char *jid;
    bool found;
} sought;

static bool visit_new_pair(void *context, const char *owner, const char *contact, const char *group)
{
    sought *pair = context;

    (void)contact;
    (void)group;
    pair->found = strcmp(owner, pair->jid) == 0;
    return !pair->found;
}

/* cookie: from before the pair was added. */
static inv_result prove_changes(ctl_proof *proof, const char *cookie, const char *jid)
{
    char next[INV_CHANGES_COOKIE_SIZE];
    sought pair = {.jid = jid};
    inv_call call = *proof->call;
    bool restart = false;
    inv_result result;

    call.domain = proof->domain;
    call.deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    result =
        inv_changes_since(&call, cookie, visit_new_pair, &pair, next, &restart, proof->verdict);
    if (result == INV_OK && !restart && !pair.found)
        ctl_proof_row(proof, CTL_FINDING, "rosters", REMEDY_ACL,
                      "new pairs are not found by when they were written (entryCSN, or "
                      "modifyTimestamp): invite-agent tells nobody of them");
    return result;
}

/* INV_CONFIG has a row of its own: the clock's. */
static inv_result read_changes(ctl_proof *proof, char cookie[INV_CHANGES_COOKIE_SIZE])
{
    inv_call call = *proof->call;
    bool restart = false;
    inv_result result;

    cookie[0] = '\0';
    call.domain = proof->domain;
    call.deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    result = inv_changes_since(&call, "", visit_new_pair, NULL, cookie, &restart, proof->verdict);
    return result == INV_CONFIG ? INV_OK : result;
}

static inv_result prove_pairs(ctl_proof *proof)
{
    char cookie[INV_CHANGES_COOKIE_SIZE];
    char one[300];
    char two[300];
    bool right = true;
    inv_result result;

    (void)snprintf(one, sizeof(one), "%s-1@%s", proof->tag, proof->domain->name);
    (void)snprintf(two, sizeof(two), "%s-2@%s", proof->tag, proof->domain->name);
    proof->pair_dn = inv_pair_dn(proof->domain, one, two);
    if (proof->pair_dn == NULL || !ctl_proof_will_make(proof, strdup(proof->pair_dn)))
        return inv_verdict_no_memory(proof->verdict);
    result = read_changes(proof, cookie);
    if (result == INV_OK)
        result = expect(
            proof, inv_pair_add_operation(proof->domain, one, two, "invitegate proof", proof->id),
            INV_LDAP_SUCCESS, "rosters", "add a pair of contacts", &right);
    if (result == INV_OK && right)
        result = expect(
            proof,
            inv_pair_adopt_operation(proof->pair_dn, "invitegate proof, again", CTL_THROWAWAY_ID),
            INV_LDAP_SUCCESS, "rosters", "change a pair of contacts", &right);
    if (result == INV_OK && right && cookie[0] != '\0')
        result = prove_changes(proof, cookie, one);
    if (result == INV_OK && right)
        ctl_proof_row(proof, CTL_FINE, "rosters", NULL, "pairs can be added and changed");
    return result;
}

static const char *member_attribute(const inv_entry *group)
{
    if (inv_entry_has(group, "objectClass", "posixGroup"))
        return "memberUid";
    return inv_entry_has(group, "objectClass", "groupOfUniqueNames") ? "uniqueMember" : "member";
}

/* Deleting a member that is not there: who lacks the right hears so, and no group is changed. */
static inv_result prove_group(ctl_proof *proof, const char *dn, bool *right)
{
    static const char *const attributes[] = {"objectClass", NULL};
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_proof_run(proof, proof->call->directory, search);
    const char *attribute;
    char *nobody = NULL;

    if (result != INV_OK)
        goto cleanup;
    if (search->entry_count != 1) {
        *right = false;
        ctl_proof_row(proof, CTL_FINDING, "groups",
                      "correct allowed_groups, or let invitegate read the group",
                      "%s of allowed_groups is not there", dn);
        goto cleanup;
    }
    attribute = member_attribute(search->entries[0]);
    nobody = inv_dn_child(proof->domain->account_rdn, proof->tag, proof->domain->people);
    if (nobody == NULL)
        result = inv_verdict_no_memory(proof->verdict);
    else
        result = expect(
            proof,
            change(dn, attribute, strcmp(attribute, "memberUid") == 0 ? proof->tag : nobody, NULL),
            INV_LDAP_NO_SUCH_ATTRIBUTE, "groups", "change the members of a group", right);
cleanup:
    free(nobody);
    inv_operation_free(&search);
    return result;
}

static inv_result prove_groups(ctl_proof *proof)
{
    inv_result result = INV_OK;
    bool right = true;

    for (size_t i = 0; result == INV_OK && proof->domain->allowed_groups[i] != NULL; i++)
        result = prove_group(proof, proof->domain->allowed_groups[i], &right);
    if (result == INV_OK && right && proof->domain->allowed_groups[0] != NULL)
        ctl_proof_row(proof, CTL_FINE, "groups", NULL, "accounts can be added to all of them");
    return result;
}

/* Whoever may change what an invite is for could let anybody in, with an old one. */
static inv_result prove_terms(ctl_proof *proof)
{
    inv_operation *modify = change(proof->invite_dn, "inviteUses", "1", "2");
    inv_result result = ctl_proof_run(proof, proof->call->directory, modify);

    if (result == INV_OK && inv_operation_answered(modify, INV_LDAP_SUCCESS))
        ctl_proof_row(proof, proof->lesser, "terms", REMEDY_ACL,
                      "invitegate may change the terms of an invite");
    else if (result == INV_OK && inv_operation_answered(modify, INV_LDAP_INSUFFICIENT_ACCESS))
        ctl_proof_row(proof, CTL_FINE, "terms", NULL, "the terms of an invite cannot be changed");
    inv_operation_free(&modify);
    return result;
}

/* An identity that may write anywhere is the rootdn or close to it; the policy is not asked then.
 */
static inv_result prove_narrowness(ctl_proof *proof)
{
    char *dn = inv_dn_child("ou", proof->tag, proof->domain->name_search_base);
    inv_operation *add;
    inv_result result;

    if (!ctl_proof_will_make(proof, dn))
        return inv_verdict_no_memory(proof->verdict);
    add = inv_operation_new_add(dn);
    add_text(add, "objectClass", "organizationalUnit");
    add_text(add, "ou", proof->tag);
    result = ctl_proof_run(proof, proof->call->directory, add);
    if (result == INV_OK && inv_operation_answered(add, INV_LDAP_SUCCESS))
        ctl_proof_row(proof, proof->lesser, "narrowness",
                      "bind as an identity of its own, never as the rootdn; " REMEDY_ACL,
                      "invitegate may add entries outside its containers");
    else if (result == INV_OK)
        ctl_proof_row(proof, CTL_FINE, "narrowness", NULL,
                      "entries outside the containers cannot be added");
    inv_operation_free(&add);
    return result;
}

/* ------------------------------------------------------------------------------------ clean up */

static bool remove_with(ctl_proof *proof, inv_directory *directory, const char *dn)
{
    inv_operation *modify = inv_operation_new_modify(dn);
    inv_operation *delete = inv_operation_new_delete(dn);
    bool gone;

    /* Access rules may keep what is open or claimed. */
    if (proof->invite_dn != NULL && strcmp(dn, proof->invite_dn) == 0) {
        inv_operation_text(modify, INV_CHANGE_REPLACE, "inviteClaim", NULL);
        inv_operation_text(modify, INV_CHANGE_REPLACE, "inviteUsesLeft", "0");
        (void)ctl_proof_run(proof, directory, modify);
    }
    gone = ctl_proof_run(proof, directory, delete) == INV_OK &&
           (inv_operation_answered(delete, INV_LDAP_SUCCESS) ||
            inv_operation_answered(delete, INV_LDAP_NO_SUCH_OBJECT));
    inv_operation_free(&modify);
    inv_operation_free(&delete);
    return gone;
}

static void forget_person(ctl_person *person)
{
    free(person->dn);
    person->dn = NULL;
    inv_name_free(&person->name);
    inv_secret_free(&person->password);
}

/* Uses a verdict of its own: what stopped the proofs stays the cause. */
static void clean_up(ctl_proof *proof)
{
    inv_verdict *cause = proof->verdict;
    inv_verdict verdict = INV_VERDICT_INIT;
    bool all = true;

    proof->verdict = &verdict;
    while (proof->made_count > 0) {
        char *dn = proof->made[--proof->made_count];
        bool gone = remove_with(proof, proof->call->directory, dn) ||
                    (proof->admin != NULL && remove_with(proof, proof->admin, dn));

        if (!gone)
            ctl_proof_row(proof, CTL_FINDING, "removal",
                          "delete the entry by hand; then " REMEDY_ACL,
                          "the throwaway entry %s cannot be removed", dn);
        all = all && gone;
        free(dn);
    }
    if (all)
        ctl_proof_row(proof, CTL_FINE, "removal", NULL, "all throwaway entries are gone");
    proof->verdict = cause;
    forget_person(&proof->reader);
    forget_person(&proof->other);
    free(proof->invite_dn);
    free(proof->pair_dn);
    proof->invite_dn = proof->pair_dn = NULL;
}

static inv_result prove_all(ctl_proof *proof)
{
    /* cppcheck-suppress uninitvar; it is set in the same line */
    inv_result (*const proofs[])(ctl_proof *) = {
        prove_invites, prove_reservations, prove_clock,      ctl_prove_accounts, prove_pairs,
        prove_groups,  ctl_prove_exposure, prove_narrowness, prove_terms,
    };
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < sizeof(proofs) / sizeof(proofs[0]); i++)
        result = proofs[i](proof);
    return result;
}

inv_result ctl_prove(ctl_proof *proof)
{
    sigset_t waiting;
    sigset_t before;
    inv_result result;

    if (!ctl_random_hex(proof->tag, sizeof(proof->tag) - 1) ||
        !ctl_random_hex(proof->id, sizeof(proof->id) - 1))
        return inv_verdict_set(proof->verdict, INV_CONFIG, "the system gives no random bytes");
    /* A letter first, for directories that want names to start with one. */
    proof->tag[0] = 'p';
    /* Whoever interrupts waits for the cleaning up: it takes seconds. */
    (void)sigemptyset(&waiting);
    (void)sigaddset(&waiting, SIGINT);
    (void)sigaddset(&waiting, SIGTERM);
    (void)sigaddset(&waiting, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &waiting, &before);
    result = prove_all(proof);
    clean_up(proof);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}
