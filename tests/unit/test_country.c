/* Method: one document, text for text; then line by line replaced, removed, doubled and swapped;
 * every cut; every changed byte, where what is still taken must be written the same again. P-11 */
#include "tests/lib/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "schema/country.h"

#define KEY_A "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
#define KEY_B "//////////////////////////////////////////8="
#define KEY_C "ERERERERERERERERERERERERERERERERERERERERERE="
#define KEY_D "IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI="
#define KEY_0 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const char *const lines[] = {
    "cairn country 1\n",
    "network test-demo\n",
    "country AUT\n",
    "serial 7\n",
    "root " KEY_A "\n",
    "next-root " KEY_B "\n",
    "sealing 1 " KEY_0 "\n",
    "sealing 3 " KEY_A "\n",
    "node vienna-1 1 " KEY_A " " KEY_B " " KEY_0 " vienna.example:4410\n",
    "node vienna-1 2 " KEY_A " " KEY_B " " KEY_0 " [2001:db8::1]:65535\n",
    "node graz 1 " KEY_A " " KEY_B " " KEY_0 " -\n",
    "ended linz 1 " KEY_C " " KEY_D " 4711 " KEY_A "\n",
    "ended graz 7 " KEY_D " " KEY_C " 0 " KEY_0 "\n",
    "kinds 1\n",
    "valid 2026-01-01T00:00:00Z 2028-01-01T00:00:00Z\n",
    "previous " KEY_B "\n",
};
#define LINE_COUNT (sizeof lines / sizeof lines[0])

/* The document with line `at` replaced by a text (which may be none, or several lines). */
static struct cairn_bytes document_with(size_t at, const char *text)
{
    static char buffer[1 << 17];
    size_t size = 0;
    for (size_t i = 0; i < LINE_COUNT; i++) {
        const char *line = i == at ? text : lines[i];
        memcpy(buffer + size, line, strlen(line));
        size += strlen(line);
    }
    return (struct cairn_bytes){.data = (const uint8_t *)buffer, .size = size};
}

static struct cairn_bytes document(void)
{
    return document_with(LINE_COUNT, "");
}

static cairn_err decode(struct cairn_bytes bytes, size_t *out_fault_at)
{
    struct cairn_country_doc doc, before;
    memset(&doc, 0xa5, sizeof doc);
    memcpy(&before, &doc, sizeof doc);
    cairn_err err = cairn_country_decode(bytes, &doc, out_fault_at);
    if (err != CAIRN_OK) {
        assert_memory_equal(&doc, &before, sizeof doc);
        return err;
    }
    uint8_t *buffer = malloc(bytes.size);
    assert_non_null(buffer);
    struct cairn_bytes again;
    assert_err(cairn_country_encode(&doc, buffer, bytes.size, &again), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(again, bytes));
    free(buffer);
    return CAIRN_OK;
}

static struct cairn_country_doc decoded(void)
{
    struct cairn_country_doc doc;
    size_t fault_at = SIZE_MAX;
    assert_err(cairn_country_decode(document(), &doc, &fault_at), CAIRN_OK);
    assert_int_equal(fault_at, SIZE_MAX);
    return doc;
}

static bool is_text(struct cairn_bytes bytes, const char *text)
{
    return cairn_bytes_is_equal(bytes, cairn_bytes_of(text));
}

TEST(every_line_is_read)
{
    struct cairn_country_doc doc = decoded();
    static const uint8_t key_a[32] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                      12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                                      23, 24, 25, 26, 27, 28, 29, 30, 31, 32};
    assert_true(is_text(doc.network, "test-demo"));
    assert_true(is_text(doc.country, "AUT"));
    assert_int_equal(doc.serial, 7);
    assert_memory_equal(doc.root, key_a, 32);
    assert_int_equal(doc.next_root[31], 0xff);
    assert_int_equal(doc.sealing_count, 2);
    assert_int_equal(doc.sealing[1].number, 3);
    assert_memory_equal(doc.sealing[1].key, key_a, 32);
    assert_int_equal(doc.node_count, 3);
    assert_true(is_text(doc.nodes[0].name, "vienna-1"));
    assert_int_equal(doc.nodes[1].incarnation, 2);
    assert_memory_equal(doc.nodes[0].log, key_a, 32);
    assert_int_equal(doc.nodes[0].witness[0], 0xff);
    assert_int_equal(doc.nodes[0].tls_spki[0], 0);
    assert_true(is_text(doc.nodes[0].endpoint, "vienna.example:4410"));
    assert_int_equal(doc.nodes[2].endpoint.size, 0);
    assert_int_equal(doc.ended_count, 2);
    assert_true(is_text(doc.ended[0].name, "linz"));
    assert_int_equal(doc.ended[0].incarnation, 1);
    assert_int_equal(doc.ended[0].log[31], 0x11);
    assert_int_equal(doc.ended[0].witness[0], 0x22);
    assert_int_equal(doc.ended[0].size, 4711);
    assert_memory_equal(doc.ended[0].root, key_a, 32);
    assert_int_equal(doc.ended[1].incarnation, 7);
    assert_int_equal(doc.ended[1].size, 0);
    assert_int_equal(doc.kinds, 1);
    assert_true(doc.valid_from_ms == 1767225600000u);
    assert_true(doc.valid_until_ms == 1830297600000u);
    assert_true(doc.has_previous);
    assert_int_equal(doc.previous[0], 0xff);
}

