/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/stored_value.h"

#include <check.h>
#include <string.h>

#include "common/base/encoding.h"

inv_match stored_value_matches(const char *stored, const char *password, size_t length)
{
    inv_secret *secret = inv_secret_new(password, length);
    inv_match matched;

    ck_assert_ptr_nonnull(secret);
    matched = inv_verifier_match(stored, strlen(stored), secret);
    inv_secret_free(&secret);
    return matched;
}

inv_match stored_value_matches_text(const char *stored, const char *password)
{
    return stored_value_matches(stored, password, strlen(password));
}

void stored_value_read(const char *text, size_t length, unsigned char *bytes, size_t size)
{
    size_t count;

    ck_assert(inv_base64_read(text, length, bytes, size, &count));
    ck_assert_uint_eq(count, size);
}
