/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CONFIG_NAME_FILTER_H
#define INVITEGATE_COMMON_CONFIG_NAME_FILTER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The other way round than a lookup: which name an entry has, by the attributes that name_filter
 * compares with one. Only a search by name_filter itself tells whether the entry holds that name.
 */

#define NAME_ATTRIBUTE_SIZE 64
#define NAME_KEYS_MAX       8

/* One assertion of name_filter, such as "(uid=%u)" or "(mail=%j)". */
typedef struct name_key {
    char attribute[NAME_ATTRIBUTE_SIZE];
    const char *before; /* the template in front of the name, not terminated; of the filter */
    size_t before_length;
    const char *after; /* and behind it */
    size_t after_length;
    bool whole; /* the name is a JID of the domain: "@" and the domain come behind the local part */
} name_key;

/*
 * The assertions that tell names: those that compare an attribute with %u and nothing else, as
 * uid; only where there is none, those with %j or %u@%d, as mail. What else a filter compares tells
 * who is no person of the domain, or keeps addresses from being given twice. xmppJid is left out:
 * an entry that has one needs no name from elsewhere.
 */
typedef struct name_keys {
    name_key list[NAME_KEYS_MAX];
    size_t count;
} name_keys;

/* name_filter has to live as long as *keys. */
void name_keys_read(const char *name_filter, name_keys *keys);

/*
 * *local: the local part that a value of the key's attribute means in that domain, not prepared, to
 * be freed; NULL: none, as an address of another domain. False: memory is short.
 */
bool name_key_local(const name_key *key, const char *domain, const char *value, char **local);

#endif
