/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "container.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"

/* Compares the keys of this host with those that the directory records. */

static bool is_recorded(const ctl_containers *containers, const char *fingerprint)
{
    for (size_t i = 0; containers->fingerprints != NULL && containers->fingerprints[i] != NULL;
         i++) {
        if (inv_ascii_equal(containers->fingerprints[i], fingerprint))
            return true;
    }
    return false;
}

bool ctl_key_is_recorded(const ctl_containers *containers, const inv_keys *keys, size_t index)
{
    char fingerprint[INV_KEY_FINGERPRINT_SIZE];

    inv_keys_fingerprint(keys, index, fingerprint);
    return is_recorded(containers, fingerprint);
}

static bool is_key(const inv_keys *keys, const char *recorded)
{
    for (size_t i = 0; keys != NULL && i < inv_keys_count(keys); i++) {
        char fingerprint[INV_KEY_FINGERPRINT_SIZE];

        inv_keys_fingerprint(keys, i, fingerprint);
        if (inv_ascii_equal(fingerprint, recorded))
            return true;
    }
    return false;
}

inv_result ctl_keys_fit(const ctl_containers *containers, const inv_keys *keys,
                        const inv_config *config, const char *domain, inv_verdict *verdict)
{
    for (size_t i = 0; containers->fingerprints != NULL && containers->fingerprints[i] != NULL;
         i++) {
        const char *recorded = containers->fingerprints[i];

        if (is_key(keys, recorded))
            continue;
        if (keys == NULL)
            return inv_verdict_set(verdict, INV_CONFIG,
                                   "%s is missing, but %s has tokens of key %s: copy the key file "
                                   "from the host that made it, mode 0600",
                                   config->key_file, domain, recorded);
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s lacks key %s, which %s records: copy the key file of the host "
                               "that has it; or, if the key was retired on every host, delete that "
                               "value of inviteKeyFingerprint",
                               config->key_file, recorded, domain);
    }
    return INV_OK;
}

/*
 * A filter for open invites with keys other than these. The caller frees it; NULL when memory is
 * short.
 */
static char *foreign_key_filter(const inv_keys *keys)
{
    char current[INV_INVITE_FILTER_SIZE];
    char *filter = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&filter, &length);

    if (stream == NULL)
        return NULL;
    inv_invite_filter_expired(false, time(NULL), current);
    (void)fprintf(stream, "(&(objectClass=xmppInvite)(inviteUsesLeft>=1)%s", current);
    for (size_t i = 0; i < inv_keys_count(keys); i++)
        (void)fprintf(stream, "(!(inviteKeyId=%u))", (unsigned)inv_keys_id(keys, i));
    (void)fputc(')', stream);
    if (fclose(stream) != 0) {
        free(filter);
        return NULL;
    }
    return filter;
}

inv_result ctl_check_invite_keys(ctl_proof *proof, const inv_keys *keys)
{
    static const char *const nothing[] = {NULL};
    char *filter = foreign_key_filter(keys);
    inv_operation *search;
    inv_result result;

    if (filter == NULL)
        return inv_verdict_no_memory(proof->call->verdict);
    search = inv_operation_search(proof->domain->invites, INV_SCOPE_ONE, filter, nothing);
    if (search != NULL)
        search->paged = true;
    result = inv_call_perform(proof->call, search, "looking for invites of other keys",
                              INV_LDAP_SUCCESS);
    if (result == INV_OK && search->entry_count > 0)
        ctl_proof_finding(
            proof, "retired keys", "put the keys back, or revoke these invites and make new ones",
            "%zu open invite%s made with keys that %s lacks: their tokens are refused",
            search->entry_count, search->entry_count == 1 ? " was" : "s were",
            proof->config->key_file);
    inv_operation_free(&search);
    free(filter);
    return result;
}
