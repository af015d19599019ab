#include "schema/wire.h"

#include "schema/base/check.h"
#include "schema/fields.h"
#include "schema/origin.h"

/* A note, or a body: something must be there. */
static cairn_err wire_need_bin(struct cairn_fields *fields, uint64_t key, size_t size_max,
                               struct cairn_bytes *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    return cairn_fields_get_bin(fields->reader, size_max, out);
}

static cairn_err wire_need_log(struct cairn_fields *fields, uint64_t key,
                               uint8_t out[static CAIRN_FEED_BYTES])
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    return cairn_pack_get_fixed(fields->reader, CAIRN_FEED_BYTES, out);
}

static cairn_err wire_need_uint(struct cairn_fields *fields, uint64_t key, uint64_t *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    return cairn_pack_get_uint(fields->reader, UINT64_MAX, out);
}

static cairn_err wire_read_hello(struct cairn_fields *fields, struct cairn_hello *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    uint64_t version;
    CAIRN_TRY(cairn_fields_need(fields, 1));
    size_t at = reader->at;
    CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &version));
    if (version != CAIRN_WIRE_VERSION) {
        return cairn_fields_fail(reader, at, CAIRN_PEER_NETWORK);
    }
    CAIRN_TRY(cairn_fields_need(fields, 2));
    at = reader->at;
    CAIRN_TRY(cairn_pack_get_text(reader, CAIRN_LIMIT_NETWORK_BYTES, &out->network));
    if (!cairn_country_is_name(out->network)) {
        return cairn_fields_fail(reader, at, CAIRN_ORIGIN);
    }
    CAIRN_TRY(cairn_fields_need(fields, 3));
    CAIRN_TRY(cairn_fields_get_origin(reader, &out->origin));
    CAIRN_TRY(wire_need_uint(fields, 4, &out->clock_ms));
    if (cairn_fields_has(fields, 5)) {
        CAIRN_TRY(cairn_fields_get_bin(reader, CAIRN_LIMIT_NOTE_BYTES, &out->checkpoint));
    }
    return CAIRN_OK;
}

/* Enter an array of this many values. */
static cairn_err wire_open_tuple(struct cairn_pack_reader *reader, uint32_t wanted)
{
    size_t at = reader->at;
    uint32_t count;
    CAIRN_TRY(cairn_pack_get_array(reader, &count));
    return count == wanted ? CAIRN_OK : cairn_fields_fail(reader, at, CAIRN_PEER_FRAME);
}

/* Enter an array of at most count_max values and take memory for them. */
static cairn_err wire_open_list(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                                size_t value_bytes, uint32_t *count, void **out)
{
    size_t at = reader->at;
    uint32_t count_max = *count;
    CAIRN_TRY(cairn_pack_get_array(reader, count));
    if (*count > count_max) {
        return cairn_fields_fail(reader, at, CAIRN_TOO_LONG);
    }
    *out = cairn_arena_take(arena, *count * value_bytes);
    return *out != NULL ? CAIRN_OK : cairn_fields_fail(reader, at, CAIRN_NO_ROOM);
}

static cairn_err wire_read_notes(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                                 struct cairn_offer *out)
{
    void *memory;
    out->note_count = CAIRN_LIMIT_COUNTRIES;
    CAIRN_TRY(wire_open_list(reader, arena, sizeof *out->notes, &out->note_count, &memory));
    struct cairn_bytes *notes = memory;
    for (uint32_t i = 0; i < out->note_count; i++) {
        CAIRN_TRY(cairn_fields_get_bin(reader, CAIRN_LIMIT_NOTE_BYTES, &notes[i]));
    }
    out->notes = notes;
    return CAIRN_OK;
}

static cairn_err wire_read_journals(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                                    struct cairn_offer *out)
{
    void *memory;
    out->journal_count = CAIRN_OFFER_JOURNALS;
    CAIRN_TRY(wire_open_list(reader, arena, sizeof *out->journals, &out->journal_count, &memory));
    struct cairn_offer_journal *journals = memory;
    for (uint32_t i = 0; i < out->journal_count; i++) {
        CAIRN_TRY(wire_open_tuple(reader, 3));
        CAIRN_TRY(cairn_fields_get_origin(reader, &journals[i].origin));
        CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &journals[i].size));
        CAIRN_TRY(cairn_fields_get_bin(reader, CAIRN_LIMIT_NOTE_BYTES, &journals[i].checkpoint));
    }
    out->journals = journals;
    return CAIRN_OK;
}

