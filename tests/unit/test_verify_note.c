/* The verifier on notes: checkpoints and their lines, documents that follow each other, and what an
 * operator compared. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/note.h"
#include "replication/verify.h"
#include "schema/country.h"
#include "tests/lib/author.h"
#include "tests/lib/bundle_edit.h"
#include "tests/lib/protocol.h"
#include "tests/lib/verify_run.h"

static const struct cairn_verify_limits small_limits = {
    .countries = 2, .nodes = 3, .feeds = 4, .checkpoints = 2, .trusted = 2};
static struct author aut, geo;

static int open_all(void **state)
{
    return verify_run_open(&small_limits) == 0 ? protocol_open(state) : -1;
}

static int close_all(void **state)
{
    (void)verify_run_close();
    return protocol_close(state);
}

/* AUT with one leaf, and GEO. */
static int begin(void **state)
{
    author_open(&aut, &protocol.suite, "AUT");
    author_open(&geo, &protocol.suite, "GEO");
    author_noise(&aut);
    return protocol_reset(state);
}

/* ---- checkpoints ---- */

static cairn_err verify_checkpoint_note(struct cairn_bytes note)
{
    struct author_bundle what = {.other = &geo, .checkpoint = note};
    return verify_run(author_bundle(&aut, &what)).err;
}

static struct cairn_bytes joined(struct cairn_bytes left, struct cairn_bytes right)
{
    static uint8_t bytes[4096];
    memcpy(bytes, left.data, left.size);
    memcpy(bytes + left.size, right.data, right.size);
    return (struct cairn_bytes){bytes, left.size + right.size};
}

TEST(a_checkpoint_has_the_logs_signature_and_known_lines_only)
{
    struct cairn_bytes plain = author_checkpoint(&aut, 1, NULL, 0);
    struct cairn_bytes cosigned = author_checkpoint(&aut, 1, &geo, 1000);
    struct cairn_bytes line = {cosigned.data + plain.size, cosigned.size - plain.size};
    assert_err(verify_checkpoint_note(plain), CAIRN_OK);
    assert_err(verify_checkpoint_note(cosigned), CAIRN_OK);
    assert_err(verify_checkpoint_note(author_checkpoint(&aut, 1, &aut, 1000)), CAIRN_OK);
    assert_err(verify_checkpoint_note(joined(cosigned, line)), CAIRN_NOTE);
    struct author srb;
    author_open(&srb, &protocol.suite, "SRB"); /* no document of it is there */
    assert_err(verify_checkpoint_note(author_checkpoint(&aut, 1, &srb, 1000)),
               CAIRN_NOTE_SIGNATURE);
    assert_err(verify_checkpoint_note(author_checkpoint(&aut, 1, &geo, UINT64_MAX)),
               CAIRN_NOTE_SIGNATURE);
    size_t text_bytes = 0; /* up to the empty line */
    while (memcmp(plain.data + text_bytes, "\n\n", 2) != 0) {
        text_bytes++;
    }
    struct cairn_bytes text = {plain.data, text_bytes + 2};
    assert_err(verify_checkpoint_note(joined(text, line)), CAIRN_NOTE_SIGNATURE);
}

