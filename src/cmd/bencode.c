/* bencode: bencoding to JSON and back. */
#include "bencode/json.h"
#include "bencode/reader.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

struct run {
    bool reverse, lenient;
    const char *value; /* a key; NULL: the whole */
    const char *place;
};

static const struct cli_option options[] = {
    {'r', "reverse", NULL, "JSON to bencoding", CLI_FLAG(struct run, reverse)},
    {'w', "wire", NULL, "accept keys in any order, and leading zeros",
     CLI_FLAG(struct run, lenient)},
    {'x', "extract", "KEY", "print the bytes of this key's value, bencoded as they are",
     CLI_TEXT(struct run, value)},
    {0},
};

static const struct cli program = {
    .name = "bencode",
    .operands = "[FILE]",
    .about = "Turns bencoding into JSON, and back.",
    .options = options,
};

static void read_all(const struct run *r, int fd, struct buf *in)
{
    size_t most = r->reverse ? BENCODE_JSON_MAX : BENCODE_MAX;
    for (;;) {
        cli_memory(buf_reserve(in, PIECE));
        ssize_t n = read(fd, in->data + in->len, PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            cli_die("%s: %s", r->place, strerror(errno));
        if (n == 0)
            return;
        in->len += (size_t)n;
        if (in->len > most)
            cli_die("%s: more than %zu bytes", r->place, most);
    }
}

static void read_input(struct run *r, const char *path, struct buf *in)
{
    int fd = STDIN_FILENO;
    r->place = path ? path : "stdin";
    if (path && (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        cli_die("%s: %s", path, strerror(errno));
    if (!path)
        terminal_input(r->reverse ? "JSON" : "bencoded bytes");
    read_all(r, fd, in);
    if (path)
        close(fd);
}

/* The next item. Exits if the input is malformed. */
static bool next(const struct run *r, struct bencode_reader *reader, struct bencode_item *item)
{
    struct fault f;
    int got = bencode_next(reader, item, &f);
    if (got < 0)
        cli_fail(r->place, &f);
    return got > 0;
}

/* The offsets of the key's value in *in, which is checked to its end. Whether it is there. */
static bool find_value(const struct run *r, const struct buf *in, size_t *begin, size_t *end)
{
    struct bencode_reader reader;
    struct bencode_item item;
    size_t len = strlen(r->value);
    bool wanted = false, found = false;
    bencode_read(&reader, in->data, in->len, !r->lenient);
    while (next(r, &reader, &item)) {
        if (wanted && !found)
            *begin = item.offset;
        found = found || wanted;
        if (wanted && reader.depth == 1) {
            *end = reader.at;
            wanted = false;
        }
        if (!found && item.key && reader.depth == 1)
            wanted = item.len == len && memcmp(item.bytes, r->value, len) == 0;
    }
    return found;
}

static int extract(const struct run *r, const struct buf *in)
{
    size_t begin = 0, end = 0;
    if (!find_value(r, in, &begin, &end)) {
        cli_warn("%s: it is not a dictionary with the key %.80s", r->place, r->value);
        return CLI_NO;
    }
    cli_put(in->data + begin, end - begin);
    return CLI_YES;
}

static int convert(const struct run *r, const struct buf *in)
{
    struct buf out = {0};
    struct fault f;
    int failed = r->reverse ? bencode_from_json(in->data, in->len, &out, &f)
                            : bencode_to_json(in->data, in->len, !r->lenient, &out, &f);
    if (failed)
        cli_fail(r->place, &f);
    cli_put(out.data, out.len);
    if (!r->reverse)
        cli_put_string("\n");
    buf_free(&out);
    return CLI_YES;
}

int main(int argc, char **argv)
{
    struct run r = {0};
    struct buf in = {0};
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 0, 1);
    if (r.reverse && (r.lenient || r.value))
        cli_misuse("-r: not with -w or -x");
    read_input(&r, *operands && strcmp(*operands, "-") != 0 ? *operands : NULL, &in);
    int status = r.value ? extract(&r, &in) : convert(&r, &in);
    buf_free(&in);
    cli_exit(status);
}
