#include "replication/trust/roster.h"

#include "crypto/hash.h"
#include "crypto/note.h"
#include "schema/base/check.h"

#include <string.h>

cairn_err cairn_roster_read(const struct cairn_suite *suite, struct cairn_bytes network,
                            struct cairn_bytes note, struct cairn_arena *arena,
                            struct cairn_country_doc *out)
{
    struct cairn_note split;
    size_t fault_at;
    uint64_t time_s;
    struct cairn_country_doc doc;
    CAIRN_TRY(cairn_note_split(note, arena, &split));
    CAIRN_TRY(cairn_country_decode(split.text, &doc, &fault_at));
    if (!cairn_bytes_is_equal(doc.network, network)) {
        return CAIRN_PEER_NETWORK;
    }
    char name[CAIRN_LIMIT_NETWORK_BYTES + 1 + 3];
    CAIRN_REQUIRE(doc.network.size <= CAIRN_LIMIT_NETWORK_BYTES);
    CAIRN_REQUIRE(doc.country.size == 3);
    memcpy(name, doc.network.data, doc.network.size);
    name[doc.network.size] = '/';
    memcpy(name + doc.network.size + 1, doc.country.data, 3);
    struct cairn_note_key key = {
        .name = {.data = (const uint8_t *)name, .size = doc.network.size + 4},
        .type = CAIRN_NOTE_ED25519,
    };
    memcpy(key.public_key, doc.root, 32);
    CAIRN_TRY(cairn_note_verify(suite, &split, &key, arena, &time_s));
    *out = doc;
    return CAIRN_OK;
}

bool cairn_roster_follows(const struct cairn_roster_entry *held,
                          const struct cairn_country_doc *doc)
{
    if (!held->has_document) {
        return true;
    }
    if (doc->serial <= held->serial) {
        return false;
    }
    if (cairn_bytes_is_same32(doc->root, held->root)) {
        return true;
    }
    uint8_t digest[32];
    cairn_sha256_of((struct cairn_bytes){.data = doc->root, .size = 32}, digest);
    return cairn_bytes_is_same32(digest, held->next_root);
}

static void roster_update_u64(struct cairn_sha256 *hash, uint64_t value)
{
    uint8_t bytes[8];
    cairn_bytes_put_u64(bytes, value);
    cairn_sha256_update(hash, (struct cairn_bytes){.data = bytes, .size = sizeof bytes});
}

/* What the first `count` lines say. */
static void roster_ended_hash(const struct cairn_country_doc *doc, uint32_t count,
                              uint8_t out[static 32])
{
    struct cairn_sha256 hash;
    cairn_sha256_init(&hash);
    for (uint32_t i = 0; i < count; i++) {
        const struct cairn_country_ended *ended = &doc->ended[i];
        roster_update_u64(&hash, ended->name.size);
        cairn_sha256_update(&hash, ended->name);
        roster_update_u64(&hash, ended->incarnation);
        cairn_sha256_update(&hash, (struct cairn_bytes){.data = ended->log, .size = 32});
        cairn_sha256_update(&hash, (struct cairn_bytes){.data = ended->witness, .size = 32});
        roster_update_u64(&hash, ended->size);
        cairn_sha256_update(&hash, (struct cairn_bytes){.data = ended->root, .size = 32});
    }
    cairn_sha256_final(&hash, out);
}

static bool roster_keeps_ended(const struct cairn_roster_entry *held,
                               const struct cairn_country_doc *doc)
{
    uint8_t hash[32];
    if (held->ended_count == 0) {
        return true;
    }
    if (doc->ended_count < held->ended_count) {
        return false;
    }
    roster_ended_hash(doc, held->ended_count, hash);
    return cairn_bytes_is_same32(hash, held->ended_hash);
}

/* Each key that was lost stands in it as before: with its line, and lost. */
static bool roster_keeps_lost(const struct cairn_roster_entry *held,
                              const struct cairn_country_doc *doc)
{
    for (uint32_t i = 0; i < held->sealing_count; i++) {
        bool is_kept = !held->is_lost[i];
        for (uint32_t j = 0; j < doc->sealing_count && !is_kept; j++) {
            is_kept = doc->sealing[j].is_lost &&
                      cairn_bytes_is_same32(doc->sealing[j].key, held->sealing[i]);
        }
        if (!is_kept) {
            return false;
        }
    }
    return true;
}

bool cairn_roster_keeps(const struct cairn_roster_entry *held, const struct cairn_country_doc *doc)
{
    return !held->has_document || (roster_keeps_ended(held, doc) && roster_keeps_lost(held, doc));
}

cairn_err cairn_roster_rotates(const struct cairn_country_doc *last, struct cairn_bytes last_note,
                               const struct cairn_country_doc *first)
{
    struct cairn_roster_entry held = {.has_document = false};
    cairn_roster_take(&held, last, last_note);
    bool is_rotation = cairn_bytes_is_equal(last->country, first->country) &&
                       !cairn_bytes_is_same32(last->root, first->root) &&
                       cairn_roster_follows(&held, first) && first->has_previous &&
                       cairn_bytes_is_same32(first->previous, held.note_hash);
    if (!is_rotation) {
        return CAIRN_DENIED_FINGERPRINT;
    }
    return cairn_roster_keeps(&held, first) ? CAIRN_OK : CAIRN_DENIED_ENDED;
}

uint32_t cairn_roster_lost_count(const struct cairn_roster_entry *held)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < held->sealing_count; i++) {
        count += held->is_lost[i] ? 1 : 0;
    }
    return count;
}

bool cairn_roster_is_lost(const struct cairn_roster_entry *held,
                          const uint8_t sealing_public[static 32])
{
    for (uint32_t i = 0; i < held->sealing_count; i++) {
        if (held->is_lost[i] && cairn_bytes_is_same32(held->sealing[i], sealing_public)) {
            return true;
        }
    }
    return false;
}

void cairn_roster_take(struct cairn_roster_entry *held, const struct cairn_country_doc *doc,
                       struct cairn_bytes note)
{
    CAIRN_REQUIRE(doc->sealing_count > 0);
    held->has_document = true;
    held->serial = doc->serial;
    memcpy(held->country, doc->country.data, 3);
    memcpy(held->root, doc->root, 32);
    memcpy(held->next_root, doc->next_root, 32);
    held->sealing_count = doc->sealing_count;
    for (uint32_t i = 0; i < doc->sealing_count; i++) {
        memcpy(held->sealing[i], doc->sealing[i].key, 32);
        held->is_lost[i] = doc->sealing[i].is_lost;
    }
    cairn_sha256_of(note, held->note_hash);
    held->ended_count = doc->ended_count;
    roster_ended_hash(doc, doc->ended_count, held->ended_hash);
}

void cairn_roster_fingerprint(struct cairn_bytes network, const uint8_t root[static 32],
                              uint8_t out[static 16])
{
    struct cairn_sha256 hash;
    uint8_t digest[32];
    static const uint8_t label[] = "cairn country v1";
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, (struct cairn_bytes){.data = label, .size = sizeof label});
    cairn_sha256_update(&hash, network);
    cairn_sha256_update(&hash, (struct cairn_bytes){.data = (const uint8_t *)"\n", .size = 1});
    cairn_sha256_update(&hash, (struct cairn_bytes){.data = root, .size = 32});
    cairn_sha256_final(&hash, digest);
    memcpy(out, digest, 16);
}