static cairn_err wire_read_feeds(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                                 struct cairn_offer *out)
{
    void *memory;
    out->feed_count = CAIRN_LIMIT_FEEDS;
    CAIRN_TRY(wire_open_list(reader, arena, sizeof *out->feeds, &out->feed_count, &memory));
    struct cairn_offer_feed *feeds = memory;
    for (uint32_t i = 0; i < out->feed_count; i++) {
        CAIRN_TRY(wire_open_tuple(reader, 3));
        CAIRN_TRY(cairn_pack_get_fixed(reader, CAIRN_FEED_BYTES, feeds[i].feed));
        CAIRN_TRY(cairn_fields_get_origin(reader, &feeds[i].origin));
        CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &feeds[i].commit_count));
    }
    out->feeds = feeds;
    return CAIRN_OK;
}

static cairn_err wire_read_offer(struct cairn_fields *fields, struct cairn_arena *arena,
                                 struct cairn_offer *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(wire_read_notes(fields->reader, arena, out));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    CAIRN_TRY(wire_read_journals(fields->reader, arena, out));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    return wire_read_feeds(fields->reader, arena, out);
}

static cairn_err wire_read_want(struct cairn_fields *fields, struct cairn_want *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(wire_need_log(fields, 1, out->log));
    out->has_from = cairn_fields_has(fields, 2);
    if (out->has_from) {
        CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &out->from));
    }
    CAIRN_TRY(cairn_fields_need(fields, 3));
    CAIRN_TRY(cairn_fields_get_u32(reader, 0, CAIRN_CREDIT_MAX_BYTES, &out->credit_bytes));
    if (cairn_fields_has(fields, 4)) {
        size_t at = reader->at;
        CAIRN_TRY(cairn_pack_get_bool(reader, &out->is_records_first));
        if (!out->is_records_first) {
            return cairn_fields_fail(reader, at, CAIRN_PEER_FRAME); /* false is absent */
        }
    }
    return CAIRN_OK;
}

static cairn_err wire_read_journal(struct cairn_fields *fields, struct cairn_journal_range *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(wire_need_log(fields, 1, out->log));
    CAIRN_TRY(wire_need_uint(fields, 2, &out->from));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    size_t at = reader->at;
    CAIRN_TRY(cairn_pack_get_bin(reader, CAIRN_LIMIT_FRAME_BYTES, &out->leaves));
    if (out->leaves.size % CAIRN_LEAF_BYTES != 0) {
        return cairn_fields_fail(reader, at, CAIRN_PEER_FRAME);
    }
    out->has_checkpoint = cairn_fields_has(fields, 4);
    if (out->has_checkpoint) {
        CAIRN_TRY(cairn_fields_get_bin(reader, CAIRN_LIMIT_NOTE_BYTES, &out->checkpoint));
    }
    return CAIRN_OK;
}

static cairn_err wire_read_feed(struct cairn_fields *fields, struct cairn_feed_message *out)
{
    CAIRN_TRY(wire_need_log(fields, 1, out->feed));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    CAIRN_TRY(cairn_fields_get_origin(fields->reader, &out->origin));
    CAIRN_TRY(wire_need_bin(fields, 3, CAIRN_LIMIT_OPERATION_BYTES, &out->open));
    out->has_admit = cairn_fields_has(fields, 4);
    if (out->has_admit) {
        CAIRN_TRY(cairn_pack_get_uint(fields->reader, UINT64_MAX, &out->admit_number));
        CAIRN_TRY(wire_need_bin(fields, 5, CAIRN_LIMIT_OPERATION_BYTES, &out->admit));
    }
    return CAIRN_OK;
}

static bool wire_is_line(struct cairn_bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\n') {
            return i > 0 && i + 1 == text.size;
        }
    }
    return false;
}

