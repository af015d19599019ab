#include "tests/sim/tell_state.h"

#include "schema/alert/alert_codes.h"
#include "schema/codelist.h"

#include <stdio.h>
#include <string.h>

/* What nodes say when they are asked. */

struct look {
    struct tell *tell;
    const char *name;
    const struct desk_alert *alert;
    uint32_t alert_count;
    const uint8_t *feed;
    uint32_t author;
};

typedef void look_say(const struct look *look, uint32_t node, char out[static TELL_LINE]);

/* Ask each; those who say the same share a line. */
static void look_all(const struct look *look, uint32_t nodes, look_say *say)
{
    char texts[WORLD_NODES_MAX][TELL_LINE];
    struct tell *tell = look->tell;
    tell_flush(tell);
    for (uint32_t node = 0; node < tell->world->options.nodes; node++) {
        texts[node][0] = 0;
        if ((nodes >> node & 1u) != 0) {
            assert_false(tell->world->nodes[node].is_down);
            say(look, node, texts[node]);
        }
    }
    while (nodes != 0) {
        uint32_t first = 0, same = 0;
        while ((nodes >> first & 1u) == 0) {
            first++;
        }
        for (uint32_t node = first; node < tell->world->options.nodes; node++) {
            bool is_same = (nodes >> node & 1u) != 0 && strcmp(texts[node], texts[first]) == 0;
            same |= is_same ? 1u << node : 0;
        }
        tell_line(tell, tell_now(tell), same, texts[first]);
        nodes &= ~same;
    }
}

static void alert_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    struct desk_answer answer = desk_ask(look->tell->world, node, look->alert);
    if (answer.status == CAIRN_ALERT_STATUS_NONE) {
        (void)snprintf(out, TELL_LINE, "alert %s is not known", look->name);
        return;
    }
    (void)snprintf(out, TELL_LINE, "alert %s (%s, of %s) %s", look->name,
                   cairn_codelist_text(&cairn_alert_codes_categories, answer.category),
                   world_code(look->tell->world, look->alert->author),
                   answer.is_repudiated ? "counts as withdrawn: nobody stands by it"
                   : answer.status == CAIRN_ALERT_STATUS_WITHDRAWN ? "is withdrawn"
                   : answer.status == CAIRN_ALERT_STATUS_LEFT      ? "is not to be shown any more"
                   : !answer.is_live                               ? "is not in force now"
                                                                   : "is in force");
    if (answer.is_live) {
        size_t size = strlen(out);
        (void)snprintf(out + size, TELL_LINE - size, ": %s",
                       cairn_codelist_text(&cairn_alert_codes_actions, answer.action));
    }
}

void tell_alert(struct tell *tell, uint32_t nodes, const char *name, const struct desk_alert *alert)
{
    look_all(&(struct look){.tell = tell, .name = name, .alert = alert}, nodes, alert_say);
}

static void alerts_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    uint32_t live = 0;
    for (uint32_t i = 0; i < look->alert_count; i++) {
        live += desk_is_live(look->tell->world, node, &look->alert[i]);
    }
    (void)snprintf(out, TELL_LINE, "%u of %u alerts %s are in force", live, look->alert_count,
                   look->name);
}

void tell_alerts(struct tell *tell, uint32_t nodes, const char *name,
                 const struct desk_alert *alerts, uint32_t count)
{
    look_all(&(struct look){.tell = tell, .name = name, .alert = alerts, .alert_count = count},
             nodes, alerts_say);
}

/* After days of heartbeats the last digits of a count are an accident. */
struct look_count {
    char text[32];
};

static struct look_count look_count_of(uint64_t count)
{
    struct look_count out;
    bool is_large = count >= 1000;
    (void)snprintf(out.text, sizeof out.text, "%llu%s",
                   (unsigned long long)(is_large ? (count + 500) / 1000 : count),
                   is_large ? " thousand" : "");
    return out;
}

/* Which of the newest leaves are cosigned hangs on who spoke first in the second of a heartbeat:
 * another draw, another leaf. What a reader goes by does not. */
static const char *look_cosigned(uint64_t cosigned_size, uint64_t size)
{
    uint64_t newest = 1 + size / 1000;
    return cosigned_size == 0               ? "not at all"
           : cosigned_size > size           ? "further than that"
           : size - cosigned_size <= newest ? "up to the newest"
                                            : "in part";
}

