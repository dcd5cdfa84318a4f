#include "bencode/writer.h"

#include <string.h>

void bencode_put_encoded(struct bencode_writer *w, const void *bytes, size_t n)
{
    w->failed = w->failed || buf_add(w->out, bytes, n) != 0;
}

void bencode_put_integer(struct bencode_writer *w, int64_t n)
{
    bencode_put_encoded(w, "i", 1);
    w->failed = w->failed || buf_add_number(w->out, n) != 0;
    bencode_put_encoded(w, "e", 1);
}

void bencode_put_string(struct bencode_writer *w, const void *bytes, size_t n)
{
    w->failed = w->failed || buf_add_number(w->out, (long long)n) != 0;
    bencode_put_encoded(w, ":", 1);
    bencode_put_encoded(w, bytes, n);
}

void bencode_put_text(struct bencode_writer *w, const char *text)
{
    bencode_put_string(w, text, strlen(text));
}

void bencode_begin_list(struct bencode_writer *w)
{
    bencode_put_encoded(w, "l", 1);
}

void bencode_begin_dict(struct bencode_writer *w)
{
    bencode_put_encoded(w, "d", 1);
}

void bencode_end(struct bencode_writer *w)
{
    bencode_put_encoded(w, "e", 1);
}