static cairn_err wire_read_cosign(struct cairn_fields *fields, struct cairn_cosign *out)
{
    CAIRN_TRY(wire_need_log(fields, 1, out->log));
    CAIRN_TRY(wire_need_uint(fields, 2, &out->size));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    size_t at = fields->reader->at;
    CAIRN_TRY(cairn_pack_get_text(fields->reader, CAIRN_COSIGN_LINE_BYTES, &out->line));
    bool is_line = wire_is_line(out->line);
    return is_line ? CAIRN_OK : cairn_fields_fail(fields->reader, at, CAIRN_PEER_FRAME);
}

static cairn_err wire_read_bye(struct cairn_fields *fields, struct cairn_bye *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    return cairn_fields_get_u32(fields->reader, 0, CAIRN_BYE_ERROR_MAX, &out->error);
}

static cairn_err wire_read_type(struct cairn_fields *fields, enum cairn_message_type *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 0));
    size_t at = fields->reader->at;
    uint64_t type;
    CAIRN_TRY(cairn_pack_get_uint(fields->reader, UINT64_MAX, &type));
    if (type < CAIRN_MESSAGE_HELLO || type > CAIRN_MESSAGE_PROOF) {
        return cairn_fields_fail(fields->reader, at, CAIRN_PEER_FRAME);
    }
    *out = (enum cairn_message_type)type;
    return CAIRN_OK;
}

static cairn_err wire_read_fields(struct cairn_fields *fields, struct cairn_arena *arena,
                                  struct cairn_message *out)
{
    switch (out->type) {
    case CAIRN_MESSAGE_HELLO:
        return wire_read_hello(fields, &out->as.hello);
    case CAIRN_MESSAGE_OFFER:
        return wire_read_offer(fields, arena, &out->as.offer);
    case CAIRN_MESSAGE_WANT:
        return wire_read_want(fields, &out->as.want);
    case CAIRN_MESSAGE_JOURNAL:
        return wire_read_journal(fields, &out->as.journal);
    case CAIRN_MESSAGE_ENTRIES:
        return wire_need_bin(fields, 1, CAIRN_COMMIT_MAX_BYTES, &out->as.entries.commit);
    case CAIRN_MESSAGE_FEED:
        return wire_read_feed(fields, &out->as.feed);
    case CAIRN_MESSAGE_COSIGN:
        return wire_read_cosign(fields, &out->as.cosign);
    case CAIRN_MESSAGE_BYE:
        return wire_read_bye(fields, &out->as.bye);
    case CAIRN_MESSAGE_PROOF:
        return cairn_fork_read(fields, arena, &out->as.proof);
    }
    cairn_panic("a type of the enum", __FILE__, __LINE__);
}

static cairn_err wire_read(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                           struct cairn_message *out)
{
    struct cairn_fields fields;
    CAIRN_TRY(cairn_fields_open(&fields, reader));
    CAIRN_TRY(wire_read_type(&fields, &out->type));
    CAIRN_TRY(wire_read_fields(&fields, arena, out));
    return cairn_fields_close(&fields);
}

cairn_err cairn_message_decode(struct cairn_bytes payload, struct cairn_arena *arena,
                               struct cairn_message *out, size_t *out_fault_at)
{
    if (payload.size > CAIRN_LIMIT_FRAME_BYTES) {
        *out_fault_at = 0;
        return CAIRN_PEER_FRAME;
    }
    CAIRN_TRY(cairn_pack_check(payload, out_fault_at));

    struct cairn_arena mark = *arena;
    struct cairn_message message = {.type = CAIRN_MESSAGE_BYE};
    struct cairn_pack_reader reader;
    cairn_pack_reader_init(&reader, payload);
    cairn_err err = wire_read(&reader, arena, &message);
    if (err != CAIRN_OK) {
        *arena = mark;
        *out_fault_at = reader.at;
        return err;
    }
    *out = message;
    return CAIRN_OK;
}

cairn_err cairn_frame_size(const uint8_t in[static CAIRN_FRAME_HEAD_BYTES], uint32_t *out_size)
{
    uint32_t size = cairn_bytes_get_u32(in);
    if (size == 0 || size > CAIRN_LIMIT_FRAME_BYTES) {
        return CAIRN_PEER_FRAME;
    }
    *out_size = size;
    return CAIRN_OK;
}

static void wire_put_uint(struct cairn_pack_writer *writer, uint64_t key, uint64_t value)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_uint(writer, value);
}