TEST(a_first_document_has_no_previous_one)
{
    struct cairn_country_doc doc;
    size_t fault_at;
    struct cairn_bytes text = document_with(LINE_COUNT - 1, "previous -\n");
    assert_err(mutate_run(text, decode, &fault_at), CAIRN_OK);
    assert_err(cairn_country_decode(text, &doc, &fault_at), CAIRN_OK);
    assert_false(doc.has_previous);
}

TEST(every_cut_fails_and_every_changed_byte_is_kept_or_found)
{
    mutate_sweep(document(), decode);
}

TEST(a_missing_line_is_placed_where_it_should_stand)
{
    size_t at = 0;
    for (size_t line = 0; line < LINE_COUNT; at += strlen(lines[line]), line++) {
        bool is_one_of_many = line >= 6 && line <= 12;
        size_t fault_at;
        cairn_err err = mutate_run(document_with(line, ""), decode, &fault_at);
        assert_err(err, is_one_of_many ? CAIRN_OK : CAIRN_DOCUMENT);
        if (!is_one_of_many) {
            assert_int_equal(fault_at, at);
        }
    }
}

TEST(a_doubled_or_swapped_line_is_refused)
{
    size_t fault_at;
    for (size_t line = 0; line < LINE_COUNT; line++) {
        char text[1024] = "";
        strcat(strcat(text, lines[line]), lines[line]);
        assert_err(mutate_run(document_with(line, text), decode, &fault_at), CAIRN_DOCUMENT);
    }
    for (size_t line = 0; line + 1 < LINE_COUNT; line++) {
        bool are_of_a_kind = (line >= 8 && line <= 9) || line == 11;
        static char text[4096];
        text[0] = '\0';
        for (size_t i = 0; i < LINE_COUNT; i++) {
            strcat(text, lines[i == line ? line + 1 : i == line + 1 ? line : i]);
        }
        assert_err(mutate_run(cairn_bytes_of(text), decode, &fault_at),
                   are_of_a_kind ? CAIRN_OK : CAIRN_DOCUMENT);
    }
}

/* What stands in a document instead of line `line`, and where it is found out. */
struct wrong_line {
    size_t line;
    const char *text;
    cairn_err err;
    size_t inside;
};

static void assert_wrong_lines(const struct wrong_line *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t wanted_at = cases[i].inside, fault_at;
        for (size_t line = 0; line < cases[i].line; line++) {
            wanted_at += strlen(lines[line]);
        }
        wanted_at = cases[i].err == CAIRN_OK ? SIZE_MAX : wanted_at;
        cairn_err err = mutate_run(document_with(cases[i].line, cases[i].text), decode, &fault_at);
        if (err != cases[i].err || fault_at != wanted_at) {
            fail_msg("%s%s at %zu, not %s at %zu", cases[i].text, cairn_err_name(err), fault_at,
                     cairn_err_name(cases[i].err), wanted_at);
        }
    }
}

