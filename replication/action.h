/* Everything the core can ask for. The host executes the list in order and never thinks.
 *
 * Payloads live until the next step (they may point into the event's payload: the host keeps that
 * until the actions are executed). */
#ifndef CAIRN_REPLICATION_ACTION_H
#define CAIRN_REPLICATION_ACTION_H

#include "replication/notice.h"
#include "replication/table.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

enum cairn_action_type {
    CAIRN_ACTION_SEND,    /* frame (length included) to a link, in order */
    CAIRN_ACTION_DROP,    /* close a link, after what was sent */
    CAIRN_ACTION_STORE,   /* one atomic batch; batches in order; answer with STORED(token) */
    CAIRN_ACTION_LOAD,    /* rows from..to of one table and id; answer with LOADED(token) */
    CAIRN_ACTION_SIGN,    /* answer with SIGNED(token) */
    CAIRN_ACTION_RIPE,    /* a commit is verified and durable: open and fold it */
    CAIRN_ACTION_WAKE_AT, /* a tick is wanted then (the earliest asked for counts) */
    CAIRN_ACTION_ANSWER,  /* to a command */
    CAIRN_ACTION_ROSTER,  /* recognised keys changed: read cairn_core_peer again, connect, pin */
    CAIRN_ACTION_RESTART, /* end, and start anew: what is on the disk by now says the rest */
    CAIRN_ACTION_NOTICE,  /* for logs, metrics and transcripts */
};

enum cairn_sign_key {
    CAIRN_SIGN_LOG,     /* Ed25519 log key */
    CAIRN_SIGN_WITNESS, /* Ed25519 witness key */
};

struct cairn_put {
    struct cairn_key key;
    struct cairn_bytes head; /* value = head | body; both empty: delete the row */
    struct cairn_bytes body;
};

struct cairn_ripe {
    uint8_t feed[16];
    uint64_t commit_number;
    uint64_t born;   /* of author and first leaf: another feed under this id has another one */
    uint32_t author; /* number for cairn_core_origin */
    bool is_own;     /* written by this node */
    bool is_clear;   /* control feed */
    bool is_private; /* bodies in table ENTRY, from previous size to size of the opening */
    uint32_t epoch_count;
    const uint8_t (*slot_keys)[32]; /* one for each epoch: secret, valid until the next step */
};

struct cairn_action {
    enum cairn_action_type type;
    union {
        struct {
            uint32_t link;
            struct cairn_bytes head; /* frame = head | body */
            struct cairn_bytes body;
        } send;
        struct {
            uint32_t link;
            cairn_err err;
        } drop;
        struct {
            uint32_t token;
            const struct cairn_put *puts;
            size_t put_count;
            bool is_synced; /* false: order is enough, durability comes with a later batch */
        } store;
        struct {
            uint32_t token;
            struct cairn_key from;
            uint64_t to_index;     /* exclusive */
            size_t size_max_bytes; /* stop before the row that would exceed it, but give one */
        } load;
        struct {
            uint32_t token;
            enum cairn_sign_key key;
            struct cairn_bytes message;
        } sign;
        struct cairn_ripe ripe;
        uint64_t wake_at_ms;
        struct {
            uint64_t token;
            cairn_err err;
            uint8_t feed[16];
            uint64_t index;         /* of the entry in the feed */
            uint64_t commit_number; /* the commit that holds it; private feeds: not yet known, 0 */
            uint8_t entry_id[32];
        } answer;
        struct cairn_notice notice;
    } as;
    struct cairn_action *next;
};

struct cairn_actions {
    struct cairn_action *first;
    struct cairn_action *last;
    size_t count;
};

#endif
