/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CONFIG_KEYS_H
#define INVITEGATE_COMMON_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/config.h"

/* The keys of invitegate.conf: one row each, and the parsers of their values. */

#define INV_CONFIG_REASON_SIZE 160

/*
 * Reads value into *field (zeroed before). INV_OK, INV_NO_MEMORY, or INV_CONFIG, with reason filled
 * where it can say more than the row's expectation. What is left in *field is freed with the
 * config.
 */
typedef inv_result (*inv_config_parser)(const char *value, void *field,
                                        char reason[INV_CONFIG_REASON_SIZE]);

typedef struct inv_config_row {
    const char *section; /* directory, tokens, log, domain, agent */
    const char *key;
    size_t offset; /* of the field in what the section is read into */
    inv_config_parser parser;
    const char *preset;   /* the default, parsed like a value; NULL: the key is required */
    const char *expected; /* completes "must be " */
} inv_config_row;

/* Ends with a row without section. */
const inv_config_row *inv_config_rows(void);

/* The parsers, in values.c and lists.c. The type of each one's field follows it. */
inv_result inv_config_parse_boolean(const char *, void *, char *);          /* bool */
inv_result inv_config_parse_starttls(const char *, void *, char *);         /* bool */
inv_result inv_config_parse_bind(const char *, void *, char *);             /* inv_bind_method */
inv_result inv_config_parse_log_target(const char *, void *, char *);       /* bool */
inv_result inv_config_parse_log_level(const char *, void *, char *);        /* inv_log_level */
inv_result inv_config_parse_inviter_gone(const char *, void *, char *);     /* bool */
inv_result inv_config_parse_timeout(const char *, void *, char *);          /* long */
inv_result inv_config_parse_duration(const char *, void *, char *);         /* long */
inv_result inv_config_parse_rate(const char *, void *, char *);             /* inv_rate */
inv_result inv_config_parse_mode(const char *, void *, char *);             /* mode_t */
inv_result inv_config_parse_workers(const char *, void *, char *);          /* unsigned */
inv_result inv_config_parse_open_invites(const char *, void *, char *);     /* unsigned */
inv_result inv_config_parse_scram_iterations(const char *, void *, char *); /* unsigned */
inv_result inv_config_parse_path(const char *, void *, char *);             /* char * */
inv_result inv_config_parse_optional_path(const char *, void *, char *);    /* char * */
inv_result inv_config_parse_socket(const char *, void *, char *);           /* char * */
inv_result inv_config_parse_word(const char *, void *, char *);             /* char *, may be "" */
inv_result inv_config_parse_text(const char *, void *, char *);             /* char * */
inv_result inv_config_parse_landing_url(const char *, void *, char *);      /* char * */
inv_result inv_config_parse_dn(const char *, void *, char *);               /* char * */
inv_result inv_config_parse_optional_dn(const char *, void *, char *);      /* char * */
inv_result inv_config_parse_attribute(const char *, void *, char *);        /* char * */
inv_result inv_config_parse_filter(const char *, void *, char *);           /* char * */
inv_result inv_config_parse_optional_filter(const char *, void *, char *);  /* char * */
inv_result inv_config_parse_name_filter(const char *, void *, char *);      /* char * */
inv_result inv_config_parse_group_filter(const char *, void *, char *);     /* char * */
inv_result inv_config_parse_name_pattern(const char *, void *, char *);     /* inv_domain */
inv_result inv_config_parse_uris(const char *, void *, char *);             /* char ** */
inv_result inv_config_parse_words(const char *, void *, char *);            /* char ** */
inv_result inv_config_parse_dns(const char *, void *, char *);              /* char ** */
inv_result inv_config_parse_classes(const char *, void *, char *);          /* char ** */
inv_result inv_config_parse_attributes(const char *, void *, char *);       /* inv_domain */
inv_result inv_config_parse_verifiers(const char *, void *, char *);        /* unsigned */

/* Shared by the parsers. */
bool inv_config_is_dn(const char *text);

/* text has no % but those of %u %d %j %%, else reason tells which; *names_user: it has %u or %j. */
bool inv_config_is_template(const char *text, bool *names_user,
                            char reason[INV_CONFIG_REASON_SIZE]);

#endif
