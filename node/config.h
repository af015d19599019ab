/* DIR/cairn.yaml: who this node is and where it listens. Written by `cairn init`, then by people.
 *
 *     network: test-demo                     needed: network country node
 *     country: AUT
 *     node: vienna-1
 *     listen: 0.0.0.0:7400                   partners; absent: this node only calls others
 *     http: "[::1]:7480"                     API and console; absent: only DIR/cairn.sock
 *     hosts: [alerts.example, "localhost:7480"]  what a Host header may say; absent: the http line
 *     defaults: {purpose: border.check, role: booth, actor: B-17}      of the command line
 *     floor: {mib: 64, percent: 5}           free space below which nothing is written
 *     scrub: {kib_per_s: 1024, days: 7}      how fast and how often the log is read again
 *     log: info                              error, warn, info or debug
 *     guard: /srv/cairn-guard                where the guard lies; absent: DIR/guard
 *
 * Which incarnation of the node is in force stands in its country's document (ownnote.h).
 *
 * Unknown keys are errors. docs/operate.md */
#ifndef CAIRN_NODE_CONFIG_H
#define CAIRN_NODE_CONFIG_H

#include "node/diskspace.h"
#include "node/file.h"
#include "node/logger.h"
#include "schema/base/err.h"
#include "schema/base/limits.h"

#define CAIRN_CONFIG_BYTES_MAX   (64u << 10) /* of the file */
#define CAIRN_CONFIG_HOST_MAX    253u
#define CAIRN_CONFIG_HOSTS_MAX   16u
#define CAIRN_CONFIG_FAULT_BYTES 512u
#define CAIRN_CONFIG_PURPOSE_MAX 32u
#define CAIRN_CONFIG_ROLE_MAX    16u
#define CAIRN_CONFIG_ACTOR_MAX   64u
#define CAIRN_CONFIG_GUARD_MAX   255u

/* HOST:PORT; an IPv6 address stands in brackets. */
struct cairn_config_endpoint {
    char host[CAIRN_CONFIG_HOST_MAX + 1]; /* without brackets; "" when absent */
    uint16_t port;                        /* 0 only when absent, or where it is allowed: any */
};

struct cairn_config {
    char network[CAIRN_LIMIT_NETWORK_BYTES + 1]; /* [a-z0-9-]+ */
    char country[4];
    char node[CAIRN_LIMIT_NODE_NAME_BYTES + 1]; /* [a-z0-9-]+ */
    struct cairn_config_endpoint listen;
    struct cairn_config_endpoint http;
    uint32_t host_count;
    char hosts[CAIRN_CONFIG_HOSTS_MAX][CAIRN_CONFIG_HOST_MAX + 7]; /* as a Host header says it */
    char purpose[CAIRN_CONFIG_PURPOSE_MAX + 1];                    /* "" when absent, so below */
    char role[CAIRN_CONFIG_ROLE_MAX + 1];
    char actor[CAIRN_CONFIG_ACTOR_MAX + 1];
    char guard[CAIRN_CONFIG_GUARD_MAX + 1]; /* directory; "": DIR/guard */
    struct cairn_diskspace_floor floor;
    uint32_t scrub_kib_per_s; /* how fast the log is read again, 16..1,048,576 */
    uint32_t scrub_days;      /* from one round to the next, 0..365; 0: only when it is asked for */
    enum cairn_logger_level log_level;
};

/* One line for people: `DIR/cairn.yaml:12:10: error 150 unknown country ... (XYZ)`, no newline. */
struct cairn_config_fault {
    char text[CAIRN_CONFIG_FAULT_BYTES];
};

/* Everything absent or at its default. */
void cairn_config_init(struct cairn_config *config);

/* Is it a network that accepts specimen codes: named test-*? */
bool cairn_config_is_test(const struct cairn_config *config);

/* The directory of the guard, of a node in `dir`; a relative path is taken from there.
 *
 * errors  CAIRN_TOO_LONG */
CAIRN_MUST cairn_err cairn_config_guard(const struct cairn_config *config, const char *dir,
                                        char out[static CAIRN_FILE_PATH_MAX]);

/* Read HOST:PORT. is_any_port: port 0 is allowed (the kernel chooses).
 *
 * errors  CAIRN_NUMBER  port is malformed; CAIRN_YAML_VALUE  host is malformed; *out unchanged */
CAIRN_MUST cairn_err cairn_config_parse_endpoint(struct cairn_bytes text, bool is_any_port,
                                                 struct cairn_config_endpoint *out);

/* Read the text of a config; file: its name, for faults only.
 *
 * errors  CAIRN_YAML_*, CAIRN_CODE_UNKNOWN, CAIRN_NUMBER, CAIRN_MEMORY; *out unchanged, *out_fault
 *         says where and why */
CAIRN_MUST cairn_err cairn_config_parse(const char *file, struct cairn_bytes text,
                                        struct cairn_config *out,
                                        struct cairn_config_fault *out_fault);

/* Read `dir`/cairn.yaml. errors: as parse, CAIRN_NOT_FOUND, CAIRN_FILE, CAIRN_TOO_LONG */
CAIRN_MUST cairn_err cairn_config_load(const char *dir, struct cairn_config *out,
                                       struct cairn_config_fault *out_fault);

/* Write `dir`/cairn.yaml, mode 0644, whole or not at all. Comments of the old one are lost.
 *
 * errors  CAIRN_EXISTS  there is one and not is_replace; CAIRN_FILE; CAIRN_TOO_LONG;
 *         CAIRN_TEXT_FORBIDDEN; what parse gives when config could not be loaded again:
 *         nothing is written then */
CAIRN_MUST cairn_err cairn_config_save(const char *dir, const struct cairn_config *config,
                                       bool is_replace);

#endif
