/* SPDX-License-Identifier: BSD-2-Clause */
#include "claim.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"

#define NONCE_BYTES 8

inv_result inv_claim_start(const char *jid, inv_claim *claim, inv_verdict *verdict)
{
    unsigned char random[NONCE_BYTES];

    *claim = (inv_claim){.text = NULL};
    if (RAND_bytes(random, sizeof(random)) != 1) {
        ERR_clear_error();
        return inv_verdict_set(verdict, INV_CONFIG, "the system gives no random bytes");
    }
    inv_hex_write(random, sizeof(random), claim->nonce);
    if (asprintf(&claim->text, "%s %s", jid, claim->nonce) == -1) {
        claim->text = NULL;
        return inv_verdict_no_memory(verdict);
    }
    return INV_OK;
}

void inv_claim_clear(inv_claim *claim)
{
    free(claim->text);
    *claim = (inv_claim){.text = NULL};
}

static void number_change(inv_operation *operation, inv_change_kind kind, long number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%ld", number);
    inv_operation_text(operation, kind, "inviteUsesLeft", text);
}

inv_operation *inv_claim_take_operation(const inv_invite *invite, const inv_claim *claim)
{
    inv_operation *operation = inv_operation_new_modify(invite->dn);

    if (operation == NULL)
        return NULL;
    number_change(operation, INV_CHANGE_DELETE, invite->uses_left);
    number_change(operation, INV_CHANGE_ADD, invite->uses_left - 1);
    inv_operation_text(operation, INV_CHANGE_ADD, "inviteClaim", claim->text);
    return operation;
}

inv_operation *inv_claim_take_over_operation(const inv_invite *invite, const inv_use *standing,
                                             const inv_claim *claim)
{
    inv_operation *operation = inv_operation_new_modify(invite->dn);

    /* inviteUsesLeft is named as well, so that a revocation in between makes this fail */
    if (operation == NULL)
        return NULL;
    number_change(operation, INV_CHANGE_DELETE, invite->uses_left);
    number_change(operation, INV_CHANGE_ADD, invite->uses_left);
    inv_operation_text(operation, INV_CHANGE_DELETE, "inviteClaim", standing->text);
    inv_operation_text(operation, INV_CHANGE_ADD, "inviteClaim", claim->text);
    return operation;
}

char *inv_claim_use_text(const char *jid, time_t now, const char *nonce, const char *owed)
{
    char moment[INV_TIMESTAMP_SIZE];
    char *text = NULL;

    inv_timestamp_write_generalized(now, moment);
    return asprintf(&text, "%s %s %s%s%s", jid, moment, nonce, owed != NULL ? INV_USE_OWED : "",
                    owed != NULL ? owed : "") == -1
               ? NULL
               : text;
}

inv_operation *inv_claim_finish_operation(const inv_invite *invite, const char *claim_text,
                                          const char *use_text)
{
    inv_operation *operation = use_text != NULL ? inv_operation_new_modify(invite->dn) : NULL;

    if (operation == NULL)
        return NULL;
    if (claim_text != NULL)
        inv_operation_text(operation, INV_CHANGE_DELETE, "inviteClaim", claim_text);
    inv_operation_text(operation, INV_CHANGE_ADD, "inviteUsedBy", use_text);
    return operation;
}

inv_operation *inv_claim_record_operation(const inv_invite *invite, const char *use_text)
{
    inv_operation *operation = use_text != NULL ? inv_operation_new_modify(invite->dn) : NULL;
    long left = invite->uses_left;

    if (operation == NULL)
        return NULL;
    number_change(operation, INV_CHANGE_DELETE, left);
    number_change(operation, INV_CHANGE_ADD, left >= 0 ? left - 1 : left + 1);
    inv_operation_text(operation, INV_CHANGE_ADD, "inviteUsedBy", use_text);
    return operation;
}

const inv_use *inv_claim_of(const inv_invite *invite, const char *jid)
{
    for (size_t i = 0; i < invite->claim_count; i++) {
        if (inv_ascii_equal(invite->claims[i].jid, jid))
            return &invite->claims[i];
    }
    return NULL;
}

static bool still_stands(const inv_invite *invite, const inv_claim *claim)
{
    for (size_t i = 0; i < invite->claim_count; i++) {
        if (strcmp(invite->claims[i].text, claim->text) == 0)
            return true;
    }
    return false;
}

inv_result inv_claim_give_back(inv_call *call, const inv_invite *invite, const inv_claim *claim)
{
    for (;;) {
        inv_invite *current = NULL;
        inv_operation *operation = NULL;
        bool lost = false;
        inv_result result =
            inv_invite_read(call, invite->id, INV_INVITE_TERMS_AND_CLAIMS, &current);

        if (result == INV_BAD_TOKEN)
            return INV_OK;
        if (result != INV_OK)
            return result;
        if (!still_stands(current, claim)) {
            inv_invite_free(&current);
            return INV_OK;
        }
        operation = inv_operation_new_modify(current->dn);
        if (operation != NULL) {
            long left = current->uses_left;

            inv_operation_text(operation, INV_CHANGE_DELETE, "inviteClaim", claim->text);
            number_change(operation, INV_CHANGE_DELETE, left);
            number_change(operation, INV_CHANGE_ADD, left >= 0 ? left + 1 : left - 1);
        }
        result =
            inv_call_perform(call, operation, "giving the use back", INV_LDAP_NO_SUCH_ATTRIBUTE);
        lost = result == INV_OK && inv_operation_answered(operation, INV_LDAP_NO_SUCH_ATTRIBUTE);
        inv_operation_free(&operation);
        inv_invite_free(&current);
        if (!lost)
            return result;
        inv_claim_jitter(&call->deadline);
    }
}

void inv_claim_jitter(const inv_deadline *deadline)
{
    unsigned char random = 0;
    struct timespec pause = {0, 0};
    long milliseconds;

    if (RAND_bytes(&random, 1) != 1)
        ERR_clear_error();
    milliseconds = 1 + random % 20;
    if (milliseconds > inv_deadline_left(deadline))
        milliseconds = inv_deadline_left(deadline);
    pause.tv_nsec = milliseconds * 1000000;
    (void)nanosleep(&pause, NULL);
}
