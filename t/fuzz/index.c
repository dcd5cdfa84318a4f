/*
 * LEDGER.index, from nobody knows whom: a small ledger's own, with what the input changes in it,
 * beside that ledger; or any other file. It is read, and then written, as programs do.
 *
 * The first byte says how. Bytes that are changed as by a broken disk are noticed: every answer is
 * that of a sound index, or there is none, and the next index is sound. Rows that are changed, and
 * sums that are put right again as only somebody who means it can, may give false answers, and
 * nothing worse.
 *
 * The rest are changes, each a byte that says which and its values; or, of a file that is none of
 * ours, the file.
 */
#include "index/db.h"
#include "index_ask.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

static const char chain[] =
#include "chain.inc"
    ;

/* Two branches that go on, the second the longer in the end. */
static const char growth[] =
#include "growth.inc"
    ;

enum how { SUMMED = 1, PAGES_SUMMED = 2, WRITTEN = 4, ANY_FILE = 8, ANY_WAL = 16 };
enum { PAGE = 4096, IMAGE_MAX = 1 << 18, NOW = 1700100000, ATTEMPTS = 3 };

/* What is made once. */
struct stage {
    char ledger[64], index[80], wal[80], shm[80];
    uint8_t image[IMAGE_MAX]; /* a sound index of the ledger, */
    size_t len;
    struct buf before, after; /* what it answers, and what one behind the growth does, */
    bool grown;               /* and whether the ledger's file has been written since */
    struct sigpool *pool;
};

static void write_file(const char *path, const void *bytes, size_t n)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
}

static void name_files(struct stage *s)
{
    const char *folder = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    snprintf(s->ledger, sizeof s->ledger, "%s/fuzz-index.%d", folder, (int)getpid());
    snprintf(s->index, sizeof s->index, "%s.index", s->ledger);
    snprintf(s->wal, sizeof s->wal, "%s.index-wal", s->ledger);
    snprintf(s->shm, sizeof s->shm, "%s.index-shm", s->ledger);
}

static void remove_index(const struct stage *s)
{
    unlink(s->index);
    unlink(s->wal);
    unlink(s->shm);
}

/* --- Asking ----------------------------------------------------------------------------------- */

/* A transaction's line that stands early in the chain. */
static size_t spent(const char **line)
{
    *line = strstr(chain, "\ntx ") + 1;
    return (size_t)(strchr(*line, '\n') - *line);
}

/* Reads all. 0, or -1: somewhere on the way there was a fault. */
static int read_all(struct stage *s, struct buf *out)
{
    struct ledger l;
    struct fault f = {0};
    const char *line;
    size_t len = spent(&line);
    out->len = 0;
    if (ledger_open(&l, s->ledger, &f)) {
        must(f.kind != FAULT_NONE && f.text[0]);
        return -1;
    }
    int result = ask_all(&l, out, line, len);
    ledger_close(&l);
    return result;
}

static void append(struct ledger *l, const struct item *item, bool *going)
{
    struct fault f = {0};
    struct reorg reorg;
    int verdict = *going ? ledger_append(l, item, NOW, &reorg, &f) : -1;
    must(!*going || verdict == TREE_GOOD || verdict == TREE_KNOWN || f.kind != FAULT_NONE);
    *going = verdict == TREE_GOOD || verdict == TREE_KNOWN;
}

/* Appends the growth. 0, or -1: there was a fault. */
static int write_all(struct stage *s)
{
    struct ledger l;
    struct fault f = {0};
    struct batch b = {0};
    bool going = true;
    s->grown = true;
    must(ledger_open_writer(&l, s->ledger, s->pool, &f) == 0);
    if (ledger_begin(&l, &f)) {
        must(f.kind != FAULT_NONE && f.text[0]);
        ledger_close(&l);
        return -1;
    }
    must(batch_parse(&b, growth, sizeof growth - 1, 1, 0, &f) == 0);
    for (size_t i = 0; i < b.count; i++)
        append(&l, &b.items[i], &going);
    batch_free(&b);
    if (!going)
        ledger_abort(&l);
    else if (ledger_commit(&l, &f))
        going = false;
    ledger_close(&l);
    return going ? 0 : -1;
}

