/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/directory.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "libldap.h"
#include "refused.h"
#include "short_memory.h"
#include "sigpipe.h"

struct inv_directory {
    const inv_directory_driver *driver;
    void *self;
    char *key; /* settings and identity; NULL: never kept */
    bool connected;
    unsigned connection; /* counts them */
    bool healthy;        /* every request on it was answered */
    short_memory memory; /* of this connection */
};

/* As many as threads of one process ask at once, in all but the busiest. */
#define KEPT_MAX 8

/* The connections a process keeps between calls; the last one was used last. */
static struct {
    pthread_mutex_t lock;
    size_t count;
    inv_directory *idle[KEPT_MAX];
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Connected, and the socket is still the one that this process, as this user, connected. */
static bool is_usable(const inv_directory *directory)
{
    return directory->connected &&
           (directory->driver->is_own == NULL || directory->driver->is_own(directory->self));
}

static void disconnect(inv_directory *directory)
{
    if (directory->connected)
        directory->driver->close(directory->self);
    directory->connected = false;
    short_memory_clear(&directory->memory);
}

void inv_directory_free(inv_directory **directory)
{
    if (*directory == NULL)
        return;
    disconnect(*directory);
    (*directory)->driver->free((*directory)->self);
    free((*directory)->key);
    free(*directory);
    *directory = NULL;
}

inv_directory *inv_directory_new_driver(const inv_directory_driver *driver, void *self)
{
    inv_directory *directory = calloc(1, sizeof(*directory));

    if (directory == NULL) {
        driver->free(self);
        return NULL;
    }
    directory->driver = driver;
    directory->self = self;
    directory->healthy = true;
    return directory;
}

void inv_directory_swap_driver(inv_directory *directory, const inv_directory_driver **driver,
                               void **self)
{
    const inv_directory_driver *old_driver = directory->driver;
    void *old_self = directory->self;

    directory->driver = *driver;
    directory->self = *self;
    *driver = old_driver;
    *self = old_self;
}

/* Owns self from here on; NULL is one that there was no memory for. */
static inv_result over_libldap(void *self, inv_directory **directory, inv_verdict *verdict)
{
    *directory = self != NULL ? inv_directory_new_driver(&libldap_driver, self) : NULL;
    return *directory != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

inv_result inv_directory_new(const inv_directory_settings *settings, const char *bind_dn,
                             const inv_secret *password, inv_directory **directory,
                             inv_verdict *verdict)
{
    libldap_identity identity = bind_dn != NULL ? LIBLDAP_SIMPLE : LIBLDAP_CONFIGURED;

    return over_libldap(libldap_new(settings, identity, bind_dn, password), directory, verdict);
}

inv_result inv_directory_new_anonymous(const inv_directory_settings *settings,
                                       inv_directory **directory, inv_verdict *verdict)
{
    return over_libldap(libldap_new(settings, LIBLDAP_ANONYMOUS, NULL, NULL), directory, verdict);
}

/*
 * Tells whose connection it is: two calls share one only when these agree. NULL when memory is
 * short.
 */
static char *settings_key(const inv_directory_settings *settings)
{
    const char *parts[] = {settings->uris[0], settings->bind_dn, settings->bind_password_file,
                           settings->ca_file, settings->starttls ? "starttls" : "plain"};
    size_t size = 3;
    char *key;
    char *end;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        size += strlen(parts[i]) + 1;
    key = malloc(size);
    if (key == NULL)
        return NULL;
    end = key;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        end = stpcpy(end, parts[i]);
        *end++ = '\n';
    }
    *end++ = settings->bind == INV_BIND_EXTERNAL ? 'e' : 's';
    *end = '\0';
    return key;
}

/*
 * False: to do without. After a fork the lock may be held by a thread that the child does not have,
 * so that this waits for a turn of the processor or some, and not for ever.
 */
static bool lock_kept(void)
{
    for (int tries = 0; tries < 100; tries++) {
        if (pthread_mutex_trylock(&kept.lock) == 0)
            return true;
        (void)sched_yield();
    }
    return false;
}

static inv_directory *remove_kept(size_t place)
{
    inv_directory *removed = kept.idle[place];

    kept.count--;
    for (size_t i = place; i < kept.count; i++)
        kept.idle[i] = kept.idle[i + 1];
    return removed;
}

/*
 * Takes out the kept connection that was used last and has this key; closes those that cannot be
 * used any more.
 */
static inv_directory *take_kept(const char *key)
{
    inv_directory *stale[KEPT_MAX];
    inv_directory *taken = NULL;
    size_t stale_count = 0;

    if (!lock_kept())
        return NULL;
    for (size_t i = kept.count; i > 0 && taken == NULL; i--) {
        if (!is_usable(kept.idle[i - 1]))
            stale[stale_count++] = remove_kept(i - 1);
        else if (strcmp(kept.idle[i - 1]->key, key) == 0)
            taken = remove_kept(i - 1);
    }
    (void)pthread_mutex_unlock(&kept.lock);
    while (stale_count > 0)
        inv_directory_free(&stale[--stale_count]);
    return taken;
}

void inv_directory_end_kept(void)
{
    inv_directory *ended[KEPT_MAX];
    size_t count = 0;

    if (!lock_kept())
        return;
    while (kept.count > 0)
        ended[count++] = remove_kept(kept.count - 1);
    (void)pthread_mutex_unlock(&kept.lock);
    while (count > 0)
        inv_directory_free(&ended[--count]);
}

inv_result inv_directory_acquire(const inv_directory_settings *settings, inv_directory **directory,
                                 inv_verdict *verdict)
{
    char *key = settings_key(settings);
    inv_result result;

    *directory = NULL;
    if (key == NULL)
        return inv_verdict_no_memory(verdict);
    *directory = take_kept(key);
    if (*directory != NULL) {
        free(key);
        return INV_OK;
    }
    result = inv_directory_new(settings, NULL, NULL, directory, verdict);
    if (result != INV_OK) {
        free(key);
        return result;
    }
    (*directory)->key = key;
    return INV_OK;
}

void inv_directory_release(inv_directory **directory)
{
    inv_directory *surplus = *directory;

    *directory = NULL;
    if (surplus == NULL)
        return;
    if (surplus->key != NULL && surplus->healthy && is_usable(surplus) && lock_kept()) {
        inv_directory *oldest = kept.count == KEPT_MAX ? remove_kept(0) : NULL;

        kept.idle[kept.count++] = surplus;
        surplus = oldest;
        (void)pthread_mutex_unlock(&kept.lock);
    }
    inv_directory_free(&surplus);
}

static inv_result ensure_connected(inv_directory *directory, const inv_deadline *deadline,
                                   inv_verdict *verdict)
{
    inv_result result;

    if (is_usable(directory))
        return INV_OK;
    disconnect(directory);
    result = directory->driver->open(directory->self, deadline, verdict);
    if (result != INV_OK)
        return result;
    directory->connected = true;
    directory->connection++;
    directory->healthy = true;
    return INV_OK;
}

static bool all_answered(inv_operation *const *operations, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (operations[i]->state != INV_OPERATION_ANSWERED)
            return false;
    }
    return true;
}