TEST(every_wrong_line_is_named_and_placed)
{
    static const struct wrong_line cases[] = {
        {0, "cairn country 2\n", CAIRN_DOCUMENT, 0},
        {1, "network Test\n", CAIRN_DOCUMENT, 8},
        {1, "network \n", CAIRN_DOCUMENT, 8},
        {1, "network  test\n", CAIRN_DOCUMENT, 8},
        {1, "network test \n", CAIRN_DOCUMENT, 12},
        {1, "network test\r\n", CAIRN_DOCUMENT, 8},
        {1, "network 012345678901234567890123456789012\n", CAIRN_DOCUMENT, 8},
        {2, "country AU\n", CAIRN_DOCUMENT, 8},
        {2, "country aut\n", CAIRN_DOCUMENT, 8},
        {2, "country AUT AUT\n", CAIRN_DOCUMENT, 11},
        {3, "serial 0\n", CAIRN_NUMBER, 7},
        {3, "serial 01\n", CAIRN_NUMBER, 7},
        {3, "serial -1\n", CAIRN_NUMBER, 7},
        {3, "serial 18446744073709551615\n", CAIRN_OK, 0},
        {3, "serial 18446744073709551616\n", CAIRN_NUMBER, 7},
        {4, "root \n", CAIRN_BASE64, 5},
        {4, "root " KEY_A "A\n", CAIRN_BASE64, 5},
        {4, "root AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyB=\n", CAIRN_BASE64, 5},
        {4, "root AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh\n", CAIRN_BASE64, 5},
        {4, "root AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==\n", CAIRN_BASE64, 5},
        {5, "next-root -\n", CAIRN_BASE64, 10},
        {6, "sealing 0 " KEY_A "\n", CAIRN_NUMBER, 8},
        {6, "sealing 3 " KEY_A "\n", CAIRN_DOCUMENT, 63}, /* then 3 again, in the next line */
        {6, "sealing 4 " KEY_A "\n", CAIRN_DOCUMENT, 63}, /* then 3 */
        {6, "sealing 4294967296 " KEY_A "\n", CAIRN_NUMBER, 8},
        {6, "sealing 1  " KEY_A "\n", CAIRN_BASE64, 10},
        {6, "sealing 1\n", CAIRN_DOCUMENT, 9},
        {8, "node Vienna 1 " KEY_A " " KEY_A " " KEY_A " -\n", CAIRN_DOCUMENT, 5},
        {8, "node a 0 " KEY_A " " KEY_A " " KEY_A " -\n", CAIRN_NUMBER, 7},
        {8, "node graz 1 " KEY_A " " KEY_A " " KEY_A " -\nnode graz 1 " KEY_A "\n", CAIRN_DOCUMENT,
         154},
        {8, "node a 1 " KEY_A " " KEY_A " - -\n", CAIRN_BASE64, 99},
        {8, "node a 1 " KEY_A " " KEY_A " " KEY_A "\n", CAIRN_DOCUMENT, 143},
        {8, "node a 1 " KEY_A " " KEY_A " " KEY_A " \n", CAIRN_DOCUMENT, 144},
        {8, "node a 1 " KEY_A " " KEY_A " " KEY_A " - \n", CAIRN_DOCUMENT, 145},
        {13, "kinds 0\n", CAIRN_NUMBER, 6},
        {13, "kinds 4294967296\n", CAIRN_NUMBER, 6},
        {14, "valid 2026-02-30T00:00:00Z 2028-01-01T00:00:00Z\n", CAIRN_DATE, 6},
        {14, "valid 2026-01-01T00:00:00Z 2026-01-01T00:00:00Z\n", CAIRN_DATE, 27},
        {14, "valid 2026-01-01T00:00:00Z 2025-01-01T00:00:00Z\n", CAIRN_DATE, 27},
        {14, "valid 2026-01-01 2028-01-01\n", CAIRN_DATE, 6},
        {14, "valid 2026-01-01T00:00:00Z\n", CAIRN_DOCUMENT, 26},
        {15, "previous\n", CAIRN_DOCUMENT, 0},
        {15, "previous --\n", CAIRN_BASE64, 9},
        {15, "previous -\n\n", CAIRN_DOCUMENT, 11},
        {15, "previous -\nmore 1\n", CAIRN_DOCUMENT, 11},
    };
    assert_wrong_lines(cases, sizeof cases / sizeof cases[0]);
}