/* Whether it is done without a fault, sooner or later. */
static void check_all(struct stage *s, bool sound, bool written)
{
    struct buf now = {0};
    int result = -1, attempts = sound ? ATTEMPTS : 1;
    for (int i = 0; i < attempts && result; i++)
        result = read_all(s, &now);
    if (sound) {
        must(result == 0);
        must_equal(now.data, now.len, s->before.data, s->before.len);
    }
    result = written ? -1 : 0;
    for (int i = 0; written && i < attempts && result; i++)
        result = write_all(s);
    must(!sound || result == 0);
    if (written)
        result = read_all(s, &now);
    if (written && sound) {
        must(result == 0);
        must_equal(now.data, now.len, s->after.data, s->after.len);
    }
    buf_free(&now);
}

/* --- Making ----------------------------------------------------------------------------------- */

/* What a run that ends well leaves behind is nothing. */
static void remove_all(void)
{
    struct stage s;
    name_files(&s);
    remove_index(&s);
    unlink(s.ledger);
}

/* Puts the ledger there as it was at first, and makes a sound index of it. */
static void renew(struct stage *s)
{
    struct buf out = {0};
    remove_index(s);
    write_file(s->ledger, chain, sizeof chain - 1);
    must(read_all(s, &out) == 0);
    buf_free(&out);
    int fd = open(s->index, O_RDONLY | O_CLOEXEC);
    must(fd >= 0);
    ssize_t got = read(fd, s->image, sizeof s->image);
    must(got > 0 && got < (ssize_t)sizeof s->image && got % PAGE == 0);
    s->len = (size_t)got;
    close(fd);
    s->grown = false;
}

static void set_stage(struct stage *s)
{
    name_files(s);
    must(atexit(remove_all) == 0);
    s->pool = sigpool_new(1);
    must(s->pool);
    renew(s);
    must(read_all(s, &s->before) == 0 && write_all(s) == 0 && read_all(s, &s->after) == 0);
    must(s->before.len && s->after.len > s->before.len);
}

/* --- Changing --------------------------------------------------------------------------------- */

struct input {
    const uint8_t *at;
    size_t n;
};

/* The next number of so many bytes; zeros behind the end. */
static uint64_t take(struct input *in, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value |= (uint64_t)(in->n ? *in->at : 0) << 8 * i;
        in->at += in->n > 0;
        in->n -= in->n > 0;
    }
    return value;
}

static const struct cell {
    const char *table, *column;
} cells[] = {
    {"block", "n"},      {"block", "id"},      {"block", "parent"},    {"block", "height"},
    {"block", "time"},   {"block", "target"},  {"block", "miner"},     {"block", "count"},
    {"block", "supply"}, {"block", "work"},    {"block", "line"},      {"block", "offset"},
    {"block", "size"},   {"block", "first"},   {"block", "earned"},    {"block", "latest"},
    {"block", "main"},   {"block", "checked"}, {"journal", "block"},   {"journal", "bytes"},
    {"account", "n"},    {"account", "id"},    {"account", "balance"}, {"account", "seq"},
    {"tx", "n"},         {"tx", "id"},         {"tx", "block"},        {"tx", "line"},
    {"tx", "sender"},    {"tx", "seq"},        {"tx", "recipient"},    {"tx", "offset"},
    {"tx", "size"},      {"tx", "main"},       {"ledger", "end"},      {"ledger", "lines"},
    {"ledger", "best"},  {"ledger", "blocks"}, {"ledger", "rules"},    {"ledger", "stamp"},
    {"block", "sum"},    {"account", "sum"},   {"journal", "sum"},     {"ledger", "sum"},
};

static const char *const schemas[] = {
    "PRAGMA user_version = 0",
    "PRAGMA user_version = 99",
    "DROP TABLE tx",
    "DROP TABLE journal; CREATE TABLE journal(block, bytes, sum)",
    "DROP INDEX block_main",
    "DROP INDEX tx_sender; CREATE INDEX tx_sender ON tx(id)",
    "ALTER TABLE block RENAME COLUMN main TO side",
    "DELETE FROM ledger",
    "DELETE FROM block",
    "DELETE FROM account",
    "DROP TABLE block; CREATE VIEW block AS SELECT 1 AS n",
    "CREATE TRIGGER t AFTER INSERT ON block BEGIN DELETE FROM block; END",
    "CREATE TRIGGER t AFTER UPDATE ON account BEGIN UPDATE account SET seq = seq + 1; END",
    "PRAGMA journal_mode = DELETE",
    "CREATE TABLE more(x); INSERT INTO more VALUES(zeroblob(20000))",
    "UPDATE tx SET main = 1 - main",
    "UPDATE block SET main = 1 - main",
    "INSERT INTO change SELECT account.n, block.n FROM account, block",
    "UPDATE block SET checked = 0",
};