static inv_result run_once(inv_directory *directory, inv_operation *const *operations, size_t count,
                           const inv_deadline *deadline, inv_verdict *verdict)
{
    sigpipe_guard guard = sigpipe_block();
    inv_result result = ensure_connected(directory, deadline, verdict);

    for (size_t i = 0; i < count && result == INV_OK; i++) {
        if (inv_deadline_passed(deadline)) {
            result = inv_verdict_set(verdict, INV_TIMEOUT,
                                     "the time allowed ran out before the "
                                     "directory was asked for %s",
                                     operations[i]->dn);
            break;
        }
        operations[i]->state = INV_OPERATION_UNANSWERED;
        operations[i]->connection = directory->connection;
        result = directory->driver->send(directory->self, operations[i], deadline, verdict);
    }
    while (result == INV_OK && !all_answered(operations, count))
        result = directory->driver->receive(directory->self, operations, count, deadline, verdict);
    if (result != INV_OK) {
        directory->healthy = false;
        disconnect(directory);
    }
    sigpipe_restore(&guard);
    return result;
}

static bool only_searches(inv_operation *const *operations, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (operations[i]->kind != INV_OPERATION_SEARCH)
            return false;
    }
    return true;
}

/*
 * Clears the answers of operations that are to get a further page. *turned: there are such. False:
 * their pages have to come over the connection of the first page, and that is gone.
 */
static bool turn_pages(const inv_directory *directory, inv_operation *const *operations,
                       size_t count, bool *turned)
{
    bool alive = true;

    *turned = false;
    for (size_t i = 0; i < count; i++) {
        if (!inv_operation_has_more(operations[i]))
            continue;
        inv_operation_reset(operations[i]);
        *turned = true;
        alive = alive && operations[i]->connection == directory->connection;
    }
    return !*turned || (alive && is_usable(directory));
}

inv_result inv_directory_run(inv_directory *directory, inv_operation *const *operations,
                             size_t count, const inv_deadline *deadline, inv_verdict *verdict)
{
    bool reused = directory->connected;
    bool turned = false;
    inv_result result;

    for (size_t i = 0; i < count; i++) {
        if (operations[i] == NULL || operations[i]->no_memory)
            return inv_verdict_no_memory(verdict);
    }
    if (!turn_pages(directory, operations, count, &turned))
        return inv_verdict_set(verdict, INV_DIRECTORY_DOWN,
                               "the connection was lost between two pages of an answer");
    result = run_once(directory, operations, count, deadline, verdict);
    if (result == INV_OK)
        return refused_retry(&(refused_flight){directory, run_once, deadline, verdict}, operations,
                             count);
    if (result != INV_DIRECTORY_DOWN || !reused || turned || !only_searches(operations, count))
        return result;
    for (size_t i = 0; i < count; i++)
        inv_operation_reset(operations[i]);
    return run_once(directory, operations, count, deadline, verdict);
}

void inv_directory_remember(inv_directory *directory, const char *key, int value, long milliseconds)
{
    if (directory->connected)
        short_memory_keep(&directory->memory, key, value, milliseconds);
}

bool inv_directory_recall(const inv_directory *directory, const char *key, int *value)
{
    return short_memory_recall(&directory->memory, key, value);
}

inv_result inv_directory_verify(inv_directory *directory, const char *dn,
                                const inv_secret *password, const inv_deadline *deadline,
                                inv_verdict *verdict)
{
    /* RFC 4513 5.1.2: a bind without a password succeeds as anonymous and proves nothing */
    if (inv_secret_length(password) == 0)
        return inv_verdict_set(verdict, INV_WRONG_PASSWORD, "the password is empty");
    /* 389 DS takes a bind without a name for an anonymous one, whatever the password */
    if (dn[0] == '\0')
        return inv_verdict_set(verdict, INV_WRONG_PASSWORD, "nobody's password was to be checked");
    if (inv_deadline_passed(deadline))
        return inv_verdict_set(verdict, INV_TIMEOUT,
                               "the time allowed ran out before the password was checked");
    return directory->driver->verify(directory->self, dn, password, deadline, verdict);
}
