/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_STORED_VALUE_H
#define INVITEGATE_TESTS_STORED_VALUE_H

#include <stddef.h>

#include "invitegate/verifier.h"

/* Values of userPassword and authPassword, as text. What fails here fails the test that runs. */

/* Whether a value is that of this password, whose bytes may be any; or one that ends with NUL. */
inv_match stored_value_matches(const char *stored, const char *password, size_t length);
inv_match stored_value_matches_text(const char *stored, const char *password);

/* A part of a value in Base64, which must have so many bytes. */
void stored_value_read(const char *text, size_t length, unsigned char *bytes, size_t size);

#endif
