/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/directory/room.h"

#include "tests/support/fixture.h"

inv_directory *admin;
inv_deadline deadline;

void room_open(void)
{
    verdict = (inv_verdict)INV_VERDICT_INIT;
    deadline = inv_deadline_in(20000);
    ck_assert_int_eq(inv_directory_new(&site->context->config->directory, ADMIN,
                                       site->admin_password, &admin, &verdict),
                     INV_OK);
}

void room_close(void)
{
    inv_directory_free(&admin);
}

void room_run(inv_directory *directory, inv_operation *operation)
{
    ck_assert_msg(inv_directory_run(directory, &operation, 1, &deadline, &verdict) == INV_OK, "%s",
                  verdict.why);
    ck_assert_int_eq(operation->state, INV_OPERATION_ANSWERED);
}

int room_run_once(inv_operation *operation)
{
    int code;

    room_run(admin, operation);
    code = operation->code;
    inv_operation_free(&operation);
    return code;
}

inv_operation *room_device(const char *dn, const char *cn)
{
    inv_operation *add = inv_operation_new_add(dn);

    inv_operation_text(add, INV_CHANGE_ADD, "objectClass", "device");
    inv_operation_text(add, INV_CHANGE_ADD, "cn", cn);
    return add;
}
