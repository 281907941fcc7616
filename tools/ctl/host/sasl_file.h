/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_SASL_FILE_H
#define INVITEGATE_TOOLS_HOST_SASL_FILE_H

#include "text.h"

/* The options of Cyrus SASL that matter here; the names in their file are these words. */
typedef enum ctl_sasl_key {
    CTL_SASL_PWCHECK_METHOD,
    CTL_SASL_MECH_LIST,
    CTL_SASL_AUXPROP_PLUGIN,
    CTL_SASL_SASLAUTHD_PATH,
    CTL_SASL_AUTO_TRANSITION,
    CTL_SASL_INVITE_CONF,
    CTL_SASL_INVITE_ATTRIBUTES,
    CTL_SASL_INVITE_PLAINTEXT,
    CTL_SASL_KEYS,
} ctl_sasl_key;

/* A file of options, of one program. */
typedef struct ctl_sasl_file {
    ctl_text text;
    const char *values[CTL_SASL_KEYS]; /* NULL: not set; the first counts, as in libsasl2 */
    ctl_place places[CTL_SASL_KEYS];   /* the file, where it is not set */
    bool ours;                         /* it names libinvite.so in one way or another */
} ctl_sasl_file;

/*
 * Reads a file, below the root; prefix: what names of options begin with there ("sasl_"), or "".
 * What libsasl2 does not understand, and options that are misspelt, are findings where the file is
 * ours. ctl_sasl_file_clear is always allowed afterwards.
 */
ctl_sight ctl_sasl_file_read(ctl_host *host, const char *path, const char *prefix,
                             ctl_sasl_file *file);
void ctl_sasl_file_clear(ctl_sasl_file *file);

/* Whether a list of words has the word; letter case does not count. */
bool ctl_sasl_lists(const char *list, const char *word);

#endif