/* Whatever it says, signed. */
static struct cairn_bytes signed_checkpoint(const struct cairn_checkpoint *checkpoint,
                                            const uint8_t log_seed[static 32])
{
    static uint8_t note[512];
    struct cairn_note_key key = {.name = checkpoint->origin, .type = CAIRN_NOTE_ED25519};
    struct cairn_note_writer writer;
    uint8_t text[CAIRN_CHECKPOINT_MAX], signature[64];
    struct cairn_bytes whole = {text, cairn_note_encode_checkpoint(checkpoint, text)};
    cairn_suite_sign_public(&protocol.suite, log_seed, key.public_key);
    cairn_suite_sign(&protocol.suite, log_seed, whole, signature);
    cairn_note_writer_init(&writer, note, sizeof note);
    assert_err(cairn_note_put_text(&writer, whole), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    return (struct cairn_bytes){note, writer.size};
}

TEST(a_checkpoint_says_the_size_that_its_root_is_of)
{
    struct cairn_checkpoint checkpoint = {.origin = cairn_bytes_of(aut.origin), .size = 1};
    cairn_merkle_leaf((struct cairn_bytes){aut.leaves[0], CAIRN_LEAF_BYTES}, checkpoint.root);
    assert_err(verify_checkpoint_note(signed_checkpoint(&checkpoint, aut.log_seed)), CAIRN_OK);
    checkpoint.root[31] ^= 1;
    assert_err(verify_checkpoint_note(signed_checkpoint(&checkpoint, aut.log_seed)),
               CAIRN_PEER_LEAF);
    checkpoint.root[31] ^= 1;
    checkpoint.size = 2;
    assert_err(verify_checkpoint_note(signed_checkpoint(&checkpoint, aut.log_seed)),
               CAIRN_PEER_LEAF);
}

TEST(a_checkpoint_is_of_the_journal_and_of_all_its_leaves)
{
    author_noise(&aut);
    assert_err(verify_checkpoint_note(author_checkpoint(&aut, 1, NULL, 0)), CAIRN_PEER_LEAF);
    assert_err(verify_checkpoint_note(author_checkpoint(&aut, 2, NULL, 0)), CAIRN_OK);
    memcpy(geo.leaves, aut.leaves, (size_t)2 * CAIRN_LEAF_BYTES);
    assert_err(verify_checkpoint_note(author_checkpoint(&geo, 2, NULL, 0)), CAIRN_CHECKPOINT);
    struct cairn_bytes other = author_checkpoint(&aut, 2, NULL, 0);
    aut.leaves[1][0] ^= 1;
    assert_err(verify_checkpoint_note(other), CAIRN_PEER_LEAF);
}

/* An entry record says what its author signs; a second checkpoint of that size says otherwise. */
TEST(two_checkpoints_of_one_size_are_a_fork)
{
    struct bundle_edit edit = bundle_edit_open("vectors/object.bundle");
    uint32_t first = bundle_edit_find(&edit, CAIRN_BUNDLE_ENTRY, 0);
    json_t *node = protocol_node("test-demo/AUT/vienna-1/1");
    static uint8_t memory[4096];
    struct cairn_arena arena;
    struct cairn_note note;
    struct cairn_checkpoint checkpoint;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_note_split(edit.records[first].as.entry.checkpoint, &arena, &note), CAIRN_OK);
    assert_err(cairn_note_decode_checkpoint(note.text, &checkpoint), CAIRN_OK);
    checkpoint.root[31] ^= 1;
    edit.records[first + 1].as.entry.checkpoint =
        signed_checkpoint(&checkpoint, protocol_key(node, "log_seed"));
    struct cairn_verify_result result = verify_run(bundle_edit_bytes(&edit));
    assert_err(result.err, CAIRN_PEER_FORK);
    assert_int_equal(result.record, first + 2);
}

/* ---- documents and trust ---- */

static void root_seed(const char *name, uint8_t out[static 32])
{
    struct cairn_sha256 hash;
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, cairn_bytes_of("cairn vectors "));
    cairn_sha256_update(&hash, cairn_bytes_of(name));
    cairn_sha256_final(&hash, out);
}

static uint32_t ended_count; /* lines of next_document */

/* AUT's document of the vectors with this serial, signed by its second root key or its first. */
static struct cairn_bytes next_document(uint64_t serial, const char *root, bool has_previous)
{
    static uint8_t note[4096];
    json_t *country = protocol_country("AUT");
    struct cairn_country_doc doc;
    struct cairn_note_key key = {.name = cairn_bytes_of("test-demo/AUT"),
                                 .type = CAIRN_NOTE_ED25519};
    struct cairn_note_writer writer;
    uint8_t seed[32], text[4096], signature[64];
    struct cairn_bytes bytes;
    size_t fault_at;
    assert_err(cairn_country_decode(protocol_text(country, "text"), &doc, &fault_at), CAIRN_OK);
    root_seed(root, seed);
    cairn_suite_sign_public(&protocol.suite, seed, key.public_key);
    memcpy(doc.root, key.public_key, 32);
    doc.serial = serial;
    doc.ended_count = ended_count;
    doc.ended[0] = (struct cairn_country_ended){
        .name = cairn_bytes_of("linz"), .incarnation = 1, .log = {1}, .witness = {2}};
    doc.has_previous = has_previous;
    memcpy(doc.previous, protocol_key(country, "note_hash"), 32);
    assert_err(cairn_country_encode(&doc, text, sizeof text, &bytes), CAIRN_OK);
    cairn_suite_sign(&protocol.suite, seed, bytes, signature);
    cairn_note_writer_init(&writer, note, sizeof note);
    assert_err(cairn_note_put_text(&writer, bytes), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    return (struct cairn_bytes){note, writer.size};
}

/* object.bundle with one more document behind AUT's. */
static cairn_err verify_second(struct cairn_bytes note)
{
    struct bundle_edit edit = bundle_edit_open("vectors/object.bundle");
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_DOCUMENT, .as.document = {note}};
    bundle_edit_insert(&edit, 2, record);
    edit.records[3] = edit.records[--edit.count]; /* room in the limits: GEO's is not needed */
    return verify_run(bundle_edit_bytes(&edit)).err;
}

