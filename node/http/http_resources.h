/* The resources of the API: one file each, http_<resource>.c. The host of each set is the service.
 * docs/openapi.yaml */
#ifndef CAIRN_NODE_HTTP_HTTP_RESOURCES_H
#define CAIRN_NODE_HTTP_HTTP_RESOURCES_H

#include "node/http/http_router.h"

struct cairn_http_routes cairn_http_screen_routes(void);   /* look-ups */
struct cairn_http_routes cairn_http_alert_routes(void);    /* alerts and batches */
struct cairn_http_routes cairn_http_case_routes(void);     /* readmission cases */
struct cairn_http_routes cairn_http_status_routes(void);   /* status, healthz, metrics */
struct cairn_http_routes cairn_http_pending_routes(void);  /* what waits for the node to restore */
struct cairn_http_routes cairn_http_scrub_routes(void);    /* the log is read again */
struct cairn_http_routes cairn_http_document_routes(void); /* the own country document */
struct cairn_http_routes cairn_http_partner_routes(void);  /* whom we recognise */
struct cairn_http_routes cairn_http_policy_routes(void);   /* who gets what */
struct cairn_http_routes cairn_http_token_routes(void);    /* who may use the API */
struct cairn_http_routes cairn_http_import_routes(void);   /* files in chunks */
struct cairn_http_routes cairn_http_loss_routes(void);     /* what authors lost */
struct cairn_http_routes cairn_http_audit_routes(void);    /* bundles */
struct cairn_http_routes cairn_http_bench_routes(void);    /* measurements, owner only */

#endif