static void journal_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    struct cairn_core_peer peer;
    const char *origin = look->tell->world->nodes[look->author].origin;
    if (!tell_peer(look->tell, node, origin, &peer)) {
        (void)snprintf(out, TELL_LINE, "knows nothing of the journal of %s", look->name);
        return;
    }
    bool is_own = strcmp(look->tell->world->nodes[node].origin, origin) == 0;
    size_t size = (size_t)snprintf(
        out, TELL_LINE, "%s leaves of %s, root %c", look_count_of(peer.journal_size).text,
        is_own ? "our own journal" : look->name, tell_root(look->tell, peer.journal_root));
    if (!is_own) {
        size += (size_t)snprintf(out + size, TELL_LINE - size, ", cosigned %s",
                                 look_cosigned(peer.cosigned_size, peer.journal_size));
    }
    if (peer.is_ended) {
        size += (size_t)snprintf(out + size, TELL_LINE - size, ", ended at %llu%s",
                                 (unsigned long long)peer.ended_size,
                                 peer.is_repudiated ? " on another branch" : "");
    }
    (void)snprintf(out + size, TELL_LINE - size, "%s", peer.is_forked ? ", disputed" : "");
}

void tell_journal(struct tell *tell, uint32_t nodes, uint32_t author)
{
    look_all(&(struct look){.tell = tell, .name = tell_name(tell, author), .author = author}, nodes,
             journal_say);
}

static void witness_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    const struct cairn_core *core = look->tell->world->nodes[node].core;
    struct cairn_core_peer own, peer;
    cairn_core_peer(core, 0, &own);
    size_t size = (size_t)snprintf(out, TELL_LINE, "our %s leaves are cosigned",
                                   look_count_of(own.journal_size).text);
    for (uint32_t i = 1; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, &peer);
        size +=
            (size_t)snprintf(out + size, TELL_LINE - size, "%s %s by %s", i > 1 ? "," : "",
                             look_cosigned(peer.witnessed_size, own.journal_size), peer.country);
    }
}

void tell_witnesses(struct tell *tell, uint32_t nodes)
{
    look_all(&(struct look){.tell = tell}, nodes, witness_say);
}

static void whole_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    struct cairn_core_peer own, peer;
    cairn_core_peer(look->tell->world->nodes[look->author].core, 0, &own);
    bool is_whole = tell_peer(look->tell, node, own.origin, &peer) &&
                    peer.journal_size == own.journal_size &&
                    memcmp(peer.journal_root, own.journal_root, 32) == 0;
    (void)snprintf(out, TELL_LINE, "the journal of %s is %s", look->name,
                   is_whole ? "here, whole, under its root" : "not here in full");
}

void tell_whole(struct tell *tell, uint32_t nodes, uint32_t author)
{
    look_all(&(struct look){.tell = tell, .name = tell_name(tell, author), .author = author}, nodes,
             whole_say);
}

static void link_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    const struct cairn_core *core = look->tell->world->nodes[node].core;
    struct cairn_core_peer peer;
    size_t size = (size_t)snprintf(out, TELL_LINE, "linked with");
    size_t none = size;
    for (uint32_t i = 1; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, &peer);
        if (peer.is_linked) {
            size += (size_t)snprintf(out + size, TELL_LINE - size, "%s %s", size > none ? "," : "",
                                     peer.country);
        }
    }
    (void)snprintf(out + size, TELL_LINE - size, "%s", size > none ? "" : " nobody");
}

void tell_links(struct tell *tell, uint32_t nodes)
{
    look_all(&(struct look){.tell = tell}, nodes, link_say);
}

static void order_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    struct cairn_core_restore restore;
    cairn_core_restore(look->tell->world->nodes[node].core, &restore);
    if (restore.is_halted) {
        (void)snprintf(out, TELL_LINE, "halted: our signature stands under two histories");
    } else if (restore.is_restoring) {
        (void)snprintf(
            out, TELL_LINE, "restoring: %llu leaves are here, we said %llu, partners showed %llu",
            (unsigned long long)restore.durable_size, (unsigned long long)restore.guard_size,
            (unsigned long long)restore.shown_size);
    } else {
        (void)snprintf(out, TELL_LINE, "in order, and signs");
    }
}