TEST(documents_of_one_country_follow_each_other)
{
    struct cairn_bytes note = protocol_text(protocol_country("AUT"), "note");
    cairn_err whole = verify_second(next_document(2, "AUT root", true));
    assert_err(whole, CAIRN_NOTE_SIGNATURE); /* the cosignature by GEO is unknown now */
    assert_err(verify_second(next_document(2, "AUT root", false)), whole);
    assert_err(verify_second(next_document(2, "AUT root 2", true)), whole);
    assert_err(verify_second(next_document(9, "AUT root 2", false)), whole);
    assert_err(verify_second(note), CAIRN_DOCUMENT);
    assert_err(verify_second(next_document(1, "AUT root", false)), CAIRN_DOCUMENT);
    assert_err(verify_second(next_document(2, "GEO root", false)), CAIRN_DOCUMENT);
}

TEST(a_document_names_the_one_before_it)
{
    struct cairn_bytes first = next_document(2, "AUT root", false);
    struct bundle_edit edit = bundle_edit_open("vectors/object.bundle");
    struct cairn_bytes changed = {bundle_edit_copy(first), first.size};
    edit.records[1].as.document.note = changed;
    struct cairn_bytes third = next_document(3, "AUT root", true); /* names serial 1's hash */
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_DOCUMENT, .as.document = {third}};
    bundle_edit_insert(&edit, 2, record);
    struct cairn_verify_result result = verify_run(bundle_edit_bytes(&edit));
    assert_err(result.err, CAIRN_DOCUMENT);
    assert_int_equal(result.record, 3);
}

/* P-14, P-81 */
TEST(a_document_keeps_the_ended_origins_of_the_one_before_it)
{
    for (uint32_t kept = 0; kept < 2; kept++) {
        struct bundle_edit edit = bundle_edit_open("vectors/object.bundle");
        ended_count = 1;
        struct cairn_bytes first = next_document(2, "AUT root", false);
        edit.records[1].as.document.note =
            (struct cairn_bytes){bundle_edit_copy(first), first.size};
        ended_count = kept;
        struct cairn_bundle_record record = {
            .type = CAIRN_BUNDLE_DOCUMENT,
            .as.document = {next_document(4, "AUT root", false)},
        };
        ended_count = 0;
        bundle_edit_insert(&edit, 2, record);
        struct cairn_verify_result result = verify_run(bundle_edit_bytes(&edit));
        assert_err(result.err, kept == 0 ? CAIRN_DENIED_ENDED : CAIRN_OK);
        assert_int_equal(result.record, kept == 0 ? 3 : 0);
    }
}

TEST(a_document_has_the_root_signature_and_no_other)
{
    struct bundle_edit edit = bundle_edit_open("vectors/object.bundle");
    struct cairn_bytes note = edit.records[1].as.document.note;
    struct cairn_bytes other = edit.records[2].as.document.note;
    size_t line_at = other.size - 2;
    while (other.data[line_at - 1] != '\n') {
        line_at--;
    }
    struct cairn_bytes line = {other.data + line_at, other.size - line_at};
    edit.records[1].as.document.note = joined(note, line);
    struct cairn_verify_result result = verify_run(bundle_edit_bytes(&edit));
    assert_err(result.err, CAIRN_NOTE_SIGNATURE);
    assert_int_equal(result.record, 2);
}

