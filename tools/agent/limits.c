/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "limits.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "invitegate/secret.h"

#define SETS        1024 /* of each limit */
#define WAYS        8
#define NAME_SIZE   16
#define IPV6_PREFIX 8
#define WHO_SIZE    64
#define WHOLE       1000 /* one failure, in the unit of level */

/* level: what is left, in thousandths of a failure, at millisecond updated. */
typedef struct bucket {
    unsigned char name[NAME_SIZE];
    int64_t level;
    int64_t cost;    /* of a failure of one of those who share it */
    int64_t updated; /* 0: free */
} bucket;

struct agent_limits {
    pthread_mutex_t lock;
    unsigned char seed[32];
    inv_rate rates[AGENT_LIMIT_COUNT];
    bucket *buckets; /* AGENT_LIMIT_COUNT * SETS * WAYS */
};

inv_result agent_limits_new(const inv_agent_settings *settings, agent_limits **limits,
                            inv_verdict *verdict)
{
    agent_limits *made = calloc(1, sizeof(*made));

    *limits = NULL;
    if (made == NULL)
        return inv_verdict_no_memory(verdict);
    made->buckets = calloc((size_t)AGENT_LIMIT_COUNT * SETS * WAYS, sizeof(bucket));
    if (made->buckets == NULL) {
        free(made);
        return inv_verdict_no_memory(verdict);
    }
    if (getrandom(made->seed, sizeof(made->seed), 0) != (ssize_t)sizeof(made->seed)) {
        free(made->buckets);
        free(made);
        return inv_verdict_set(verdict, INV_CONFIG, "the kernel gives no random bytes: %s",
                               strerror(errno));
    }
    made->rates[AGENT_LIMIT_CHECK_ADDRESS] = settings->limit_checks;
    made->rates[AGENT_LIMIT_CHECK_TOKEN] = settings->limit_checks;
    made->rates[AGENT_LIMIT_REGISTRATION_ADDRESS] = settings->limit_registrations;
    made->rates[AGENT_LIMIT_REGISTRATION_TOKEN] = settings->limit_registrations;
    (void)pthread_mutex_init(&made->lock, NULL);
    *limits = made;
    return INV_OK;
}

void agent_limits_free(agent_limits **limits)
{
    if (*limits == NULL)
        return;
    (void)pthread_mutex_destroy(&(*limits)->lock);
    inv_wipe((*limits)->seed, sizeof((*limits)->seed));
    free((*limits)->buckets);
    free(*limits);
    *limits = NULL;
}

