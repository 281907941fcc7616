/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SECONDS 120 /* one bad token of stock Prosody with 100 000 in a file, eight at once */

static const char opening[] =
    "<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xml:lang='en' "
    "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

static bool connect_to(client_stream *stream, uint16_t port)
{
    const struct timeval patience = {.tv_sec = SECONDS};
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    const int yes = 1;

    stream->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return stream->descriptor >= 0 &&
           setsockopt(stream->descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ==
               0 &&
           setsockopt(stream->descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) == 0 &&
           connect(stream->descriptor, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool send_all(const client_stream *stream, const char *bytes)
{
    size_t left = strlen(bytes);

    while (left > 0) {
        ssize_t sent = send(stream->descriptor, bytes, left, MSG_NOSIGNAL);

        if (sent < 0 && errno != EINTR)
            return false;
        if (sent > 0) {
            bytes += sent;
            left -= (size_t)sent;
        }
    }
    return true;
}

static bool has_features(const char *text)
{
    return strstr(text, "</stream:features>") != NULL;
}

/* One element with its end: none of those that come before a login has another of its name inside.
 */
static bool has_element(const char *text)
{
    const char *end = strchr(text, '>');
    size_t length;

    if (end == NULL)
        return false;
    if (end[-1] == '/')
        return true;
    length = strcspn(text + 1, " >");
    while ((end = strstr(end, "</")) != NULL) {
        end += 2;
        if (strncmp(end, text + 1, length) == 0 && end[length] == '>')
            return true;
    }
    return false;
}

static bool receive(client_stream *stream, bool (*is_whole)(const char *text))
{
    stream->length = 0;
    stream->text[0] = '\0';
    while (!is_whole(stream->text)) {
        size_t room = sizeof(stream->text) - 1 - stream->length;
        ssize_t got = recv(stream->descriptor, stream->text + stream->length, room, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        stream->length += (size_t)got;
        stream->text[stream->length] = '\0';
    }
    return true;
}

bool stream_open(client_stream *stream, uint16_t port)
{
    if (connect_to(stream, port) && send_all(stream, opening) && receive(stream, has_features))
        return true;
    stream_close(stream);
    return false;
}

bool stream_ask(client_stream *stream, const char *request)
{
    if (send_all(stream, request) && receive(stream, has_element))
        return true;
    stream_close(stream);
    return false;
}

bool stream_has_result(const client_stream *stream)
{
    return strncmp(stream->text, "<iq ", 4) == 0 && strstr(stream->text, "type='result'") != NULL;
}

bool stream_has_error(const client_stream *stream, const char *type)
{
    char start[64];

    (void)snprintf(start, sizeof(start), "<error type='%s'", type);
    return strstr(stream->text, start) != NULL;
}

void stream_close(client_stream *stream)
{
    if (stream->descriptor >= 0)
        (void)close(stream->descriptor);
    stream->descriptor = -1;
}
