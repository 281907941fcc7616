/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SCHEMA_H
#define INVITEGATE_SCHEMA_H

#include "invitegate/call.h"

/*
 * Reads the subschema entry of RFC 4512 4.2 with attributeTypes and objectClasses. *search: it has
 * one entry, and is the caller's to free; NULL where the server does not show its schema. INV_OK,
 * or no verdict.
 */
inv_result inv_schema_read(inv_call *call, inv_operation **search);

/*
 * The definition of an attribute or a class, by one of its names or its OID, as that entry has it;
 * NULL: there is none. kind: attributeTypes or objectClasses.
 */
const char *inv_schema_definition(const inv_entry *entry, const char *kind, const char *name);

#endif
