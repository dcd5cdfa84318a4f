#include "sync/header_file_parts.h"

#include "record/proof.h"
#include "record/types.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t count_places(const struct header_file *h)
{
    return h->places.len / sizeof(struct header_place);
}

/* Notes where the text of the newest header is; of a jump, which is two, with the first of them. */
static int add_place(struct header_file *h, uint64_t at, size_t len, bool in_file, struct fault *f)
{
    struct header_place p = {at, (uint32_t)len, in_file};
    for (; count_places(h) < light_sum(h->light).headers; p.len = 0)
        if (buf_add(&h->places, &p, sizeof p))
            return fault_memory(f);
    return 0;
}

/* Notes where an attest line, or an accusation, and its proof are. 0, or -1 and trouble. */
static int add_attest(struct header_file *h, const char *text, size_t len, uint64_t at,
                      bool in_file, struct fault *f)
{
    struct attest_place a = {.text = {at, (uint32_t)len, in_file}};
    struct proof p;
    const char *proof = (const char *)memchr(text, '\n', len) + 1;
    if (proof_parse(proof, (size_t)(text + len - proof), &p, f) ||
        light_find(h->light, p.block, &a.n, f) < 0)
        return -1;
    h->attests_saved += in_file;
    return buf_add(&h->attests, &a, sizeof a) ? fault_memory(f) : 0;
}

/* --- Opening ---------------------------------------------------------------------------------- */

/* Whether what is invalid where the file's last header or attest line begins can be one that a
 * crash has left without some of the lines that stand with it: nothing was read after it. */
static bool is_torn(const struct header_file *h, const uint64_t *end)
{
    const struct light_sum sum = light_sum(h->light);
    return *end > 0 && (sum.by_members || sum.has_finality) && light_at_end(h->light);
}

/* Whether it can be followed by the proof that it is in a body. */
static bool is_proved(const struct span *text)
{
    return record_is(&attest_type, text->at, text->len) || record_is(&tx_type, text->at, text->len);
}

static int take_read(struct header_file *h, const struct span *text, uint64_t at, struct fault *f)
{
    const struct light_sum sum = light_sum(h->light);
    if (sum.from_genesis && is_proved(text))
        return add_attest(h, text->at, text->len, at, true, f);
    if (sum.headers == count_places(h) || !sum.from_genesis)
        return fault_rule(f, "not a file of headers, each once, after their genesis block");
    if (add_place(h, at, text->len, true, f))
        return -1;
    h->tip = count_places(h) - 1;
    return 0;
}

/* Takes what the file contains; *end: of that. 0, or -1 and a fault, with its line. */
static int read_headers(struct header_file *h, int64_t now, uint64_t *end, struct fault *f)
{
    struct span text;
    int verdict;
    while ((verdict = light_next(h->light, now, &text, f)) == LIGHT_VALID) {
        if (take_read(h, &text, *end, f))
            return -1;
        *end += text.len + 1;
    }
    return verdict == LIGHT_END || is_torn(h, end) ? 0 : -1;
}

/* The id of the genesis block, which must be this chain's. 0, or -1 and a fault. */
static int check_chain(struct header_file *h, struct fault *f)
{
    size_t n;
    if (!light_sum(h->light).from_genesis)
        return h->has_chain ? 0 : fault_trouble(f, "No headers yet (-c names their chain)");
    if (h->has_chain)
        return light_find(h->light, h->chain, &n, f) == 1 && n == 0
                   ? 0
                   : fault_trouble(f, "headers of another chain");
    light_chain(h->light, h->chain);
    h->has_chain = true;
    return 0;
}

static int load(struct header_file *h, const struct checkpoints *set, int64_t now, struct fault *f)
{
    struct stat st;
    uint64_t torn, end = 0;
    h->created = stat(h->file.path, &st) != 0;
    if (linefile_lock(&h->file, f))
        return fault_errno(f, "cannot be opened");
    if (linefile_find_end(&h->file, &torn, f))
        return fault_errno(f, "cannot be read");
    if (scratch_open(&h->texts, f))
        return -1;
    h->unread = (struct file_part){.fd = h->file.fd, .end = h->file.end};
    h->light = light_new(source_part(&h->unread));
    if (!h->light)
        return fault_memory(f);
    light_enforce(h->light, set);
    light_period(h->light, 0); /* what is in the file was judged when it came */
    if (read_headers(h, now, &end, f) || check_chain(h, f))
        return -1;
    light_period(h->light, -1);
    return linefile_cut(&h->file, end, f) ? fault_errno(f, "cannot be written") : 0;
}

struct header_file *header_file_open(const char *path, const uint8_t *chain,
                                     const struct checkpoints *set, int64_t now, struct fault *f)
{
    struct header_file *h = calloc(1, sizeof *h);
    if (!h) {
        fault_memory(f);
        return NULL;
    }
    *h = (struct header_file){.file = LINEFILE(path), .has_chain = chain, .texts.fd = -1};
    if (chain)
        memcpy(h->chain, chain, ID_LEN);
    if (load(h, set, now, f) == 0)
        return h;
    header_file_close(h);
    return NULL;
}

void header_file_close(struct header_file *h)
{
    if (!h)
        return;
    light_free(h->light);
    scratch_close(&h->texts);
    buf_free(&h->places);
    buf_free(&h->attests);
    if (h->file.fd >= 0 && h->created && h->file.end == 0)
        unlink(h->file.path); /* nothing has arrived */
    linefile_close(&h->file);
    free(h);
}

const uint8_t *header_file_chain(const struct header_file *h)
{
    return h->chain;
}

struct light *header_file_light(const struct header_file *h)
{
    return h->light;
}

/* --- Taking ----------------------------------------------------------------------------------- */

int header_file_take(struct header_file *h, const char *text, size_t len, bool genesis, int64_t now,
                     struct fault *f)
{
    uint64_t count = light_sum(h->light).headers;
    uint64_t at = scratch_end(&h->texts);
    size_t kept = genesis ? len - 1 : len; /* without the last newline */
    int valid = genesis ? light_add_genesis(h->light, text, len, f)
                        : light_add_header(h->light, text, len, now, f);
    if (valid <= 0)
        return -1;
    if (light_sum(h->light).headers == count)
        return 0;
    return scratch_add(&h->texts, text, kept, f) || add_place(h, at, kept, false, f) ? -1 : 1;
}

int header_file_attest(struct header_file *h, const char *text, size_t len, int64_t now,
                       struct fault *f)
{
    uint64_t counted = light_sum(h->light).attests;
    uint64_t at = scratch_end(&h->texts);
    int valid = light_add_attest(h->light, text, len, now, f);
    if (valid <= 0)
        return -1;
    if (light_sum(h->light).attests == counted)
        return 0;
    return scratch_add(&h->texts, text, len, f) || add_attest(h, text, len, at, false, f) ? -1 : 1;
}