TEST(trust_is_words_or_a_document)
{
    struct cairn_verify *verifier = verify_run_start();
    json_t *country = protocol_country("AUT");
    uint8_t first[16], second[16];
    struct cairn_bytes words = joined(protocol_text(country, "fingerprint"), cairn_bytes_of(" \n"));
    assert_err(cairn_verify_read_trust(verifier, words, first), CAIRN_OK);
    assert_err(cairn_verify_read_trust(verifier, protocol_text(country, "note"), second), CAIRN_OK);
    assert_memory_equal(first, second, 16);
    assert_err(cairn_verify_read_trust(verifier, cairn_bytes_of("nuziz"), first),
               CAIRN_FINGERPRINT);
    assert_err(cairn_verify_read_trust(verifier, cairn_bytes_of(""), first), CAIRN_FINGERPRINT);
    struct cairn_bytes text = protocol_text(country, "text");
    assert_err(cairn_verify_read_trust(verifier, text, first), CAIRN_NOTE);
    assert_err(cairn_verify_add_trust(verifier, first), CAIRN_OK);
    assert_err(cairn_verify_add_trust(verifier, second), CAIRN_OK);
    assert_err(cairn_verify_add_trust(verifier, second), CAIRN_FULL);
}

/* Take the first records: head, AUT's document, a later one of AUT under its second root key. */
TEST(countries_are_reported_with_their_fingerprint_and_whether_it_was_compared)
{
    for (uint32_t trusted = 0; trusted < 2; trusted++) {
        struct bundle_edit edit = bundle_edit_open("vectors/object.bundle");
        struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_DOCUMENT,
                                             .as.document = {next_document(2, "AUT root 2", true)}};
        bundle_edit_insert(&edit, 2, record);
        struct cairn_bytes file = bundle_edit_bytes(&edit);
        struct cairn_verify *verifier = verify_run_start();
        struct cairn_verify_finding finding;
        struct cairn_verify_country country[2];
        uint8_t fingerprint[16];
        for (uint32_t records = 0; records < 3;) {
            records += cairn_verify_take(verifier, &file, &finding) ? 1 : 0;
        }
        assert_int_equal(cairn_verify_country_count(verifier), 2);
        cairn_verify_country(verifier, trusted, &country[0]);
        assert_err(cairn_proquint_decode(cairn_bytes_of(country[0].words), fingerprint), CAIRN_OK);
        assert_err(cairn_verify_add_trust(verifier, fingerprint), CAIRN_OK);
        cairn_verify_country(verifier, 0, &country[0]);
        cairn_verify_country(verifier, 1, &country[1]);
        assert_string_equal(country[0].code, "AUT");
        assert_true(vectors_is(protocol_country("AUT"), "fingerprint", country[0].words));
        assert_string_not_equal(country[0].words, country[1].words);
        assert_int_equal(country[trusted].trust, CAIRN_VERIFY_COMPARED);
        assert_int_equal(country[1 - trusted].trust,
                         trusted == 0 ? CAIRN_VERIFY_FOLLOWS : CAIRN_VERIFY_NOT_COMPARED);
        expect_assert_failure(cairn_verify_country(verifier, 2, &country[0]));
    }
}

TEST(more_root_keys_than_the_limits_is_said_to_be_so)
{
    struct bundle_edit edit = bundle_edit_open("vectors/object.bundle");
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_DOCUMENT,
                                         .as.document = {next_document(2, "AUT root 2", true)}};
    bundle_edit_insert(&edit, 2, record); /* a third one: GEO's comes behind it */
    struct cairn_verify_result result = verify_run(bundle_edit_bytes(&edit));
    assert_err(result.err, CAIRN_FULL);
    assert_int_equal(result.record, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_checkpoint_has_the_logs_signature_and_known_lines_only, begin),
        cmocka_unit_test_setup(a_checkpoint_says_the_size_that_its_root_is_of, begin),
        cmocka_unit_test_setup(a_checkpoint_is_of_the_journal_and_of_all_its_leaves, begin),
        cmocka_unit_test_setup(two_checkpoints_of_one_size_are_a_fork, begin),
        cmocka_unit_test_setup(documents_of_one_country_follow_each_other, begin),
        cmocka_unit_test_setup(a_document_names_the_one_before_it, begin),
        cmocka_unit_test_setup(a_document_keeps_the_ended_origins_of_the_one_before_it, begin),
        cmocka_unit_test_setup(a_document_has_the_root_signature_and_no_other, begin),
        cmocka_unit_test_setup(trust_is_words_or_a_document, begin),
        cmocka_unit_test_setup(
            countries_are_reported_with_their_fingerprint_and_whether_it_was_compared, begin),
        cmocka_unit_test_setup(more_root_keys_than_the_limits_is_said_to_be_so, begin),
    };
    return cmocka_run_group_tests_name("verify_note", tests, open_all, close_all);
}
