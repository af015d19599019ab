/* Bundles on their way to a client: one thread writes, the loop sends, neither runs ahead of the
 * other by more than 1 MiB. One export at a time; a few more may wait.
 *
 *     cairn_export_run --write--> [ buffer ] --async--> http_answer_more --> client
 *
 * On the loop. */
#ifndef CAIRN_NODE_EXPORTER_H
#define CAIRN_NODE_EXPORTER_H

#include "node/export.h"
#include "node/http/http_answer.h"
#include "node/worker.h"

#define CAIRN_EXPORTER_WAITING_MAX 8u

struct cairn_exporter;

/* owns    give back with cairn_exporter_close
 * errors  CAIRN_MEMORY, CAIRN_LIBRARY */
CAIRN_MUST cairn_err cairn_exporter_open(uv_loop_t *loop, struct cairn_exporter **out);

/* Wait for what is under way (the exchanges are gone by then), end the thread, free; then call
 * closed on the loop. */
void cairn_exporter_close(struct cairn_exporter *exporter, void (*closed)(void *host), void *host);

/* Send a bundle as the answer of the exchange. done comes when it is answered.
 *
 * owns    takes bundle, unless there is an error
 * errors  CAIRN_BUSY, CAIRN_MEMORY, CAIRN_LIBRARY: not answered */
CAIRN_MUST cairn_err cairn_exporter_send(struct cairn_exporter *exporter,
                                         struct cairn_export *bundle,
                                         struct cairn_http_exchange *exchange,
                                         void (*done)(void *host), void *host);

#endif
