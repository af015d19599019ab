/* Every limit of the formats and of one node, in one place. Changing a format limit changes what
 * is valid, for everybody: docs/protocol.md, section 2. */
#ifndef CAIRN_SCHEMA_BASE_LIMITS_H
#define CAIRN_SCHEMA_BASE_LIMITS_H

#include <stdint.h>

/* formats */
#define CAIRN_LIMIT_PACK_DEPTH      16u
#define CAIRN_LIMIT_PACK_NODES      131072u /* a batch of 4,096 rows of <= 12 values, and room */
#define CAIRN_LIMIT_YAML_BYTES      (1u << 20)
#define CAIRN_LIMIT_YAML_DEPTH      16u
#define CAIRN_LIMIT_NETWORK_BYTES   32u
#define CAIRN_LIMIT_NODE_NAME_BYTES 32u
#define CAIRN_LIMIT_ORIGIN_BYTES    96u
#define CAIRN_LIMIT_OPERATION_BYTES (64u << 10)
#define CAIRN_LIMIT_BATCH_BYTES     (256u << 10)
#define CAIRN_LIMIT_BATCH_ROWS      4096u
#define CAIRN_LIMIT_BODY_BYTES      (257u << 10) /* sealed: batch, padding, slot, commitment, tag */
#define CAIRN_LIMIT_NOTE_BYTES      (64u << 10)
#define CAIRN_LIMIT_MEMBERS         200u
#define CAIRN_LIMIT_FRAME_BYTES     (1u << 20)
#define CAIRN_LIMIT_COMMIT_BYTES    (960u << 10) /* entries of one commit, on the wire */
#define CAIRN_LIMIT_PARENTS         16u

/* one node */
#define CAIRN_LIMIT_COUNTRIES            200u
#define CAIRN_LIMIT_FEEDS                10000u
#define CAIRN_LIMIT_OPEN_FEEDS           4096u
#define CAIRN_LIMIT_LINKS                64u
#define CAIRN_LIMIT_STATE_BYTES          (576u << 10)
#define CAIRN_LIMIT_STATES_PER_OPERATION 16u
#define CAIRN_LIMIT_STEP_ARENA_BYTES     (4u << 20)
#define CAIRN_LIMIT_VIEWS_BATCH_BYTES    (4u << 20)

/* time */
#define CAIRN_LIMIT_HEARTBEAT_MS  60000u
#define CAIRN_LIMIT_MARK_MS       1000u
#define CAIRN_LIMIT_COSIGN_MS     1000u
#define CAIRN_LIMIT_AHEAD_MS      300000u
#define CAIRN_LIMIT_CLOCK_LEAD_MS 3600000u

#endif