/* A value from the input: a number, a blob of some or of very many bytes, a text, nothing. */
static void bind_value(sqlite3_stmt *q, struct input *in)
{
    uint8_t kind = (uint8_t)take(in, 1);
    size_t n = (size_t)take(in, 1) % 80;
    n = n < in->n ? n : in->n;
    switch (kind % 7) {
    case 0:
        sqlite3_bind_int64(q, 1, (int64_t)take(in, 8));
        return;
    case 1:
        sqlite3_bind_int64(q, 1, (int8_t)take(in, 1));
        return;
    case 2:
        sqlite3_bind_int64(q, 1, INT64_MAX - (uint8_t)take(in, 1));
        return;
    case 3:
        sqlite3_bind_blob(q, 1, in->at, (int)n, SQLITE_TRANSIENT);
        break;
    case 4:
        sqlite3_bind_zeroblob(q, 1, (int)n << 10);
        return;
    case 5:
        sqlite3_bind_text(q, 1, (const char *)in->at, (int)n, SQLITE_TRANSIENT);
        break;
    default:
        sqlite3_bind_null(q, 1);
        return;
    }
    in->at += n;
    in->n -= n;
}

static void run(sqlite3 *db, struct input *in, const char *form, const struct cell *c)
{
    sqlite3_stmt *q;
    char sql[256];
    unsigned row = (unsigned)take(in, 1), other = (unsigned)take(in, 1);
    snprintf(sql, sizeof sql, form, c->table, c->column);
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
        return; /* no such table any more */
    bind_value(q, in);
    if (sqlite3_bind_parameter_count(q) > 1)
        sqlite3_bind_int(q, 2, (int)(row % 16));
    if (sqlite3_bind_parameter_count(q) > 2)
        sqlite3_bind_int(q, 3, (int)(other % 16));
    sqlite3_step(q);
    sqlite3_finalize(q);
}

#define ROW(n) "(SELECT rowid FROM %1$s LIMIT 1 OFFSET " n ")"

static void change_row(sqlite3 *db, struct input *in)
{
    unsigned what = (unsigned)take(in, 1);
    const struct cell *c = &cells[take(in, 1) % (sizeof cells / sizeof cells[0])];
    switch (what % 8) {
    default:
        run(db, in, "UPDATE %1$s SET %2$s = ?1 WHERE rowid = " ROW("?2"), c);
        return;
    case 4:
        run(db, in,
            "UPDATE %1$s SET %2$s = (SELECT %2$s FROM %1$s LIMIT 1 OFFSET ?3)"
            " WHERE rowid = " ROW("?2"),
            c);
        return;
    case 5:
        run(db, in, "DELETE FROM %1$s WHERE rowid = " ROW("?2"), c);
        return;
    case 6:
        run(db, in, "UPDATE %1$s SET %2$s = %2$s + ?1", c);
        return;
    case 7:
        sqlite3_exec(db, schemas[(size_t)(c - cells) % (sizeof schemas / sizeof schemas[0])], NULL,
                     NULL, NULL);
    }
}

static void change_bytes(struct stage *s, uint8_t *image, struct input *in)
{
    size_t at = (size_t)take(in, 3) % s->len, n = 1 + (size_t)take(in, 1) % 32;
    for (; n > 0 && at % PAGE < PAGE - INDEX_RESERVED; n--, at++)
        image[at] ^= (uint8_t)take(in, 1);
}

/* --- Sums, as the library makes them ---------------------------------------------------------- */

static void copy_blob(sqlite3_value *v, uint8_t *out, int n)
{
    if (sqlite3_value_bytes(v) == n)
        memcpy(out, sqlite3_value_blob(v), (size_t)n);
}

