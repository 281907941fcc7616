/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/counter.h"

#include <stdlib.h>

#include "invitegate/directory.h"

static inv_result counter_open(void *context, const inv_deadline *deadline, inv_verdict *verdict)
{
    struct counter *counter = context;

    return counter->driver->open(counter->self, deadline, verdict);
}

static inv_result counter_send(void *context, inv_operation *operation,
                               const inv_deadline *deadline, inv_verdict *verdict)
{
    struct counter *counter = context;

    if (counter->no_policy_control)
        operation->password_policy = false;
    if (counter->in_flight == 0)
        counter->flights++;
    counter->in_flight++;
    counter->sends++;
    if (operation->kind != INV_OPERATION_SEARCH)
        counter->writes++;
    counter->sending = operation;
    if (counter->at != NULL)
        counter->at(counter->context, COUNTER_BEFORE_SEND, counter->sends,
                    operation->kind != INV_OPERATION_SEARCH ? counter->writes : 0);
    counter->sending = NULL;
    /* that slapd may be quick enough must not matter where at has ended the time */
    if (counter->no_time || inv_deadline_passed(deadline))
        return inv_verdict_set(verdict, INV_TIMEOUT, "the time is up, nothing was sent");
    return counter->driver->send(counter->self, operation, deadline, verdict);
}

static size_t answered(inv_operation *const *operations, size_t count)
{
    size_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += operations[i]->state == INV_OPERATION_ANSWERED;
    return sum;
}

/* The server does it all; then the connection breaks. */
static inv_result lose_answers(struct counter *counter, inv_operation *const *operations,
                               size_t count, const inv_deadline *deadline, inv_verdict *verdict)
{
    counter->lose = 0;
    while (answered(operations, count) < count) {
        inv_result result =
            counter->driver->receive(counter->self, operations, count, deadline, verdict);

        if (result != INV_OK)
            return result;
    }
    for (size_t i = 0; i < count; i++) {
        inv_operation_set_after(operations[i], NULL);
        operations[i]->code = 0;
        operations[i]->policy_error = INV_POLICY_NONE;
        operations[i]->state = INV_OPERATION_UNANSWERED;
    }
    return inv_verdict_set(verdict, INV_DIRECTORY_DOWN, "the answer was lost on its way");
}

static inv_result counter_receive(void *context, inv_operation *const *operations, size_t count,
                                  const inv_deadline *deadline, inv_verdict *verdict)
{
    struct counter *counter = context;
    size_t before = answered(operations, count);
    inv_result result;

    counter->in_flight = 0;
    if (counter->lose != 0 && counter->writes >= counter->lose)
        return lose_answers(counter, operations, count, deadline, verdict);
    result = counter->driver->receive(counter->self, operations, count, deadline, verdict);
    if (result == INV_OK && answered(operations, count) > before) {
        counter->answers++;
        if (counter->at != NULL)
            counter->at(counter->context, COUNTER_AFTER_ANSWER, counter->answers, counter->writes);
    }
    return result;
}

static inv_result counter_verify(void *context, const char *dn, const inv_secret *password,
                                 const inv_deadline *deadline, inv_verdict *verdict)
{
    struct counter *counter = context;

    counter->proofs++;
    return counter->driver->verify(counter->self, dn, password, deadline, verdict);
}

static void counter_close(void *context)
{
    struct counter *counter = context;

    counter->driver->close(counter->self);
}

static bool counter_is_own(const void *context)
{
    const struct counter *counter = context;

    return counter->driver->is_own == NULL || counter->driver->is_own(counter->self);
}

static void counter_free(void *context)
{
    struct counter *counter = context;

    counter->driver->free(counter->self);
    free(counter);
}

static const inv_directory_driver counter_driver = {
    .open = counter_open,
    .send = counter_send,
    .receive = counter_receive,
    .verify = counter_verify,
    .close = counter_close,
    .is_own = counter_is_own,
    .free = counter_free,
};

struct counter *counter_attach(inv_directory *directory)
{
    struct counter *counter = calloc(1, sizeof(*counter));
    const inv_directory_driver *driver = &counter_driver;
    void *self = counter;

    if (counter == NULL)
        abort();
    inv_directory_swap_driver(directory, &driver, &self);
    counter->driver = driver;
    counter->self = self;
    return counter;
}

void counter_detach(inv_directory *directory, struct counter **counter)
{
    const inv_directory_driver *driver = (*counter)->driver;
    void *self = (*counter)->self;

    inv_directory_swap_driver(directory, &driver, &self);
    free(*counter);
    *counter = NULL;
}
