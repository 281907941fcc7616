/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_CALL_H
#define INVITEGATE_CALL_H

#include "invitegate/config.h"
#include "invitegate/deadline.h"
#include "invitegate/directory.h"
#include "invitegate/key.h"
#include "invitegate/log.h"
#include "invitegate/name.h"

/*
 * What a front end knows of a name that nobody holds in the directory: whether it is somebody's all
 * the same, elsewhere on its host. INV_OK: not that it knew; INV_NAME_RESERVED; or no verdict.
 */
typedef inv_result inv_name_claimed_elsewhere(void *context, const inv_name *name,
                                              inv_verdict *verdict);

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
    /*
     * Asked once a name that is to be registered was found free and before a use is claimed, by a
     * check too; NULL: nobody is. The deadline stands still meanwhile.
     */
    inv_name_claimed_elsewhere *claimed_elsewhere;
    void *elsewhere; /* its context */
} inv_call;

#endif
