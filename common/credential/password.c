/* SPDX-License-Identifier: BSD-2-Clause */
#include "password.h"

#include <string.h>

#include "invitegate/token.h"
#include "invitegate/utf8.h"
#include "saslprep.h"
#include "user_password.h"

static inv_result refuse(inv_verdict *verdict, const char *text)
{
    inv_verdict_set_text(verdict, text);
    return inv_verdict_set(verdict, INV_PASSWORD_REFUSED, "%s", verdict->text);
}

/* The longest that domain can keep of the prepared password. */
static inv_result check_length(const inv_domain *domain, const inv_secret *prepared,
                               inv_verdict *verdict)
{
    size_t length = inv_secret_length(prepared);

    if (length > INV_PASSWORD_MAX)
        return refuse(verdict, "The password is too long: at most 1024 bytes.");
    if ((domain->verifiers & INV_VERIFIER_CRYPT) != 0 && length > INV_CRYPT_PASSWORD_MAX)
        return refuse(verdict, "The password is too long: at most 511 bytes.");
    return INV_OK;
}

inv_result inv_password_prepare_new(const inv_domain *domain, const inv_secret *password,
                                    inv_secret **prepared, inv_verdict *verdict)
{
    inv_result result = inv_saslprep(password, true, prepared);

    if (result == INV_NO_MEMORY)
        return inv_verdict_no_memory(verdict);
    if (result != INV_OK)
        return refuse(verdict, "The password has characters that cannot be used here, such as "
                               "control characters or emoji.");
    result = check_length(domain, *prepared, verdict);
    if (result != INV_OK)
        inv_secret_free(prepared);
    return result;
}

inv_result inv_password_prepare(const inv_secret *password, inv_secret **prepared)
{
    inv_result result = INV_PASSWORD_REFUSED;

    *prepared = NULL;
    if (inv_secret_length(password) <= INV_PASSWORD_TYPED_MAX)
        result = inv_saslprep(password, false, prepared);
    if (result != INV_PASSWORD_REFUSED)
        return result;
    *prepared = inv_secret_new(inv_secret_bytes(password), inv_secret_length(password));
    return *prepared != NULL ? INV_OK : INV_NO_MEMORY;
}

/* {word}: a directory would take what follows for a hash made elsewhere. */
static bool looks_hashed(const char *bytes, size_t length)
{
    return bytes[0] == '{' && memchr(bytes, '}', length) != NULL;
}

/* What the prepared password, which is the one that is kept, must not begin with. */
static inv_result check_beginning(const inv_domain *domain, const inv_keys *keys,
                                  const inv_secret *prepared, inv_verdict *verdict)
{
    const char *bytes = inv_secret_bytes(prepared);
    size_t length = inv_secret_length(prepared);

    if ((domain->verifiers & INV_VERIFIER_SERVER) != 0 && looks_hashed(bytes, length))
        return refuse(verdict, "The password must not start with a word in braces {}.");
    if (inv_token_leads(keys, domain->name, bytes, length))
        return refuse(verdict, "The password must not start with the invite's token: choose one "
                               "of your own.");
    return INV_OK;
}

inv_result inv_password_check(const inv_domain *domain, const inv_keys *keys,
                              const inv_secret *password, inv_verdict *verdict)
{
    const char *bytes = inv_secret_bytes(password);
    size_t length = inv_secret_length(password);
    inv_secret *prepared = NULL;
    inv_result result;

    if (length == 0)
        return refuse(verdict, "Please use a longer password."); /* words that XMPP clients know */
    if (length > INV_PASSWORD_TYPED_MAX)
        return refuse(verdict, "The password is too long: at most 1024 bytes.");
    if (memchr(bytes, '\0', length) != NULL)
        return refuse(verdict, "The password has a NUL character in it.");
    if (!inv_utf8_valid(bytes, length))
        return refuse(verdict, "The password is not UTF-8 text.");
    result = inv_password_prepare_new(domain, password, &prepared, verdict);
    if (result == INV_OK)
        result = check_beginning(domain, keys, prepared, verdict);
    inv_secret_free(&prepared);
    return result;
}
