/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_DN_H
#define INVITEGATE_DN_H

#include <stdbool.h>

/*
 * Distinguished names (RFC 4514) and values of search filters (RFC 4515), as texts. No connection
 * is needed; any thread may call.
 */

/* "attribute=value,parent" with RFC 4514 escaping. The caller frees it; NULL if memory is short. */
char *inv_dn_child(const char *attribute, const char *value, const char *parent);

/* What follows the first comma that is not escaped (RFC 4514 2.4), or NULL. */
const char *inv_dn_parent(const char *dn);

/* Both parse and are equal, RDN by RDN, without case. */
bool inv_dn_equal(const char *a, const char *b);

/* dn is parent or below it. */
bool inv_dn_within(const char *dn, const char *parent);

bool inv_dn_valid(const char *dn);

/*
 * The attribute and the unescaped value of dn's first RDN; the caller frees both. False: no DN, an
 * RDN of several values, or memory is short.
 */
bool inv_dn_leaf(const char *dn, char **attribute, char **value);

/* RFC 4515 escaping. The caller frees it; NULL if memory is short. "" gives "". */
char *inv_filter_escape(const char *value);

/*
 * The shape of a filter: parentheses, and attribute and comparison in each. Values and the names of
 * attributes are the directory's to judge.
 */
bool inv_filter_valid(const char *filter);

#define INV_FILTER_ATTRIBUTE_SIZE 128

/*
 * The next attribute that a filter compares, without options; *rest starts at the filter. False:
 * there is none.
 */
bool inv_filter_attribute(const char **rest, char attribute[INV_FILTER_ATTRIBUTE_SIZE]);

#endif
