/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names: which domain, preparation, JIDs, what templates and DNs make of them. Input: the user
 * name, and behind its first newline a template.
 */
#include <string.h>

#include "fuzz.h"
#include "invitegate/account.h"
#include "invitegate/dn.h"
#include "invitegate/jid.h"
#include "material.h"

/* Nothing of a value may end it, or the filter round it (RFC 4515 3). */
static void require_filter_safe(const inv_jid *name)
{
    char *value = inv_jid_expand(name, "%u%j%d", inv_filter_escape);

    FUZZ_REQUIRE(value != NULL && strpbrk(value, "()*") == NULL);
    for (const char *escape = strchr(value, '\\'); escape != NULL;
         escape = strchr(escape + 1, '\\'))
        FUZZ_REQUIRE(strspn(escape + 1, "0123456789abcdefABCDEF") >= 2);
    free(value);
}

static void require_dn_safe(const inv_domain *domain, const inv_jid *name)
{
    char *dn = inv_account_dn(domain, name);
    char *attribute = NULL;
    char *value = NULL;

    FUZZ_REQUIRE(dn != NULL && inv_dn_within(dn, domain->people));
    FUZZ_REQUIRE(inv_dn_leaf(dn, &attribute, &value));
    FUZZ_REQUIRE(strcmp(attribute, domain->account_rdn) == 0);
    FUZZ_REQUIRE(strcmp(value, inv_jid_local(name)) == 0);
    free(attribute);
    free(value);
    free(dn);
}

static void require_name(const inv_jid *name)
{
    const char *local = inv_jid_local(name);
    size_t length = strlen(local);
    char *jid = inv_jid_expand(name, "%u@%d", NULL);

    FUZZ_REQUIRE(length >= 1 && length <= 1023);
    FUZZ_REQUIRE(strpbrk(local, "\"&'/:<>@ ") == NULL);
    for (size_t i = 0; i < length; i++)
        FUZZ_REQUIRE((unsigned char)local[i] > 0x20 && local[i] != 0x7f);
    FUZZ_REQUIRE(jid != NULL && strcmp(jid, inv_jid_text(name)) == 0);
    require_filter_safe(name);
    free(jid);
}

/* Servers and directories prepare again what was prepared: that must change nothing. */
static void require_stable(const inv_jid *name)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *again = NULL;

    if (inv_jid_parse(inv_jid_text(name), &again, &verdict) == INV_OK)
        FUZZ_REQUIRE(inv_jid_equal(name, again));
    inv_jid_free(&again);
}

static void expand(const inv_jid *name, const char *template_text)
{
    char *plain = inv_jid_expand(name, template_text, NULL);
    char *escaped = inv_jid_expand(name, template_text, inv_filter_escape);

    FUZZ_REQUIRE(plain != NULL && escaped != NULL);
    free(plain);
    free(escaped);
}

static void prepare(const inv_domain *domain, const char *user, size_t length,
                    const char *template_text)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    inv_result result = inv_jid_prepare(domain, user, length, &name, &verdict);

    FUZZ_REQUIRE(result == INV_OK || result == INV_NAME_INVALID);
    FUZZ_REQUIRE((name != NULL) == (result == INV_OK));
    if (result == INV_OK) {
        FUZZ_REQUIRE(strcmp(inv_jid_domain(name), domain->name) == 0);
        require_name(name);
        require_dn_safe(domain, name);
        require_stable(name);
        expand(name, template_text);
        (void)inv_jid_check_reserved(domain, name, &verdict);
    } else {
        fuzz_require_verdict(&verdict, result);
    }
    inv_jid_free(&name);
}

static void parse_jid(const char *text)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    inv_result result = inv_jid_parse(text, &name, &verdict);

    FUZZ_REQUIRE(result == INV_OK || result == INV_NAME_INVALID);
    FUZZ_REQUIRE((name != NULL) == (result == INV_OK));
    if (result == INV_OK) {
        require_name(name);
        require_stable(name);
    }
    inv_jid_free(&name);
}

static void find_domain(const char *user, size_t length, const char *option,
                        const char *template_text)
{
    const struct fuzz_material *material = fuzz_material();
    inv_verdict verdict = INV_VERDICT_INIT;
    const inv_domain *domain = NULL;
    size_t local_length = 0;
    inv_result result = inv_user_find_domain(material->config, &(inv_user){user, length, option},
                                             &domain, &local_length, &verdict);

    FUZZ_REQUIRE((domain != NULL) == (result == INV_OK));
    if (result != INV_OK)
        return;
    FUZZ_REQUIRE(local_length <= length);
    FUZZ_REQUIRE(local_length == length || user[local_length] == '@');
    prepare(domain, user, local_length, template_text);
}

/* As strndup, which the strict string checks of the sanitizer want to end in a NUL as well. */
static char *terminated(const void *bytes, size_t length)
{
    char *text = calloc(length + 1, 1);

    FUZZ_REQUIRE(text != NULL);
    if (length > 0)
        memcpy(text, bytes, length);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fuzz_material *material = fuzz_material();
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t length = newline != NULL ? (size_t)(newline - data) : size;
    char *user = malloc(length > 0 ? length : 1); /* no NUL behind it */
    char *template_text = NULL;
    char *text = NULL;

    FUZZ_REQUIRE(user != NULL);
    if (length > 0)
        memcpy(user, data, length);
    text = terminated(user, length);
    template_text =
        newline != NULL ? terminated(newline + 1, size - length - 1) : terminated("%u", 2);
    find_domain(user, length, NULL, template_text);
    find_domain(user, length, "example.org", template_text);
    find_domain(user, length, template_text, "%u");
    prepare(material->ssha512, user, length, template_text);
    parse_jid(text);
    free(text);
    free(template_text);
    free(user);
    return 0;
}
