/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "places.h"

/* The first free place, unless peer has AGENT_PEER_MAX already. */
static agent_connection **free_place(agent_places *places, uid_t peer, const char **problem)
{
    agent_connection **place = NULL;
    size_t of_peer = 0;

    for (size_t i = 0; i < AGENT_PLACES_MAX; i++) {
        if (places->connections[i] != NULL)
            of_peer += places->connections[i]->peer == peer;
        else if (place == NULL)
            place = &places->connections[i];
    }
    *problem = place == NULL ? "all places are taken" : "its user has as many places as one may";
    return of_peer < AGENT_PEER_MAX ? place : NULL;
}

agent_connection *agent_places_add(agent_places *places, int input, int output, uid_t peer,
                                   const char **problem)
{
    agent_connection **place = free_place(places, peer, problem);

    if (place == NULL)
        return NULL;
    *place = agent_connection_new(++places->seen, input, output);
    if (*place == NULL)
        *problem = "out of memory";
    else
        (*place)->peer = peer;
    return *place;
}

agent_connection *agent_places_find(const agent_places *places, uint64_t number)
{
    for (size_t i = 0; i < AGENT_PLACES_MAX; i++) {
        if (places->connections[i] != NULL && places->connections[i]->number == number)
            return places->connections[i];
    }
    return NULL;
}

bool agent_places_empty(const agent_places *places)
{
    for (size_t i = 0; i < AGENT_PLACES_MAX; i++) {
        if (places->connections[i] != NULL)
            return false;
    }
    return true;
}

bool agent_places_have_unsent(const agent_places *places)
{
    for (size_t i = 0; i < AGENT_PLACES_MAX; i++) {
        if (places->connections[i] != NULL && places->connections[i]->unsent_length > 0)
            return true;
    }
    return false;
}

bool agent_places_have_begun(const agent_places *places)
{
    for (size_t i = 0; i < AGENT_PLACES_MAX; i++) {
        if (places->connections[i] != NULL && places->connections[i]->received_length > 0)
            return true;
    }
    return false;
}

static void append(struct pollfd *polled, size_t *count, int descriptor, int events)
{
    polled[(*count)++] = (struct pollfd){.fd = descriptor, .events = (short)events};
}

/* A descriptor without events is left out: poll(2) would report its hang-up over and over. */
void agent_places_prepare(agent_places *places, struct pollfd *polled, size_t *count)
{
    for (size_t i = 0; i < AGENT_PLACES_MAX; i++) {
        agent_connection *connection = places->connections[i];
        int input;
        int output;

        if (connection == NULL)
            continue;
        input = agent_connection_wants_input(connection) ? POLLIN : 0;
        output = connection->unsent_length > 0 ? POLLOUT : 0;
        connection->polled = input != 0 ? *count : 0;
        if (connection->input == connection->output) {
            if (input != 0 || output != 0)
                append(polled, count, connection->input, input | output);
            continue;
        }
        if (input != 0)
            append(polled, count, connection->input, input);
        if (output != 0)
            append(polled, count, connection->output, output);
    }
}

void agent_places_tend(agent_places *places, long long now)
{
    for (size_t i = 0; i < AGENT_PLACES_MAX; i++) {
        agent_connection *connection = places->connections[i];

        if (connection == NULL)
            continue;
        if (agent_connection_stuck(connection, now))
            agent_connection_stop_reading(connection);
        if (agent_connection_over(connection))
            agent_connection_free(&places->connections[i]);
    }
}

void agent_places_clear(agent_places *places)
{
    for (size_t i = 0; i < AGENT_PLACES_MAX; i++)
        agent_connection_free(&places->connections[i]);
}
