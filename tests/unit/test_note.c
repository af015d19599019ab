/* Notes made by others come first: the example of Go's note package, and a cosigned checkpoint that
 * was signed with the openssl program. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/note.h"
#include "schema/base/base64.h"

#define DASH "\xe2\x80\x94 "

static const char go_note[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n" DASH "PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#define TEXT                                                                                       \
    "test-net/AUT/vienna-1/0\n"                                                                    \
    "4711\n"                                                                                       \
    "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=\n"

static const char cosigned[] = TEXT
    "\n" DASH "test-net/AUT/vienna-1/0 "
    "Dpfkp/P0YEawGoTGEte+KPlAN/bCk9KuGc8NMwhTp5e1HjqFsFbg5z/ASsWTItxXDLP/T5y0Dd2tqzfxr/ZtTZHncw"
    "U=\n" DASH "test-net/DEU/berlin-1/witness "
    "cw1edAAAAABpVbkAB0w62AYCH3v23RseVU9yqFjaGwBwVd77bS8U3Y2NuWi/d5ORWtQEoEVq5yChOGJqaorIarXCXv"
    "ZAJmXbFsMcDA==\n";

static struct cairn_suite suite;
static struct cairn_arena arena;
static uint8_t arena_memory[128 << 10];
static struct cairn_note note;

static int open_suite(void **state)
{
    (void)state;
    return cairn_suite_open_real(&suite) == CAIRN_OK ? 0 : -1;
}

static int close_suite(void **state)
{
    (void)state;
    cairn_suite_close(&suite);
    return 0;
}

static int reset(void **state)
{
    (void)state;
    cairn_arena_init(&arena, arena_memory, sizeof arena_memory);
    return 0;
}

static struct cairn_note_key key_of(const char *name, uint8_t type, const char *public_hex)
{
    struct cairn_note_key key = {cairn_bytes_of(name), type, {0}};
    memcpy(key.public_key, test_hex(public_hex).data, 32);
    return key;
}

static struct cairn_note_key author(void)
{
    return key_of("test-net/AUT/vienna-1/0", CAIRN_NOTE_ED25519,
                  "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
}

static struct cairn_note_key witness(void)
{
    return key_of("test-net/DEU/berlin-1/witness", CAIRN_NOTE_COSIGNATURE,
                  "29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7");
}

static cairn_err split(const char *text)
{
    return cairn_note_split(cairn_bytes_of(text), &arena, &note);
}

TEST(the_example_of_another_implementation_verifies)
{
    uint8_t encoded_key[33];
    size_t size = 0;
    assert_err(cairn_base64_decode(cairn_bytes_of("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
                                   encoded_key, sizeof encoded_key, &size),
               CAIRN_OK);
    assert_int_equal(size, 33);
    struct cairn_note_key key = {cairn_bytes_of("PeterNeumann"), encoded_key[0], {0}};
    memcpy(key.public_key, encoded_key + 1, 32);
    uint8_t id[4];
    cairn_note_key_id(&key, id);
    assert_memory_equal(id, test_hex("c74f20a3").data, 4);
    assert_err(split(go_note), CAIRN_OK);
    uint64_t time_s = 7;
    assert_err(cairn_note_verify(&suite, &note, &key, &arena, &time_s), CAIRN_OK);
    assert_int_equal(time_s, 0);
}

TEST(a_cosigned_checkpoint_comes_apart)
{
    assert_err(split(cosigned), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(note.text, cairn_bytes_of(TEXT)));
    assert_int_equal(note.line_count, 2);
    assert_true(cairn_bytes_is_equal(note.lines[0].name, author().name));
    assert_int_equal(note.lines[0].signature.size, 64);
    assert_true(cairn_bytes_is_equal(note.lines[1].name, witness().name));
    assert_int_equal(note.lines[1].signature.size, 72);
    size_t raw_bytes = note.lines[0].raw.size + note.lines[1].raw.size;
    assert_int_equal(note.text.size + 1 + raw_bytes, sizeof cosigned - 1);
}

TEST(author_and_witness_verify_each_with_its_own_key)
{
    struct cairn_note_key by_author = author(), by_witness = witness();
    uint64_t time_s = 7;
    assert_err(split(cosigned), CAIRN_OK);
    assert_err(cairn_note_verify(&suite, &note, &by_author, &arena, &time_s), CAIRN_OK);
    assert_int_equal(time_s, 0);
    size_t used_bytes = arena.used_bytes;
    assert_err(cairn_note_verify(&suite, &note, &by_witness, &arena, &time_s), CAIRN_OK);
    assert_int_equal(time_s, 1767225600);
    assert_int_equal(arena.used_bytes, used_bytes);
}

TEST(another_name_type_or_key_does_not_verify)
{
    struct cairn_note_key wrong[4] = {author(), author(), witness(), witness()};
    wrong[0].name = cairn_bytes_of("test-net/AUT/vienna-1/1");
    wrong[1].type = CAIRN_NOTE_COSIGNATURE;
    wrong[2].public_key[0] ^= 1;
    wrong[3].type = CAIRN_NOTE_ED25519;
    assert_err(split(cosigned), CAIRN_OK);
    for (size_t i = 0; i < 4; i++) {
        uint64_t time_s = 7;
        assert_err(cairn_note_verify(&suite, &note, &wrong[i], &arena, &time_s),
                   CAIRN_NOTE_SIGNATURE);
        assert_int_equal(time_s, 7);
    }
}

/* Property: whatever one byte becomes, the note is refused or the author's signature fails, unless
 * the change lies in the witness's line. */
