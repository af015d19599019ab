#include "node/entropy.h"

#include "crypto/secret.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define ENTROPY_BUFFER_BYTES 1024u
#define ENTROPY_DIRECT_BYTES 256u /* more than this is drawn without the buffer */

struct entropy_buffer {
    unsigned fork_count;
    size_t left; /* the last `left` bytes are fresh */
    uint8_t data[ENTROPY_BUFFER_BYTES];
};

static _Thread_local struct entropy_buffer entropy_own;
static atomic_uint entropy_fork_count;
static pthread_once_t entropy_once = PTHREAD_ONCE_INIT;

static void entropy_fail(void)
{
    static const char text[] = "cairn: error 509 random source failed: cannot go on\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    abort();
}

static void entropy_note_fork(void)
{
    atomic_fetch_add(&entropy_fork_count, 1);
}

static void entropy_watch_forks(void)
{
    if (pthread_atfork(NULL, NULL, entropy_note_fork) != 0) {
        entropy_fail();
    }
}

static void entropy_draw(uint8_t *out, size_t size)
{
    while (size > 0) {
        ssize_t got = getrandom(out, size, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            entropy_fail();
        }
        out += got;
        size -= (size_t)got;
    }
}

void cairn_entropy_fill(void *out, size_t size)
{
    if (size > ENTROPY_DIRECT_BYTES) {
        entropy_draw(out, size);
        return;
    }
    if (pthread_once(&entropy_once, entropy_watch_forks) != 0) {
        entropy_fail();
    }
    struct entropy_buffer *buffer = &entropy_own;
    unsigned fork_count = atomic_load(&entropy_fork_count);
    if (buffer->left < size || buffer->fork_count != fork_count) {
        entropy_draw(buffer->data, sizeof buffer->data);
        buffer->left = sizeof buffer->data;
        buffer->fork_count = fork_count;
    }
    uint8_t *fresh = buffer->data + (sizeof buffer->data - buffer->left);
    memcpy(out, fresh, size);
    cairn_secret_wipe(fresh, size);
    buffer->left -= size;
}
