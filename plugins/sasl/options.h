/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_OPTIONS_H
#define INVITEGATE_SASL_OPTIONS_H

#include <sasl/sasl.h>
#include <sasl/saslplug.h>
#include <stdbool.h>
#include <stddef.h>

#include "invitegate/verdict.h"

#define INV_SASL_ATTRIBUTES_MAX 32

/* The options of a program's SASL configuration, /etc/sasl2/PROGRAM.conf. {0} at the start. */
typedef struct inv_sasl_options {
    bool configured;   /* at least one of the options is there */
    char *conf;        /* invite_conf; NULL: the built-in path */
    char **attributes; /* invite_attributes, ends with NULL; NULL: none */
    bool plaintext;    /* invite_plaintext */
} inv_sasl_options;

/*
 * Reads the options through utils, which libsasl2 lets a plugin do in its init only: the context of
 * the process changes later. INV_CONFIG: a value is not possible; configured tells all the same.
 * INV_NO_MEMORY.
 */
inv_result inv_sasl_options_read(const sasl_utils_t *utils, inv_sasl_options *options,
                                 inv_verdict *verdict);

/* Whether invite_attributes names the attribute; the case of ASCII letters does not count. */
bool inv_sasl_options_serve(const inv_sasl_options *options, const char *attribute);

void inv_sasl_options_clear(inv_sasl_options *options);

#endif