TEST(every_wrong_line_of_an_ended_origin_is_named_and_placed)
{
    static const struct wrong_line cases[] = {
        {10, "node linz 1 " KEY_A " " KEY_A " " KEY_A " -\n", CAIRN_DOCUMENT, 155},
        {10, "node a 1 " KEY_A " " KEY_C " " KEY_A " -\n", CAIRN_DOCUMENT, 159},
        {10, "node a 1 " KEY_D " " KEY_A " " KEY_A " -\n", CAIRN_DOCUMENT, 204},
        {11, "ended Linz 1 " KEY_C " " KEY_D " 1 " KEY_A "\n", CAIRN_DOCUMENT, 6},
        {11, "ended linz 0 " KEY_C " " KEY_D " 1 " KEY_A "\n", CAIRN_NUMBER, 11},
        {11, "ended linz 01 " KEY_C " " KEY_D " 1 " KEY_A "\n", CAIRN_NUMBER, 11},
        {11, "ended graz 1 " KEY_C " " KEY_D " 1 " KEY_A "\n", CAIRN_DOCUMENT, 6},
        {11, "ended linz 1 " KEY_A " " KEY_D " 1 " KEY_A "\n", CAIRN_DOCUMENT, 13},
        {11, "ended linz 1 " KEY_C " " KEY_B " 1 " KEY_A "\n", CAIRN_DOCUMENT, 58},
        {11, "ended linz 1 " KEY_C " " KEY_D " -1 " KEY_A "\n", CAIRN_NUMBER, 103},
        {11, "ended linz 1 " KEY_C " " KEY_D " 00 " KEY_A "\n", CAIRN_NUMBER, 103},
        {11, "ended linz 1 " KEY_C " " KEY_D " 18446744073709551615 " KEY_A "\n", CAIRN_OK, 0},
        {11, "ended linz 1 " KEY_C " " KEY_D " 18446744073709551616 " KEY_A "\n", CAIRN_NUMBER,
         103},
        {11, "ended linz 1 " KEY_C " " KEY_D " 1\n", CAIRN_DOCUMENT, 104},
        {11, "ended linz 1 " KEY_C " " KEY_D " 1 -\n", CAIRN_BASE64, 105},
        {11, "ended linz 1 " KEY_C " " KEY_D " 1 " KEY_A " \n", CAIRN_DOCUMENT, 149},
        {12, "ended linz 1 " KEY_D " " KEY_C " 0 " KEY_0 "\n", CAIRN_DOCUMENT, 6},
        {12, "ended linz 7 " KEY_D " " KEY_C " 0 " KEY_0 "\n", CAIRN_OK, 0},
        {12, "ended graz 2 " KEY_D " " KEY_C " 0 " KEY_0 "\n", CAIRN_OK, 0},
        {12, "node linz 2 " KEY_A " " KEY_A " " KEY_A " -\n", CAIRN_DOCUMENT, 0},
    };
    assert_wrong_lines(cases, sizeof cases / sizeof cases[0]);
}

TEST(a_lost_key_is_one_of_the_lines_above_but_the_last)
{
    static const struct wrong_line cases[] = {
        {7, "sealing 3 " KEY_A "\nlost 1\n", CAIRN_OK, 0},
        {7, "sealing 2 " KEY_A "\nsealing 3 " KEY_A "\nlost 1\nlost 2\n", CAIRN_OK, 0},
        {7, "sealing 2 " KEY_A "\nsealing 3 " KEY_A "\nlost 2\n", CAIRN_OK, 0},
        {7, "sealing 3 " KEY_A "\nlost 3\n", CAIRN_DOCUMENT, 60},
        {7, "sealing 3 " KEY_A "\nlost 2\n", CAIRN_DOCUMENT, 60},
        {7, "sealing 3 " KEY_A "\nlost 4\n", CAIRN_DOCUMENT, 60},
        {7, "sealing 3 " KEY_A "\nlost 0\n", CAIRN_NUMBER, 60},
        {7, "sealing 3 " KEY_A "\nlost 01\n", CAIRN_NUMBER, 60},
        {7, "sealing 3 " KEY_A "\nlost 1\nlost 1\n", CAIRN_DOCUMENT, 67},
        {7, "sealing 3 " KEY_A "\nlost 1 \n", CAIRN_DOCUMENT, 61},
        {7, "lost 1\nsealing 3 " KEY_A "\n", CAIRN_DOCUMENT, 5},
        {7, "sealing 2 " KEY_A "\nsealing 3 " KEY_A "\nlost 2\nlost 1\n", CAIRN_DOCUMENT, 122},
    };
    struct cairn_country_doc doc;
    size_t fault_at;
    assert_wrong_lines(cases, sizeof cases / sizeof cases[0]);
    struct cairn_bytes text = document_with(7, cases[1].text);
    assert_err(cairn_country_decode(text, &doc, &fault_at), CAIRN_OK);
    assert_true(doc.sealing[0].is_lost);
    assert_true(doc.sealing[1].is_lost);
    assert_false(doc.sealing[2].is_lost);
}

