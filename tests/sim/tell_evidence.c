#include "node/export.h"
#include "replication/verify.h"
#include "schema/origin.h"
#include "tests/lib/store_scene.h"
#include "tests/sim/tell_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The node's exporter over its disk, and the offline verifier over the file: nothing else is
 * given to it, no core, no disk, no clock. */

static const struct cairn_verify_limits evidence_limits = {
    .countries = 8, .nodes = 8, .feeds = 8, .checkpoints = 16, .trusted = 1};

struct evidence {
    struct tell *tell;
    uint8_t *data; /* the file; owned */
    size_t size;
    char exporter[4];
};

static cairn_err evidence_write(void *host, struct cairn_bytes bytes)
{
    struct evidence *evidence = host;
    evidence->data = realloc(evidence->data, evidence->size + bytes.size);
    assert_non_null(evidence->data);
    memcpy(evidence->data + evidence->size, bytes.data, bytes.size);
    evidence->size += bytes.size;
    return CAIRN_OK;
}

/* The exporter reads a store; the disk of the simulator has the same rows under the same keys. */
static void evidence_fill(const struct disk *disk, struct store_scene *out)
{
    store_scene_open(out);
    for (size_t i = 0; i < disk->count; i++) {
        const struct disk_row *row = disk->rows[i];
        cairn_store_batch_put(
            out->batch, (struct cairn_bytes){.data = row->key, .size = CAIRN_KEY_BYTES},
            (struct cairn_bytes){.data = row->value, .size = row->is_rotten ? 0 : row->size});
    }
    assert_err(cairn_store_write(out->store, out->batch, true), CAIRN_OK);
}

static void evidence_export(struct evidence *evidence, uint32_t node, enum cairn_scope_type scope,
                            const char *origin)
{
    struct world *world = evidence->tell->world;
    struct cairn_export_options options = {
        .scope = {.type = scope, .origin = cairn_bytes_of(origin)},
        .time_ms = world_clock_of(world, node)};
    struct store_scene store;
    struct cairn_export *bundle = NULL;
    evidence_fill(&world->nodes[node].disk, &store);
    assert_err(cairn_export_open(world->nodes[node].core, store.store, &options, &bundle),
               CAIRN_OK);
    assert_err(cairn_export_run(bundle, &world->suite, evidence_write, evidence), CAIRN_OK);
    cairn_export_close(bundle);
    store_scene_close(&store);
}

/* ---- what the verifier says of it ---- */

static void evidence_country(struct cairn_bytes origin, char out[static 4])
{
    struct cairn_origin parts;
    assert_err(cairn_origin_parse(origin, &parts), CAIRN_OK);
    memcpy(out, parts.country.data, 3);
    out[3] = 0;
}

static void evidence_line(struct evidence *evidence, const char *text)
{
    char line[TELL_LINE];
    (void)snprintf(line, sizeof line, "  = the file of %s: %s", evidence->exporter, text);
    tell_flush(evidence->tell);
    tell_line(evidence->tell, tell_now(evidence->tell), 0, line);
}

static void evidence_fork(struct evidence *evidence, const struct cairn_verify_finding *finding)
{
    struct tell *tell = evidence->tell;
    char author[4], text[TELL_LINE / 2];
    evidence_country(finding->origin, author);
    (void)snprintf(text, sizeof text,
                   "%s signed %llu leaves with root %c, and %llu leaves with root %c", author,
                   (unsigned long long)finding->fork_size, tell_root(tell, finding->fork_root),
                   (unsigned long long)finding->size, tell_root(tell, finding->root));
    evidence_line(evidence, text);
    (void)snprintf(text, sizeof text,
                   "the first %llu leaves of the second have root %c: two histories, by its own "
                   "key",
                   (unsigned long long)finding->fork_size, tell_root(tell, finding->begin_root));
    evidence_line(evidence, text);
}

static void evidence_withheld(struct evidence *evidence, const struct cairn_verify_finding *finding)
{
    static const char *const ties[] = {"by the word of the exporter", "for everybody",
                                       "as an earlier leaf under the same key says",
                                       "as its own opening says"};
    char author[4], text[TELL_LINE / 2], members[64] = "members not shown";
    size_t size = 0;
    evidence_country(finding->origin, author);
    for (uint32_t i = 0; i < finding->member_count; i++) {
        size += (size_t)snprintf(members + size, sizeof members - size, "%s%.3s",
                                 i > 0 ? ", " : "for ", (const char *)finding->members[i]);
    }
    (void)snprintf(text, sizeof text, "a leaf of %s's signed journal is of a feed %s, %s", author,
                   members, ties[finding->tie]);
    evidence_line(evidence, text);
}

static void evidence_missing(struct evidence *evidence, const struct cairn_verify_finding *finding)
{
    char country[4], text[TELL_LINE / 2];
    evidence_country(finding->origin, country);
    (void)snprintf(text, sizeof text,
                   "%s wrote that its content had not come, in a journal that %s%s", country,
                   finding->witness_count > 0 ? "others cosigned" : "nobody cosigned",
                   finding->is_late ? "; it came late, and its opening is here"
                                    : "; by its word, it has not come since");
    evidence_line(evidence, text);
}

struct cairn_verify_counts tell_evidence(struct tell *tell, uint32_t node,
                                         enum cairn_scope_type scope, uint32_t author)
{
    struct evidence evidence = {.tell = tell};
    struct cairn_verify_finding finding;
    struct cairn_verify_result result;
    memcpy(evidence.exporter, world_code(tell->world, node), 3);
    evidence_export(&evidence, node, scope, tell->world->nodes[author].origin);
    void *memory = malloc(cairn_verify_size(&evidence_limits));
    assert_non_null(memory);
    struct cairn_verify *verify = cairn_verify_init(memory, &evidence_limits, &tell->world->suite);
    struct cairn_bytes left = {.data = evidence.data, .size = evidence.size};
    while (left.size > 0) {
        if (!cairn_verify_take(verify, &left, &finding)) {
            continue;
        }
        if (finding.type == CAIRN_BUNDLE_FORK) {
            evidence_fork(&evidence, &finding);
        } else if (finding.type == CAIRN_BUNDLE_WITHHELD) {
            evidence_withheld(&evidence, &finding);
        } else if (finding.type == CAIRN_BUNDLE_ENTRY && finding.kind == CAIRN_KIND_MISSING) {
            evidence_missing(&evidence, &finding);
        }
    }
    cairn_verify_end(verify, &result);
    assert_string_equal(result.what, "");
    assert_err(result.err, CAIRN_OK);
    free(memory);
    free(evidence.data);
    return result.counts;
}