static void wire_put_text(struct cairn_pack_writer *writer, uint64_t key, struct cairn_bytes text)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_text(writer, text);
}

static void wire_put_bin(struct cairn_pack_writer *writer, uint64_t key, struct cairn_bytes bin)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_bin(writer, bin);
}

static void wire_put_log(struct cairn_pack_writer *writer, uint64_t key,
                         const uint8_t log[static CAIRN_FEED_BYTES])
{
    wire_put_bin(writer, key, (struct cairn_bytes){.data = log, .size = CAIRN_FEED_BYTES});
}

/* The map and its type; count: fields that follow. */
static void wire_put_head(struct cairn_pack_writer *writer, enum cairn_message_type type,
                          uint32_t count)
{
    cairn_pack_put_map(writer, 1 + count);
    wire_put_uint(writer, 0, (uint64_t)type);
}

static void wire_write_hello(struct cairn_pack_writer *writer, const struct cairn_hello *hello)
{
    wire_put_head(writer, CAIRN_MESSAGE_HELLO, hello->checkpoint.size > 0 ? 5 : 4);
    wire_put_uint(writer, 1, CAIRN_WIRE_VERSION);
    wire_put_text(writer, 2, hello->network);
    wire_put_text(writer, 3, hello->origin);
    wire_put_uint(writer, 4, hello->clock_ms);
    if (hello->checkpoint.size > 0) {
        wire_put_bin(writer, 5, hello->checkpoint);
    }
}

static void wire_write_offer(struct cairn_pack_writer *writer, const struct cairn_offer *offer)
{
    CAIRN_REQUIRE(offer->note_count <= CAIRN_LIMIT_COUNTRIES);
    CAIRN_REQUIRE(offer->journal_count <= CAIRN_OFFER_JOURNALS);
    CAIRN_REQUIRE(offer->feed_count <= CAIRN_LIMIT_FEEDS);
    wire_put_head(writer, CAIRN_MESSAGE_OFFER, 3);
    cairn_pack_put_uint(writer, 1);
    cairn_pack_put_array(writer, offer->note_count);
    for (uint32_t i = 0; i < offer->note_count; i++) {
        cairn_pack_put_bin(writer, offer->notes[i]);
    }
    cairn_pack_put_uint(writer, 2);
    cairn_pack_put_array(writer, offer->journal_count);
    for (uint32_t i = 0; i < offer->journal_count; i++) {
        cairn_pack_put_array(writer, 3);
        cairn_pack_put_text(writer, offer->journals[i].origin);
        cairn_pack_put_uint(writer, offer->journals[i].size);
        cairn_pack_put_bin(writer, offer->journals[i].checkpoint);
    }
    cairn_pack_put_uint(writer, 3);
    cairn_pack_put_array(writer, offer->feed_count);
    for (uint32_t i = 0; i < offer->feed_count; i++) {
        struct cairn_bytes feed = {.data = offer->feeds[i].feed, .size = CAIRN_FEED_BYTES};
        cairn_pack_put_array(writer, 3);
        cairn_pack_put_bin(writer, feed);
        cairn_pack_put_text(writer, offer->feeds[i].origin);
        cairn_pack_put_uint(writer, offer->feeds[i].commit_count);
    }
}

static void wire_write_want(struct cairn_pack_writer *writer, const struct cairn_want *want)
{
    CAIRN_REQUIRE(want->credit_bytes <= CAIRN_CREDIT_MAX_BYTES);
    uint32_t count = 2;
    count += want->has_from ? 1 : 0;
    count += want->is_records_first ? 1 : 0;
    wire_put_head(writer, CAIRN_MESSAGE_WANT, count);
    wire_put_log(writer, 1, want->log);
    if (want->has_from) {
        wire_put_uint(writer, 2, want->from);
    }
    wire_put_uint(writer, 3, want->credit_bytes);
    if (want->is_records_first) {
        cairn_pack_put_uint(writer, 4);
        cairn_pack_put_bool(writer, true);
    }
}