void tell_order(struct tell *tell, uint32_t nodes)
{
    look_all(&(struct look){.tell = tell}, nodes, order_say);
}

static void accused_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    char names[TELL_LINE];
    uint32_t accused = look->tell->world->nodes[node].accused;
    const char *last = "";
    size_t size = 0;
    names[0] = 0;
    for (uint32_t other = 0; other < look->tell->world->options.nodes; other++) {
        const char *code = world_code(look->tell->world, other);
        if ((accused >> other & 1u) != 0 && strstr(names, code) == NULL) { /* a copy is the same */
            size += (size_t)snprintf(names + size, TELL_LINE - size, "%s%s", last, code);
            last = ", ";
        }
    }
    (void)snprintf(out, TELL_LINE, "accuses %s", size > 0 ? names : "nobody");
}

void tell_accused(struct tell *tell, uint32_t nodes)
{
    look_all(&(struct look){.tell = tell}, nodes, accused_say);
}

/* Rows of the feed itself; that it is there may be said in an invitation of somebody's. */
static void disk_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    const struct disk *disk = &look->tell->world->nodes[node].disk;
    uint64_t rows = 0;
    for (size_t i = 0; i < disk->count; i++) {
        struct cairn_key key = cairn_key_decode(disk->rows[i]->key);
        rows += (key.table == CAIRN_TABLE_COMMIT || key.table == CAIRN_TABLE_ENTRY ||
                 key.table == CAIRN_TABLE_RECORD) &&
                memcmp(key.id, look->feed, 16) == 0;
    }
    bool is_held =
        rows > 0 || disk_holds(disk, (struct cairn_bytes){.data = look->feed, .size = 16});
    (void)snprintf(out, TELL_LINE, "the disk holds %s of %s",
                   is_held ? "sealed entries" : "no byte", look->name);
}

void tell_disk(struct tell *tell, uint32_t nodes, const char *name, const uint8_t feed[static 16])
{
    look_all(&(struct look){.tell = tell, .name = name, .feed = feed}, nodes, disk_say);
}

static void withheld_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    const struct cairn_core *core = look->tell->world->nodes[node].core;
    const char *origin = look->tell->world->nodes[look->author].origin;
    struct cairn_core_peer peer;
    uint64_t count = 0;
    for (uint32_t i = 1; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, &peer);
        count += strcmp(peer.origin, origin) == 0 ? cairn_core_withheld(core, i) : 0;
    }
    (void)snprintf(out, TELL_LINE, "openings of %s that have not come: %llu", look->name,
                   (unsigned long long)count);
}

void tell_withheld(struct tell *tell, uint32_t nodes, uint32_t author)
{
    look_all(&(struct look){.tell = tell, .name = tell_name(tell, author), .author = author}, nodes,
             withheld_say);
}

static void heard_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    struct cairn_core_peer peer;
    if (!tell_peer(look->tell, node, look->tell->world->nodes[look->author].origin, &peer) ||
        peer.seen_ms == 0) {
        (void)snprintf(out, TELL_LINE, "never heard of %s", look->name);
        return;
    }
    uint64_t minutes = (world_clock_of(look->tell->world, node) - peer.seen_ms) / 60000;
    (void)snprintf(out, TELL_LINE, "heard of %s %llu days, %llu hours and %llu minutes ago",
                   look->name, (unsigned long long)minutes / 1440,
                   (unsigned long long)minutes / 60 % 24, (unsigned long long)minutes % 60);
}

void tell_heard_of(struct tell *tell, uint32_t nodes, uint32_t author)
{
    look_all(&(struct look){.tell = tell, .name = tell_name(tell, author), .author = author}, nodes,
             heard_say);
}

static void held_say(const struct look *look, uint32_t node, char out[static TELL_LINE])
{
    uint64_t bytes = world_held(look->tell->world, node, look->author);
    (void)snprintf(out, TELL_LINE, "the disk holds %llu MB of the log of %s",
                   (unsigned long long)(bytes + 500000) / 1000000, look->name);
}

void tell_held(struct tell *tell, uint32_t nodes, uint32_t author)
{
    look_all(&(struct look){.tell = tell, .name = tell_name(tell, author), .author = author}, nodes,
             held_say);
}
