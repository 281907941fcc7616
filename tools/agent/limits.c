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

#define SETS        1024 /* of buckets, in each table */
#define WAYS        8
#define TABLES      (AGENT_LIMIT_COUNT + 5)
#define ADDRESS_MAX 17 /* a letter and an address */
#define TEXT_MAX    1024
#define HEX_SIZE    ((size_t)2 * AGENT_DIGEST_SIZE)
#define WHOLE       1000 /* one failure, in the unit of level */
#define COUNT_MAX   (100 * 1000000)

/* Bytes of an IPv6 address that count. */
enum { PREFIX_LINK = 64 / 8, PREFIX_SITE = 48 / 8 };

/* The tables of the limits come first, and behind them those of the /48s. */
enum {
    TABLE_CHECK_SITE = AGENT_LIMIT_COUNT,
    TABLE_REGISTRATION_SITE,
    TABLE_LOGIN_SITE,
    TABLE_PAIR_SITE,
    TABLE_VERIFIERS_SITE,
};

/* level: failures that are left, in thousandths, at millisecond updated. */
typedef struct bucket {
    unsigned char name[AGENT_DIGEST_SIZE];
    int64_t level;
    int64_t cost;    /* of one failure, less where people share the token */
    int64_t updated; /* 0: free */
} bucket;

struct agent_limits {
    pthread_mutex_t lock;
    unsigned char seed[32];
    inv_rate rates[TABLES];
    bucket *buckets; /* TABLES * SETS * WAYS */
};

/*
 * The buckets that a limit looks at: of the address or token, and for IPv6 that of its /48 as well.
 */
typedef struct places {
    size_t count;
    size_t tables[2];
    unsigned char names[2][AGENT_DIGEST_SIZE];
} places;

/* The table of the /48s that a limit of addresses has; 0: it is of something else. */
static size_t site_table(agent_limit limit)
{
    switch (limit) {
    case AGENT_LIMIT_CHECK_ADDRESS:
        return TABLE_CHECK_SITE;
    case AGENT_LIMIT_REGISTRATION_ADDRESS:
        return TABLE_REGISTRATION_SITE;
    case AGENT_LIMIT_LOGIN_ADDRESS:
        return TABLE_LOGIN_SITE;
    case AGENT_LIMIT_LOGIN_PAIR:
        return TABLE_PAIR_SITE;
    case AGENT_LIMIT_VERIFIERS_ADDRESS:
        return TABLE_VERIFIERS_SITE;
    case AGENT_LIMIT_CHECK_TOKEN:
    case AGENT_LIMIT_REGISTRATION_TOKEN:
        break;
    }
    return 0;
}

/* As far as refill can reckon with it. */
static inv_rate times(inv_rate rate, unsigned number)
{
    rate.count = rate.count > COUNT_MAX / number ? COUNT_MAX : rate.count * number;
    return rate;
}

void agent_limits_set(agent_limits *limits, const inv_agent_settings *settings)
{
    inv_rate *rates = limits->rates;

    (void)pthread_mutex_lock(&limits->lock);
    rates[AGENT_LIMIT_CHECK_ADDRESS] = settings->limit_checks;
    rates[AGENT_LIMIT_CHECK_TOKEN] = settings->limit_checks;
    rates[AGENT_LIMIT_REGISTRATION_ADDRESS] = settings->limit_registrations;
    rates[AGENT_LIMIT_REGISTRATION_TOKEN] = settings->limit_registrations;
    rates[AGENT_LIMIT_LOGIN_ADDRESS] = times(settings->limit_checks, AGENT_LOGIN_TIMES);
    rates[AGENT_LIMIT_LOGIN_PAIR] = settings->limit_checks;
    rates[AGENT_LIMIT_VERIFIERS_ADDRESS] = times(settings->limit_checks, AGENT_VERIFIERS_TIMES);
    for (agent_limit limit = 0; limit < AGENT_LIMIT_COUNT; limit++) {
        if (site_table(limit) != 0)
            rates[site_table(limit)] = times(rates[limit], AGENT_SITE_TIMES);
    }
    (void)pthread_mutex_unlock(&limits->lock);
}