static void wire_write_journal(struct cairn_pack_writer *writer,
                               const struct cairn_journal_range *range)
{
    CAIRN_REQUIRE(range->leaves.size % CAIRN_LEAF_BYTES == 0);
    wire_put_head(writer, CAIRN_MESSAGE_JOURNAL, range->has_checkpoint ? 4 : 3);
    wire_put_log(writer, 1, range->log);
    wire_put_uint(writer, 2, range->from);
    wire_put_bin(writer, 3, range->leaves);
    if (range->has_checkpoint) {
        wire_put_bin(writer, 4, range->checkpoint);
    }
}

static void wire_write_feed(struct cairn_pack_writer *writer, const struct cairn_feed_message *feed)
{
    wire_put_head(writer, CAIRN_MESSAGE_FEED, feed->has_admit ? 5 : 3);
    wire_put_log(writer, 1, feed->feed);
    wire_put_text(writer, 2, feed->origin);
    wire_put_bin(writer, 3, feed->open);
    if (feed->has_admit) {
        wire_put_uint(writer, 4, feed->admit_number);
        wire_put_bin(writer, 5, feed->admit);
    }
}

static void wire_write(struct cairn_pack_writer *writer, const struct cairn_message *message)
{
    switch (message->type) {
    case CAIRN_MESSAGE_HELLO:
        wire_write_hello(writer, &message->as.hello);
        return;
    case CAIRN_MESSAGE_OFFER:
        wire_write_offer(writer, &message->as.offer);
        return;
    case CAIRN_MESSAGE_WANT:
        wire_write_want(writer, &message->as.want);
        return;
    case CAIRN_MESSAGE_JOURNAL:
        wire_write_journal(writer, &message->as.journal);
        return;
    case CAIRN_MESSAGE_ENTRIES:
        wire_put_head(writer, CAIRN_MESSAGE_ENTRIES, 1);
        wire_put_bin(writer, 1, message->as.entries.commit);
        return;
    case CAIRN_MESSAGE_FEED:
        wire_write_feed(writer, &message->as.feed);
        return;
    case CAIRN_MESSAGE_COSIGN:
        wire_put_head(writer, CAIRN_MESSAGE_COSIGN, 3);
        wire_put_log(writer, 1, message->as.cosign.log);
        wire_put_uint(writer, 2, message->as.cosign.size);
        wire_put_text(writer, 3, message->as.cosign.line);
        return;
    case CAIRN_MESSAGE_BYE:
        CAIRN_REQUIRE(message->as.bye.error <= CAIRN_BYE_ERROR_MAX);
        wire_put_head(writer, CAIRN_MESSAGE_BYE, 1);
        wire_put_uint(writer, 1, message->as.bye.error);
        return;
    case CAIRN_MESSAGE_PROOF:
        wire_put_head(writer, CAIRN_MESSAGE_PROOF, CAIRN_FORK_FIELDS);
        cairn_fork_write(writer, &message->as.proof);
        return;
    }
    cairn_panic("a type of the enum", __FILE__, __LINE__);
}

cairn_err cairn_message_encode(const struct cairn_message *message, void *buffer, size_t capacity,
                               struct cairn_bytes *out)
{
    struct cairn_pack_writer writer;
    struct cairn_bytes payload;
    cairn_pack_writer_init(&writer, buffer, capacity);
    wire_write(&writer, message);
    CAIRN_TRY(cairn_pack_end(&writer, &payload));
    if (payload.size > CAIRN_LIMIT_FRAME_BYTES) {
        return CAIRN_TOO_LONG;
    }
    *out = payload;
    return CAIRN_OK;
}

cairn_err cairn_message_frame(const struct cairn_message *message, void *buffer, size_t capacity,
                              struct cairn_bytes *out)
{
    uint8_t *data = buffer;
    struct cairn_bytes payload;
    if (capacity < CAIRN_FRAME_HEAD_BYTES) {
        return CAIRN_NO_ROOM;
    }
    CAIRN_TRY(cairn_message_encode(message, data + CAIRN_FRAME_HEAD_BYTES,
                                   capacity - CAIRN_FRAME_HEAD_BYTES, &payload));
    cairn_bytes_put_u32(data, (uint32_t)payload.size);
    *out = (struct cairn_bytes){.data = data, .size = CAIRN_FRAME_HEAD_BYTES + payload.size};
    return CAIRN_OK;
}