TEST(an_endpoint_is_a_host_and_a_port)
{
    static const char *const good[] = {"a:1",        "10.0.0.1:65535",  "A-b.Example:80",
                                       "[::1]:4410", "[2001:db8::1]:1", "[::ffff:10.0.0.1]:1",
                                       "-"};
    static const char *const bad[] = {":1",      "a",     "a:",    "a:0",  "a:65536", "a:01",
                                      "a:b:1",   "::1:1", "[::1]", "[]:1", "[::1:1",  "::1]:1",
                                      "[::G]:1", "a_b:1", "a/b:1", "a:1:", "--:",     "\xc3\xa4:1",
                                      "[a]b:1",  "a:+1",  "[ff:1"};
    char line[1024];
    size_t fault_at;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        line[0] = '\0';
        strcat(strcat(strcat(line, "node a 1 " KEY_A " " KEY_A " " KEY_A " "), good[i]), "\n");
        assert_err(mutate_run(document_with(8, line), decode, &fault_at), CAIRN_OK);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        line[0] = '\0';
        strcat(strcat(strcat(line, "node a 1 " KEY_A " " KEY_A " " KEY_A " "), bad[i]), "\n");
        if (mutate_run(document_with(8, line), decode, &fault_at) != CAIRN_DOCUMENT) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    char host[CAIRN_COUNTRY_ENDPOINT_BYTES + 2] = "";
    memset(host, 'a', 256);
    memcpy(host + 255, ":65535", 7);
    line[0] = '\0';
    strcat(strcat(strcat(line, "node a 1 " KEY_A " " KEY_A " " KEY_A " "), host), "\n");
    assert_err(mutate_run(document_with(8, line), decode, &fault_at), CAIRN_OK);
    memset(host, 'a', 256);
    memcpy(host + 256, ":6553", 6);
    line[0] = '\0';
    strcat(strcat(strcat(line, "node a 1 " KEY_A " " KEY_A " " KEY_A " "), host), "\n");
    assert_err(mutate_run(document_with(8, line), decode, &fault_at), CAIRN_DOCUMENT);
}

TEST(keys_and_nodes_have_a_limit)
{
    static char text[1 << 16];
    size_t fault_at;
    for (size_t count = 1; count <= CAIRN_COUNTRY_SEALING_MAX + 1; count++) {
        text[0] = '\0';
        for (size_t i = 0; i + 1 < count; i++) {
            char line[] = "sealing 1 " KEY_A "\n";
            line[8] = (char)('1' + i);
            strcat(text, line);
        }
        strcat(text, "sealing 9 " KEY_A "\n");
        static char whole[1 << 16];
        whole[0] = '\0';
        for (size_t i = 0; i < LINE_COUNT; i++) {
            strcat(whole, i == 6 ? text : i == 7 ? "" : lines[i]);
        }
        bool is_allowed = count <= CAIRN_COUNTRY_SEALING_MAX;
        assert_err(mutate_run(cairn_bytes_of(whole), decode, &fault_at),
                   is_allowed ? CAIRN_OK : CAIRN_TOO_LONG);
    }
    for (size_t count = 1; count <= CAIRN_COUNTRY_NODES_MAX; count++) {
        text[0] = '\0';
        for (size_t i = 0; i < count; i++) {
            char line[] = "node a 1 " KEY_A " " KEY_A " " KEY_A " -\n";
            line[5] = (char)('a' + i);
            strcat(text, line);
        }
        bool is_allowed = count + 2 <= CAIRN_COUNTRY_NODES_MAX; /* two more stand behind */
        assert_err(mutate_run(document_with(8, text), decode, &fault_at),
                   is_allowed ? CAIRN_OK : CAIRN_TOO_LONG);
    }
    for (size_t count = 1; count <= CAIRN_COUNTRY_ENDED_MAX; count++) {
        text[0] = '\0';
        for (size_t i = 0; i < count; i++) {
            char line[] = "ended a-a 1 " KEY_C " " KEY_D " 0 " KEY_0 "\n";
            line[6] = (char)('a' + i % 26);
            line[8] = (char)('a' + i / 26);
            strcat(text, line);
        }
        bool is_allowed = count + 1 <= CAIRN_COUNTRY_ENDED_MAX; /* one more stands behind */
        assert_err(mutate_run(document_with(11, text), decode, &fault_at),
                   is_allowed ? CAIRN_OK : CAIRN_TOO_LONG);
    }
    memset(text, 'a', sizeof text);
    struct cairn_bytes large = {.data = (const uint8_t *)text, .size = CAIRN_LIMIT_NOTE_BYTES};
    assert_err(mutate_run(large, decode, &fault_at), CAIRN_DOCUMENT);
    uint8_t *larger = calloc(1, CAIRN_LIMIT_NOTE_BYTES + 1);
    assert_non_null(larger);
    large = (struct cairn_bytes){.data = larger, .size = CAIRN_LIMIT_NOTE_BYTES + 1};
    assert_err(mutate_run(large, decode, &fault_at), CAIRN_TOO_LONG);
    free(larger);
}

