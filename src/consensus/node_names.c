#define HASH_NONFATAL_OOM 1
#include "consensus/node_names.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct node_name {
    UT_hash_handle hh;
    uint32_t number, taught; /* so many names came from this node */
    char text[NODE_NAME_MAX + 1];
};

struct node_names {
    struct node_name *by_text;
    struct node_name **list; /* by number */
    size_t cap;
    uint32_t count, teacher;
};

struct node_names *node_names_new(void)
{
    struct node_names *names = calloc(1, sizeof *names);
    if (names != NULL)
        names->teacher = NODE_NONE;
    return names;
}

void node_names_free(struct node_names *names)
{
    if (names == NULL)
        return;
    HASH_CLEAR(hh, names->by_text);
    for (uint32_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
    free(names);
}

bool node_name_is_valid(const char *name, size_t n)
{
    if (n == 0 || n > NODE_NAME_MAX || name[0] == '-' || name[0] == '.')
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '.' && c != '-')
            return false;
    }
    return true;
}

static struct node_name *find(const struct node_names *names, const char *name, size_t n)
{
    struct node_name *found;
    HASH_FIND(hh, names->by_text, name, n, found);
    return found;
}

/* Adds a name that is none of them yet. NULL: no memory. */
static struct node_name *add(struct node_names *names, const char *name, size_t n)
{
    if (ARRAY_RESERVE(names->list, names->cap, (size_t)names->count + 1) != 0)
        return NULL;
    struct node_name *new = calloc(1, sizeof *new);
    if (new == NULL)
        return NULL;
    memcpy(new->text, name, n);
    new->number = names->count;
    HASH_ADD_KEYPTR(hh, names->by_text, new->text, n, new);
    if (new->hh.tbl == NULL) { /* no memory */
        free(new);
        return NULL;
    }
    names->list[names->count++] = new;
    return new;
}

void node_names_learn(struct node_names *names, uint32_t teacher)
{
    names->teacher = teacher;
}

/* Counts a new name as its teacher's. 0, or -1 and *f: there may be no more. */
static int count_name(struct node_names *names, struct fault *f)
{
    if (names->count == NODE_NAMES_MAX)
        return fault_rule(f, "more than %d names of nodes", NODE_NAMES_MAX);
    if (names->teacher == NODE_NONE)
        return 0;
    struct node_name *teacher = names->list[names->teacher];
    if (teacher->taught == NODE_NAMES_TAUGHT)
        return fault_rule(f, "more than %d names of nodes from %s", NODE_NAMES_TAUGHT,
                          teacher->text);
    teacher->taught++;
    return 0;
}

uint32_t node_names_add(struct node_names *names, const char *name, size_t n, struct fault *f)
{
    if (!node_name_is_valid(name, n)) {
        fault_rule(f, "'%.*s' is no name of a node", n > NODE_NAME_MAX ? NODE_NAME_MAX : (int)n,
                   name);
        return NODE_NONE;
    }
    struct node_name *x = find(names, name, n);
    if (x != NULL)
        return x->number;
    if (count_name(names, f) != 0)
        return NODE_NONE;
    x = add(names, name, n);
    if (x == NULL) {
        fault_memory(f);
        return NODE_NONE;
    }
    return x->number;
}

uint32_t node_names_find(const struct node_names *names, const char *name, size_t n)
{
    const struct node_name *x = find(names, name, n);
    return x == NULL ? NODE_NONE : x->number;
}

const char *node_names_text(const struct node_names *names, uint32_t node)
{
    return names->list[node]->text;
}

uint32_t node_names_count(const struct node_names *names)
{
    return names->count;
}
