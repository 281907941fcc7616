/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/gateway.h"

#include <check.h>
#include <stdlib.h>

#include "invitegate/directory.h"

static inv_result gateway_open(void *context, const inv_deadline *deadline, inv_verdict *verdict)
{
    struct gateway *gateway = context;

    return gateway->driver->open(gateway->self, deadline, verdict);
}

static inv_operation *copy_of(const inv_operation *operation)
{
    inv_operation *copy = NULL;

    if (operation->kind == INV_OPERATION_ADD)
        copy = inv_operation_new_add(operation->dn);
    else if (operation->kind == INV_OPERATION_MODIFY)
        copy = inv_operation_new_modify(operation->dn);
    else
        copy = inv_operation_new_delete(operation->dn);
    ck_assert_ptr_nonnull(copy);
    for (size_t i = 0; i < operation->change_count; i++) {
        const inv_change *change = &operation->changes[i];

        if (change->value_count == 0)
            inv_operation_text(copy, change->kind, change->attribute, NULL);
        for (size_t j = 0; j < change->value_count; j++)
            inv_operation_value(copy, change->kind, change->attribute,
                                inv_secret_bytes(change->values[j]),
                                inv_secret_length(change->values[j]));
    }
    copy->password_policy = operation->password_policy;
    return copy;
}

static void tell(const struct gateway *gateway, inv_operation *operation)
{
    inv_operation_set_after(operation, NULL);
    operation->policy_error = INV_POLICY_NONE;
    inv_operation_answer(operation, gateway->code, NULL, "the gateway's words");
}

static inv_result gateway_send(void *context, inv_operation *operation,
                               const inv_deadline *deadline, inv_verdict *verdict)
{
    struct gateway *gateway = context;

    if (operation->kind == INV_OPERATION_SEARCH || ++gateway->writes != gateway->at)
        return gateway->driver->send(gateway->self, operation, deadline, verdict);
    if (gateway->fate == GATEWAY_DONE) {
        gateway->told = operation;
        return gateway->driver->send(gateway->self, operation, deadline, verdict);
    }
    if (gateway->fate == GATEWAY_LATE)
        gateway->late = copy_of(operation);
    tell(gateway, operation);
    return INV_OK;
}

static inv_result gateway_receive(void *context, inv_operation *const *operations, size_t count,
                                  const inv_deadline *deadline, inv_verdict *verdict)
{
    struct gateway *gateway = context;
    inv_result result =
        gateway->driver->receive(gateway->self, operations, count, deadline, verdict);

    for (size_t i = 0; i < count; i++) {
        if (operations[i] != gateway->told || operations[i]->state != INV_OPERATION_ANSWERED)
            continue;
        ck_assert_int_eq(operations[i]->code, INV_LDAP_SUCCESS);
        tell(gateway, operations[i]);
        gateway->told = NULL;
    }
    return result;
}

static inv_result gateway_verify(void *context, const char *dn, const inv_secret *password,
                                 const inv_deadline *deadline, inv_verdict *verdict)
{
    struct gateway *gateway = context;

    return gateway->driver->verify(gateway->self, dn, password, deadline, verdict);
}

static void gateway_close(void *context)
{
    struct gateway *gateway = context;

    gateway->driver->close(gateway->self);
}

static bool gateway_is_own(const void *context)
{
    const struct gateway *gateway = context;

    return gateway->driver->is_own == NULL || gateway->driver->is_own(gateway->self);
}

static void gateway_end(void *context)
{
    struct gateway *gateway = context;

    gateway->driver->free(gateway->self);
    gateway_free(&gateway);
}

static const inv_directory_driver gateway_driver = {
    .open = gateway_open,
    .send = gateway_send,
    .receive = gateway_receive,
    .verify = gateway_verify,
    .is_own = gateway_is_own,
    .close = gateway_close,
    .free = gateway_end,
};

struct gateway *gateway_attach(inv_directory *directory, size_t at, int code, gateway_fate fate)
{
    struct gateway *gateway = calloc(1, sizeof(*gateway));
    const inv_directory_driver *driver = &gateway_driver;
    void *self = gateway;

    ck_assert_ptr_nonnull(gateway);
    gateway->at = at;
    gateway->code = code;
    gateway->fate = fate;
    inv_directory_swap_driver(directory, &driver, &self);
    gateway->driver = driver;
    gateway->self = self;
    return gateway;
}

void gateway_detach(inv_directory *directory, struct gateway *gateway)
{
    const inv_directory_driver *driver = gateway->driver;
    void *self = gateway->self;

    inv_directory_swap_driver(directory, &driver, &self);
}

int gateway_deliver(inv_directory *directory, struct gateway **gateway)
{
    inv_deadline deadline = inv_deadline_in(20000);
    inv_verdict verdict = INV_VERDICT_INIT;
    int code;

    ck_assert_ptr_nonnull((*gateway)->late);
    ck_assert_msg(inv_directory_run(directory, &(*gateway)->late, 1, &deadline, &verdict) == INV_OK,
                  "%s", verdict.why);
    code = (*gateway)->late->code;
    gateway_free(gateway);
    return code;
}

void gateway_free(struct gateway **gateway)
{
    if (*gateway == NULL)
        return;
    inv_operation_free(&(*gateway)->late);
    free(*gateway);
    *gateway = NULL;
}
