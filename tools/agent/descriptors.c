/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "descriptors.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "places.h"

/*
 * Standard ones, listener, signals, answers, the log, files of configuration and NSS, and some
 * spare.
 */
#define DESCRIPTORS_OF_PROCESS 32
/*
 * A connection to the directory, one to prove a password, the two ends of a PAM process's socket;
 * and as many once more, since after a reload the workers of the configuration before may still be
 * at work.
 */
#define DESCRIPTORS_OF_WORKER 8

inv_result agent_descriptors_ensure(unsigned workers, inv_verdict *verdict)
{
    const rlim_t needed =
        DESCRIPTORS_OF_PROCESS + AGENT_PLACES_MAX + (rlim_t)workers * DESCRIPTORS_OF_WORKER;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return inv_verdict_set(verdict, INV_CONFIG, "cannot read the limit of descriptors: %s",
                               strerror(errno));
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= needed)
        return INV_OK;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < needed)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%u workers and %d clients need %lu descriptors, and %lu are "
                               "allowed: raise the limit (ulimit -Hn, LimitNOFILE=) or have fewer "
                               "workers",
                               workers, AGENT_PLACES_MAX, (unsigned long)needed,
                               (unsigned long)limit.rlim_max);
    limit.rlim_cur = needed;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return inv_verdict_set(verdict, INV_CONFIG, "cannot raise the limit of descriptors: %s",
                               strerror(errno));
    return INV_OK;
}
