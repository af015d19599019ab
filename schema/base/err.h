/* Every reason why something can be refused. Numbers are wire and document format: never reuse one.
 *
 * 1xx malformed bytes · 2xx peer broke the protocol · 3xx not permitted ("no" is not "failed") ·
 * 4xx not yet, try again · 5xx machine · 6xx a rule of the domain (text ends with its number). */
#ifndef CAIRN_SCHEMA_BASE_ERR_H
#define CAIRN_SCHEMA_BASE_ERR_H

#define CAIRN_MUST __attribute__((warn_unused_result))

/* clang-format off */
#define CAIRN_ERR_LIST(X)                                                                          \
    X(OK,                   0, "ok")                                                               \
    X(SHORT,              101, "input ends before the value does")                                 \
    X(TRAILING,           102, "bytes follow the end of the value")                                \
    X(TOO_LONG,           103, "value is longer than its limit")                                   \
    X(NO_ROOM,            104, "result does not fit the space given for it")                       \
    X(TEXT_UTF8,          105, "text is not valid UTF-8")                                          \
    X(TEXT_FORBIDDEN,     106, "text holds a control, bidi or other forbidden character")          \
    X(NUMBER,             107, "number is malformed or out of range")                              \
    X(HEX,                108, "hexadecimal digits are malformed")                                 \
    X(BASE64,             109, "base64 is malformed or not canonical")                             \
    X(PACK_TYPE,          110, "msgpack value is of another type than expected")                   \
    X(PACK_MINIMAL,       111, "msgpack value is not in its shortest form")                        \
    X(PACK_FORBIDDEN,     112, "msgpack float, extension or reserved byte")                        \
    X(PACK_KEY,           113, "msgpack map keys are not ascending non-negative integers")         \
    X(PACK_DEPTH,         114, "msgpack nesting deeper than 16")                                   \
    X(PACK_COUNT,         115, "msgpack count is larger than the bytes left")                      \
    X(PACK_FIELD,         116, "required field is missing")                                        \
    X(PACK_UNKNOWN_FIELD, 117, "unknown field")                                                    \
    X(YAML_SYNTAX,        130, "YAML syntax error")                                                \
    X(YAML_FORBIDDEN,     131, "YAML alias, anchor, tag or second document")                       \
    X(YAML_KEY,           132, "YAML duplicate or non-scalar key")                                 \
    X(YAML_LIMIT,         133, "YAML larger or deeper than allowed")                               \
    X(YAML_TYPE,          134, "YAML value is of another kind than expected")                      \
    X(YAML_FIELD,         135, "YAML required field is missing")                                   \
    X(YAML_UNKNOWN,       136, "YAML unknown field")                                               \
    X(YAML_VALUE,         137, "YAML value is not allowed here")                                   \
    X(MRZ_LINES,          140, "MRZ has no known number and length of lines")                      \
    X(MRZ_CHARACTER,      141, "MRZ holds a character other than A-Z 0-9 <")                       \
    X(MRZ_FIELD,          142, "MRZ field has a character not allowed there")                      \
    X(MRZ_CHECK_DIGIT,    143, "MRZ check digit is wrong: B19")                                    \
    X(CODE_UNKNOWN,       150, "unknown country or organisation code: B20")                        \
    X(DATE,               151, "date or time does not exist: B18")                                 \
    X(ID,                 152, "object id is malformed or its check character is wrong")           \
    X(HLC,                153, "hybrid logical clock value is malformed")                          \
    X(CRYPTO_KEY,         160, "key bytes are not a valid key")                                    \
    X(CRYPTO_SIGNATURE,   161, "signature does not verify")                                        \
    X(CRYPTO_OPEN,        162, "sealed bytes do not open under this key")                          \
    X(CRYPTO_COMMITMENT,  163, "content key does not match its commitment")                        \
    X(CRYPTO_PROOF,       164, "Merkle proof does not lead to the root")                           \
    X(CRYPTO_PASSPHRASE,  165, "passphrase does not open the key file")                            \
    X(NOTE,               170, "signed note is malformed")                                         \
    X(NOTE_SIGNATURE,     171, "signed note has no valid signature by the expected key")           \
    X(CHECKPOINT,         172, "checkpoint text is malformed")                                     \
    X(DOCUMENT,           173, "country document is malformed")                                    \
    X(FINGERPRINT,        174, "fingerprint words are malformed")                                  \
    X(KEYFILE,            175, "key file is malformed, damaged or of another kind")                \
    X(ORIGIN,             176, "origin, or a name in it, is malformed")                            \
    X(STUB,               180, "stub has an unknown version, algorithm or flag")                   \
    X(BODY_HASH,          181, "body does not hash to what its stub names")                        \
    X(BODY_PADDING,       182, "opened body has a wrong length or padding")                        \
    X(OPERATION,          183, "operation is malformed")                                           \
    X(KIND_UNKNOWN,       184, "operation kind or version is unknown: B10")                        \
    X(FEED_RECORD,        185, "feed record is malformed")                                         \
    X(BUNDLE,             190, "bundle is malformed")                                              \
    X(BUNDLE_DIGEST,      191, "bundle does not hash to its closing digest")                       \
    X(BUNDLE_ORDER,       192, "bundle records are out of order or incomplete")                    \
    X(CSV,                193, "CSV row is malformed")                                             \
    X(JSON,               194, "JSON is malformed")                                                \
    X(JSON_FIELD,         195, "JSON field is missing, unknown or of another type")                \
    X(HTTP,               196, "HTTP request is malformed")                                        \
    X(USAGE,              197, "command line is malformed")                                        \
    X(PEER_OVERDRAW,      201, "peer sent more bytes than it was granted")                         \
    X(PEER_FRAME,         202, "peer sent a frame that is malformed or too large")                 \
    X(PEER_ORDER,         203, "peer sent a message that is not allowed now")                      \
    X(PEER_NETWORK,       204, "peer is of another network or version")                            \
    X(PEER_CHECKPOINT,    205, "checkpoint does not verify or does not extend the last one")       \
    X(PEER_FORK,          206, "two checkpoints of one journal contradict each other")             \
    X(PEER_COMMIT,        207, "commit does not open to the leaf, or does not extend its feed")    \
    X(PEER_LEAF,          208, "journal leaves do not lead to the signed root")                    \
    X(PEER_ENTRY,         209, "entries do not lead to the committed feed root")                   \
    X(PEER_WRAP,          210, "feed record wraps cannot be recomputed from its secret")           \
    X(PEER_MARK,          211, "mark is too far ahead of this node's clock")                       \
    X(PEER_UNKNOWN,       212, "peer is not a recognised partner")                                 \
    X(PEER_PROOF,         213, "proof shows no fork")                                              \
    X(DENIED_ROLE,        301, "role does not permit this")                                        \
    X(DENIED_AUTHOR,      302, "only the issuing country may change this object: B12")             \
    X(DENIED_POLICY,      303, "policy does not permit this")                                      \
    X(DENIED_PARTNER,     304, "country is not a recognised partner")                              \
    X(DENIED_TOKEN,       305, "token is missing, unknown or revoked")                             \
    X(DENIED_NEVER,       306, "amendment would reach a country that policy denies it to: B25")    \
    X(DENIED_LIVE,        307, "allowed only in networks named test-*: B42")                       \
    X(DENIED_FINGERPRINT, 308, "fingerprint does not match the document")                          \
    X(DENIED_HOST,        309, "HTTP host is missing, repeated or not allowed")                    \
    X(NOT_FOUND,          310, "no such object")                                                   \
    X(EXISTS,             311, "already exists")                                                   \
    X(CONFLICT,           312, "idempotency key was used with another request")                    \
    X(STATE,              313, "not allowed in the object's present state")                        \
    X(METHOD,             314, "HTTP method is not allowed here")                                  \
    X(MEDIA,              315, "HTTP media type is not accepted")                                  \
    X(DENIED_ENDED,       316, "document drops or changes an ended or lost line")               \
    X(ENDED,              317, "this node's origin was ended: it signs nothing any more")          \
    X(REPUDIATED,         318, "operation lies behind the position where its origin ended")        \
    X(DENIED_STORE,       319, "limit of what is kept of this country is reached (accept)")        \
    X(DENIED_KIND,        320, "policy accepts none of these from that country (accept: kinds)")   \
    X(LATER,              401, "not yet: waits for something that is missing")                     \
    X(BUSY,               402, "too much is waiting: try again")                                   \
    X(PARKED,             403, "operation is ahead of this node's clock")                          \
    X(FULL,               404, "limit of this node is reached")                                    \
    X(STARTING,           405, "node is starting: not ready to answer")                            \
    X(TIMEOUT,            406, "took too long")                                                    \
    X(RESTORING,          407, "node asks partners for what its log has lost: nothing is written") \
    X(MEMORY,             501, "out of memory")                                                    \
    X(DISK,               502, "disk read or write failed")                                        \
    X(DISK_CORRUPT,       503, "stored bytes are damaged")                                         \
    X(DISK_FLOOR,         504, "free space is below the floor: writes refused")                    \
    X(NET,                505, "network operation failed")                                         \
    X(TLS,                506, "TLS failed")                                                       \
    X(NO_DAEMON,          507, "no daemon answers in this directory")                              \
    X(FILE,               508, "file cannot be read or written")                                   \
    X(ENTROPY,            509, "random source failed")                                             \
    X(LIBRARY,            510, "a library call failed that cannot fail on valid input")            \
    X(OUTCOME_UNKNOWN,    511, "outcome unknown: repeat with the same idempotency key")            \
    X(CLOCK,              512, "this node's clock leads all partners by an hour")                  \
    X(KEY_MODE,           513, "key file may be read by others: set its mode to 0600")             \
    X(LOCKED,             514, "another process has this directory open")                          \
    X(RULE_ACTION,        614, "action is not allowed for this category: B14")                     \
    X(RULE_LIFE,          615, "validity is reversed or longer than the category allows: B15")     \
    X(RULE_DECISION,      616, "decision is missing or dated in the future: B16")                  \
    X(RULE_THIN,          617, "person alert lacks name with birth date, or a document: B17")      \
    X(RULE_DATE,          618, "date is impossible for its field: B18")                            \
    X(RULE_CODE,          611, "code is not in its list: B11")                                     \
    X(RULE_HLC,           605, "hlc is not above that of a parent: B05")                           \
    X(RULE_ISSUER,        621, "document alert on another country's document: B21")                \
    X(RULE_RANGE,         622, "document range is larger than allowed: B22")                       \
    X(RULE_TEXT,          624, "text holds a forbidden character: B24")                            \
    X(RULE_CHILD,         633, "minor to be detained as a migrant, or without guardian: B33")      \
    X(RULE_WITHDRAWN,     634, "operation follows the withdrawal of its object: B34")              \
    X(RULE_FOUR_EYES,     635, "two different actors are required: B35")                           \
    X(RULE_FREE_TEXT,     636, "free text is too long or holds a card or phone number: B36")       \
    X(RULE_NATIONAL,      638, "refusal alert on an own national, or return without details: B38") \
    X(RULE_DUPLICATE,     639, "batch has two rows with one key: B39")                             \
    X(RULE_PURPOSE,       640, "query without purpose, role or actor: B40")                        \
    X(RULE_SUBJECT,       643, "field has no place in an alert of this category: B43")             \
    X(RULE_AUTHORITY,     644, "authority is not one of the author's country: B44")                \
    X(RULE_PARTIES,       650, "requesting and requested state are the same or not parties: C01")  \
    X(RULE_FORM,          651, "request form is incomplete: C02")                                  \
    X(RULE_REASON,        652, "reason code is not in the list: C03")                              \
    X(RULE_PROTECTED,     653, "field would reveal a protection history: C04")                     \
    X(RULE_MINOR,         654, "unaccompanied minor without guardian or facility: C05")            \
    X(RULE_STEP,          655, "step is not allowed in the case's state: C06")                     \
    X(RULE_MRZ,           656, "machine-readable zone and typed data differ: C07")                 \
    X(RULE_EVIDENCE,      657, "evidence is oversize, repeated or not of its media type: C08")

#define CAIRN_ERR_ENUM(name, number, text) CAIRN_##name = (number),
typedef enum cairn_err { CAIRN_ERR_LIST(CAIRN_ERR_ENUM) } cairn_err;
#undef CAIRN_ERR_ENUM
/* clang-format on */

/* Leave with the callee's error. Only where nothing has to be released. */
#define CAIRN_TRY(call)                                                                            \
    do {                                                                                           \
        cairn_err try_err_ = (call);                                                               \
        if (try_err_ != CAIRN_OK) {                                                                \
            return try_err_;                                                                       \
        }                                                                                          \
    } while (0)

/* Static text, never NULL, also for a number that this build does not know. */
const char *cairn_err_text(cairn_err err);

/* Static name such as "PACK_TYPE", never NULL. */
const char *cairn_err_name(cairn_err err);

#endif
