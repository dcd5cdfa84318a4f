#include "consensus/payload.h"

#include <stdlib.h>
#include <string.h>

struct payload *payload_new(const char *text, size_t n)
{
    if (n > PAYLOAD_MAX || (n > 0 && text[n - 1] != '\n'))
        return NULL;
    struct payload *p = malloc(sizeof *p + n);
    if (p == NULL)
        return NULL;
    *p = (struct payload){.references = 1, .len = n};
    if (n > 0)
        memcpy(p->text, text, n);
    for (size_t i = 0; i < n; i++)
        p->lines += text[i] == '\n';
    return p;
}

struct payload *payload_ref(struct payload *p)
{
    if (p != NULL)
        p->references++;
    return p;
}

void payload_unref(struct payload *p)
{
    if (p != NULL && --p->references == 0)
        free(p);
}
