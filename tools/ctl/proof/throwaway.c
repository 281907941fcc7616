/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "throwaway.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "invitegate/directory.h"
#include "invitegate/timestamp.h"

void ctl_throwaway_clear(ctl_throwaway *attempt)
{
    inv_jid_free(&attempt->name);
    inv_secret_free(&attempt->password);
    inv_verifiers_free(&attempt->verifiers);
    free(attempt->dn);
    attempt->dn = NULL;
}

/*
 * Long, random, and with a character of every kind that a policy may want. Policies also refuse
 * parts of the entry: letters and digits take turns, as in no word, and no letter is a hexadecimal
 * digit, of which the names of the entries are made.
 */
inv_secret *ctl_random_password(void)
{
    static const char letters[] = "ghjkmnpqrstuwxyz"; /* 16 */
    char text[45] = "Gz7-";
    inv_secret *password = NULL;
    size_t length = strlen(text);

    if (getrandom(text + length, sizeof(text) - 1 - length, 0) ==
        (ssize_t)(sizeof(text) - 1 - length)) {
        for (; length < sizeof(text) - 1; length += 2) {
            text[length] = letters[(unsigned char)text[length] % 16];
            text[length + 1] = (char)('0' + (unsigned char)text[length + 1] % 10);
        }
        password = inv_secret_new(text, length);
    }
    inv_wipe(text, sizeof(text));
    return password;
}

inv_result ctl_throwaway_prepare(ctl_throwaway *attempt, const char *suffix)
{
    ctl_proof *proof = attempt->proof;
    inv_deadline deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    unsigned scram = proof->domain->verifiers & INV_VERIFIERS_SCRAM;
    char jid[320];
    inv_result result;

    attempt->domain = *proof->domain;
    attempt->domain.verifiers = attempt->wanted & ~(unsigned)INV_VERIFIERS_SCRAM;
    if ((attempt->wanted & INV_VERIFIERS_SCRAM) != 0)
        attempt->domain.verifiers |= scram != 0 ? scram : INV_VERIFIER_SCRAM_SHA_256;
    (void)snprintf(jid, sizeof(jid), "%s-%s@%s", proof->tag, suffix, proof->domain->name);
    result = inv_jid_parse(jid, &attempt->name, proof->call->verdict);
    if (result != INV_OK)
        return result;
    attempt->password = ctl_random_password();
    attempt->dn = inv_account_dn(proof->domain, attempt->name);
    if (attempt->password == NULL || attempt->dn == NULL)
        return inv_verdict_no_memory(proof->call->verdict);
    return inv_verifiers_new(&attempt->domain, attempt->password, &deadline, &attempt->verifiers,
                             proof->call->verdict);
}

/* The same add as a redemption's, with the domain's account_classes and account_attributes. */
static inv_operation *account_add(const ctl_throwaway *attempt)
{
    char id[] = INV_INVITE_ID_THROWAWAY;
    char inviter[] = "invitegate-proof@invalid";
    char end[] = "1d";
    char *none[] = {NULL};
    inv_invite invite = {.id = id,
                         .type = INV_INVITE_ACCOUNT,
                         .domain = attempt->domain.name,
                         .inviter = inviter,
                         .account_expires = end,
                         .contacts = none,
                         .groups = none,
                         .uses = 1,
                         .expires = INV_NEVER};

    memcpy(id, attempt->invite_id, sizeof(id));
    return inv_account_add_operation(&attempt->domain, attempt->name,
                                     &(inv_account_origin){&invite, "0000000000000000", time(NULL)},
                                     attempt->verifiers);
}

inv_result ctl_throwaway_add(ctl_throwaway *attempt)
{
    ctl_proof *proof = attempt->proof;
    inv_operation *add = account_add(attempt);
    inv_result result;

    if (!ctl_proof_will_make(proof, strdup(attempt->dn))) {
        inv_operation_free(&add);
        return inv_verdict_no_memory(proof->call->verdict);
    }
    result = ctl_proof_run(proof, proof->call->directory, add);
    if (result == INV_OK) {
        inv_result answer = inv_account_write_result(
            add, (attempt->wanted & INV_VERIFIER_SERVER) != 0, proof->call->verdict);

        attempt->added = answer == INV_OK;
        if (answer == INV_DIRECTORY_DOWN || answer == INV_TIMEOUT || answer == INV_NO_MEMORY)
            result = answer;
    }
    inv_operation_free(&add);
    return result;
}