/* block_sum(12 numbers, 4 blobs). */
static void block_sum(sqlite3_context *c, int n, sqlite3_value **v)
{
    struct {
        int64_t numbers[12];
        uint8_t blobs[4][32];
    } form = {0};
    must(n == 16);
    for (int i = 0; i < 12; i++)
        form.numbers[i] = sqlite3_value_int64(v[i]);
    for (int i = 0; i < 4; i++)
        copy_blob(v[12 + i], form.blobs[i], 32);
    sqlite3_result_int64(c, index_sum(&form, sizeof form));
}

static void account_sum(sqlite3_context *c, int n, sqlite3_value **v)
{
    struct {
        uint8_t id[ID_LEN];
        int64_t balance, seq;
    } form = {.balance = sqlite3_value_int64(v[1]), .seq = sqlite3_value_int64(v[2])};
    must(n == 3);
    copy_blob(v[0], form.id, ID_LEN);
    sqlite3_result_int64(c, index_sum(&form, sizeof form));
}

static void bytes_sum(sqlite3_context *c, int n, sqlite3_value **v)
{
    must(n == 1);
    const void *bytes = sqlite3_value_blob(v[0]);
    sqlite3_result_int64(c, index_sum(bytes, (size_t)sqlite3_value_bytes(v[0])));
}

static void put_sums_right(sqlite3 *db)
{
    static const char sql[] =
        "UPDATE account SET sum = account_sum(id, balance, seq) WHERE balance IS NOT NULL;"
        "UPDATE journal SET sum = bytes_sum(bytes);"
        "UPDATE ledger SET sum = bytes_sum(stamp || ' ' || end || ' ' || lines || ' ' || best ||"
        " ' ' || blocks || ' ' || rules);"
        "UPDATE block SET sum = block_sum(n, parent, height, time, count, supply, line, offset,"
        " size, first, earned, latest, id, target, miner, work)";
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    sqlite3_create_function(db, "block_sum", 16, flags, NULL, block_sum, NULL, NULL);
    sqlite3_create_function(db, "account_sum", 3, flags, NULL, account_sum, NULL, NULL);
    sqlite3_create_function(db, "bytes_sum", 1, flags, NULL, bytes_sum, NULL, NULL);
    sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void put_pages_right(uint8_t *image, size_t n)
{
    for (size_t at = 0; at + PAGE <= n; at += PAGE) {
        uint64_t place = at;
        uLong crc = crc32_z(crc32_z(0, NULL, 0), image + at, PAGE - INDEX_RESERVED);
        uint64_t sum = (uint64_t)crc << 32 |
                       crc32_z(crc, (const unsigned char *)&place, sizeof place);
        memcpy(image + at + PAGE - sizeof sum, &sum, sizeof sum);
    }
}

/* --- One run ---------------------------------------------------------------------------------- */

/* Changes rows of the index in its file, as SQLite lets anybody do. */
static void change_rows(struct stage *s, struct input *in, bool summed)
{
    sqlite3 *db;
    must(sqlite3_open_v2(s->index, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, index_vfs()) ==
         SQLITE_OK);
    sqlite3_exec(db, "PRAGMA synchronous = OFF; BEGIN", NULL, NULL, NULL);
    for (int i = 0; i < 16 && in->n > 0; i++)
        change_row(db, in);
    if (summed)
        put_sums_right(db);
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(db);
}

/* Puts an index there. Whether it is as a broken disk may leave it. */
static bool put_index(struct stage *s, unsigned how, struct input *in)
{
    static uint8_t image[IMAGE_MAX];
    if (how & ANY_FILE) {
        write_file(s->index, in->at, in->n);
        return true;
    }
    bool rows = in->n > 0 && take(in, 1) % 2;
    memcpy(image, s->image, s->len);
    for (int i = 0; !rows && i < 16 && in->n > 0; i++)
        change_bytes(s, image, in);
    if (how & PAGES_SUMMED)
        put_pages_right(image, s->len);
    write_file(s->index, image, s->len);
    if (rows)
        change_rows(s, in, how & SUMMED);
    if (how & ANY_WAL)
        write_file(s->wal, in->at, in->n);
    return !rows && !(how & PAGES_SUMMED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct stage stage;
    struct input in = {data, n};
    unsigned how = (unsigned)take(&in, 1);
    if (!stage.len)
        set_stage(&stage);
    if (stage.grown)
        renew(&stage);
    remove_index(&stage);
    bool sound = put_index(&stage, how, &in);
    check_all(&stage, sound, how & WRITTEN);
    remove_index(&stage);
    return 0;
}
