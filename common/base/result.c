/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/result.h"

#include <stddef.h>

const char *inv_result_name(inv_result result)
{
    switch (result) {
    case INV_NO_MEMORY:
        return "NO_MEMORY";
    case INV_CONFIG:
        return "CONFIG";
    case INV_TIMEOUT:
        return "TIMEOUT";
    case INV_DIRECTORY_DOWN:
        return "DIRECTORY_DOWN";
    case INV_THROTTLED:
        return "THROTTLED";
    case INV_OK:
        return "OK";
    case INV_BAD_TOKEN:
        return "BAD_TOKEN";
    case INV_NAME_TAKEN:
        return "NAME_TAKEN";
    case INV_NAME_INVALID:
        return "NAME_INVALID";
    case INV_NAME_RESERVED:
        return "NAME_RESERVED";
    case INV_NOT_ALLOWED:
        return "NOT_ALLOWED";
    case INV_PASSWORD_REFUSED:
        return "PASSWORD_REFUSED";
    case INV_NOT_OURS:
        return "NOT_OURS";
    case INV_WRONG_PASSWORD:
        return "WRONG_PASSWORD";
    case INV_NO_ACCOUNT:
        return "NO_ACCOUNT";
    case INV_ACCOUNT_EXPIRED:
        return "ACCOUNT_EXPIRED";
    }
    return "UNKNOWN";
}

const char *inv_result_text(inv_result result)
{
    switch (result) {
    case INV_BAD_TOKEN:
        return "This invite is not valid.";
    case INV_NAME_TAKEN:
        return "This user name is taken.";
    case INV_NAME_INVALID:
        return "This user name is not possible here.";
    case INV_NAME_RESERVED:
        return "This user name cannot be registered with this invite.";
    case INV_NOT_ALLOWED:
        return "This is not allowed.";
    case INV_PASSWORD_REFUSED:
        return "This password is not accepted here.";
    case INV_THROTTLED:
    case INV_DIRECTORY_DOWN:
    case INV_TIMEOUT:
        return "The service is not available at the moment. Please try again later.";
    default:
        return NULL;
    }
}
