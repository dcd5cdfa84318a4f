#include "state/accused.h"

static struct state_key key_of(const uint8_t id[ID_LEN])
{
    struct state_key key = {.kind = ACCUSED_KIND};
    memcpy(key.id, id, ID_LEN);
    return key;
}

int accused_is(struct state *s, const uint8_t id[ID_LEN], struct fault *f)
{
    const struct state_key key = key_of(id);
    struct state_value value;
    return state_get(s, &key, &value, f) ? -1 : value.len > 0;
}

int accused_put(struct state *s, const uint8_t id[ID_LEN], struct fault *f)
{
    const struct state_key key = key_of(id);
    return state_put(s, &key, &(struct state_value){.len = 1, .bytes = {1}}, f);
}
