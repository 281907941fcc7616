/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_CALL_H
#define INVITEGATE_CALL_H

#include "invitegate/config.h"
#include "invitegate/deadline.h"
#include "invitegate/directory.h"
#include "invitegate/key.h"
#include "invitegate/log.h"

/*
 * Everything one front-end call works with. A plain value; it owns nothing. For one thread; every
 * room below takes it.
 */
typedef struct inv_call {
    const inv_config *config;
    const inv_domain *domain;
    const inv_keys *keys;
    const inv_log *log; /* may be NULL */
    inv_directory *directory;
    inv_deadline deadline;
} inv_call;

#endif
