/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "invitegate/directory.h"
#include "proof.h"

/* Whom the directory takes this host for. */

/* An authzId of RFC 4513 5.2.1.8, in words. */
static const char *words_of(const char *authorization)
{
    if (authorization == NULL)
        return CTL_IDENTITY_UNKNOWN;
    if (authorization[0] == '\0' || strcmp(authorization, "dn:") == 0)
        return "an anonymous reader";
    return strncmp(authorization, "dn:", 3) == 0 ? authorization + 3 : authorization;
}

inv_result ctl_proof_identity(ctl_proof *proof, char *text, size_t size)
{
    inv_operation *question = inv_operation_new_who_am_i();
    inv_result result = ctl_proof_run(proof, proof->call->directory, question);
    const char *words = CTL_IDENTITY_UNKNOWN;

    if (result == INV_OK && inv_operation_answered(question, INV_LDAP_SUCCESS))
        words = words_of(question->authorization);
    (void)snprintf(text, size, "%s", words);
    inv_operation_free(&question);
    return result;
}
