/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_PLAN_H
#define INVITEGATE_TOOLS_SETUP_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "invitegate/verdict.h"
#include "setup/example.h"
#include "setup/files.h"

/* of invitegate/directory.h */
typedef struct inv_operation inv_operation;

/*
 * What setup or its undo would do, in order. What is to be done is data, not code: an operation of
 * the directory or a file, and the record that the journal gets before it is done. So there is one
 * way to print, to try without doing, to do, to repeat and to take back, for every step.
 */

typedef enum ctl_item_state {
    CTL_ITEM_FOUND,    /* what was asked or derived */
    CTL_ITEM_THERE,    /* nothing to do */
    CTL_ITEM_LEFT,     /* it is the site's, or it has to stay; the text says why */
    CTL_ITEM_WOULD,    /* to be done */
    CTL_ITEM_DONE,     /* done by this run */
    CTL_ITEM_REFUSED,  /* the directory or the system refused it: not done */
    CTL_ITEM_UNKNOWN,  /* begun, and the answer is lost */
    CTL_ITEM_NOT_DONE, /* not begun, because of an earlier one */
    CTL_ITEM_HANDED,   /* written down for the administrator of the directory, see handover.h */
} ctl_item_state;

/* One of operation, file, remove, own, keys and run. */
typedef struct ctl_action {
    inv_operation *operation;
    bool data; /* of the directory's data: with the temporary rule of access */
    ctl_file *file;
    char *remove; /* a path */
    char *own;    /* the path of a file that is given to group, with mode */
    mode_t mode;
    char *keys;    /* the path of a key file that is made */
    ctl_texts run; /* a program and its arguments */
    /*
     * Whose group a file of file, own and keys is then, and may read it, by name, where this user
     * is root and the machine has the group by then; borrowed. NULL: as it is.
     */
    const char *group;
    json_t *record;       /* written before, NULL: none */
    const json_t *undone; /* a record of the journal that goes when this is done, NULL: none */
    bool is_task;         /* an add that begins a task of 389 DS, which is waited for */
    bool is_undo;         /* an entry that has children now is left, and not refused */
} ctl_action;

typedef struct ctl_plan ctl_plan;

/* NULL: out of memory. */
ctl_plan *ctl_plan_new(void);
void ctl_plan_free(ctl_plan **plan);

/*
 * Each adds an item at the end; step: one word. When memory is short, the plan remembers it:
 * ctl_plan_is_whole.
 */
void ctl_plan_tell(ctl_plan *plan, ctl_item_state state, const char *step, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Takes over what action holds, but undone, which is borrowed; also when memory is short. */
void ctl_plan_do(ctl_plan *plan, const char *step, const ctl_action *action, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

/* False: out of memory on the way, so that something is missing. */
bool ctl_plan_is_whole(const ctl_plan *plan);

/* How many items have this state. */
size_t ctl_plan_count(const ctl_plan *plan, ctl_item_state state);

/*
 * Prints all items: RESULT, STEP and WHAT, or objects with result, step and what. False: out of
 * memory.
 */
bool ctl_plan_print(ctl_plan *plan, bool json);

/* ------------------------------------------------------------------------------------- doing it */

/* For ctl_plan_next and ctl_plan_end: the item that is being done. */
typedef struct ctl_item {
    ctl_item_state state;
    const char *step;
    char *what;
    ctl_action action;
} ctl_item;

/* The item of that number, NULL behind the last. */
ctl_item *ctl_plan_item(ctl_plan *plan, size_t index);

/* The first item that is to be done, or NULL. */
ctl_item *ctl_plan_next(ctl_plan *plan);

/* Marks it, and puts why (NULL: nothing) behind its text. */
void ctl_plan_end(ctl_plan *plan, ctl_item *item, ctl_item_state state, const char *why);

/* All that are still to be done are CTL_ITEM_NOT_DONE from now on. */
void ctl_plan_stop(ctl_plan *plan);

/* For JSON and tables: "found", "there", "left", "would", "done", "refused", "unknown", "not done",
 * "handed over". */
const char *ctl_plan_state(ctl_item_state state);

#endif
