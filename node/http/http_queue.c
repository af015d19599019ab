#include "node/http/http_queue.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/check.h"

#define QUEUE_BYTES_LEAST 1024u

struct cairn_bytes cairn_http_queue_view(const struct cairn_http_queue *queue)
{
    if (queue->memory == NULL) {
        return (struct cairn_bytes){0};
    }
    return (struct cairn_bytes){queue->memory + queue->begin, queue->end - queue->begin};
}

/* Make room at the end: move to the front, or grow by half at least. */
static cairn_err queue_make_room(struct cairn_http_queue *queue, size_t size)
{
    size_t held = queue->end - queue->begin;
    if (queue->capacity - queue->end >= size) {
        return CAIRN_OK;
    }
    if (queue->begin >= held && queue->capacity - held >= size) {
        memmove(queue->memory, queue->memory + queue->begin, held);
        queue->begin = 0;
        queue->end = held;
        return CAIRN_OK;
    }
    if (size > SIZE_MAX / 2 - held) {
        return CAIRN_MEMORY;
    }
    size_t wanted = held + size;
    size_t capacity = queue->capacity + queue->capacity / 2;
    capacity = capacity < wanted ? wanted : capacity;
    capacity = capacity < QUEUE_BYTES_LEAST ? QUEUE_BYTES_LEAST : capacity;
    uint8_t *memory = malloc(capacity);
    if (memory == NULL) {
        return CAIRN_MEMORY;
    }
    if (held > 0) {
        memcpy(memory, queue->memory + queue->begin, held);
    }
    free(queue->memory);
    *queue = (struct cairn_http_queue){.memory = memory, .capacity = capacity, .end = held};
    return CAIRN_OK;
}

cairn_err cairn_http_queue_put(struct cairn_http_queue *queue, struct cairn_bytes bytes)
{
    if (bytes.size == 0) {
        return CAIRN_OK;
    }
    CAIRN_TRY(queue_make_room(queue, bytes.size));
    memcpy(queue->memory + queue->end, bytes.data, bytes.size);
    queue->end += bytes.size;
    return CAIRN_OK;
}

void cairn_http_queue_drop(struct cairn_http_queue *queue, size_t size)
{
    CAIRN_REQUIRE(size <= queue->end - queue->begin);
    queue->begin += size;
    if (queue->begin == queue->end) {
        cairn_http_queue_clear(queue);
    }
}

void cairn_http_queue_clear(struct cairn_http_queue *queue)
{
    free(queue->memory);
    *queue = (struct cairn_http_queue){0};
}