static cairn_err encode(const struct cairn_country_doc *doc)
{
    static uint8_t buffer[1 << 16];
    struct cairn_bytes out = {.size = 77};
    cairn_err err = cairn_country_encode(doc, buffer, sizeof buffer, &out);
    if (err != CAIRN_OK) {
        assert_int_equal(out.size, 77);
    }
    return err;
}

TEST(what_would_not_be_read_back_is_not_written)
{
    struct cairn_country_doc doc = decoded();
    assert_err(encode(&doc), CAIRN_OK);
    doc.nodes[0].endpoint = cairn_bytes_of("a:1\nnode b 1 " KEY_A " " KEY_A " " KEY_A " a:1");
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.network = cairn_bytes_of("a\nb");
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.country = cairn_bytes_of("AUTX");
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.nodes[2].name = cairn_bytes_of("");
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.nodes[1].incarnation = 1;
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.sealing[1].number = 1;
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.sealing[1].is_lost = true;
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.sealing_count = 0;
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.node_count = 0;
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.node_count = CAIRN_COUNTRY_NODES_MAX + 1;
    assert_err(encode(&doc), CAIRN_TOO_LONG);
    doc = decoded();
    doc.sealing_count = CAIRN_COUNTRY_SEALING_MAX + 1;
    assert_err(encode(&doc), CAIRN_TOO_LONG);
    doc = decoded();
    doc.ended_count = CAIRN_COUNTRY_ENDED_MAX + 1;
    assert_err(encode(&doc), CAIRN_TOO_LONG);
    doc = decoded();
    doc.ended[0].name = cairn_bytes_of("linz 1");
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.ended[1].incarnation = 1;
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    memcpy(doc.ended[1].witness, doc.nodes[0].log, 32);
    assert_err(encode(&doc), CAIRN_DOCUMENT);
    doc = decoded();
    doc.serial = 0;
    assert_err(encode(&doc), CAIRN_NUMBER);
    doc = decoded();
    doc.valid_from_ms += 1;
    assert_err(encode(&doc), CAIRN_DATE);
    doc = decoded();
    doc.valid_until_ms = UINT64_MAX / 1000 * 1000;
    assert_err(encode(&doc), CAIRN_DATE);
    doc = decoded();
    doc.valid_until_ms = doc.valid_from_ms;
    assert_err(encode(&doc), CAIRN_DATE);
}

TEST(a_buffer_that_is_too_small_is_refused)
{
    struct cairn_country_doc doc = decoded();
    size_t size = document().size;
    for (size_t capacity = 0; capacity < size; capacity++) {
        uint8_t *buffer = malloc(capacity + (capacity == 0));
        struct cairn_bytes out = {.size = 77};
        assert_non_null(buffer);
        assert_err(cairn_country_encode(&doc, buffer, capacity, &out), CAIRN_NO_ROOM);
        assert_int_equal(out.size, 77);
        free(buffer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_read),
        cmocka_unit_test(a_first_document_has_no_previous_one),
        cmocka_unit_test(every_cut_fails_and_every_changed_byte_is_kept_or_found),
        cmocka_unit_test(a_missing_line_is_placed_where_it_should_stand),
        cmocka_unit_test(a_doubled_or_swapped_line_is_refused),
        cmocka_unit_test(every_wrong_line_is_named_and_placed),
        cmocka_unit_test(every_wrong_line_of_an_ended_origin_is_named_and_placed),
        cmocka_unit_test(a_lost_key_is_one_of_the_lines_above_but_the_last),
        cmocka_unit_test(an_endpoint_is_a_host_and_a_port),
        cmocka_unit_test(keys_and_nodes_have_a_limit),
        cmocka_unit_test(what_would_not_be_read_back_is_not_written),
        cmocka_unit_test(a_buffer_that_is_too_small_is_refused),
    };
    return cmocka_run_group_tests_name("country", tests, NULL, NULL);
}