TEST(no_changed_byte_goes_unseen)
{
    struct cairn_note_key by_author = author(), by_witness = witness();
    char changed[sizeof cosigned];
    for (size_t at = 0; at + 1 < sizeof cosigned; at++) {
        assert_int_equal(reset(NULL), 0);
        memcpy(changed, cosigned, sizeof cosigned);
        changed[at] ^= 1;
        uint64_t time_s = 0;
        if (cairn_note_split((struct cairn_bytes){(const uint8_t *)changed, sizeof cosigned - 1},
                             &arena, &note) != CAIRN_OK) {
            continue;
        }
        bool both = cairn_note_verify(&suite, &note, &by_author, &arena, &time_s) == CAIRN_OK &&
                    cairn_note_verify(&suite, &note, &by_witness, &arena, &time_s) == CAIRN_OK;
        assert_false(both);
    }
}

TEST(malformed_notes_are_refused_by_kind)
{
#define LINE DASH "a AAAAAAA=\n"
    const struct {
        const char *text;
        cairn_err wanted;
    } cases[] = {
        {"text\n\n" LINE, CAIRN_OK},
        {"text\n\nmore\n\n" LINE, CAIRN_OK},
        {"text\n\n" LINE LINE, CAIRN_OK},
        {"", CAIRN_NOTE},
        {"text\n", CAIRN_NOTE},
        {"text\n\n", CAIRN_NOTE},                          /* no signature */
        {"text\n" LINE, CAIRN_NOTE},                       /* no empty line */
        {"\n\n" LINE, CAIRN_NOTE},                         /* no text */
        {LINE, CAIRN_NOTE},                                /* no text */
        {"text\n\n" DASH "a AAAAAAA=", CAIRN_NOTE},        /* last newline missing */
        {"text\n\n" LINE "\n", CAIRN_NOTE},                /* trailing newline */
        {"text\n\n" LINE "x", CAIRN_NOTE},                 /* trailing byte */
        {"text\n\n" LINE "x\n", CAIRN_NOTE},               /* not a signature line */
        {"text\n\n- a AAAAAAA=\n", CAIRN_NOTE},            /* hyphen */
        {"text\n\n\xe2\x80\x93 a AAAAAAA=\n", CAIRN_NOTE}, /* en dash */
        {"text\n\n\xe2\x80\x94"
         "a AAAAAAA=\n",
         CAIRN_NOTE},                                    /* no space */
        {"text\n\n" DASH " a AAAAAAA=\n", CAIRN_NOTE},   /* two spaces */
        {"text\n\n" DASH "a  AAAAAAA=\n", CAIRN_BASE64}, /* two spaces */
        {"text\n\n" DASH "a AAAAAAA= \n", CAIRN_BASE64}, /* space at the end */
        {"text\n\n" DASH "a+b AAAAAAA=\n", CAIRN_NOTE},  /* plus in the name */
        {"text\n\n" DASH "a\xc2\xa0"
         "b AAAAAAA=\n",
         CAIRN_NOTE},                                /* blank in the name */
        {"text\n\n" DASH "aAAAAAAA=\n", CAIRN_NOTE}, /* one word */
        {"text\n\n" DASH "\n", CAIRN_NOTE},
        {"text\n\n" DASH "a \n", CAIRN_NOTE},           /* empty signature */
        {"text\n\n" DASH "a AAAAAA==\n", CAIRN_NOTE},   /* key id only */
        {"text\n\n" DASH "a AAAAAAA\n", CAIRN_BASE64},  /* no padding */
        {"text\n\n" DASH "a AAAAAAB=\n", CAIRN_BASE64}, /* unused bits */
        {"text\r\n\n" LINE, CAIRN_TEXT_FORBIDDEN},
        {"te\tt\n\n" LINE, CAIRN_TEXT_FORBIDDEN},
        {"te\xff\n\n" LINE, CAIRN_TEXT_UTF8},
        {"text\n\n" DASH "\xff AAAAAAA=\n", CAIRN_TEXT_UTF8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_err got = split(cases[i].text);
        if (got != cases[i].wanted) {
            fail_msg("case %zu gave %s", i, cairn_err_name(got));
        }
    }
    const uint8_t with_nul[] = "te\0t\n\n" LINE;
    assert_err(cairn_note_split((struct cairn_bytes){with_nul, sizeof with_nul - 1}, &arena, &note),
               CAIRN_TEXT_FORBIDDEN);
}

TEST(limits_of_size_lines_and_room_are_kept)
{
    static uint8_t big[CAIRN_LIMIT_NOTE_BYTES + 1];
    memset(big, 'a', sizeof big);
    big[0] = big[1] = '\n';
    assert_err(cairn_note_split((struct cairn_bytes){big, sizeof big}, &arena, &note),
               CAIRN_TOO_LONG);
    assert_err(cairn_note_split((struct cairn_bytes){big, sizeof big - 1}, &arena, &note),
               CAIRN_NOTE);
    struct cairn_note_writer writer;
    cairn_note_writer_init(&writer, big, sizeof big);
    assert_err(cairn_note_put_text(&writer, cairn_bytes_of("t\n")), CAIRN_OK);
    for (unsigned i = 0; i < CAIRN_NOTE_LINES_MAX; i++) {
        assert_err(cairn_note_put_raw(&writer, cairn_bytes_of(LINE)), CAIRN_OK);
    }
    assert_err(cairn_note_split((struct cairn_bytes){big, writer.size}, &arena, &note), CAIRN_OK);
    assert_int_equal(note.line_count, CAIRN_NOTE_LINES_MAX);
    assert_err(cairn_note_put_raw(&writer, cairn_bytes_of(LINE)), CAIRN_OK);
    assert_err(cairn_note_split((struct cairn_bytes){big, writer.size}, &arena, &note),
               CAIRN_TOO_LONG);
    cairn_arena_init(&arena, arena_memory, 32);
    assert_err(split(cosigned), CAIRN_NO_ROOM);
}

TEST(a_note_that_we_write_is_the_same_byte_for_byte)
{
    struct cairn_note_key by_author = author(), by_witness = witness();
    uint8_t seeds[64], signature[64], space[1024];
    for (uint8_t i = 0; i < sizeof seeds; i++) {
        seeds[i] = i;
    }
    struct cairn_note_writer writer;
    cairn_note_writer_init(&writer, space, sizeof space);
    assert_err(cairn_note_put_text(&writer, cairn_bytes_of(TEXT)), CAIRN_OK);
    struct cairn_bytes message;
    assert_err(cairn_note_sign_input(CAIRN_NOTE_ED25519, 0, cairn_bytes_of(TEXT), &arena, &message),
               CAIRN_OK);
    cairn_suite_sign(&suite, seeds, message, signature);
    assert_err(cairn_note_append_signature(&writer, &by_author, 0, signature), CAIRN_OK);
    assert_err(cairn_note_sign_input(CAIRN_NOTE_COSIGNATURE, 1767225600, cairn_bytes_of(TEXT),
                                     &arena, &message),
               CAIRN_OK);
    cairn_suite_sign(&suite, seeds + 32, message, signature);
    assert_err(cairn_note_append_signature(&writer, &by_witness, 1767225600, signature), CAIRN_OK);
    assert_int_equal(writer.size, sizeof cosigned - 1);
    assert_memory_equal(space, cosigned, writer.size);
}

TEST(lines_of_one_note_can_be_put_under_a_copy)
{
    uint8_t space[1024];
    struct cairn_note_writer writer;
    assert_err(split(cosigned), CAIRN_OK);
    cairn_note_writer_init(&writer, space, sizeof space);
    assert_err(cairn_note_put_text(&writer, note.text), CAIRN_OK);
    assert_err(cairn_note_put_raw(&writer, note.lines[0].raw), CAIRN_OK);
    assert_err(cairn_note_put_raw(&writer, note.lines[1].raw), CAIRN_OK);
    assert_int_equal(writer.size, sizeof cosigned - 1);
    assert_memory_equal(space, cosigned, writer.size);
}

TEST(text_that_is_no_note_text_is_not_written)
{
    uint8_t space[64];
    struct cairn_note_writer writer;
    cairn_note_writer_init(&writer, space, sizeof space);
    assert_err(cairn_note_put_text(&writer, cairn_bytes_of("no newline")), CAIRN_NOTE);
    assert_err(cairn_note_put_text(&writer, cairn_bytes_of("\n")), CAIRN_NOTE);
    assert_err(cairn_note_put_text(&writer, cairn_bytes_of("\xff\n")), CAIRN_TEXT_UTF8);
    assert_err(cairn_note_put_text(&writer, cairn_bytes_of("\t\n")), CAIRN_TEXT_FORBIDDEN);
    assert_int_equal(writer.size, 0);
}

TEST(what_does_not_fit_leaves_the_writer_unchanged)
{
    struct cairn_note_key by_author = author();
    const uint8_t signature[64] = {0};
    uint8_t space[sizeof cosigned];
    const size_t whole = sizeof TEXT + 4 + 23 + 1 + CAIRN_BASE64_SIZE(68u) + 1;
    for (size_t capacity = 0; capacity <= whole; capacity++) {
        struct cairn_note_writer writer;
        cairn_note_writer_init(&writer, space, capacity);
        cairn_err err = cairn_note_put_text(&writer, cairn_bytes_of(TEXT));
        assert_err(err, capacity >= sizeof TEXT ? CAIRN_OK : CAIRN_NO_ROOM);
        assert_int_equal(writer.size, err == CAIRN_OK ? sizeof TEXT : 0);
        size_t before = writer.size;
        err = cairn_note_append_signature(&writer, &by_author, 0, signature);
        assert_int_equal(writer.size == before, err != CAIRN_OK);
        if (before > 0) {
            assert_err(err, capacity == whole ? CAIRN_OK : CAIRN_NO_ROOM);
        }
    }
}

/* The author's line of the example with something behind or missing from the signature. */
TEST(a_signature_of_another_length_does_not_verify)
{
    struct cairn_note_key by_author = author(), by_witness = witness();
    assert_err(split(cosigned), CAIRN_OK);
    uint8_t longer[4][80];
    for (size_t i = 0; i < 2; i++) {
        const struct cairn_bytes signature = note.lines[i].signature;
        const struct cairn_note_key *key = i == 0 ? &by_author : &by_witness;
        memset(longer[i], 0, sizeof longer[i]);
        memcpy(longer[i], signature.data, signature.size);
        for (size_t size = 0; size <= sizeof longer[i]; size++) {
            uint64_t time_s = 77;
            note.lines[i].signature = (struct cairn_bytes){longer[i], size};
            assert_err(cairn_note_verify(&suite, &note, key, &arena, &time_s),
                       size == signature.size ? CAIRN_OK : CAIRN_NOTE_SIGNATURE);
            assert_true((time_s == 77) == (size != signature.size));
        }
    }
}

TEST(a_cosignature_that_finds_no_room_is_not_verified)
{
    struct cairn_note_key by_witness = witness();
    uint64_t time_s = 77;
    struct cairn_bytes message = {.size = 77};
    assert_err(split(cosigned), CAIRN_OK);
    size_t needed = sizeof TEXT - 1 + sizeof "cosignature/v1\ntime 1767225600\n" - 1;
    struct cairn_arena small;
    cairn_arena_init(&small, arena_memory + (64 << 10), needed - 1);
    assert_err(cairn_note_verify(&suite, &note, &by_witness, &small, &time_s), CAIRN_NO_ROOM);
    assert_err(cairn_note_sign_input(CAIRN_NOTE_COSIGNATURE, 1767225600, cairn_bytes_of(TEXT),
                                     &small, &message),
               CAIRN_NO_ROOM);
    assert_int_equal(time_s, 77);
    assert_int_equal(message.size, 77);
}

TEST(a_name_that_does_not_fit_is_not_left_out)
{
    char name[201];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct cairn_note_key key = author();
    key.name = cairn_bytes_of(name);
    const uint8_t signature[64] = {0};
    uint8_t space[512];
    const size_t whole = 4 + sizeof name - 1 + 1 + CAIRN_BASE64_SIZE(68u) + 1;
    for (size_t capacity = 0; capacity < whole; capacity++) {
        struct cairn_note_writer writer;
        cairn_note_writer_init(&writer, space, capacity);
        assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_NO_ROOM);
        assert_int_equal(writer.size, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_example_of_another_implementation_verifies, reset),
        cmocka_unit_test_setup(a_cosigned_checkpoint_comes_apart, reset),
        cmocka_unit_test_setup(author_and_witness_verify_each_with_its_own_key, reset),
        cmocka_unit_test_setup(another_name_type_or_key_does_not_verify, reset),
        cmocka_unit_test_setup(no_changed_byte_goes_unseen, reset),
        cmocka_unit_test_setup(malformed_notes_are_refused_by_kind, reset),
        cmocka_unit_test_setup(limits_of_size_lines_and_room_are_kept, reset),
        cmocka_unit_test_setup(a_note_that_we_write_is_the_same_byte_for_byte, reset),
        cmocka_unit_test_setup(lines_of_one_note_can_be_put_under_a_copy, reset),
        cmocka_unit_test_setup(text_that_is_no_note_text_is_not_written, reset),
        cmocka_unit_test_setup(what_does_not_fit_leaves_the_writer_unchanged, reset),
        cmocka_unit_test_setup(a_signature_of_another_length_does_not_verify, reset),
        cmocka_unit_test_setup(a_cosignature_that_finds_no_room_is_not_verified, reset),
        cmocka_unit_test_setup(a_name_that_does_not_fit_is_not_left_out, reset),
    };
    return cmocka_run_group_tests_name("note", tests, open_suite, close_suite);
}
