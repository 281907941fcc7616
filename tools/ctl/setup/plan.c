/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "io/output.h"

struct ctl_plan {
    ctl_item *items;
    size_t count;
    bool no_memory;
};

ctl_plan *ctl_plan_new(void)
{
    return calloc(1, sizeof(ctl_plan));
}

static void clear_action(ctl_action *action)
{
    inv_operation_free(&action->operation);
    ctl_file_free(&action->file);
    free(action->remove);
    free(action->own);
    free(action->keys);
    ctl_texts_clear(&action->run);
    json_decref(action->record);
}

void ctl_plan_free(ctl_plan **plan)
{
    if (*plan == NULL)
        return;
    for (size_t i = 0; i < (*plan)->count; i++) {
        free((*plan)->items[i].what);
        clear_action(&(*plan)->items[i].action);
    }
    free((*plan)->items);
    free(*plan);
    *plan = NULL;
}

/* A new item at the end, or NULL. */
static ctl_item *append(ctl_plan *plan, const char *step, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static ctl_item *append(ctl_plan *plan, const char *step, const char *format, va_list arguments)
{
    ctl_item *items = reallocarray(plan->items, plan->count + 1, sizeof(*items));
    ctl_item *item;

    if (items == NULL) {
        plan->no_memory = true;
        return NULL;
    }
    plan->items = items;
    item = &items[plan->count++];
    memset(item, 0, sizeof(*item));
    item->step = step;
    if (vasprintf(&item->what, format, arguments) < 0) {
        item->what = NULL;
        plan->no_memory = true;
    }
    return item;
}

void ctl_plan_tell(ctl_plan *plan, ctl_item_state state, const char *step, const char *format, ...)
{
    va_list arguments;
    ctl_item *item;

    va_start(arguments, format);
    item = append(plan, step, format, arguments);
    va_end(arguments);
    if (item != NULL)
        item->state = state;
}

/* Whether everything the action needs could be made. */
static bool is_made(const ctl_action *action)
{
    if (action->operation != NULL)
        return !action->operation->no_memory;
    return action->file != NULL || action->remove != NULL || action->own != NULL ||
           action->keys != NULL || action->run.count > 0;
}

void ctl_plan_do(ctl_plan *plan, const char *step, const ctl_action *action, const char *format,
                 ...)
{
    ctl_action taken = *action;
    va_list arguments;
    ctl_item *item;

    va_start(arguments, format);
    item = append(plan, step, format, arguments);
    va_end(arguments);
    if (!is_made(&taken))
        plan->no_memory = true;
    if (item == NULL) {
        clear_action(&taken);
        return;
    }
    item->state = CTL_ITEM_WOULD;
    item->action = taken;
}

bool ctl_plan_is_whole(const ctl_plan *plan)
{
    return !plan->no_memory;
}

size_t ctl_plan_count(const ctl_plan *plan, ctl_item_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->count; i++)
        count += plan->items[i].state == state ? 1 : 0;
    return count;
}

const char *ctl_plan_state(ctl_item_state state)
{
    static const char *const names[] = {
        [CTL_ITEM_FOUND] = "found",        [CTL_ITEM_THERE] = "there",
        [CTL_ITEM_LEFT] = "left",          [CTL_ITEM_WOULD] = "would",
        [CTL_ITEM_DONE] = "done",          [CTL_ITEM_REFUSED] = "refused",
        [CTL_ITEM_UNKNOWN] = "unknown",    [CTL_ITEM_NOT_DONE] = "not done",
        [CTL_ITEM_HANDED] = "handed over",
    };

    return names[state];
}

static bool print_json(const ctl_item *item)
{
    json_t *object = json_object();

    ctl_json_text(object, "step", item->step);
    ctl_json_text(object, "result", ctl_plan_state(item->state));
    ctl_json_text(object, "what", item->what);
    return ctl_json_print(object);
}

bool ctl_plan_print(ctl_plan *plan, bool json)
{
    static const char *const headers[] = {"RESULT", "STEP", "WHAT", NULL};
    ctl_table *table = ctl_table_new(headers);
    bool printed = table != NULL;

    for (size_t i = 0; printed && i < plan->count; i++) {
        const ctl_item *item = &plan->items[i];
        const char *const cells[] = {ctl_plan_state(item->state), item->step, item->what};

        printed = json ? print_json(item) : ctl_table_add(table, cells);
    }
    if (printed && !json)
        ctl_table_print(stdout, table);
    ctl_table_free(&table);
    return printed;
}

ctl_item *ctl_plan_item(ctl_plan *plan, size_t index)
{
    return index < plan->count ? &plan->items[index] : NULL;
}

ctl_item *ctl_plan_next(ctl_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].state == CTL_ITEM_WOULD)
            return &plan->items[i];
    }
    return NULL;
}

void ctl_plan_end(ctl_plan *plan, ctl_item *item, ctl_item_state state, const char *why)
{
    char *longer = NULL;

    item->state = state;
    if (why == NULL)
        return;
    if (asprintf(&longer, "%s: %s", item->what != NULL ? item->what : "", why) < 0) {
        plan->no_memory = true;
        return;
    }
    free(item->what);
    item->what = longer;
}

void ctl_plan_stop(ctl_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].state == CTL_ITEM_WOULD)
            plan->items[i].state = CTL_ITEM_NOT_DONE;
    }
}