inv_result agent_limits_new(const inv_agent_settings *settings, agent_limits **limits,
                            inv_verdict *verdict)
{
    agent_limits *made = calloc(1, sizeof(*made));

    *limits = NULL;
    if (made == NULL)
        return inv_verdict_no_memory(verdict);
    made->buckets = calloc((size_t)TABLES * SETS * WAYS, sizeof(bucket));
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
    (void)pthread_mutex_init(&made->lock, NULL);
    agent_limits_set(made, settings);
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

/* --------------------------------------------------------------------------------------- names */

static void digest(const agent_limits *limits, const unsigned char *bytes, size_t length,
                   unsigned char name[AGENT_DIGEST_SIZE])
{
    unsigned char input[sizeof(limits->seed) + 1 + TEXT_MAX];
    unsigned char whole[EVP_MAX_MD_SIZE];

    memcpy(input, limits->seed, sizeof(limits->seed));
    memcpy(input + sizeof(limits->seed), bytes, length);
    if (EVP_Digest(input, sizeof(limits->seed) + length, whole, NULL, EVP_sha256(), NULL) != 1)
        memset(whole, 1, sizeof(whole)); /* one bucket for all is better than none */
    memcpy(name, whole, AGENT_DIGEST_SIZE);
    inv_wipe(input, sizeof(input));
}

void agent_limits_digest(const agent_limits *limits, char kind, const char *text,
                         unsigned char name[AGENT_DIGEST_SIZE])
{
    unsigned char bytes[1 + TEXT_MAX];
    size_t length = strnlen(text, TEXT_MAX);

    bytes[0] = (unsigned char)kind;
    memcpy(bytes + 1, text, length);
    digest(limits, bytes, 1 + length, name);
}

/*
 * The bytes of an IPv4 address, in either form, or the first prefix bytes of an IPv6 one, behind a
 * letter; 0: text is neither.
 */
static size_t address_bytes(const char *text, size_t prefix, unsigned char bytes[ADDRESS_MAX])
{
    struct in6_addr six;
    struct in_addr four;

    bytes[0] = '4';
    if (inet_pton(AF_INET, text, &four) == 1) {
        memcpy(bytes + 1, &four, sizeof(four));
        return 1 + sizeof(four);
    }
    if (inet_pton(AF_INET6, text, &six) != 1)
        return 0;
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
        memcpy(bytes + 1, &six.s6_addr[12], sizeof(four));
        return 1 + sizeof(four);
    }
    bytes[0] = prefix == PREFIX_SITE ? 's' : '6';
    memcpy(bytes + 1, &six, prefix);
    return 1 + prefix;
}

void agent_limits_digest_address(const agent_limits *limits, const char *address,
                                 unsigned char name[AGENT_DIGEST_SIZE])
{
    unsigned char bytes[ADDRESS_MAX];
    size_t length = address_bytes(address, PREFIX_SITE, bytes);

    if (length > 0)
        digest(limits, bytes, length, name);
    else
        agent_limits_digest(limits, '?', address, name);
}

static void write_hex(const unsigned char name[AGENT_DIGEST_SIZE], char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < AGENT_DIGEST_SIZE; i++) {
        *text++ = digits[name[i] >> 4];
        *text++ = digits[name[i] & 0x0f];
    }
    *text = '\0';
}

/* As much as prefix tells of an address, in hex. Whole texts of what is no IP address. */
static void write_address(const agent_limits *limits, const char *address, size_t prefix,
                          char *text)
{
    unsigned char bytes[ADDRESS_MAX];
    unsigned char part[AGENT_DIGEST_SIZE];
    size_t length = address_bytes(address, prefix, bytes);

    if (length > 0)
        digest(limits, bytes, length, part);
    else
        agent_limits_digest(limits, '?', address, part);
    write_hex(part, text);
}

/* The /64, the name and the /48, where there are such: each two neighbours are a bucket. */
void agent_limits_pair(const agent_limits *limits, const char *address, const char *name,
                       char who[AGENT_PAIR_SIZE])
{
    unsigned char part[AGENT_DIGEST_SIZE];

    write_address(limits, address, PREFIX_LINK, who);
    agent_limits_digest(limits, 'n', name, part);
    write_hex(part, who + HEX_SIZE);
    write_address(limits, address, PREFIX_SITE, who + 2 * HEX_SIZE);
}

/* An address without a /48 has the same text twice. */
static places places_of_pair(const agent_limits *limits, const char *who)
{
    const bool has_site = strncmp(who, who + 2 * HEX_SIZE, HEX_SIZE) != 0;
    places found = {.count = has_site ? 2 : 1, .tables = {AGENT_LIMIT_LOGIN_PAIR, TABLE_PAIR_SITE}};

    digest(limits, (const unsigned char *)who, 2 * HEX_SIZE, found.names[0]);
    digest(limits, (const unsigned char *)who + HEX_SIZE, 2 * HEX_SIZE, found.names[1]);
    return found;
}

