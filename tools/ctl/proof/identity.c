/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "invitegate/directory.h"
#include "proof.h"

/* Whom the directory takes this host for. */

/* An authzId of RFC 4513 5.2.1.8, in words; 389 DS has a space behind the colon. */
static const char *words_of(const char *authorization)
{
    if (authorization == NULL)
        return CTL_IDENTITY_UNKNOWN;
    if (strncmp(authorization, "dn:", 3) == 0)
        authorization += 3 + strspn(authorization + 3, " ");
    return authorization[0] != '\0' ? authorization : "an anonymous reader";
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