long long agent_limits_now(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The bytes that stand for an address: IPv4 whole, IPv6 by its /64, anything else as it is. */
static size_t address_bytes(const char *text, unsigned char bytes[WHO_SIZE])
{
    struct in6_addr six;
    struct in_addr four;
    size_t length = strnlen(text, WHO_SIZE - 1);

    bytes[0] = '4';
    if (inet_pton(AF_INET, text, &four) == 1) {
        memcpy(bytes + 1, &four, sizeof(four));
        return 1 + sizeof(four);
    }
    if (inet_pton(AF_INET6, text, &six) == 1) {
        if (IN6_IS_ADDR_V4MAPPED(&six)) {
            memcpy(bytes + 1, &six.s6_addr[12], sizeof(four));
            return 1 + sizeof(four);
        }
        bytes[0] = '6';
        memcpy(bytes + 1, &six, IPV6_PREFIX);
        return 1 + IPV6_PREFIX;
    }
    bytes[0] = '?';
    memcpy(bytes + 1, text, length);
    return 1 + length;
}

static bool is_address(agent_limit limit)
{
    return limit == AGENT_LIMIT_CHECK_ADDRESS || limit == AGENT_LIMIT_REGISTRATION_ADDRESS;
}

/* The keyed name; false when there is none to limit. */
static bool name_of(const agent_limits *limits, agent_limit limit, const char *who,
                    unsigned char name[NAME_SIZE])
{
    unsigned char input[sizeof(limits->seed) + WHO_SIZE];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char *bytes = input + sizeof(limits->seed);
    size_t length;

    if (who[0] == '\0')
        return false;
    memcpy(input, limits->seed, sizeof(limits->seed));
    if (is_address(limit)) {
        length = address_bytes(who, bytes);
    } else {
        length = strnlen(who, WHO_SIZE);
        memcpy(bytes, who, length);
    }
    if (EVP_Digest(input, sizeof(limits->seed) + length, digest, NULL, EVP_sha256(), NULL) != 1)
        memset(digest, 1, sizeof(digest)); /* one bucket for all is better than none */
    memcpy(name, digest, NAME_SIZE);
    inv_wipe(input, sizeof(input));
    return true;
}

/* Whole rates are small: count <= 1000000 and a day at most, far from 64 bits. */
static void refill(const inv_rate *rate, bucket *entry, int64_t now)
{
    int64_t most = (int64_t)rate->count * WHOLE;
    int64_t elapsed = now - entry->updated;
    int64_t full_after = (int64_t)rate->seconds * 1000;

    if (elapsed <= 0)
        return;
    if (elapsed >= full_after) {
        entry->level = most;
        entry->updated = now;
    } else {
        int64_t gained = elapsed * most / full_after;

        entry->level = entry->level + gained < most ? entry->level + gained : most;
        entry->updated += gained * full_after / most; /* the rest of the time is not lost */
    }
}

static bucket *find(agent_limits *limits, agent_limit limit, const unsigned char name[NAME_SIZE],
                    bool make, int64_t now)
{
    const inv_rate *rate = &limits->rates[limit];
    size_t number = ((size_t)name[0] << 8 | name[1]) % SETS;
    bucket *set = &limits->buckets[((size_t)limit * SETS + number) * WAYS];
    bucket *spare = NULL;

    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].updated != 0)
            refill(rate, &set[i], now);
        if (set[i].updated != 0 && memcmp(set[i].name, name, NAME_SIZE) == 0)
            return &set[i];
        if (spare == NULL || (set[i].updated == 0 && spare->updated != 0) ||
            (set[i].updated != 0 && spare->updated != 0 && set[i].level > spare->level))
            spare = &set[i];
    }
    if (!make)
        return NULL;
    memcpy(spare->name, name, NAME_SIZE);
    spare->level = (int64_t)rate->count * WHOLE;
    spare->cost = WHOLE;
    spare->updated = now;
    return spare;
}

bool agent_limits_allow(agent_limits *limits, agent_limit limit, const char *who, long long now)
{
    unsigned char name[NAME_SIZE];
    const bucket *entry;
    bool allowed;

    if (!name_of(limits, limit, who, name))
        return true;
    (void)pthread_mutex_lock(&limits->lock);
    entry = find(limits, limit, name, false, now);
    allowed = entry == NULL || entry->level >= entry->cost;
    (void)pthread_mutex_unlock(&limits->lock);
    return allowed;
}

void agent_limits_charge(agent_limits *limits, agent_limit limit, const char *who, unsigned sharers,
                         long long now)
{
    const int64_t cost = WHOLE / sharers;
    unsigned char name[NAME_SIZE];
    bucket *entry;

    if (!name_of(limits, limit, who, name))
        return;
    (void)pthread_mutex_lock(&limits->lock);
    entry = find(limits, limit, name, true, now);
    entry->level = entry->level >= cost ? entry->level - cost : 0;
    if (cost < entry->cost)
        entry->cost = cost;
    (void)pthread_mutex_unlock(&limits->lock);
}

/* What costs in any case costs also whoever tells no address: they are all one. */
static const char *somebody(const char *who)
{
    return who[0] != '\0' ? who : "-";
}

bool agent_limits_take(agent_limits *limits, agent_limit limit, const char *who, long long now)
{
    unsigned char name[NAME_SIZE];
    bucket *entry;
    bool taken;

    (void)name_of(limits, limit, somebody(who), name);
    (void)pthread_mutex_lock(&limits->lock);
    entry = find(limits, limit, name, true, now);
    taken = entry->level >= WHOLE;
    if (taken)
        entry->level -= WHOLE;
    (void)pthread_mutex_unlock(&limits->lock);
    return taken;
}

void agent_limits_return(agent_limits *limits, agent_limit limit, const char *who, long long now)
{
    const int64_t most = (int64_t)limits->rates[limit].count * WHOLE;
    unsigned char name[NAME_SIZE];
    bucket *entry;

    (void)name_of(limits, limit, somebody(who), name);
    (void)pthread_mutex_lock(&limits->lock);
    entry = find(limits, limit, name, true, now);
    entry->level = entry->level + WHOLE < most ? entry->level + WHOLE : most;
    (void)pthread_mutex_unlock(&limits->lock);
}