/* The buckets of an address, a token or a pair; none for "". */
static places places_of(const agent_limits *limits, agent_limit limit, const char *who)
{
    const size_t sites = site_table(limit);
    unsigned char bytes[ADDRESS_MAX];
    places found = {.count = 0};
    size_t length;

    if (who[0] == '\0')
        return found;
    if (limit == AGENT_LIMIT_LOGIN_PAIR)
        return places_of_pair(limits, who);
    found.tables[0] = limit;
    found.count = 1;
    length = sites != 0 ? address_bytes(who, PREFIX_LINK, bytes) : 0;
    if (length == 0) {
        agent_limits_digest(limits, '?', who, found.names[0]);
        return found;
    }
    digest(limits, bytes, length, found.names[0]);
    if (bytes[0] == '4')
        return found;
    found.tables[1] = sites;
    length = address_bytes(who, PREFIX_SITE, bytes);
    digest(limits, bytes, length, found.names[1]);
    found.count = 2;
    return found;
}

/* -------------------------------------------------------------------------------------- buckets */

/* No overflow: rates have a count of at most COUNT_MAX and a day at most, below 64 bits. */
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
        entry->updated += gained * full_after / most; /* time without gain counts later */
    }
}

static bucket *find(agent_limits *limits, const places *where, size_t number, bool make,
                    int64_t now)
{
    const size_t table = where->tables[number];
    const unsigned char *name = where->names[number];
    const inv_rate *rate = &limits->rates[table];
    size_t row = ((size_t)name[0] << 8 | name[1]) % SETS;
    bucket *set = &limits->buckets[(table * SETS + row) * WAYS];
    bucket *spare = NULL;

    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].updated != 0)
            refill(rate, &set[i], now);
        if (set[i].updated != 0 && memcmp(set[i].name, name, AGENT_DIGEST_SIZE) == 0)
            return &set[i];
        if (spare == NULL || (set[i].updated == 0 && spare->updated != 0) ||
            (set[i].updated != 0 && spare->updated != 0 && set[i].level > spare->level))
            spare = &set[i];
    }
    if (!make)
        return NULL;
    memcpy(spare->name, name, AGENT_DIGEST_SIZE);
    spare->level = (int64_t)rate->count * WHOLE;
    spare->cost = WHOLE;
    spare->updated = now;
    return spare;
}

bool agent_limits_allow(agent_limits *limits, agent_limit limit, const char *who, long long now)
{
    const places where = places_of(limits, limit, who);
    bool allowed = true;

    (void)pthread_mutex_lock(&limits->lock);
    for (size_t i = 0; i < where.count; i++) {
        const bucket *entry = find(limits, &where, i, false, now);

        allowed = allowed && (entry == NULL || entry->level >= entry->cost);
    }
    (void)pthread_mutex_unlock(&limits->lock);
    return allowed;
}

void agent_limits_charge(agent_limits *limits, agent_limit limit, const char *who, unsigned sharers,
                         long long now)
{
    const places where = places_of(limits, limit, who);
    const int64_t cost = WHOLE / sharers;

    (void)pthread_mutex_lock(&limits->lock);
    for (size_t i = 0; i < where.count; i++) {
        bucket *entry = find(limits, &where, i, true, now);

        entry->level = entry->level >= cost ? entry->level - cost : 0;
        if (cost < entry->cost)
            entry->cost = cost;
    }
    (void)pthread_mutex_unlock(&limits->lock);
}

/* Requests without an address share one bucket where each request costs. */
static const char *somebody(const char *who)
{
    return who[0] != '\0' ? who : "-";
}

bool agent_limits_take(agent_limits *limits, agent_limit limit, const char *who, long long now)
{
    const places where = places_of(limits, limit, somebody(who));
    bucket *entries[2];
    bool taken = true;

    (void)pthread_mutex_lock(&limits->lock);
    for (size_t i = 0; i < where.count; i++) {
        entries[i] = find(limits, &where, i, true, now);
        taken = taken && entries[i]->level >= WHOLE;
    }
    for (size_t i = 0; taken && i < where.count; i++)
        entries[i]->level -= WHOLE;
    (void)pthread_mutex_unlock(&limits->lock);
    return taken;
}

void agent_limits_return(agent_limits *limits, agent_limit limit, const char *who, long long now)
{
    const places where = places_of(limits, limit, somebody(who));

    (void)pthread_mutex_lock(&limits->lock);
    for (size_t i = 0; i < where.count; i++) {
        const int64_t most = (int64_t)limits->rates[where.tables[i]].count * WHOLE;
        bucket *entry = find(limits, &where, i, true, now);

        entry->level = entry->level + WHOLE < most ? entry->level + WHOLE : most;
    }
    (void)pthread_mutex_unlock(&limits->lock);
}
