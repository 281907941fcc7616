/* SPDX-License-Identifier: BSD-2-Clause */
#include "pair.h"

#include "invitegate/pair.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/jid.h"
#include "invitegate/utf8.h"

#define PAIR_ID_BYTES 20

bool inv_pair_id(const char *jid, const char *contact, char id[INV_PAIR_ID_SIZE])
{
    int order = strcmp(jid, contact);
    const char *lower = order < 0 ? jid : contact;
    const char *higher = order < 0 ? contact : jid;
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *hash = NULL;
    bool made = false;

    if (order == 0)
        return false;
    hash = EVP_MD_CTX_new();
    /* the 0x00 between the two is the terminator of the lower one */
    made = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 &&
           EVP_DigestUpdate(hash, lower, strlen(lower) + 1) == 1 &&
           EVP_DigestUpdate(hash, higher, strlen(higher)) == 1 &&
           EVP_DigestFinal_ex(hash, digest, NULL) == 1;
    EVP_MD_CTX_free(hash);
    if (!made)
        ERR_clear_error();
    if (made)
        inv_hex_write(digest, PAIR_ID_BYTES, id);
    return made;
}

static char *dn_of_id(const inv_domain *domain, const char *id)
{
    return inv_dn_child("rosterPairId", id, domain->rosters);
}

char *inv_pair_dn(const inv_domain *domain, const char *jid, const char *contact)
{
    char id[INV_PAIR_ID_SIZE];

    return inv_pair_id(jid, contact, id) ? dn_of_id(domain, id) : NULL;
}

inv_operation *inv_pair_search_operation(const inv_domain *domain, const char *jid)
{
    static const char *const attributes[] = {"rosterPairId", "xmppContactJid",  "rosterGroup",
                                             "inviteId",     "createTimestamp", NULL};
    char *escaped = inv_filter_escape(jid);
    char *filter = NULL;
    inv_operation *operation = NULL;

    /*
     * the JID first: where slapd's index has no pair of it, slapd does not read the list of all
     * pairs
     */
    if (escaped != NULL &&
        asprintf(&filter, "(&(xmppContactJid=%s)(objectClass=xmppRosterPair))", escaped) == -1)
        filter = NULL;
    if (filter != NULL)
        operation = inv_operation_search(domain->rosters, INV_SCOPE_ONE, filter, attributes);
    free(filter);
    free(escaped);
    return operation;
}

/* rosterMember: the local part of a JID of this domain. */
static void add_member(inv_operation *operation, const inv_domain *domain, const char *jid)
{
    if (inv_jid_text_is_of(jid, domain))
        inv_operation_value(operation, INV_CHANGE_ADD, "rosterMember", jid,
                            (size_t)(inv_jid_text_domain(jid) - jid) - 1);
}

inv_operation *inv_pair_add_operation(const inv_domain *domain, const char *jid,
                                      const char *contact, const char *group, const char *invite_id)
{
    char id[INV_PAIR_ID_SIZE];
    char *dn = inv_pair_id(jid, contact, id) ? dn_of_id(domain, id) : NULL;
    inv_operation *operation = inv_operation_new_add(dn);

    if (operation != NULL) {
        inv_operation_text(operation, INV_CHANGE_ADD, "objectClass", "xmppRosterPair");
        inv_operation_text(operation, INV_CHANGE_ADD, "rosterPairId", id);
        inv_operation_text(operation, INV_CHANGE_ADD, "xmppContactJid", jid);
        inv_operation_text(operation, INV_CHANGE_ADD, "xmppContactJid", contact);
        inv_operation_text(operation, INV_CHANGE_ADD, "rosterGroup", group);
        add_member(operation, domain, jid);
        add_member(operation, domain, contact);
        inv_operation_text(operation, INV_CHANGE_ADD, "inviteId", invite_id);
    }
    free(dn);
    return operation;
}

inv_operation *inv_pair_adopt_operation(const char *pair_dn, const char *group,
                                        const char *invite_id)
{
    inv_operation *operation = inv_operation_new_modify(pair_dn);

    inv_operation_text(operation, INV_CHANGE_REPLACE, "rosterGroup", group);
    inv_operation_text(operation, INV_CHANGE_REPLACE, "inviteId", invite_id);
    return operation;
}

const char *inv_pair_contact(const inv_entry *pair, const char *jid)
{
    const char *first = inv_entry_value(pair, "xmppContactJid", 0, NULL);
    const char *second = inv_entry_value(pair, "xmppContactJid", 1, NULL);

    if (inv_entry_count(pair, "xmppContactJid") != 2)
        return NULL;
    if (inv_ascii_equal(first, jid))
        return second;
    return inv_ascii_equal(second, jid) ? first : NULL;
}

/* Whether a roster can have this JID: one with a local part has to have a prepared form. */
static bool is_jid(const char *jid)
{
    inv_verdict unused = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    bool good;

    if (strchr(jid, '@') == NULL)
        return *jid != '\0' && strpbrk(jid, " /") == NULL && inv_utf8_is_text(jid, strlen(jid));
    good = inv_jid_parse(jid, &name, &unused) == INV_OK;
    inv_jid_free(&name);
    return good;
}

bool inv_pair_is_fit(const inv_call *call, const inv_entry *pair)
{
    const char *why = NULL;

    if (inv_entry_count(pair, "xmppContactJid") != 2 || inv_entry_text(pair, "rosterGroup") == NULL)
        why = "is not a whole pair";
    for (size_t i = 0; why == NULL && i < 2; i++) {
        if (!is_jid(inv_entry_value(pair, "xmppContactJid", i, NULL)))
            why = "has an xmppContactJid that is no JID";
    }
    if (why != NULL)
        inv_log_write(call->log, INV_LOG_WARNING, "%s %s: left out", inv_entry_dn(pair), why);
    return why == NULL;
}

const char *inv_pair_group(const inv_call *call, const inv_entry *pair)
{
    const char *group = inv_entry_text(pair, "rosterGroup");

    if (inv_utf8_is_text(group, strlen(group)))
        return group;
    inv_log_write(call->log, INV_LOG_WARNING,
                  "%s: rosterGroup is no line of text; %s is taken instead", inv_entry_dn(pair),
                  call->domain->roster_group);
    return call->domain->roster_group;
}
