/* Idempotency keys: the same request under the same key gets the same answer.
 *
 *     begin --NEW--> work --> end(answer)        begin --REPEATED--> answer of then
 *                                                begin --PENDING--> it is being worked on
 *                                                begin --OTHER--> another request used the key
 *
 * In memory, the last CAIRN_RETRYBOOK_MAX of them. What must hold after a crash too holds by other
 * means: ids of what is founded are derived from the key (http_publish.c). On the loop. */
#ifndef CAIRN_NODE_RETRYBOOK_H
#define CAIRN_NODE_RETRYBOOK_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_RETRYBOOK_MAX      8192u
#define CAIRN_RETRYBOOK_BODY_MAX 4096u /* longer answers are not kept */

struct cairn_retrybook;

enum cairn_retry {
    CAIRN_RETRY_NEW,
    CAIRN_RETRY_REPEATED,
    CAIRN_RETRY_PENDING,
    CAIRN_RETRY_OTHER,
};

struct cairn_retry_answer {
    int status;
    struct cairn_bytes body; /* JSON text; good until the book changes */
};

/* owns: give back with cairn_retrybook_close. errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_retrybook_open(struct cairn_retrybook **out);
void cairn_retrybook_close(struct cairn_retrybook *book); /* NULL is harmless */

/* Look a key up, and take it down as PENDING when it is NEW.
 *
 * shape   key: hash of who asks, where and under which key; request: hash of what is asked
 * gives   *out_answer on REPEATED only */
enum cairn_retry cairn_retrybook_begin(struct cairn_retrybook *book, const uint8_t key[static 32],
                                       const uint8_t request[static 32],
                                       struct cairn_retry_answer *out_answer);

/* Keep the answer; status 0: forget the key, the request may be tried again. A key that was pushed
 * out meanwhile is passed over. */
void cairn_retrybook_end(struct cairn_retrybook *book, const uint8_t key[static 32], int status,
                         struct cairn_bytes body);

#endif
